"""Pictures for docs/img from a real server and the sandbox: key states at three widths, orders at two more, light and dark.

Texts that would differ with every run (the time of the view, how long it took) are replaced before a picture is taken.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from tests.browser import sign_in
from tests.experience.palette import with_palette
from tests.experience.states import GROUP, contacts_then_orders, nothing, search, show, while_opening
from tests.experience.test_tenants import another
from tests.live import PROJECT, App
from tests.pages.conftest import SEED
from tests.pages.test_changes import REF, flight, order

FOLDER = PROJECT / "docs" / "img"
SIZES = {1440: 1000, 900: 1000, 360: 800}
# For orders also the smallest width, and what a laptop shows without scrolling.
MORE_SIZES, OF_MORE_SIZES = {1280: 720, 258: 800}, ("order", "family", "utc-feed", "alerts", "changed")
LARGEST, LARGEST_ALL = 150_000, 5_000_000

STILL = """() => {
  for (const fresh of document.querySelectorAll(".fresh span"))
    fresh.textContent = fresh.textContent.replace(/\\d\\d:\\d\\d:\\d\\d/, "14:02:07").replace(/\\d+[.,]\\d+ s/, "0.2 s");
  document.querySelectorAll(".recent-at").forEach((stamp, place) => {
    stamp.textContent = `21 Nov 2026 14:${String(9 - place).padStart(2, "0")} UTC`;
  });
  document.querySelectorAll("#changes-title").forEach((title) => {
    title.innerHTML = title.innerHTML.replace(/\\d+ \\w+ \\d{4},? \\d\\d:\\d\\d/, "21 Nov 2026 14:02");
  });
  document.activeElement?.blur();
}"""


def scroll_to(selector: str, then: Callable[[Page], None] = nothing) -> Callable[[Page], None]:
    """Run `then`, and scroll a part of the page to the top of the picture."""

    def act(page: Page) -> None:
        then(page)
        page.locator(selector).first.evaluate("(part) => { part.scrollIntoView({ block: 'start' }) }")

    return act


def show_tenants(page: Page) -> None:
    page.locator(".tenants > summary").click()


CONTACTS = show("Show contacts", "order-contacts")
PICTURES: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("home", "/", nothing),
    ("opening", "/", while_opening),
    ("order", f"/orders/{SEED}/", nothing),
    ("trip", "/orders/LONGTR/", nothing),
    ("family", "/orders/FAM4OB/", nothing),
    ("forty", "/orders/FORTY4/", scroll_to("#itinerary")),
    ("utc-feed", "/orders/UTCFED/", nothing),
    ("alerts", "/orders/TIGHT1/", nothing),
    ("group", f"/orders/{GROUP}/", nothing),
    ("contacts", f"/orders/{SEED}/", scroll_to("#people", contacts_then_orders)),
    ("panel-failed", "/orders/CONT503/", scroll_to("#people", CONTACTS)),
    ("partial", "/orders/PAGE3X/", nothing),
    ("chooser", "/orders/TWICE1/", nothing),
    ("not-found", "/orders/ZZZZ99/", nothing),
    ("problem", "/orders/fault-503/", nothing),
    ("people-found", "/", search("brennan.family@example.com")),
)
# After the CDP moved a flight, and with a second connection.
LATER: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("changed", f"/orders/{REF}/", nothing),
    ("tenants", f"/orders/{SEED}/", show_tenants),
)


def take(page: Page, blank: Page, pictures: tuple[tuple[str, str, Callable[[Page], None]], ...]) -> None:
    for width, height in (SIZES | MORE_SIZES).items():
        for name, path, act in pictures:
            if width in MORE_SIZES and name not in OF_MORE_SIZES:
                continue
            page.set_viewport_size({"width": width, "height": height})
            page.goto(path)
            act(page)
            page.wait_for_load_state()
            page.evaluate(STILL)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                taken = page.screenshot(animations="disabled", caret="hide")
                (FOLDER / f"{name}-{width}-{scheme}.png").write_bytes(with_palette(blank, taken))


def test_take_the_screenshots(browser: Browser, live_app: App) -> None:
    """Not part of the test suite: the name of this file keeps it out, and `python -m tests.screenshots` runs it."""
    user = live_app.person()
    FOLDER.mkdir(parents=True, exist_ok=True)
    blank = browser.new_page()
    context = browser.new_context(base_url=live_app.url, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    sign_in(page)
    for reference in ("COMM01", "UTCFED", "FAM4OB", "B94TXY"):
        page.goto(f"/orders/{reference}/")
    take(page, blank, PICTURES)
    live_app.sandbox.change_order(order(flight(), flight("BX584", "2027-02-03")))
    page.goto(f"/orders/{REF}/")
    live_app.sandbox.change_order(order(flight(at="07:15 > AGP 11:15"), price=250.5))
    another(user, live_app, "Acme Air")
    context.clear_cookies()  # a session remembers how many connections there are
    sign_in(page)
    take(page, blank, LATER)
    context.close()
    blank.close()
    sizes = {picture.name: picture.stat().st_size for picture in FOLDER.glob("*.png")}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) < LARGEST_ALL
