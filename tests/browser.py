"""A real browser: the system's Chromium, driven by Playwright.

Pages are opened in its headless shell if there is one: the same engine without the window, which costs a second of CPU time for each
fresh profile. Behaviour that only the full browser has, such as third-party cookies and pages kept for Back, is tested in the full browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.live import PASSWORD, App

NAMES = ("chromium", "chromium-browser", "google-chrome")
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """The path of the full browser. Without one, the test is skipped with a notice; under CI=true it fails."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        reason = "NO BROWSER: install Debian's chromium; every browser test is left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def shell() -> str:
    """The path of the headless shell or, failing that, of the full browser."""
    return next((path for name in SHELLS if (path := shutil.which(name))), None) or executable()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shell()
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's synchronous interface runs an event loop in this thread, which Django's ORM would object to.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield running
            running.close()


@pytest.fixture
def context(browser: Browser, live_app: App) -> Iterator[BrowserContext]:
    """A fresh profile with the live app as its base URL."""
    fresh = browser.new_context(base_url=live_app.url, locale="en-GB", viewport={"width": 1440, "height": 900})
    fresh.set_default_timeout(10_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab in which nobody is signed in."""
    return context.new_page()


def sign_in(page: Page, name: str = "agent", password: str = PASSWORD) -> None:
    """Sign in through the form, as a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def admit(context: BrowserContext, app: App, name: str = "agent") -> None:
    """Sign a person in without the form: create a session in the database and set its cookie."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": app.url, "httpOnly": True, "sameSite": "Lax"}]
    )


@pytest.fixture
def signed_in(page: Page, live_app: App) -> Page:
    """A tab in which an agent with a connection to the sandbox is signed in."""
    live_app.person()
    admit(page.context, live_app)
    return page
