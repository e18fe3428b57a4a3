"""The sign-on pages in every state, with a provider and a second step set up. `judging` defines the checks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from tests.live import App
from tests.sign_on import page_states
from tests.sign_on.providers import RunningProvider

pytest.register_assert_rewrite("tests.experience.judging")

from tests.experience.judging import EveryState  # noqa: E402  # after the line above
from tests.experience.tour import walk_alone  # noqa: E402  # after the line above
from tests.experience.widths import Visit  # noqa: E402


@pytest.fixture(scope="class")
def visits(
    request: pytest.FixtureRequest,
    running_sign_on_app: App,
    running_provider: RunningProvider,
    browser: Browser,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Visit]:
    """The visit of each state, by the state's name."""
    request.cls.states = page_states.states(running_sign_on_app, running_provider)
    with django_db_blocker.unblock():
        signs_in = page_states.signs_in(running_sign_on_app, running_provider)
        folder = tmp_path_factory.mktemp("sign-on-pages")
        return walk_alone(browser, running_sign_on_app, folder, request.cls.states, signs_in)


class TestSignOnPages(EveryState):
    """The states come from the fixture, since some need the running provider."""
