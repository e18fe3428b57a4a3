"""Search by e-mail in a real browser: it finds both guests and both their orders; only the page and the CDP ever have the address."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from playwright.sync_api import Page, Request, expect

from orders.models import AccessRecord
from tests.live import App

ADDRESS = "brennan.family@example.com"


def test_two_guests_with_one_address_and_the_address_in_no_trace(signed_in: Page, live_app: App) -> None:
    seen: list[str] = []

    def note(request: Request) -> None:
        seen.extend((request.url, request.headers.get("referer", "")))

    signed_in.on("request", note)
    signed_in.goto("/?ticket=ZD-77")
    signed_in.locator("input[name=q]").first.fill(ADDRESS)
    signed_in.locator("input[name=q]").first.press("Enter")
    main = signed_in.locator("main")
    for text in ("Tom", "Orla", "FAM4OB", "ORLA01"):
        expect(main).to_contain_text(text)
    assert main.get_by_text("FAM4OB").count() >= 2  # an order of both guests, listed under each of them
    assert signed_in.url == f"{live_app.url}/orders/?ticket=ZD-77"
    signed_in.get_by_role("link", name="ORLA01").first.click()
    expect(main).to_contain_text("ORLA01")

    assert signed_in.evaluate("history.length") >= 2
    storage = signed_in.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.referrer])"
    )
    database = Path(str(connection.settings_dict["NAME"]))
    stored = b"".join(part.read_bytes() for part in database.parent.glob(database.name + "*") if part.is_file())
    traces = ["\n".join(seen), live_app.log.read_text(), storage, stored.decode("latin-1")]
    for spelling in (ADDRESS, ADDRESS.replace("@", "%40"), "brennan.family"):
        assert not any(spelling in trace for trace in traces), spelling

    look = AccessRecord.objects.get(what="searched_email")
    assert (look.outcome, look.ticket, len(look.subject)) == ("2 found", "ZD-77", 64)


def test_an_address_in_a_link_is_posted_only_when_asked_for(signed_in: Page) -> None:
    signed_in.goto(f"/orders/?q={ADDRESS}")
    main = signed_in.locator("main")
    expect(main).not_to_contain_text("ORLA01")
    main.locator("form:not(.zone-offer) button").first.click()
    expect(main).to_contain_text("ORLA01")
