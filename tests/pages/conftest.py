"""A signed-in agent whose connection leads to a sandbox on a real socket. None of our code is patched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from orders.models import Connection
from sandbox.server import Sandbox
from tests.full_disk import no_room

SEED = "d680c9be-4c07-4731-857e-9602034b15f2"


@pytest.fixture(scope="session")
def shared_cdp() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def cdp(shared_cdp: Sandbox) -> Iterator[Sandbox]:
    """The sandbox with its counters at zero; afterwards only the faults and answers of its world remain."""
    shared_cdp.reset()
    yield shared_cdp
    shared_cdp.restore_faults()


def connect(user: User, cdp: Sandbox, name: str = "sandbox", **values: str) -> Connection:
    """Give the person a connection to the sandbox; the first one is their default."""
    connection = Connection(user=user, name=name, **values)
    connection.set_credentials(region="sandbox", client_key=cdp.client_key, token=cdp.token)
    connection.keep()
    return connection


@pytest.fixture
def agent(db: None, cdp: Sandbox, settings: object) -> User:
    settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
    user = User.objects.create_user("agent", password="a long enough password")
    connect(user, cdp)
    return user


@pytest.fixture
def supervisor(agent: User) -> User:
    """The agent, with the additional right to reveal."""
    agent.user_permissions.add(Permission.objects.get(codename="reveal_personal_data"))
    return User.objects.get(pk=agent.pk)


@pytest.fixture
def desk(agent: User, client: Client) -> Client:
    """A browser without JavaScript in which the agent is signed in."""
    client.force_login(agent)
    return client


@pytest.fixture
def no_room_for_records(transactional_db: None) -> Iterator[None]:
    """The record table accepts no records of people, as on a full disk; people can still be added."""
    with no_room("NEW.user_id IS NOT NULL"):
        yield
