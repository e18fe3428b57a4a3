"""An order that is read through a connection shared with the agent's group."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import AccessRecord, SharedConnection
from orders.models.shared import grant
from orders.storage import combined_statement
from sandbox.server import Sandbox
from tests.pages.conftest import SEED
from tests.pages.reading import text_of


@pytest.fixture
def team(db: None, cdp: Sandbox, settings: object) -> Group:
    """A group with a connection to the sandbox."""
    settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
    shared = SharedConnection(name="Airline", region="sandbox", country="IE")
    shared.set_credentials(client_key=cdp.client_key, token=cdp.token)
    shared.keep(None)
    group = Group.objects.get(name="Agents")
    grant(shared, [group], by=None)
    return group


def test_everything_about_an_order_is_read_and_recorded(team: Group, client: Client) -> None:
    user = User.objects.create_user("newcomer")
    user.groups.add(team)
    client.force_login(user)
    for address in (f"/orders/{SEED}/", "/orders/B94TXY/", "/orders/?q=B94TXY", f"/orders/{SEED}/?connection=Airline"):
        assert "B94TXY" in text_of(client.get(address))
    for part in ("contacts", "travellers", "raw"):
        assert client.get(f"/orders/{SEED}/{part}/").status_code == 200
    seen = AccessRecord.objects.filter(user_id=user.pk).exclude(what="signed_in")
    assert set(seen.values_list("user_name", "connection_name")) == {("newcomer", "Airline (sandbox)")}
    assert {"order_opened", "contacts_seen", "raw_seen"} <= set(seen.values_list("what", flat=True))
    assert SharedConnection.objects.get().last_result == "accepted"


def test_a_reference_that_is_not_found_offers_the_other_connections(team: Group, agent: User, desk: Client) -> None:
    agent.groups.add(team)
    assert "connection=Airline" in desk.get("/orders/NOSUCH9/").text


def tables(client: Client, address: str) -> list[set[str]]:
    """The tables that each statement of a page names, after two views that get occasional work out of the way."""
    for _view in range(2):
        assert client.get(address).status_code == 200
    with CaptureQueriesContext(database) as seen:
        assert client.get(address).status_code == 200
    return [set(re.findall(r'\b(?:FROM|INTO) "?(\w+)', query["sql"])) for query in seen]


def test_a_shared_connection_costs_a_page_no_statement_more_than_an_own_one(team: Group, desk: Client) -> None:
    address = f"/orders/{SEED}/"
    kept = (
        [{"orders_viewedorder", "orders_accessrecord"}]
        if combined_statement.is_possible(database)
        else [{"orders_accessrecord"}, {"orders_viewedorder"}]
    )
    connection = {"orders_connection", "orders_connectionmember", "orders_connectiongrant", "auth_user_groups"}
    expected = [{"django_session", "auth_user"}, connection, *kept]
    assert [each - {"changed"} for each in tables(desk, address)] == expected
    newcomer = User.objects.create_user("newcomer")
    newcomer.groups.add(team)
    client = Client()
    client.force_login(newcomer)
    assert [each - {"changed"} for each in tables(client, address)] == expected
