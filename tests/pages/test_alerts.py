"""The strip of things to check: each with its number, one line for each flight, and none that a pill states already."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.cdp.records import Order, OrderItem
from orders.display.alerts import alert_lines
from orders.itinerary.codes import Reading
from orders.itinerary.journeys import plan
from orders.services.summary import summarize
from tests.itinerary.test_parts import item

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OUT = "DUB JFK 2026-12-27T06:40 2026-12-27T09:20"
PAST = "DUB JFK 2026-06-27T06:40 2026-06-27T09:20"
TIGHT = ("DUB AMS 2026-12-27T06:40 2026-12-27T09:20", "AMS VIE 2026-12-27T09:55 2026-12-27T11:40")


def strip(order_status: str | None, *items: OrderItem, reading: Reading = Reading.LOCAL, **fields: object) -> list[str]:
    """The lines of the strip, each as "anchor at: words"."""
    order = Order(ref="r", status=order_status, items=items, **fields)  # type: ignore[arg-type]
    trip = plan(items, reading=reading, now=NOW)
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
        (
            "PAYMENT_PENDING",
            "QQQ JFK 2026-12-27T06:40 2026-12-27T09:20",
            ["money : Payment pending, leaves Sun 27 Dec 2026"],
        ),
        ("PAYMENT_PENDING", "QQQ JFK 2026-06-27T06:40 2026-06-27T09:20", []),
        (
            "PAYMENT_PENDING",
            "DUB JFK - -",
            ["money : Payment pending, departure time unknown", "flight BX 459: Time missing: DUB–JFK"],
        ),
        (
            "PAYMENT_PENDING",
            "LAS LHR 2026-12-20T02:00 2026-12-20T12:15",
            ["money : Payment pending, departure time in doubt", "itinerary : Times look like UTC"],
        ),
        ("CANCELLED", OUT, []),  # the pill states it
    ],
)
def test_what_is_not_settled_is_to_check_before_departure(sent: str, flight: str, lines: list[str]) -> None:
    assert strip(sent, item(flight, status=sent)) == lines


@pytest.mark.parametrize(
    ("flight", "when"),
    [
        ("DUB JFK 2026-12-27T06:40 2026-12-27T14:20", "in 30 days"),
        ("QQQ JFK 2026-12-27T06:40 2026-12-27T14:20", "Sun 27 Dec 2026"),
        ("QQQ JFK 2026-11-27T18:00 2026-11-28T02:00", "Fri 27 Nov 2026"),
        ("QQQ XQZ 2026-12-27T06:40 -", "Sun 27 Dec 2026"),
    ],
)
def test_a_time_in_utc_at_an_unknown_place_gives_the_day(flight: str, when: str) -> None:
    """Such a departure has an instant, but no date at the airport to count days from."""
    first = strip("RESERVED", item(flight, status="RESERVED"), reading=Reading.UTC)[0]
    assert first == f"itinerary : Reserved, leaves {when}"


BACK = "JFK DUB 2026-12-02T18:00 2026-12-03T05:20"


@pytest.mark.parametrize(
    ("sent", "gone", "lines"),
    [
        ("PAYMENT_PENDING", "PAYMENT_PENDING", ["money : Payment pending, leaves in 5 days"]),
        ("RESERVED", "CONFIRMED", ["itinerary : Reserved, leaves in 5 days"]),
        ("CONFIRMED", "PAYMENT_PENDING", ["money : Payment pending, leaves in 5 days"]),
    ],
)
def test_of_a_trip_under_way_the_next_flight_counts(sent: str, gone: str, lines: list[str]) -> None:
    assert strip(sent, item(PAST, status=gone), item(BACK, status=sent)) == lines
    in_the_air = "DUB JFK 2026-11-27T11:00 2026-11-27T13:40"
    assert strip(sent, item(in_the_air, status=gone), item(BACK, status=sent)) == lines


def test_a_flight_without_a_seat_is_not_the_next_one() -> None:
    lost = item("DUB LHR 2026-12-01T07:00 2026-12-01T08:20", status="DECLINED")
    assert (
        strip("PAYMENT_PENDING", lost, item(BACK, status="PAYMENT_PENDING"))[0]
        == "money : Payment pending, leaves in 5 days"
    )


MADRID = "DUB MAD 2027-04-10T{} 2027-04-10T{}"
EARLY, LATE = MADRID.format("07:10", "10:45"), MADRID.format("13:40", "17:15")
HOME = "MAD DUB 2027-04-17T18:00 2027-04-17T19:40"
SPLIT = "flight : Not all travellers are on every flight: 1 adult on BX 459; 1 child on BX 459"


@pytest.mark.parametrize(
    ("adult", "child", "status", "lines"),
    [
        ([EARLY, HOME], [LATE, HOME], "CONFIRMED", [SPLIT]),
        ([EARLY, HOME], [EARLY, HOME], "CONFIRMED", []),
        ([EARLY, HOME], [EARLY], "CONFIRMED", ["flight : Not all travellers are on every flight: 1 adult on BX 459"]),
        ([EARLY, HOME], [EARLY, HOME], "CANCELLED", ["flight BX 459: Partly cancelled: 1 of 2"] * 2),
        (["DUB MAD 2026-04-10T07:10 2026-04-10T10:45"], ["DUB MAD 2026-04-10T13:40 2026-04-10T17:15"], "CONFIRMED", []),
    ],
)
def test_a_party_on_different_flights_is_to_check(
    adult: list[str], child: list[str], status: str, lines: list[str]
) -> None:
    family = [item(way, status="CONFIRMED") for way in adult] + [item(way, status=status, kind="CHD") for way in child]
    assert strip("CONFIRMED", *family) == lines


def test_flights_without_segments_are_to_check() -> None:
    bare = [OrderItem(ref="out", type="FLIGHT", name="Dublin to Las Vegas"), OrderItem(ref="back", type="Flight Item")]
    assert strip("CONFIRMED", *bare) == ["itinerary : 2 flights without times"]
    assert strip("CONFIRMED", bare[0], item(OUT, status="CONFIRMED")) == ["itinerary : 1 flight without times"]


@pytest.mark.parametrize(
    ("order", "mug", "lines"),
    [
        ("PAYMENT_PENDING", None, []),  # the pill states it
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
        ("CANCELLED", ["CONFIRMED"] * 2, ["money : The order is marked Cancelled, but its items are marked Confirmed"]),
        (
            "CANCELLED",
            ["CONFIRMED", "TICKETED"],
            ["money : The order is marked Cancelled, but its items are marked Confirmed, Ticketed"],
        ),
        ("CANCELLED", ["CANCELLED"] * 2, []),
        ("CONFIRMED", ["CONFIRMED"] * 2, []),
        ("CONFIRMED", ["CANCELLED"] * 2, ["money : The order is marked Confirmed, but its items are marked Cancelled"]),
        (
            "PURCHASED",
            ["DECLINED"],
            ["money : Declined", "money : The order is marked Purchased, but its items are marked Declined"],
        ),
        ("CONFIRMED", ["CANCELLED", "CONFIRMED"], []),
        ("CANCELLED", [None, None], []),
    ],
)
def test_an_order_and_items_that_contradict_each_other(order: str, items: list[str | None], lines: list[str]) -> None:
    assert strip(order, *(OrderItem(ref="mug", status=sent) for sent in items)) == lines


def test_items_that_do_not_add_up() -> None:
    mug = OrderItem(ref="mug", price=Decimal(138), currency_code="EUR", quantity=Decimal(1))
    assert strip("PURCHASED", mug, price=Decimal(250), currency_code="EUR") == [
        "money : Items add up to 138.00 EUR; the order total is 250.00 EUR"
    ]


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ("LGW MCO 2026-12-27T12:40 2026-12-27T17:05", "Change of airport in London: LHR–LGW, 4 h 45 min"),
        ("MAN MCO 2026-12-27T14:40 2026-12-27T19:05", "Missing leg: LHR–MAN, 6 h 45 min"),
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
