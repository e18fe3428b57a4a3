"""Links to orders viewed earlier, on the start page and in the activity log, open them through the connection used then."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord, Connection
from tests.accounts.conftest import Cdp, connect
from tests.recorded import recorded_views

FLIGHT = {
    "origin": "DUB",
    "destination": "LHR",
    "departureDateTime": "2025-08-15T16:00:00.000Z",
    "arrivalDateTime": "2025-08-15T17:20:00.000Z",
    "carrier": "BX",
    "flightNumber": "459",
}
ITEM = {"ref": "item-1", "type": "FLIGHT", "price": 1, "currencyCode": "EUR", "quantity": 1, "flightSegments": [FLIGHT]}
ORDER = {
    "ref": "ref-1",
    "referenceId": "B94TXY",
    "status": "PURCHASED",
    "price": 1,
    "currencyCode": "EUR",
    "orderItems": {"items": [ITEM]},
}


def links(client: Client, page: str) -> list[str]:
    addresses = re.findall(r'href="(/orders/ref-1/[^"]*)"', client.get(page).text)
    return [unescape(address) for address in addresses]


@pytest.fixture
def seen(as_anna: Client, anna: User, cdp: Cdp) -> Connection:
    """A connection, not Anna's default, through which she has opened an order."""
    connect(anna, "the default")
    other = connect(anna, "Mäin & more (eu)")
    cdp.says(200, json.dumps(ORDER))
    assert as_anna.get("/orders/ref-1/", {"connection": other.name}).status_code == 200
    return other


@pytest.mark.parametrize("page", ["/?ticket=ZD-1", "/activity/?ticket=ZD-1", "/?connection=the+default&ticket=ZD-1"])
@pytest.mark.parametrize("name", ["Mäin & more (eu)", "renamed"])
def test_the_link_opens_the_order_by_the_connection_it_was_seen_with(
    page: str, name: str, seen: Connection, as_anna: Client
) -> None:
    Connection.objects.filter(pk=seen.pk).update(name=name)
    (address,) = links(as_anna, page)
    assert as_anna.get(address).status_code == 200
    look = recorded_views().order_by("-at")[0]
    assert (look.connection_id, look.ticket) == (seen.pk, "ZD-1")


@pytest.mark.parametrize("page", ["/", "/activity/"])
def test_a_connection_that_is_gone_is_not_named(page: str, seen: Connection, as_anna: Client) -> None:
    seen.drop()
    assert links(as_anna, page) == ["/orders/ref-1/"]


def test_another_persons_connection_is_not_named(seen: Connection, auditor: User) -> None:
    client = Client()
    client.force_login(auditor)
    assert links(client, "/activity/") == ["/orders/ref-1/"]


def test_an_order_whose_ref_cannot_stand_in_an_address_is_shown_without_a_link(as_anna: Client, anna: User) -> None:
    AccessRecord.objects.create(
        user_id=anna.pk, user_name="anna", what="order_opened", order_ref="a/../b", reference="ODD-1"
    )
    for page in ("/", "/activity/"):
        answer = as_anna.get(page)
        assert answer.status_code == 200
        assert "ODD-1" in answer.text
