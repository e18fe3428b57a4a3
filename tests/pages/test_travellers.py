"""Everything that a traveller is on, and the panel's words if not all of it could be read."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.cdp.records import Loaded, OrderItem, Person
from orders.display.travellers import cards_of
from orders.itinerary.journeys import plan
from orders.models import AccessRecord
from orders.services.people import MOST_LINKED, Travellers, joined
from sandbox.server import Sandbox
from tests.itinerary.test_parts import item
from tests.pages.conftest import SEED, connect
from tests.pages.reading import text_of
from tests.recorded import recorded_views


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
        assert recorded_views().order_by("-at")[0].outcome == outcome


def test_every_look_at_an_order_is_found_by_its_reference(desk: Client, supervisor: User, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/")
    parts = ("contacts/", "travellers/", "raw/", "custom-data/", "itinerary.ics", "guests/nobody/orders/")
    for part in parts:
        desk.get(f"/orders/{SEED}/{part}")
    desk.post(f"/orders/{SEED}/reveal/", {"person": "n1", "kind": "contact", "field": "all"})
    assert recorded_views().count() == AccessRecord.objects.filter(reference="B94TXY").count() == 1 + len(parts)


@pytest.fixture
def linked(agent: User, client: Client, cdp: Sandbox) -> tuple[Client, str]:
    """A client and the path of the seed order's consumers in v2.1; each consumer names its items only by a link."""
    connect(agent, cdp, "newer", version="v2.1")
    client.force_login(agent)
    consumers = cdp.service.world.orders[SEED].consumers
    items = [
        {
            "ref": consumer["ref"],
            "href": f"{cdp.url}/v2.1/orderConsumers/{consumer['ref']}",
            "firstName": consumer["firstName"],
            "orderItems": {"href": f"{cdp.url}/v2.1/orderConsumers/{consumer['ref']}/orderItems"},
        }
        for consumer in consumers
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


@pytest.mark.parametrize("version", ["v2", "v2.1"])
@pytest.mark.parametrize(
    ("signs", "listed", "complete"),
    [
        ({}, "as is", {"v2": True, "v2.1": True}),
        ({"offset": 0, "limit": 1}, "as is", {"v2": False, "v2.1": True}),
        ({"next": {"href": "/?offset=1"}}, "as is", {"v2": False, "v2.1": True}),
        ({"limit": 1}, "over pages", {"v2": False, "v2.1": True}),
        ({"limit": 1}, "not to the end", {"v2": False, "v2.1": False}),
        ({"limit": 1}, "nothing", {"v2": False, "v2.1": False}),
    ],
    ids=["whole", "full page", "link onward", "pages", "second page fails", "404"],
)
def test_items_beyond_those_sent_with_a_traveller_are_listed_or_said_to_be_missing(
    agent: User, client: Client, cdp: Sandbox, signs: dict[str, object], listed: str, complete: dict[str, bool],
    version: str,
) -> None:  # fmt: skip
    connect(agent, cdp, "newer", version=version)
    client.force_login(agent)
    order = cdp.service.world.orders[ref_of(cdp, "HOLIDY")]
    bag = next(item for item in order.items if item["type"] == "BAG")
    first, second = (f"{cdp.url}/{version}/orderItems/{item['ref']}" for item in (order.items[0], bag))
    person = {"ref": "c-1", "firstName": "Hannah", "orderItems": {"items": [{"href": first}], **signs}}
    cdp.answer_with(f"/{version}/orders/{order.ref}/consumers", json.dumps({"limit": 100, "items": [person]}).encode())
    path = f"/{version}/orderConsumers/c-1/orderItems"
    unknown = [{"href": f"/v2.1/orderItems/elsewhere-{number}"} for number in range(99)]
    pages = {0: [{"href": first}, {"href": second}], 100: []}
    if listed in ("over pages", "not to the end"):
        pages = {0: [{"href": first}, *unknown], 100: [{"href": second}]}
    for offset in range(0, 600, 100):
        body = json.dumps({"offset": offset, "limit": 100, "items": pages.get(offset, [])}).encode()
        failing = listed == "nothing" or (listed == "not to the end" and offset == 100)
        cdp.answer_with(f"{path}?limit=100&offset={offset}", body, status=404 if failing else 200)
    page = client.get(f"/orders/{order.ref}/travellers/?connection=newer")
    assert page.context["items_complete"] is complete[version]
    assert ("Some items may be missing" in text_of(page)) is not complete[version]
    (card,) = page.context["people"]
    both = bool(signs) and version == "v2.1" and listed in ("as is", "over pages")
    assert len(card.flights) + len(card.extras) == (2 if both else 1)


@pytest.mark.parametrize(
    ("named", "items"),
    [
        ((), 0), (("ref",), 1), (("referenceId",), 1), (("ref", "referenceId"), 1), (("referenceId", "ref"), 1),
        (("ref", "ref"), 1), (("REF", "ref"), 1),
    ],
)  # fmt: skip
def test_an_item_named_twice_is_on_a_card_once(desk: Client, cdp: Sandbox, named: tuple[str, ...], items: int) -> None:
    order = cdp.service.world.orders[ref_of(cdp, "HOLIDY")]
    item = next(item for item in order.items if item["type"] == "BAG")
    names = {"ref": item["ref"], "REF": item["ref"].upper(), "referenceId": item["referenceId"]}
    person = {"ref": "c-1", "firstName": "Hannah", "orderItems": [{"ref": names[name]} for name in named]}
    cdp.answer_with(f"/v2/orders/{order.ref}/consumers", json.dumps({"limit": 100, "items": [person]}).encode())
    (card,) = desk.get(f"/orders/{order.ref}/travellers/").context["people"]
    assert len(card.extras) == items


@pytest.mark.parametrize(
    ("named", "on_card"), [(("SAME1",), ["BAG", "SEAT"]), (("i-SEAT", "SAME1"), ["SEAT", "BAG"]), (("i-BAG",), ["BAG"])]
)
def test_a_reference_that_two_items_share_puts_both_on_the_card(
    desk: Client, cdp: Sandbox, named: tuple[str, ...], on_card: list[str]
) -> None:
    order = ref_of(cdp, "HOLIDY")
    items = [{"ref": f"i-{kind}", "referenceId": "SAME1", "type": kind, "name": "x"} for kind in ("BAG", "SEAT")]
    cdp.answer_with(f"/v2/orders/{order}", json.dumps({"ref": order, "orderItems": {"items": items}}).encode())
    person = {"ref": "c-1", "firstName": "Hannah", "orderItems": [{"ref": name} for name in named]}
    cdp.answer_with(f"/v2/orders/{order}/consumers", json.dumps({"limit": 100, "items": [person]}).encode())
    (card,) = desk.get(f"/orders/{order}/travellers/").context["people"]
    assert [kind for kind, _name in card.extras] == on_card
    assert not card.more


@pytest.mark.parametrize(
    ("most", "extras", "more"), [(MOST_LINKED, 14, False), (40, 14, False), (30, 4, True), (0, 0, True)]
)
def test_a_card_names_all_items_of_a_reference_or_says_that_there_are_more(
    most: int, extras: int, more: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.services.people.MOST_LINKED", most)
    flight = replace(item("DUB LHR 2027-05-08T06:20 2027-05-08T07:45"), reference_id="SAME1")
    bag = OrderItem(reference_id="SAME1", type="BAG", name="Bag")
    items = (*[flight] * 26, *[bag] * 14)
    person = Person(first_name="Hannah", item_refs=("SAME1",))
    travellers = Travellers(joined(Loaded((person,)), items), SimpleNamespace(trip=plan(items)))  # type: ignore[arg-type]
    (card,) = cards_of(travellers)
    assert (len(card.flights), len(card.extras), card.more) == (1, extras, more)


def test_travellers_who_name_the_same_items_share_them_and_others_have_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orders.services.people.MOST_LINKED", 40)
    bags = tuple(OrderItem(ref=f"i{at}", reference_id="SAME1", type="BAG", name=f"Bag {at}") for at in range(30))
    named = [("SAME1",), ("SAME1",), ("SAME1", "i29"), ("i29",), ("SAME1", "i28")]
    people = tuple(Person(first_name=str(at), item_refs=refs) for at, refs in enumerate(named))
    first, second, third, fourth, fifth = joined(Loaded(people), bags).items
    assert first.items is second.items
    assert [len(traveller.items) for traveller in (first, third, fourth, fifth)] == [30, 26, 1, 26]
    assert [traveller.left_out for traveller in (first, third, fourth, fifth)] == [False, True, False, True]
    cards = cards_of(Travellers(Loaded((first, third, fourth)), SimpleNamespace(trip=plan(bags))))  # type: ignore[arg-type]
    assert [(len(card.extras), card.more) for card in cards] == [(24, True), (24, True), (1, False)]
