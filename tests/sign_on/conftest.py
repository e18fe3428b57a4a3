"""A provider for all tests of signing in, and the settings that choose it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.sign_on import discovery
from tests.live import free_port
from tests.sign_on import providers
from tests.sign_on.providers import CALLBACK, RunningProvider

PASSWORD = "a long enough passphrase"
LOGIN = "/accounts/login/"


@pytest.fixture(scope="session")
def app_port() -> int:
    """Where the app of the browser tests will listen: the provider has to know it beforehand."""
    return free_port()


@pytest.fixture(scope="session")
def running_provider(app_port: int) -> Iterator[RunningProvider]:
    with providers.running(f"http://testserver{CALLBACK}", f"http://localhost:{app_port}{CALLBACK}") as running:
        yield running


@pytest.fixture
def provider(running_provider: RunningProvider, settings: Settings) -> Iterator[RunningProvider]:
    """The provider, chosen in the settings, with one agent."""
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=running_provider.choice())
    discovery.forget()
    running_provider.people.clear()
    running_provider.knows("sub-alice", "alice", "cdp-agents", "other", name="Alice Example", email="alice@example.com")
    yield running_provider
    running_provider.hangs("")
    discovery.forget()


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", password=PASSWORD)


def sign_on(client: Client, provider: RunningProvider, subject: str, page: str = "/") -> HttpResponse:
    """Press the button, sign in at the provider, come back; the answer there."""
    begun = client.post("/accounts/provider/", {"next": page})
    assert begun.status_code == 302, begun.content[:400]
    return come_back(client, provider.approve(begun["Location"], subject))


def come_back(client: Client, address: str) -> HttpResponse:
    """The answer to the browser that the provider sends back."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def is_signed_in(client: Client) -> bool:
    return client.get("/activity/").status_code == 200
