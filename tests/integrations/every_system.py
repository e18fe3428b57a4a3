"""All values of ticket fields in every ticket system, both shapes of link, signed in and signed out. Run by `make test-integrations`.

The results are kept in observed.json and shown in docs/linking.md; `make test-integrations WRITE=1` rewrites both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Dialog

from orders.display.link_recipes import Shape
from tests.browser import sign_in
from tests.integrations import table
from tests.integrations.clicking import Clicking, Landing, wrong
from tests.integrations.ticket_systems import SYSTEMS, Desk
from tests.live import App
from tests.pages.ticket_values import OF_TICKETS

TRIED: list[table.Tried] = []


@pytest.fixture(scope="module", params=list(SYSTEMS))
def desk(request: pytest.FixtureRequest, running_app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    values = {value.name: value.value for value in OF_TICKETS}
    with SYSTEMS[request.param](running_app.url, tmp_path_factory.mktemp(request.param), values) as running:
        yield running


@pytest.fixture
def agent(context: BrowserContext, live_app: App, desk: Desk) -> Clicking:
    def run_by_a_page(dialog: Dialog) -> None:
        raise AssertionError(dialog.message)

    live_app.person()
    context.on("dialog", run_by_a_page)
    return Clicking(context, live_app, desk)


def clicked(agent: Clicking, *, signed_out: bool) -> dict[tuple[str, Shape], Landing]:
    return {
        (value.name, shape): agent.lands(value.name, shape, signed_out=signed_out)
        for value in OF_TICKETS
        for shape in Shape
    }


def test_every_value_leads_where_it_should(agent: Clicking, desk: Desk) -> None:
    sign_in(agent.context.new_page())
    landings = clicked(agent, signed_out=False)
    TRIED.append(table.Tried(desk.name, desk.version, landings))
    assert wrong(desk, landings) == {}


def test_every_value_leads_there_by_the_sign_in_with_a_wrong_password_first(agent: Clicking, desk: Desk) -> None:
    landings = clicked(agent, signed_out=True)
    assert wrong(desk, landings, signed_out=True) == {}


def test_what_was_observed_is_what_is_kept() -> None:
    """Runs last."""
    assert len(TRIED) == len(SYSTEMS)
    if os.environ.get("WRITE"):
        table.write(TRIED)
    kept, now = table.observed(), table.rows(TRIED)
    assert table.words(kept.rows) == table.words(now), "`make test-integrations WRITE=1` writes the table anew"
