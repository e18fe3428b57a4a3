"""A few tickets of django-helpdesk, clicked; `make test-integrations` clicks all values in every system."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

from orders.display.link_recipes import Shape
from tests.integrations.clicking import Clicking, wrong
from tests.integrations.ticket_systems import helpdesk
from tests.live import App
from tests.pages.ticket_values import VALUES

CLICKED = ("umlaut subject", "hash in front", "two with slash", "ampersand tight", "placeholder")


def test_links_of_a_help_desk_lead_to_the_order(context: BrowserContext, live_app: App, tmp_path: Path) -> None:
    live_app.person()
    values = {value.name: value.value for value in VALUES if value.name in CLICKED}
    assert set(values) == set(CLICKED)
    with helpdesk(live_app.url, tmp_path, values) as desk:
        agent = Clicking(context, live_app, desk)
        assert agent.lands("umlaut subject", Shape.PATH, signed_out=True).word == "order"
        assert wrong(desk, {(name, shape): agent.lands(name, shape) for name in values for shape in Shape}) == {}
