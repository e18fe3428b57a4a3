"""The lean stand-in's answers have the same shape as the sandbox's, which is the documented one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bench import answers, world
from sandbox.server import Sandbox

SEED = "d680c9be-4c07-4731-857e-9602034b15f2"
BASE = "http://127.0.0.1:1"


def lean(path: str, **query: str) -> Any:
    status, body = answers.answer(BASE, path, query)
    assert status == 200
    return json.loads(body)


@pytest.fixture(scope="module")
def documented() -> Iterator[Any]:
    """A function that requests a path of the sandbox and returns the parsed JSON."""
    with Sandbox() as sandbox:

        def get(path: str, **query: str) -> Any:
            answer = requests.get(sandbox.url + path, params=query, auth=(sandbox.client_key, sandbox.token), timeout=5)
            assert answer.status_code == 200
            return answer.json()

        yield get


def shape(value: Any) -> Any:
    """The names and types in a value, without the values; for a list, the shape of its first entry."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_an_order_with_its_items_has_the_sandbox_shape(documented: Any) -> None:
    ours = lean(f"/v2/orders/{world.ref(world.AGENT, 3)}", expand="orderItems")
    assert shape(ours) == shape(documented(f"/v2/orders/{SEED}", expand="orderItems"))


def test_an_order_without_its_items_has_the_sandbox_shape(documented: Any) -> None:
    assert shape(lean(f"/v2/orders/{world.ref(world.AGENT, 3)}")) == shape(documented(f"/v2/orders/{SEED}"))


def test_references_of_contacts_have_the_sandbox_shape(documented: Any) -> None:
    ours = lean(f"/v2/orders/{world.ref(world.by_reference(world.CONTACTS), 12)}/contacts", expand="true")
    assert shape(ours) == shape(documented(f"/v2/orders/{SEED}/contacts"))


def test_every_contact_of_a_list_can_be_asked_for_by_its_reference() -> None:
    own = world.ref(world.by_reference(world.CONTACTS), 150)
    seen = []
    for offset in (0, 100):
        page = lean(f"/v2/orders/{own}/contacts", offset=str(offset), limit="500")
        assert page["limit"] == 100
        seen += [lean(row["href"].removeprefix(BASE)) for row in page["items"]]
    assert [person["lastName"] for person in seen] == [f"Example{number}" for number in range(1, 151)]
    expanded = lean(f"/v2/orders/{world.ref(world.CONTACTS, 150)}/contacts", expand="true", limit="100")
    assert [person["lastName"] for person in expanded["items"]] == [f"Example{number}" for number in range(1, 101)]


@pytest.mark.parametrize("expand", ["true", ""], ids=["whole", "references"])
def test_guests_have_the_sandbox_shape(documented: Any, expand: str) -> None:
    kind = world.GUEST if expand else world.by_reference(world.GUEST)
    ours = lean("/v2/guests", email=world.email(kind, 3), expand="true")
    theirs = documented("/v2/guests", email="brennan.family@example.com", expand=expand)
    assert shape(ours) == shape(theirs)
    [row] = ours["items"]
    assert lean(row["href"].removeprefix(BASE))["ref"] == world.ref(kind, 3)


@pytest.mark.parametrize(("kind", "order"), [(world.GUEST, "price"), (world.by_reference(world.GUEST), "")])
def test_a_guest_has_two_orders(kind: int, order: str) -> None:
    rows = lean("/v2/orders", guestRef=world.ref(kind, 3), expand="true")["items"]
    assert len(rows) == 2
    assert all(not order or order in row for row in rows) and all(order or list(row) == ["href"] for row in rows)
    assert lean(rows[1]["href"].removeprefix(BASE))["referenceId"] == world.reference(
        kind - world.GUEST + world.AGENT, 7
    )


def test_a_listing_may_hold_an_order_whole() -> None:
    [whole] = lean("/v2/orders", referenceId=world.reference(world.WHOLE, 1), expand="true")["items"]
    assert len(whole["orderItems"]["items"]) == 1
    [inlined] = lean("/v2/orders", referenceId=world.reference(world.AGENT, 1), expand="true")["items"]
    assert "items" not in inlined["orderItems"]
    [linked] = lean("/v2/orders", referenceId=world.reference(world.by_reference(world.AGENT), 1), expand="true")[
        "items"
    ]
    assert list(linked) == ["href"]


def test_every_item_of_a_list_can_be_asked_for_by_its_reference() -> None:
    own = world.ref(world.by_reference(world.ITEMS), 120)
    rows = lean(f"/v2/orders/{own}/orderItems", expand="true", offset="100", limit="100")["items"]
    assert [lean(row["href"].removeprefix(BASE))["referenceId"][-3:] for row in rows] == [
        f"{n}" for n in range(101, 121)
    ]


def test_all_items_come_page_by_page_and_ten_come_with_the_order() -> None:
    own = world.ref(world.ITEMS, 230)
    order = lean(f"/v2/orders/{own}", expand="orderItems")
    pages = [
        lean(f"/v2/orders/{own}/orderItems", expand="true", offset=str(offset), limit="100")["items"]
        for offset in (0, 100, 200, 300)
    ]
    assert [len(page) for page in pages] == [100, 100, 30, 0]
    refs = [item["ref"] for page in pages for item in page]
    assert len(set(refs)) == 230
    assert [item["ref"] for item in order["orderItems"]["items"]] == refs[:10]
    assert order["price"] == pytest.approx(sum(item["price"] for page in pages for item in page))


def test_every_agent_has_an_order_of_their_own() -> None:
    orders = [lean(f"/v2/orders/{world.ref(world.AGENT, number)}") for number in range(300)]
    assert len({order["ref"] for order in orders}) == len({order["referenceId"] for order in orders}) == 300
    matches = lean("/v2/orders", referenceId=orders[7]["referenceId"])
    assert [row["href"] for row in matches["items"]] == [orders[7]["href"]]


@pytest.mark.parametrize(
    "path",
    [
        "/v2/orders/nothing",
        "/v2/orders/10zzzzzz-4c07-4731-857e-9602034b15f2",
        "/v2/orderContacts/x",
        "/v2/orderItems/x",
        "/v2/guests/x",
        "/v3/orders",
        "/",
        "/v2",
    ],
)
def test_what_the_stand_in_does_not_know_is_not_found(path: str) -> None:
    status, body = answers.answer(BASE, path, {})
    assert status == 404
    assert json.loads(body)["status"] == 404


def test_different_flights_are_different() -> None:
    flights = world.different_flights(120)
    assert len({(flight["flightNumber"], flight["departureDateTime"]) for flight in flights}) == 120
