"""People, connections and a CDP that is mocked at HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses
from django.contrib.auth.models import Group, User
from django.test import Client

from orders.models import Connection

REGION, OTHER_REGION = "eu", "us"
HOST = "https://api-engage-eu.sitecorecloud.io"
CLIENT_KEY, TOKEN = "ck-canary-7d1f", "tok-canary-93b2e6"
PASSWORD = "a long enough passphrase"


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", password=PASSWORD)


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", password=PASSWORD)


@pytest.fixture
def auditor(db: None) -> User:
    user = User.objects.create_user("audrey", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Auditors"))
    return user


@pytest.fixture
def as_anna(anna: User) -> Client:
    client = Client()
    client.force_login(anna)
    return client


@pytest.fixture
def as_ben(ben: User) -> Client:
    client = Client()
    client.force_login(ben)
    return client


def connect(user: User, name: str = "main", *, region: str = REGION, token: str = TOKEN) -> Connection:
    """A stored connection of that person."""
    connection = Connection(user=user, name=name)
    connection.set_credentials(region=region, client_key=CLIENT_KEY, token=token)
    connection.keep()
    return connection


@pytest.fixture
def cdp() -> Iterator[responses.RequestsMock]:
    """The CDP at HTTP. A call that is not registered fails; so does a registered one that is not made."""
    with responses.RequestsMock() as mocked:
        yield mocked
