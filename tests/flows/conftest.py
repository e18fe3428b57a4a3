"""Sites that frame the panel, shared by the tests of all ticket systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.flows.frames import Sites, running_sites, without_third_party_cookies
from tests.live import App


@pytest.fixture(scope="session")
def served_sites(running_app: App, gathered_static: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with running_sites(running_app, gathered_static, tmp_path_factory.mktemp("sites")) as running:
        yield running


@pytest.fixture
def sites(live_app: App, served_sites: Sites) -> Sites:
    """The sites, with one agent in the database."""
    live_app.person()
    served_sites.cookies.clear()
    return served_sites


@pytest.fixture
def closed(browser: Browser, sites: Sites, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that blocks third-party cookies."""
    with without_third_party_cookies(browser, tmp_path, sites.orders) as context:
        yield context
