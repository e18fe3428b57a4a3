"""The frame beside the ticket in every state, opened as a page of its own, and the window in which a user allows it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.experience.states import State

DESK = "https://desk.example.test"
CHALLENGE = "x" * 43


def in_a_frame(locale: str) -> Callable[[Route], None]:
    """Answer a tab as if it were a frame; otherwise the address of a frame leads a tab to the order itself."""
    more = {"sec-fetch-dest": "iframe", "accept-language": locale}
    return lambda route: route.fulfill(response=route.fetch(headers=route.request.headers | more))


def wait(page: Page) -> None:
    """Close the window that opens without allowing anything, like a user who was called away."""
    with page.context.expect_page() as opened:
        page.locator("[data-sign-in]").click()
    opened.value.wait_for_load_state()
    opened.value.close()
    expect(page.locator("#say")).not_to_be_empty()


def allow(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.locator("[data-sign-in]").click()
    with opened.value.expect_event("close"):
        opened.value.locator("form.card button").click()
    expect(page.locator("#embed-order")).to_be_visible()


def choose(page: Page) -> None:
    allow(page)
    page.locator("[data-order]").first.click()
    expect(page.locator("#itinerary")).to_be_visible()


def sign_out_elsewhere(page: Page) -> None:
    """Allow the frame, then refuse its token when the order is requested again."""
    allow(page)
    page.route("**/embed/orders/**", lambda route: route.fulfill(status=401, headers={"WWW-Authenticate": "Embed"}))
    page.locator("[data-again]").first.click()
    expect(page.locator("[data-sign-in]")).to_be_visible()
    page.unroute("**/embed/orders/**")


def be_asked(page: Page) -> None:
    """Open the window of a frame in a tab."""
    with page.expect_navigation(url="**/embed/confirm/?c=*"):
        page.evaluate("(address) => location.assign(address)", f"/embed/allow/?c={CHALLENGE}&o={DESK}")


def consent(page: Page) -> None:
    """Allow a frame in a tab, which stays open because no script opened it."""
    be_asked(page)
    with page.expect_navigation():
        page.locator("form.card button").click()


STATES = (
    State("frame", "/embed/?q=B94TXY&ticket=ZD-1", person="", shows="Sign in to see the order"),
    State("frame, German", "/embed/?q=B94TXY", person="Besucher", shows="Anmelden"),
    State("frame, no reference", "/embed/", person="", shows="Sign in to see the order"),
    State("frame, dark", "/embed/?q=%23B94TXY&theme=dark", person=""),
    State("frame, waiting", "/embed/?q=B94TXY", wait, "", shows="Continue in the window that opened"),
    State("frame, order", "/embed/?q=B94TXY&ticket=ZD-1", allow, shows="DUB"),
    State("frame, order, light", "/embed/?q=COMM12&theme=light", allow, shows="COMM12"),
    State("frame, order, German", "/embed/?q=B94TXY", allow, "deutsch", shows="DUB"),
    State("frame, chooser", "/embed/?q=TWICE1", allow, shows="2 orders match"),
    State("frame, chosen", "/embed/?q=TWICE1", choose, shows="TWICE1"),
    State("frame, not found", "/embed/?q=ZZZZ99", allow, shows="Not found"),
    State("frame, placeholder", "/embed/?q=%7B%7Bticket.reference%7D%7D", allow, shows="not filled in"),
    State("frame, nothing in it", "/embed/?q=null", allow, shows="We received no reference from this ticket."),
    State("frame, a name", "/embed/?q=Jane+Doyle", allow, shows="This text may be a name."),
    State("frame, down", "/embed/?q=fault-503", allow, shows="Try again"),
    State("frame, signed out elsewhere", "/embed/?q=B94TXY", sign_out_elsewhere, shows="You are signed out."),
    State("window of a frame", "/", be_asked, shows=DESK),
    State("window of a frame, German", "/", be_asked, "deutsch", shows=DESK),
    State("window of a frame, allowed", "/", consent, shows="Close this window"),
    State("window of a frame, over", "/embed/confirm/", status=410, shows="already been confirmed"),
)
