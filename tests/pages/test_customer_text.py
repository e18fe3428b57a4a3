"""The copy for the customer: it says of every flight and extra whether it is settled, its day, and where an extra belongs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orders.cdp.records import Order, OrderItem
from orders.display.customer_text import customer_text
from orders.itinerary.journeys import plan
from orders.services.summary import summarize
from tests.itinerary.test_parts import item

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OUT = "DUB AGP 2026-12-27T06:40 2026-12-27T10:40"
BACK = "AGP DUB 2027-01-04T11:25 2027-01-04T13:30"
PLEASE = "Please note the status given below."


def text(order_status: str | None, *items: OrderItem) -> str:
    order = Order(ref="r", status=order_status, items=items)
    trip = plan(items, now=NOW)
    return customer_text(order, trip, summarize(order, trip).others)


def extra(name: str | None = "Checked bag", status: str = "CONFIRMED", **fields: str) -> OrderItem:
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
        ("CONFIRMED", ["CONFIRMED"] * 3 + ["WAITLISTED"], " – Waitlisted for 1 of 4", True),
        ("CONFIRMED", ["CONFIRMED"] * 3 + ["CANCELLED"], " – Cancelled for 1 of 4", True),
        ("RESERVED", ["RESERVED"], "", False),  # the opening says it
        ("RESERVED", ["DECLINED"], " – Declined", True),
    ],
)
def test_a_flight_that_is_not_settled_says_so(order: str, statuses: list[str], remark: str, noted: bool) -> None:
    said = text(order, item(OUT, status="CONFIRMED"), *[item(BACK, status=sent) for sent in statuses])
    assert f"\nFlight BX 459{remark}\nDeparts 11:25, Málaga" in said
    assert "\nFlight BX 459\nDeparts 06:40, Dublin" in said
    assert (PLEASE in said) is noted
    assert ("Status: Reserved, not confirmed" in said) is (order == "RESERVED")


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
    said = text("CONFIRMED", item(OUT, status="CONFIRMED"), item(BACK, status="CONFIRMED"), extra(status=sent))
    assert said.partition("Also booked\n")[2].partition("\n")[0] == line
    assert (PLEASE in said) is ("–" in line)


NIGHT = ("DUB AMS 2026-12-27T20:00 2026-12-27T22:40", "AMS VIE 2026-12-28T07:00 2026-12-28T08:50")
OVER = ("DUB IST 2026-12-27T16:55 2026-12-28T00:20", "IST VIE 2026-12-28T07:00 2026-12-28T08:20")


@pytest.mark.parametrize(
    ("flights", "ends"),
    [
        (NIGHT, ["Departs 20:00", "Arrives 22:40", "Departs Mon 28 Dec 07:00", "Arrives 08:50"]),
        (OVER, ["Departs 16:55", "Arrives Mon 28 Dec 00:20", "Departs 07:00", "Arrives 08:20"]),
    ],
)
def test_the_day_is_given_whenever_it_is_another(flights: tuple[str, ...], ends: list[str]) -> None:
    said = text("CONFIRMED", item(*flights, status="CONFIRMED"))
    assert "Sun 27 Dec 2026 · Dublin to Vienna" in said
    assert [line.partition(",")[0] for line in said.splitlines() if line[:7] in {"Departs", "Arrives"}] == ends


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
    said = text("CONFIRMED", item(OUT, status="CONFIRMED"), item(BACK, status="CONFIRMED"), extra(name, **fields))
    assert said.partition("Also booked\n")[2].partition("\n")[0] == line
