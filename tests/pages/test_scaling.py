"""Whatever a tenant sends, work and page size grow linearly with it, not quadratically: each kind of size at n, 2n and 4n."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string

from cdpviewer.logs import clean
from orders.cdp import decode, jsontext
from orders.cdp.records import Loaded, Order
from orders.display import customer_text
from orders.display.alerts import alert_lines
from orders.display.answers import answers
from orders.display.item_groups import item_groups
from orders.display.rows import Rows
from orders.display.text import itinerary_text
from orders.display.travellers import cards_of
from orders.itinerary import journeys, picture, travel_groups
from orders.privacy.masking import card
from orders.services import people
from orders.services.orders import OpenedOrder
from orders.services.people import Travellers, joined
from orders.services.summary import summarize
from tests.growing import growth, lines_run

Entry = dict[str, Any]
N = 40
NO_END = 10**9
# Linear work gives 2, sorting a little more, quadratic work 4; a page with more numbers also has longer ones.
MOST, MOST_BYTES = 2.1, 2.2
NOW = datetime(2027, 1, 6, tzinfo=UTC)
FIRST = datetime(2027, 1, 5, 6)
# All in one time zone, so that no size raises doubts about the clocks, which would add words to the page.
AIRPORTS = ["BRU", "ZRH", "CDG", "FRA", "MAD", "FCO", "AMS", "VIE"]


def segment(number: int, at: int = 0, way: int = 0, minutes: int = 80, **fields: object) -> Entry:
    """A flight that starts `at` minutes after the first one; `way` counts the legs of a tour of eight airports."""
    leaves = FIRST + timedelta(minutes=at)
    return {
        "origin": AIRPORTS[way % 8],
        "destination": AIRPORTS[(way + 1) % 8],
        "departureDateTime": f"{leaves:%Y-%m-%dT%H:%M}:00.000Z",
        "arrivalDateTime": f"{leaves + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}:00.000Z",
        "carrier": "BX",
        "flightNumber": str(number),
        **fields,
    }


def flown(*segments: Entry, **fields: object) -> Entry:
    return {
        "type": "FLIGHT",
        "status": "CONFIRMED",
        "price": 1,
        "currencyCode": "EUR",
        "flightSegments": segments,
        **fields,
    }


def tour(n: int) -> list[Entry]:
    return [segment(way, 240 * way, way) for way in range(n)]


def there_and_back(n: int) -> list[Entry]:
    ends = [("DUB", "LHR"), ("LHR", "DUB")]
    return [segment(k, 240 * k, origin=ends[k % 2][0], destination=ends[k % 2][1]) for k in range(n)]


WAYS: dict[str, Callable[[int], list[Entry]]] = {
    "empty segments": lambda n: [flown(*[{}] * n)],
    "an empty segment an item": lambda n: [flown({})] * n,
    "identical segments": lambda n: [flown(*[segment(1)] * n)],
    "an identical segment an item": lambda n: [flown(segment(1))] * n,
    "a long journey": lambda n: [flown(*tour(n))],
    "a journey of an item a flight": lambda n: [flown(leg) for leg in tour(n)],
    "there and back": lambda n: [flown(*there_and_back(n))],
    "in the air together": lambda n: [flown(segment(k, k % 60)) for k in range(n)],
    "in the air together, of all types": lambda n: [
        flown(segment(k, k, minutes=1300, destination="SYD"), passengerTypeCode=f"P{k}") for k in range(n)
    ],
    "many aboard, then many flights": lambda n: [
        *(flown(segment(1), passengerTypeCode=f"P{k}") for k in range(n)),
        *(flown(segment(k, 1440 + 60 * k, 1)) for k in range(n)),
    ],
    "items that share some of their flights": lambda n: [
        flown(*(segment(way, 240 * way, way) for way in (k, k + 1, k + 2))) for k in range(n)
    ],
    "a flight of many statuses and cabins": lambda n: [
        flown(segment(1, fareClass=f"F{k}", bookingClass=f"C{k}"), status=f"S{k}") for k in range(n)
    ],
    "cancelled for some": lambda n: [
        flown(segment(k % 3), status="CANCELLED" if k % 2 else "CONFIRMED") for k in range(n)
    ],
    "items that disagree": lambda n: [flown(segment(1, minutes=80 + k % 7)) for k in range(n)],
    "days without times": lambda n: [
        flown(*({**leg, "departureDateTime": "2027-01-05", "arrivalDateTime": "2027-01-05"} for leg in tour(n)))
    ],
    "times of no days": lambda n: [flown(*(segment(k, departureDateTime=f"soon {k}") for k in range(n)))],
    "nothing but a way and a day": lambda n: [
        flown(*[{"origin": "DUB", "destination": "LHR", "departureDateTime": "2027-01-05"}] * n)
    ],
    "names that count themselves": lambda n: [
        flown(*[{"origin": "A"}] * n, *({"origin": "A", "destination": str(k)} for k in range(n)))
    ],
    "flights beside extras of their ways": lambda n: [
        flown(*tour(n)),
        *({"type": "BAG", "name": f"bag {k}", "productId": f"{AIRPORTS[k % 8]}-{AIRPORTS[k % 7]}"} for k in range(n)),
    ],
    "extras alike": lambda n: [flown(segment(1)), *[{"type": "BAG", "name": "bag", "description": "out"}] * n],
    "flights without segments": lambda n: [{"type": "Flight Item", "name": f"way {k}"} for k in range(n)],
    "unknown fields": lambda n: [
        flown(segment(1, **{f"s{k}": k for k in range(n)}), **{f"x{k}": "2027-01-05" for k in range(n)})
    ],
    "fields of the wrong kind": lambda n: [
        flown(*(segment(k, fareClass=[k], carrier={"code": k}) for k in range(n)), price=["1"])
    ],
    "a wide field": lambda n: [flown(segment(1), wide=[{"key": k} for k in range(n)])],
    "a deep field": lambda n: [flown(segment(1), deep=json.loads("[" * n + "]" * n))],
}


def order_of(items: list[Entry]) -> Order:
    listing = {"items": items, "limit": len(items) + 1}
    body = {
        "ref": "r",
        "referenceId": "R",
        "status": "CONFIRMED",
        "price": 1,
        "currencyCode": "EUR",
        "orderItems": listing,
    }
    return replace(decode.order(jsontext.parse(json.dumps(body).encode())[0]), items_complete=True)


def opened(items: list[Entry]) -> OpenedOrder:
    order = order_of(items)
    trip = journeys.plan(order.items, now=NOW)
    return OpenedOrder(order, trip, summarize(order, trip), (), NOW)


def page_of(items: list[Entry]) -> str:
    """The HTML of the order page's content, without the frame around it."""
    shown = opened(items)
    trip = shown.trip
    context = {
        "order": shown.order,
        "order_ref": "r",
        "reference": "R",
        "trip": trip,
        "summary": shown.summary,
        "pictures": {journey.key: picture.draw(journey) for journey in trip.journeys},
        "customer_text": customer_text.customer_text(shown.order, trip, shown.summary.others),
        "internal_note": itinerary_text(trip),
        "answers": answers(shown.order, shown.summary, trip, NOW),
        "alerts": alert_lines(shown.order, shown.summary, trip, NOW),
        "groups": item_groups(shown.order),
        "now": NOW,
        "link": "/",
        "as_of": NOW,
        "calls": 1,
        "seconds": 0.1,
        "carry": "",
        "csrf_input": "",
        "through": "",
        "pinned": False,
        **{name: Rows(room=NO_END) for name in ("flights", "items", "others", "extras")},
        "to_row": "#{}".format,
    }
    parts = ("_header", "_itinerary", "_others", "_money", "_oddities")
    return "".join(render_to_string(f"orders/{part}.html", context) for part in parts)


@pytest.mark.parametrize("way", WAYS)
def test_an_order_page_grows_with_its_order(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # These limit the work per flight; small values make growth beyond them visible at small sizes.
    monkeypatch.setattr(travel_groups, "GROUPS", 8)
    monkeypatch.setattr(travel_groups, "FLIGHTS_A_DAY", 4)
    # If the copy for the customer ended between two of the sizes, that would hide how it grows.
    monkeypatch.setattr(customer_text, "MOST_FLIGHTS", NO_END)
    make = WAYS[way]
    assert growth(lambda n: lines_run(lambda: opened(make(n))), 2 * N) < MOST
    assert growth(lambda n: lines_run(lambda: page_of(make(n))), N) < MOST
    assert growth(lambda n: len(page_of(make(n))), N) < MOST_BYTES


TRAVELLERS: dict[str, Callable[[int], tuple[list[Entry], list[Entry]]]] = {
    "all on one item of many flights": lambda n: (
        [flown(*tour(n), ref="i")],
        [{"firstName": f"P{k}", "orderItems": [{"ref": "i"}]} for k in range(n)],
    ),
    "each on an item of one flight": lambda n: (
        [flown(segment(1), ref=f"i{k}") for k in range(n)],
        [{"firstName": f"P{k}", "orderItems": [{"ref": f"i{k}"}]} for k in range(n)],
    ),
    "each on two items of many flights": lambda n: (
        [flown(*tour(n), ref="i"), *(flown(*tour(3), ref=f"i{k}") for k in range(n))],
        [{"firstName": f"P{k}", "orderItems": [{"ref": "i"}, {"ref": f"i{k}"}]} for k in range(n)],
    ),
    "each on a reference of all items": lambda n: (
        [flown(*tour(3), ref=f"i{k}", referenceId="R") for k in range(n)],
        [{"firstName": f"P{k}", "orderItems": [{"ref": "R"}]} for k in range(n)],
    ),
    "each on a reference of all items and on one": lambda n: (
        [flown(*tour(3), ref=f"i{k}", referenceId="R") for k in range(n)],
        [{"firstName": f"P{k}", "orderItems": [{"ref": "R"}, {"ref": f"i{k}"}]} for k in range(n)],
    ),
    "one on many items": lambda n: (
        [{"type": "BAG", "name": f"bag {k}", "ref": f"i{k}"} for k in range(n)],
        [{"firstName": "P", "orderItems": [{"ref": f"i{k}"} for k in range(n)]}],
    ),
    "on nothing, with much else": lambda n: (
        [flown(*tour(n))],
        [{"firstName": f"P{k}", "emails": ["a@example.com"] * 3, "x": k} for k in range(n)],
    ),
}


def panel_of(items: list[Entry], people: list[Entry]) -> str:
    shown = opened(items)
    persons = Loaded(tuple(decode.consumer(entry) for entry in people))
    cards = cards_of(Travellers(joined(persons, shown.order.items), shown))
    context = {"people": cards, "loaded": len(cards), "complete": True, "items_complete": True, "order_ref": "r"}
    context["persons"] = Rows(room=NO_END)
    return render_to_string("orders/_order_travellers.html", context)


@pytest.mark.parametrize("way", TRAVELLERS)
def test_the_travellers_grow_with_people_and_items_and_not_with_their_product(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LINKED", 8)  # so that growth beyond it is visible at small sizes
    make = TRAVELLERS[way]
    assert growth(lambda n: lines_run(lambda: panel_of(*make(n))), N) < MOST
    assert growth(lambda n: len(panel_of(*make(n))), N) < MOST_BYTES


def test_a_card_names_some_of_very_many_flights_and_says_that_there_are_more() -> None:
    few, many = (panel_of([flown(*tour(n), ref="i")], [{"orderItems": [{"ref": "i"}]}]) for n in (24, 25))
    assert few.count("flight-label") == many.count("flight-label") == 24
    assert "and more" not in few
    assert "and more: see the order’s items" in many


@pytest.mark.parametrize(
    "make",
    [
        lambda n: {"emails": [f"a{k}@example.com" for k in range(n)]},
        lambda n: {"identifiers": [{"provider": f"p{n} {k}", "id": str(k)} for k in range(n)]},
        lambda n: {f"x{k}": k for k in range(n)},
        lambda n: {"emails": list(range(n)), "identifiers": ["x"] * n},
        lambda n: {"street": ["Main Street"] * n, "orderItems": {"items": [{"ref": f"i{k}"} for k in range(n)]}},
    ],
)
def test_a_contact_grows_with_its_fields(make: Callable[[int], Entry]) -> None:
    def shown(n: int) -> str:
        context = {"people": [card(decode.contact(make(n)), 1)], "loaded": 1, "complete": True, "order_ref": "r"}
        context["persons"] = Rows(room=NO_END)
        return render_to_string("orders/_order_contacts.html", context)

    assert growth(lambda n: lines_run(lambda: shown(n)), N) < MOST
    assert growth(lambda n: len(shown(n)), N) < MOST_BYTES


@pytest.mark.parametrize(
    "make",
    [
        lambda n: {f"key{k}": k for k in range(n)},
        lambda n: {"deep": json.loads('{"a":' * n + "1" + "}" * n)},
        lambda n: {"wide": [{"firstName": f"P{k}"} for k in range(n)]},
        lambda n: {f"key{k}": [{"passport": k}] * 9 for k in range(n)},
    ],
)
def test_custom_data_grows_with_its_values(make: Callable[[int], Entry]) -> None:
    def shown(n: int) -> str:
        groups = [("", decode.extension(jsontext.parse(json.dumps(make(n)).encode())[0]).values)]
        context = {"groups": groups, "order_ref": "r", "perms": {"orders": {}}, "rows": Rows(room=NO_END)}
        return render_to_string("orders/_order_custom_data.html", context)

    assert growth(lambda n: lines_run(lambda: shown(n)), N) < MOST
    assert growth(lambda n: len(shown(n)), N) < MOST_BYTES


@pytest.mark.parametrize(
    "text", ["a%", "a?", "?a", "a@", "@", "a.", "Basic ", "bearer\t", "gAAAA", "gAAAA=", "%40", "x%4", "x/?"]
)
def test_a_very_long_text_of_a_log_is_read_once(text: str) -> None:
    # Far too long for a pattern that starts over at each character: it would take hours.
    clean(f"? @ {text * 200_000} basic")


def test_counting_lines_tells_linear_work_from_quadratic() -> None:
    items = order_of([flown(segment(1))]).items

    def squared(n: int) -> None:
        for _ in range(n):
            journeys.plan(items[:1] * n, now=NOW)

    assert growth(lambda n: lines_run(lambda: squared(n)), 5) > 3
