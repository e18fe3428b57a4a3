"""The walk through a list of states, made once for all tests that judge its findings."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from tests.live import App

pytest.register_assert_rewrite("tests.experience.judging")

from tests.experience.tour import walk_alone  # noqa: E402  # after the line above
from tests.experience.widths import Visit  # noqa: E402


@pytest.fixture(scope="class")
def visits(
    request: pytest.FixtureRequest,
    running_app: App,
    browser: Browser,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Visit]:
    """The visit to each of the class's `states`, by the state's name. The tests that request it are marked as using the database."""
    with django_db_blocker.unblock():
        return walk_alone(browser, running_app, tmp_path_factory.mktemp("pages"), request.cls.states)
