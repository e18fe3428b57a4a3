"""A flight that the CDP moved between two views: the page shows the old and new times, and links to the flight."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.live import App
from tests.pages.test_changes import REF, flight, order


def test_a_moved_flight_is_marked_at_the_next_view_and_after_a_reload(signed_in: Page, live_app: App) -> None:
    live_app.sandbox.change_order(order(flight(), flight("BX584", "2027-02-03")))
    signed_in.goto(f"/orders/{REF}/")
    expect(signed_in.locator(".changes")).to_have_count(0)
    live_app.sandbox.change_order(order(flight(at="07:15 > AGP 11:15"), price=250.5))
    strip = signed_in.get_by_role("region", name="Changed since you viewed it on")
    for width, height in ((1280, 720), (360, 900), (258, 1100)):
        signed_in.set_viewport_size({"width": width, "height": height})
        signed_in.goto(f"/orders/{REF}/")
        expect(strip).to_contain_text("No recent view by a colleague is available for comparison.")
        expect(strip.locator("del")).to_have_text(["200.00 EUR", "06:40", "10:40", "BX 584 DUB–AGP, Wed 3 Feb"])
        expect(strip.locator("ins")).to_have_text(["250.50 EUR", "07:15", "11:15"])
        assert signed_in.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    strip.get_by_role("link", name="BX 582 DUB–AGP").click()
    expect(signed_in.locator(".flight:target")).to_be_in_viewport()
