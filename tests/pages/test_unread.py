"""Values of the wrong type: each has a true sentence and a line among the things to check; none is treated as "not sent"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from orders.cdp import decode
from orders.cdp.records import Order
from orders.display.alerts import alert_lines
from orders.display.answers import answers
from orders.itinerary.journeys import plan
from orders.services.summary import summarize

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PAID_UNREAD = "It is unclear whether the order is paid: a status could not be read"
PAID_UNKNOWN = "The CDP does not say whether the order is paid"


def order(*items: dict[str, Any], **fields: Any) -> Order:
    return decode.order({"ref": "r", "orderItems": {"items": [{"type": "OTHER", **item} for item in items]}, **fields})


def strip(order: Order) -> list[str]:
    trip = plan(order.items, now=NOW)
    lines = alert_lines(order, summarize(order, trip), trip, NOW)
    return [f"{line.anchor}: {' · '.join(line.words)}" for line in lines]


def booking_and_payment(order: Order) -> tuple[str, str]:
    trip = plan(order.items, now=NOW)
    booking, paid, *_time = answers(order, summarize(order, trip), trip, NOW)
    return booking.words, paid.words


@pytest.mark.parametrize(
    ("status", "item_status", "booking", "payment", "lines"),
    [
        (["PURCHASED"], None, "It is unclear whether the order is confirmed: a status could not be read", PAID_UNREAD, ["oddities: Order status could not be read"]),
        ({"code": "PAID"}, None, "It is unclear whether the order is confirmed: a status could not be read", PAID_UNREAD, ["oddities: Order status could not be read"]),
        (True, None, "It is unclear whether the order is confirmed: a status could not be read", PAID_UNREAD, ["oddities: Order status could not be read"]),
        (1, None, "Status “1”", PAID_UNKNOWN, []),
        ("1", None, "Status “1”", PAID_UNKNOWN, []),
        (None, "1", "Status “1”", PAID_UNKNOWN, []),
        (["PURCHASED"], "CONFIRMED", "Confirmed", PAID_UNREAD, ["oddities: Order status could not be read"]),
        ("CONFIRMED", ["PURCHASED"], "Confirmed", PAID_UNREAD, ["item-1: Status could not be read"]),
        ("PURCHASED", {"code": 1}, "Purchased", "Paid", ["item-1: Status could not be read"]),
        (None, None, "The CDP does not say whether the order is confirmed", PAID_UNKNOWN, []),
    ],
)  # fmt: skip
def test_a_status_of_the_wrong_type(
    status: Any, item_status: Any, booking: str, payment: str, lines: list[str]
) -> None:
    sent = order({"ref": "i", "status": item_status}, status=status)
    assert booking_and_payment(sent) == (booking, payment)
    assert strip(sent) == lines


def test_a_status_of_the_wrong_type_beside_others() -> None:
    sent = order({"ref": "a", "status": "CONFIRMED"}, {"ref": "b", "status": ["CONFIRMED"]}, {"ref": "c", "status": 1})
    assert booking_and_payment(sent)[0] == (
        "Confirmed for 1 of 3 items · Status “1” for 1 of 3 items · Status could not be read for 1 of 3 items"
    )


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"price": "100,00"}, ["money: Order total could not be read: 100,00"]),
        ({"price": {"amount": 5}}, ["money: Order total could not be read"]),
        ({"price": "1.234"}, ["money: Order total could not be read: 1.234"]),
        ({"price": "12.50"}, []),
        ({"price": None}, []),
    ],
)
def test_a_total_of_the_wrong_type(fields: dict[str, Any], lines: list[str]) -> None:
    assert strip(order({"ref": "i"}, **fields)) == lines


@pytest.mark.parametrize(
    ("item", "lines"),
    [
        ({"price": "12,50"}, ["item-2: Price could not be read for 1 of 2 items"]),
        ({"price": [12]}, ["item-2: Price could not be read for 1 of 2 items"]),
        ({"price": "12.50"}, []),
        ({"quantity": "one"}, ["item-2: Quantity could not be read for 1 of 2 items"]),
        ({"flightSegments": {"origin": "DUB"}}, ["item-2: Flights could not be read for 1 of 2 items"]),
        ({"flightSegments": ["DUB-LHR"]}, ["item-2: Flights could not be read for 1 of 2 items"]),
        ({"flightSegments": None}, []),
    ],
)
def test_an_item_with_a_value_of_the_wrong_type(item: dict[str, Any], lines: list[str]) -> None:
    assert strip(order({"ref": "a"}, {"ref": "b", **item})) == lines


@pytest.mark.parametrize(
    ("others", "missing", "line"),
    [
        (0, 0, "Price could not be read"),
        (1, 0, "Price could not be read for 1 of 2 items"),
        (0, 2, "Price could not be read for 1 of at least 3 items"),
        (1, 2, "Price could not be read for 1 of at least 4 items"),
    ],
)
def test_items_that_were_not_loaded_are_counted_as_well(others: int, missing: int, line: str) -> None:
    whole = order({"ref": "a", "price": "12,50"}, *({"ref": f"b{number}"} for number in range(others)))
    assert strip(replace(whole, items_complete=not missing, items_left=missing)) == [f"item-1: {line}"]
