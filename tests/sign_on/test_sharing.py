"""A connection shared with a group that the provider assigns: the first sign-in is enough to get it, and the last one takes it away."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.fixtures import Settings

from orders.models import AccessRecord, ConnectionMember, SharedConnection
from orders.models.shared import grant
from sandbox.server import Sandbox
from tests.sign_on.conftest import sign_on
from tests.sign_on.providers import RunningProvider

pytestmark = pytest.mark.django_db
ORDER = "/orders/B94TXY/?ticket=SSO-1"


@pytest.fixture
def shared(sandbox: Sandbox, settings: Settings) -> SharedConnection:
    settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": sandbox.url}
    made = SharedConnection(name="Airline", region="sandbox")
    made.set_credentials(client_key=sandbox.client_key, token=sandbox.token)
    made.keep(None)
    grant(made, [Group.objects.get(name="Agents")], by=None)
    return made


def test_a_new_agent_reads_an_order_with_nothing_to_set_up(
    client: Client, provider: RunningProvider, shared: SharedConnection
) -> None:
    back = sign_on(client, provider, "sub-alice", ORDER)
    order = client.get(back["Location"])
    assert (order.status_code, "B94TXY" in order.text) == (200, True)
    opened = AccessRecord.objects.get(what="order_opened")
    assert (opened.user_name, opened.connection_name, opened.ticket) == ("alice", "Airline (sandbox)", "SSO-1")


def test_whom_the_provider_puts_into_another_group_reads_nothing_more(
    client: Client, provider: RunningProvider, shared: SharedConnection
) -> None:
    sign_on(client, provider, "sub-alice", ORDER)
    assert client.get(ORDER).status_code == 200
    provider.knows("sub-alice", "alice", "cdp-leads")
    sign_on(Client(), provider, "sub-alice")
    assert client.get(ORDER).status_code == 409
    assert not ConnectionMember.objects.exists()
