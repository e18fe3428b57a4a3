"""The strip of things to check: each with its number, one line for each flight, none that a pill says already."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.cdp.records import Order, OrderItem
from orders.display.alerts import alert_lines
from orders.itinerary.journeys import plan
from orders.services.summary import summarize
from tests.itinerary.test_parts import item

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OUT = "DUB JFK 2026-12-27T06:40 2026-12-27T09:20"
PAST = "DUB JFK 2026-06-27T06:40 2026-06-27T09:20"
TIGHT = ("DUB AMS 2026-12-27T06:40 2026-12-27T09:20", "AMS VIE 2026-12-27T09:55 2026-12-27T11:40")


def strip(order_status: str | None, *items: OrderItem, **fields: object) -> list[str]:
    """The lines of the strip, each as "anchor at: words"."""
    order = Order(ref="r", status=order_status, items=items, **fields)  # type: ignore[arg-type]
    trip = plan(items, now=NOW)
    lines = alert_lines(order, summarize(order, trip), trip, NOW)
    return [f"{line.anchor.partition('-')[0]} {line.at}: {' · '.join(line.words)}" for line in lines]


@pytest.mark.parametrize(
    ("sent", "flight", "lines"),
    [
        ("CONFIRMED", OUT, []),
        ("RESERVED", OUT, ["itinerary : Reserved, leaves in 30 days"]),
        ("PENDING", OUT, ["itinerary : Pending, leaves in 30 days"]),
        ("DECLINED", OUT, ["itinerary : Declined, leaves in 30 days"]),
        ("PAYMENT_PENDING", OUT, ["money : Payment pending, leaves in 30 days"]),
        ("RESERVED", PAST, []),
        ("PAYMENT_PENDING", PAST, []),
        ("CANCELLED", OUT, []),  # the pill says it
    ],
)
def test_what_is_not_settled_is_to_check_before_departure(sent: str, flight: str, lines: list[str]) -> None:
    assert strip(sent, item(flight, status=sent)) == lines


@pytest.mark.parametrize(
    ("order", "mug", "lines"),
    [
        ("PAYMENT_PENDING", None, []),  # the pill says it
        ("RESERVED", "RESERVED", []),
        ("CONFIRMED", "PAYMENT_PENDING", ["money : Payment pending"]),
        (None, "RESERVED", ["money : Reserved"]),
    ],
)
def test_without_a_departure_only_what_no_pill_says_is_to_check(
    order: str | None, mug: str | None, lines: list[str]
) -> None:
    assert strip(order, OrderItem(ref="mug", status=mug)) == lines


@pytest.mark.parametrize(
    ("order", "items", "lines"),
    [
        ("CANCELLED", ["CONFIRMED"] * 2, ["money : The order says Cancelled, its items say Confirmed"]),
        (
            "CANCELLED",
            ["CONFIRMED", "TICKETED"],
            ["money : The order says Cancelled, its items say Confirmed, Ticketed"],
        ),
        ("CANCELLED", ["CANCELLED"] * 2, []),
        ("CONFIRMED", ["CONFIRMED"] * 2, []),
        ("CANCELLED", [None, None], []),
    ],
)
def test_an_order_and_items_that_contradict_each_other(order: str, items: list[str | None], lines: list[str]) -> None:
    assert strip(order, *(OrderItem(ref="mug", status=sent) for sent in items)) == lines


def test_items_that_do_not_add_up() -> None:
    mug = OrderItem(ref="mug", price=Decimal(138), currency_code="EUR", quantity=Decimal(1))
    assert strip("PURCHASED", mug, price=Decimal(250), currency_code="EUR") == [
        "money : Items add up to 138.00 EUR, not 250.00 EUR"
    ]


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ("LGW MCO 2026-12-27T12:40 2026-12-27T17:05", "Change of airport in London: LHR–LGW, 4 h 45 min"),
        ("MAN MCO 2026-12-27T14:40 2026-12-27T19:05", "Missing leg in London: LHR–MAN, 6 h 45 min"),
    ],
)
def test_a_change_of_airport_has_its_length(second: str, line: str) -> None:
    assert strip("CONFIRMED", item("DUB LHR 2026-12-27T06:30 2026-12-27T07:55", second, status="CONFIRMED")) == [
        f"flight BX 459: {line}"
    ]


def test_a_flight_has_one_line_with_the_numbers_of_all_its_things() -> None:
    assert strip("CONFIRMED", item(*TIGHT, status="CONFIRMED")) == [
        "flight BX 459: Tight connection in Amsterdam: 35 min"
    ]
    gone = item(*TIGHT, status="CANCELLED")
    assert strip("CONFIRMED", *[item(*TIGHT, status="CONFIRMED")] * 3, gone) == [
        "flight BX 459: Partly cancelled: 1 of 4 · Tight connection in Amsterdam: 35 min",
        "flight BX 459: Partly cancelled: 1 of 4",
    ]
