"""After contacts are loaded, the customer's orders are above the order; switching between them and going back makes no call."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.faults.test_under_load import another
from tests.live import App
from tests.pages.conftest import SEED

STRIP = "nav#order-trips"
TWICE = ["DUB–BUD · 2 Apr 2027", "DUB–LIS · 1 Jul 2023"]
TABS = ["DUB–AMS–DUB · 4 Dec 2026", "DUB–LHR–LAS · 15 Aug 2025", "DUB–LIS · 19 Apr 2024"]


def test_switching_and_back_make_no_call(signed_in: Page, live_app: App, tmp_path: Path) -> None:
    """The server has one process, because without Redis each process has a memory of its own."""
    with another(live_app, tmp_path / "one.log", CDPVIEWER_WORKERS="1") as port:
        site = f"http://127.0.0.1:{port}"
        signed_in.goto(f"{site}/orders/B94TXY/")
        expect(signed_in.locator(STRIP)).to_have_count(0)
        signed_in.keyboard.press("p")
        expect(signed_in.locator(f"{STRIP} b")).to_have_text(["This customer’s orders", *TABS])
        expect(signed_in.locator("#order-contacts")).to_be_focused()
        live_app.sandbox.reset()
        signed_in.get_by_role("link", name=TABS[0]).click()
        expect(signed_in.locator("#reference")).to_have_text("JD2TRIP")
        expect(signed_in.locator(f"{STRIP} [aria-current]")).to_contain_text("JD2TRIP")
        signed_in.go_back()
        expect(signed_in.locator("#reference")).to_have_text("B94TXY")
        expect(signed_in.locator(f"{STRIP} [aria-current]")).to_contain_text("B94TXY")
        signed_in.keyboard.press("p")
        expect(signed_in.locator("#order-contacts")).to_be_focused()
        assert live_app.sandbox.calls()["total"] == 0
        # Refreshing is different, whether by its link or by the browser.
        signed_in.get_by_role("link", name="Refresh").click()
        expect(signed_in.locator(".fresh")).not_to_contain_text("0 API calls")
        asked = live_app.sandbox.calls()["total"]
        assert asked > 0
        signed_in.goto(f"{site}/orders/{SEED}/")
        signed_in.keyboard.press("p")
        expect(signed_in.locator(f"{STRIP} [aria-current]")).to_contain_text("B94TXY")
        live_app.sandbox.reset()
        signed_in.reload()
        assert live_app.sandbox.calls()["total"] == 1


def test_a_list_of_orders_does_not_wait_for_its_trips(signed_in: Page) -> None:
    signed_in.goto("/orders/TWICE1/")
    expect(signed_in.locator(".order-row-trip")).to_have_text(TWICE)
    expect(signed_in.locator("#listed-trips")).to_have_count(0)
    signed_in.get_by_role("link", name=TWICE[1]).click()
    expect(signed_in.locator("#reference")).to_have_text("TWICE1")


def test_a_list_whose_trips_fail_says_so_and_tries_again(signed_in: Page, live_app: App) -> None:
    live_app.sandbox.set_fault("*", "503", "order")
    signed_in.goto("/orders/TWICE1/")
    expect(signed_in.locator("#listed-trips")).to_contain_text("2 entries did not load.")
    live_app.sandbox.clear_faults("*")
    signed_in.locator("#listed-trips").get_by_role("link", name="Try again").click()
    expect(signed_in.locator(".order-row-trip")).to_have_text(TWICE)
    expect(signed_in.locator("#listed-trips")).to_have_count(0)


def test_an_order_is_pinned_and_unpinned_from_the_start_page(signed_in: Page) -> None:
    for reference in ("B94TXY", "UTCFED"):
        signed_in.goto(f"/orders/{reference}/")
    signed_in.goto("/")
    rows = signed_in.locator(".recent-row")
    expect(rows.first).to_contain_text("UTCFED")
    signed_in.get_by_role("button", name="Pin B94TXY").click()
    expect(rows.first).to_contain_text("DUB–LHR–LAS · 15 Aug 2025 B94TXY")
    expect(rows.first).to_contain_text("Pinned")
    signed_in.get_by_role("button", name="Unpin B94TXY").click()
    expect(rows.first).to_contain_text("UTCFED")
    signed_in.get_by_role("link", name="Find a person").click()
    expect(signed_in.locator("h1")).to_have_text("Find a person")


def test_an_order_is_pinned_and_unpinned_where_it_stands(signed_in: Page, live_app: App) -> None:
    for reference in ("B94TXY", "UTCFED"):
        signed_in.goto(f"/orders/{reference}/")
    signed_in.goto("/orders/B94TXY/")
    live_app.sandbox.reset()
    signed_in.get_by_role("button", name="Pin to start page").click()
    expect(signed_in.get_by_role("button", name="Unpin from start page")).to_be_focused()
    expect(signed_in.locator("#say")).to_have_text("Pinned")
    assert live_app.sandbox.calls()["total"] == 0
    signed_in.goto("/")
    expect(signed_in.locator(".recent-row").first).to_contain_text("B94TXY")
    signed_in.goto("/orders/B94TXY/")
    signed_in.get_by_role("button", name="Unpin from start page").click()
    expect(signed_in.locator("#say")).to_have_text("Unpinned")
    expect(signed_in.get_by_role("button", name="Pin to start page")).to_be_visible()
