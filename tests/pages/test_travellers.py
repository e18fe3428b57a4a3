"""Everything a traveller is on, and what the panel says when not all of it could be read."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import text_of
from tests.recorded import recorded_looks


def ref_of(cdp: Sandbox, reference: str) -> str:
    return next(o.ref for o in cdp.service.world.orders.values() if o.fields["referenceId"] == reference)


def test_bags_seats_and_other_extras_stand_with_whom_they_belong_to(desk: Client, cdp: Sandbox) -> None:
    page = desk.get(f"/orders/{ref_of(cdp, 'HOLIDY')}/travellers/")
    hannah, ines = page.context["people"]
    assert hannah.flights == ("BX 730 DUB–PMI", "BX 731 PMI–DUB")
    assert hannah.extras == (("BAG", "Checked bag 20 kg"), ("SEAT", "Seat 14A"))
    assert [name for _type, name in ines.extras] == ["Checked bag 20 kg", "Seat 14B", "Vegan meal"]
    assert "Vegan meal" in text_of(page)
    assert "items did not load" not in text_of(page)


def test_people_are_shown_when_only_the_order_did_not_load(desk: Client, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503", "order")
    page = desk.get(f"/orders/{SEED}/travellers/")
    assert page.status_code == 200
    assert "Doyle" in text_of(page)
    assert "Some items may be missing" in text_of(page)
    assert "Try again" in text_of(page)


def test_without_the_people_the_panel_fails(desk: Client, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503", "consumers")
    assert desk.get(f"/orders/{SEED}/travellers/").status_code == 502


def test_a_partial_look_says_how_much_was_seen(desk: Client, cdp: Sandbox) -> None:
    for reference, outcome in (("MISS2C", "shown: 58 of 60"), ("GRP120", "shown")):
        desk.get(f"/orders/{ref_of(cdp, reference)}/contacts/")
        assert recorded_looks().order_by("-at")[0].outcome == outcome


def test_every_look_at_an_order_is_found_by_its_reference(desk: Client, supervisor: User, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/")
    parts = ("contacts/", "travellers/", "raw/", "custom-data/", "itinerary.ics", "guests/nobody/orders/")
    for part in parts:
        desk.get(f"/orders/{SEED}/{part}")
    desk.post(f"/orders/{SEED}/reveal/", {"person": "n1", "kind": "contact", "field": "all"})
    assert recorded_looks().count() == AccessRecord.objects.filter(reference="B94TXY").count() == 1 + len(parts)


@pytest.fixture
def linked(agent: User, client: Client, cdp: Sandbox) -> tuple[Client, str]:
    """A v2.1 connection, and the path of the seed order's consumers, which name their items by a link only."""
    connect(agent, cdp, "newer", version="v2.1")
    client.force_login(agent)
    consumers = cdp.service.world.orders[SEED].consumers
    items = [
        {
            "ref": one["ref"],
            "href": f"{cdp.url}/v2.1/orderConsumers/{one['ref']}",
            "firstName": one["firstName"],
            "orderItems": {"href": f"{cdp.url}/v2.1/orderConsumers/{one['ref']}/orderItems"},
        }
        for one in consumers
    ]
    body = {"href": "/", "offset": 0, "limit": 100, "items": items}
    cdp.answer_with(f"/v2.1/orders/{SEED}/consumers", json.dumps(body).encode())
    return client, f"/orders/{SEED}/travellers/?connection=newer"


def test_items_behind_a_link_are_asked_for(linked: tuple[Client, str], cdp: Sandbox) -> None:
    client, address = linked
    page = client.get(address)
    assert all(card.flights for card in page.context["people"])
    assert "items did not load" not in text_of(page)


def test_items_behind_a_link_that_fails_are_said_to_be_missing(linked: tuple[Client, str], cdp: Sandbox) -> None:
    client, address = linked
    cdp.set_fault("*", "503", "items")
    page = client.get(address)
    assert page.status_code == 200
    assert "Some items may be missing" in text_of(page)
