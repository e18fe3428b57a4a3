"""A provider for all tests of signing in, and the settings that select it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings

from accounts.sign_on import discovery
from sandbox.server import Sandbox
from tests.live import PROJECT, App, database_url, environment, free_port, wait_until_it_answers
from tests.sign_on import providers
from tests.sign_on.providers import CALLBACK, RunningProvider

PASSWORD = "a long enough passphrase"
LOGIN = "/accounts/login/"


@pytest.fixture(scope="session")
def app_port() -> int:
    """The port of the app for the browser tests, which the provider needs to have beforehand."""
    return free_port()


@pytest.fixture(scope="session")
def running_provider(app_port: int) -> Iterator[RunningProvider]:
    with providers.running(f"http://testserver{CALLBACK}", f"http://localhost:{app_port}{CALLBACK}") as running:
        yield running


@pytest.fixture
def provider(running_provider: RunningProvider, settings: Settings) -> Iterator[RunningProvider]:
    """The provider, selected in the settings, with one agent."""
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=running_provider.choice())
    discovery.forget()
    running_provider.people.clear()
    running_provider.knows("sub-alice", "alice", "cdp-agents", "other", name="Alice Example", email="alice@example.com")
    yield running_provider
    running_provider.hangs("")
    running_provider.drips("")
    running_provider.spoils("")
    running_provider.says("", "")
    running_provider.moves("")
    discovery.forget()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Each test ends with the cache of this process, which holds locked-out names, emptied."""
    yield
    cache.clear()


@pytest.fixture(scope="session")
def running_sign_on_app(
    django_db_setup: None,
    app_port: int,
    running_provider: RunningProvider,
    gathered_static: Path,
    tmp_path_factory: pytest.TempPathFactory,
    running_sandbox: Sandbox,
) -> Iterator[App]:
    """The server as a company sets it up: its provider, and a second step for passwords. It has a host name, which passkeys require."""
    log = tmp_path_factory.mktemp("sign-on") / "app.log"
    chosen = running_provider.choice()
    env = environment(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_BIND=f"127.0.0.1:{app_port}",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        CDPVIEWER_EXTRA_REGIONS=f"sandbox={running_sandbox.url}",
        DATABASE_URL=database_url(),
        CDPVIEWER_MFA="optional",
        CDPVIEWER_OIDC_ISSUER=chosen.issuer,
        CDPVIEWER_OIDC_CLIENT_ID=chosen.client_id,
        CDPVIEWER_OIDC_CLIENT_SECRET=chosen.client_secret,
        CDPVIEWER_OIDC_NAME=chosen.name,
        CDPVIEWER_OIDC_GROUPS=",".join(f"{theirs}={ours}" for theirs, ours in chosen.groups.items()),
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, app_port, log)
        yield App(f"http://localhost:{app_port}", log, process, running_sandbox, env)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def sign_on_app(
    transactional_db: None,
    running_sign_on_app: App,
    running_provider: RunningProvider,
    sandbox: Sandbox,
    settings: Settings,
) -> App:
    """The same server with an empty database, and one agent at the provider."""
    settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": sandbox.url}
    running_provider.people.clear()
    running_provider.knows("sub-alice", "alice", "cdp-agents")
    return running_sign_on_app


@pytest.fixture
def tab(browser: Browser, sign_on_app: App) -> Iterator[Page]:
    """A tab of a fresh profile at that server."""
    context = browser.new_context(base_url=sign_on_app.url, locale="en-GB", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", password=PASSWORD)


def sign_on(client: Client, provider: RunningProvider, subject: str, page: str = "/") -> HttpResponse:
    """Press the button, sign in at the provider, and come back; returns the answer."""
    begun = client.post("/accounts/provider/", {"next": page})
    assert begun.status_code == 302, begun.content[:400]
    return come_back(client, provider.approve(begun["Location"], subject))


def come_back(client: Client, address: str) -> HttpResponse:
    """The answer to the browser that the provider sends back."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def is_signed_in(client: Client) -> bool:
    return client.get("/activity/").status_code == 200
