"""The copy for the customer: for every flight and extra it states whether it is settled, its day, and where an extra belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.cdp.records import Order, OrderItem
from orders.display.customer_text import customer_text
from orders.itinerary.journeys import plan
from orders.services.summary import summarize
from tests.itinerary.test_parts import item

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OUT = "DUB AGP 2026-12-27T06:40 2026-12-27T10:40"
BACK = "AGP DUB 2027-01-04T11:25 2027-01-04T13:30"
PLEASE = "Please note any status shown next to a flight or extra below."


def text(order_status: str | None, *items: OrderItem) -> str:
    order = Order(ref="r", status=order_status, items=items)
    trip = plan(items, now=NOW)
    return customer_text(order, trip, summarize(order, trip).others)


def extra(name: str | None = "Checked bag", status: str | None = "CONFIRMED", **fields: object) -> OrderItem:
    return OrderItem(ref="bag", type="BAG", name=name, status=status, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "statuses", "remark", "noted"),
    [
        ("CONFIRMED", ["CONFIRMED"], "", False),
        ("CONFIRMED", ["TICKETED"], "", False),
        ("CONFIRMED", [""], "", False),
        ("CONFIRMED", ["WAITLISTED"], " – Waitlisted", True),
        ("CONFIRMED", ["DECLINED"], " – Declined", True),
        ("CONFIRMED", ["PENDING"], " – Pending, not confirmed", True),
        ("CONFIRMED", ["RQ7"], " – status to be confirmed", True),
        ("CONFIRMED", ["CANCELLED"], " – CANCELLED", False),
        ("CONFIRMED", ["CONFIRMED"] * 3 + ["WAITLISTED"], " – Waitlisted for 1 of 4 travellers", True),
        ("CONFIRMED", ["CONFIRMED"] * 3 + ["CANCELLED"], " – Cancelled for 1 of 4 travellers", True),
        ("RESERVED", ["RESERVED"], "", False),  # the opening states it
        ("RESERVED", ["DECLINED"], " – Declined", True),
        ("RQ7", ["RQ7"], " – status to be confirmed", True),  # the opening has no words for it
    ],
)
def test_a_flight_that_is_not_settled_says_so(order: str, statuses: list[str], remark: str, noted: bool) -> None:
    message = text(order, item(OUT, status="CONFIRMED"), *[item(BACK, status=sent) for sent in statuses])
    assert f"\nFlight BX 459{remark}\nDeparture: 11:25, Málaga" in message
    assert "\nFlight BX 459\nDeparture: 06:40, Dublin" in message
    assert (PLEASE in message) is noted
    assert ("Status: Reserved, not confirmed" in message) is (order == "RESERVED")


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ("CONFIRMED", "Checked bag"),
        ("WAITLISTED", "Checked bag – Waitlisted"),
        ("PENDING", "Checked bag – Pending, not confirmed"),
        ("CANCELLED", ""),
        ("DECLINED", ""),
    ],
)
def test_so_does_an_extra(sent: str, line: str) -> None:
    message = text("CONFIRMED", item(OUT, status="CONFIRMED"), item(BACK, status="CONFIRMED"), extra(status=sent))
    assert message.partition("Also booked\n")[2].partition("\n")[0] == line
    assert (PLEASE in message) is ("–" in line)


@pytest.mark.parametrize(
    ("operator", "line"),
    [
        ("EI", "Flight BX 459, operated by Aer Lingus"),
        ("BA CityFlyer", "Flight BX 459, operated by BA CityFlyer"),
        ("ZZ", "Flight BX 459"),
    ],
)
def test_an_operator_is_named_and_no_bare_code_is_given(operator: str, line: str) -> None:
    out = item(OUT, status="CONFIRMED")
    flown = replace(
        out, flight_segments=tuple(replace(segment, operating_carrier=operator) for segment in out.flight_segments)
    )
    assert f"\n{line}\n" in text("CONFIRMED", flown)


NIGHT = ("DUB AMS 2026-12-27T20:00 2026-12-27T22:40", "AMS VIE 2026-12-28T07:00 2026-12-28T08:50")
OVER = ("DUB IST 2026-12-27T16:55 2026-12-28T00:20", "IST VIE 2026-12-28T07:00 2026-12-28T08:20")


@pytest.mark.parametrize(
    ("flights", "ends"),
    [
        (NIGHT, ["Departure: 20:00", "Arrival: 22:40", "Departure: Mon 28 Dec 07:00", "Arrival: 08:50"]),
        (OVER, ["Departure: 16:55", "Arrival: Mon 28 Dec 00:20", "Departure: 07:00", "Arrival: 08:20"]),
    ],
)
def test_the_day_is_given_whenever_it_is_another(flights: tuple[str, ...], ends: list[str]) -> None:
    message = text("CONFIRMED", item(*flights, status="CONFIRMED"))
    assert "Sun 27 Dec 2026 · Dublin to Vienna" in message
    assert [
        line.partition(",")[0] for line in message.splitlines() if line.startswith(("Departure:", "Arrival:"))
    ] == ends


@pytest.mark.parametrize(
    ("name", "fields", "line"),
    [
        ("Checked bag DUB-AGP", {}, "Checked bag Dublin to Málaga"),
        ("Checked bag", {"product_id": "AGP-DUB"}, "Checked bag, Málaga to Dublin"),
        ("Checked bag", {"description": "20 kg, DUB-AGP"}, "Checked bag, Dublin to Málaga"),
        (None, {"description": "20 kg, DUB-AGP"}, "Bag, Dublin to Málaga"),
        ("Checked bag", {"description": "20 kg"}, "Checked bag"),
        ("Checked bag", {"description": "LHR-JFK"}, "Checked bag"),
    ],
)
def test_an_extra_says_which_flight_it_is_for(name: str | None, fields: dict[str, str], line: str) -> None:
    message = text("CONFIRMED", item(OUT, status="CONFIRMED"), item(BACK, status="CONFIRMED"), extra(name, **fields))
    assert message.partition("Also booked\n")[2].partition("\n")[0] == line


@pytest.mark.parametrize(
    ("quantities", "line"),
    [
        ([2], "2 × Bag 23 kg"),
        ([2, 2], "4 × Bag 23 kg"),
        ([1, 1], "2 × Bag 23 kg"),
        ([1], "Bag 23 kg"),
        ([None], "Bag 23 kg"),
        ([0], "Bag 23 kg"),
        (["1.5"], "Bag 23 kg"),
        (["1e400"], "Bag 23 kg"),
    ],
)
def test_an_extra_says_how_many(quantities: list[int | str | None], line: str) -> None:
    bags = [extra("Bag 23 kg", quantity=None if many is None else Decimal(many)) for many in quantities]
    message = text("CONFIRMED", item(OUT, status="CONFIRMED"), *bags)
    assert message.partition("Also booked\n")[2].partition("\n")[0] == line


@pytest.mark.parametrize(
    ("order", "flight", "bag", "says", "never"),
    [
        ("CANCELLED", "", None, ["Status: Cancelled", "BX 459 – CANCELLED"], ["Also booked", "Checked bag"]),
        ("CANCELLED", "CANCELLED", None, ["BX 459 – CANCELLED"], ["Also booked"]),
        ("DECLINED", "", None, ["Status: Declined"], ["Also booked"]),
        ("CONFIRMED", "", None, ["Flight BX 459\n", "Also booked\nChecked bag"], ["Status", "CANCELLED"]),
        ("REFUNDED", "", None, ["Status: Refunded", "Also booked"], ["CANCELLED"]),
        ("PARTIALLY_CANCELLED", "CONFIRMED", "CANCELLED", ["Status: Partially cancelled", "Flight BX 459\n"], ["Also booked"]),
    ],
)  # fmt: skip
def test_nothing_cancelled_reads_as_booked(
    order: str, flight: str, bag: str | None, says: list[str], never: list[str]
) -> None:
    message = text(order, item(OUT, status=flight), extra(status=bag))
    assert all(words in message for words in says), message
    assert not any(words in message for words in never), message


@pytest.mark.parametrize(("order", "flight"), [("CANCELLED", "CONFIRMED"), ("DECLINED", "TICKETED")])
def test_there_is_no_text_of_an_order_that_contradicts_itself(order: str, flight: str) -> None:
    assert text(order, item(OUT, status=flight)) == ""


WEST = "LAS LHR 2026-12-20T02:00 2026-12-20T12:15"
EAST = "LHR LAS 2026-12-15T19:00 2026-12-16T05:35"
ONWARD = ("LAS LHR 2026-12-20T02:00 2026-12-20T12:15", "LHR DUB 2026-12-20T15:00 2026-12-20T16:20")


@pytest.mark.parametrize(
    ("flights", "says", "never"),
    [
        ([[EAST], [WEST]], ["Departure: time to be confirmed, London Heathrow"], ["19:00", "02:00", "Dec", "local"]),
        ([ONWARD], ["Arrival: time to be confirmed, Dublin"], ["15:00", "Connection", "local"]),
        ([["DUB LHR 2026-12-27T16:00 2026-12-27T14:20"]], ["\nDublin to London\n", "Departure: time to be confirmed, Dublin"], ["16:00", "Dec", "local"]),
        ([["DUB PMI 2027-03-28T01:30 2027-03-28T05:20"]], ["Sun 28 Mar 2027 · Dublin to Palma", "Departure: time to be confirmed, Dublin"], ["01:30"]),
        ([["DUB LHR 2026-12-27T16:00 -"]], ["Departure: 16:00, Dublin", "Arrival: time to be confirmed, London Heathrow"], ["None"]),
        ([["DUB QQQ 2026-12-27T16:00 2026-12-27T18:00"]], ["Departure: 16:00, Dublin", "Arrival: 18:00, QQQ"], []),
    ],
)  # fmt: skip
def test_a_doubted_time_is_not_given(flights: list[list[str]], says: list[str], never: list[str]) -> None:
    message = text("CONFIRMED", *[item(*legs, status="CONFIRMED") for legs in flights])
    assert all(words in message for words in says), message
    assert not any(words in message for words in never), message


def test_a_split_party_stays_split() -> None:
    late = OUT.replace("T06:40", "T13:40").replace("T10:40", "T17:40")
    message = text(
        "CONFIRMED",
        *[item(way, status="CONFIRMED") for way in (OUT, BACK)],
        *[item(way, status="CONFIRMED", kind="CHD") for way in (late, BACK)],
    )
    assert [line for line in message.splitlines() if line.startswith("Travellers")] == [
        "Travellers: 1 adult",
        "Travellers: 1 child",
        "Travellers: 1 adult, 1 child",
    ]
