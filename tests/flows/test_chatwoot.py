"""The panel in Chatwoot shows the order of the conversation that the agent is reading, and never that of the previous one."""

from __future__ import annotations

import json

from playwright.sync_api import BrowserContext, FrameLocator, Page, Route, expect

from tests.browser import sign_in
from tests.flows.frames import Sites, allow
from tests.recorded import recorded_views

NO_REFERENCE: dict[str, dict[str, object]] = {
    "no attribute": {},
    "null": {"booking": None},
    "empty": {"booking": ""},
    "blank": {"booking": "  "},
    "address of a person": {"booking": "jane@example.com"},
    "no text": {"booking": {"value": "B94TXY"}},
    "a whole letter": {"booking": "x" * 201},
}


class Chatwoot:
    """A dashboard with the panel, which an agent has allowed; `held` are its requests for orders while they are held up."""

    def __init__(self, context: BrowserContext, sites: Sites) -> None:
        self.page: Page = context.new_page()
        sign_in(self.page)
        self.page.goto(f"{sites.desk}/chatwoot?host=chatwoot&field=booking", wait_until="networkidle")
        self.panel: FrameLocator = allow(self.page)
        self.reference = self.panel.locator("#embed-order .reference")
        self.held: list[Route] = []
        expect(self.reference).to_have_text("B94TXY")

    def switch(self, number: int, attributes: dict[str, object]) -> None:
        """Switch to another conversation."""
        context = {"event": "appContext", "data": {"conversation": {"id": number, "custom_attributes": attributes}}}
        self.page.locator("#panel").evaluate(
            "(frame, sent) => frame.contentWindow.postMessage(sent, '*')", json.dumps(context)
        )

    def hold_up(self) -> None:
        def held(route: Route) -> None:  # Playwright marks its handler, which is impossible for the method of a list
            self.held.append(route)

        self.page.context.route("**/embed/orders/**", held)

    def wait_for_requests(self, number: int) -> None:
        while len(self.held) < number:
            self.page.wait_for_timeout(20)


def test_a_conversation_without_a_reference_shows_no_order(closed: BrowserContext, sites: Sites) -> None:
    chatwoot = Chatwoot(closed, sites)
    place = chatwoot.panel.locator("#order")
    for turn, attributes in enumerate(NO_REFERENCE.values()):
        before = recorded_views().count()
        chatwoot.switch(100 + turn, attributes)
        expect(place).to_contain_text("no reference")
        expect(place).not_to_contain_text("B94TXY")
        assert recorded_views().count() == before
        chatwoot.switch(12, {"booking": "B94TXY"})
        expect(chatwoot.reference).to_have_text("B94TXY")


def test_the_earlier_order_is_gone_while_the_next_one_loads(closed: BrowserContext, sites: Sites) -> None:
    chatwoot = Chatwoot(closed, sites)
    place = chatwoot.panel.locator("#order")
    chatwoot.hold_up()
    chatwoot.switch(15, {"booking": "FAM4OB"})
    chatwoot.wait_for_requests(1)
    expect(place).not_to_contain_text("B94TXY")
    # And to the third before the second has answered: the late answer is not shown.
    chatwoot.switch(16, {"booking": "B94TXY"})
    chatwoot.wait_for_requests(2)
    chatwoot.held[1].continue_()
    expect(chatwoot.reference).to_have_text("B94TXY")
    with chatwoot.page.expect_event("requestfinished"):
        chatwoot.held[0].continue_()
    place.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # time for anything that is still to be shown
    expect(chatwoot.reference).to_have_text("B94TXY")
    assert ("B94TXY", "CW-16") in {(look.reference, look.ticket) for look in recorded_views()}
