"""The answer line: the CDP's data on booking, payment and time, and nothing beyond that."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.cdp.records import Order, OrderItem
from orders.display.answers import Answer, answers
from orders.display.departure import time_words
from orders.itinerary.codes import Reading
from orders.itinerary.journeys import plan
from orders.services.summary import summarize
from tests.itinerary.test_parts import item

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def line(order_status: str | None, statuses: list[str | None], **fields: str) -> dict[str, str]:
    """The words about an order whose items have these statuses, by topic."""
    return {answer.about: answer.words for answer in answers_of(order_status, statuses, **fields)}


def answers_of(order_status: str | None, statuses: list[str | None], **fields: str) -> list[Answer]:
    items = tuple(OrderItem(ref=f"i{n}", status=sent, price=Decimal(1)) for n, sent in enumerate(statuses))
    order = Order(ref="r", status=order_status, items=items, **fields)  # type: ignore[arg-type]
    trip = plan(items, now=NOW)
    return answers(order, summarize(order, trip), trip, NOW)


CONFIRMED_UNKNOWN = "The CDP does not say whether the order is confirmed"
PAID_UNKNOWN = "The CDP does not say whether the order is paid"
REFUND_UNKNOWN = "; the CDP does not say whether the payment was refunded"


@pytest.mark.parametrize(
    ("order", "items", "booking"),
    [
        ("PURCHASED", ["CONFIRMED"] * 4, "Confirmed for 4 of 4 items"),
        ("PURCHASED", ["CONFIRMED"], "Confirmed"),
        (
            "CONFIRMED",
            ["CONFIRMED", "CANCELLED", "confirmed", "Confirmed"],
            "Confirmed for 3 of 4 items · Cancelled for 1 of 4 items",
        ),
        ("RESERVED", ["RESERVED"] * 2, "Reserved for 2 of 2 items, not confirmed"),
        ("RESERVED", [None, None], "Reserved, not confirmed"),
        ("CONFIRMED", [], "Confirmed"),
        ("PAYMENT_PENDING", ["PAYMENT_PENDING"], CONFIRMED_UNKNOWN),
        ("PAID", ["PAID"], CONFIRMED_UNKNOWN),
        (None, [None], CONFIRMED_UNKNOWN),
        (None, ["HK"], "Confirmed"),
        ("WHATEVER", [None], "WHATEVER"),
        ("PURCHASED", ["PURCHASED"] * 2, "Purchased for 2 of 2 items"),
    ],
)
def test_booking(order: str | None, items: list[str | None], booking: str) -> None:
    assert line(order, items)["booking"] == booking


@pytest.mark.parametrize(
    ("order", "items", "method", "card", "payment"),
    [
        ("PURCHASED", [], "Card", "Visa", "Paid by card · Visa"),
        ("purchased", [], "card", "", "Paid by card"),
        ("PURCHASED", [], "Voucher", "", "Paid by voucher"),
        ("PURCHASED", [], "Klarna", "", "Paid · Klarna"),
        ("PURCHASED", [], "", "", "Paid"),
        ("PAYMENT_PENDING", [], "ATM", "", "Payment pending · ATM"),
        ("CONFIRMED", ["CONFIRMED"], "Card", "Visa", f"{PAID_UNKNOWN} · Card · Visa"),
        ("RESERVED", ["RESERVED"], "", "", PAID_UNKNOWN),
        ("CANCELLED", ["CANCELLED"], "Card", "", "The CDP does not say whether the order was paid or refunded · Card"),
        ("CANCELLED", [None, None], "", "", "The CDP does not say whether the order was paid or refunded"),
        ("CONFIRMED", ["CANCELLED", None], "", "", PAID_UNKNOWN),
        ("PURCHASED", ["CANCELLED"] * 2, "Card", "", f"Paid by card{REFUND_UNKNOWN}"),
        ("CANCELLED", ["PURCHASED"] * 2, "", "", f"Paid{REFUND_UNKNOWN}"),
        ("VOID", ["PURCHASED"], "", "", f"Paid{REFUND_UNKNOWN}"),
        ("PURCHASED", ["CONFIRMED", "CANCELLED"], "", "", "Paid"),
        ("CONFIRMED", ["PURCHASED", "PURCHASED"], "Card", "", "Paid by card"),
        (
            "CONFIRMED",
            ["PURCHASED", "PAYMENT_PENDING"],
            "",
            "",
            "Paid for 1 of 2 items · Payment pending for 1 of 2 items",
        ),
        ("CONFIRMED", ["PURCHASED", "CONFIRMED"], "", "", "Paid for 1 of 2 items"),
        ("REFUNDED", ["CANCELLED"], "Card", "", "Refunded; the CDP does not give the amount refunded · Card"),
        ("CANCELLED_REFUNDED", [], "", "", "Cancelled and refunded; the CDP does not give the amount refunded"),
        ("REFUND_PENDING", [], "Card", "", "Refund pending · Card"),
        (
            "CONFIRMED",
            ["REFUNDED", "CONFIRMED"],
            "",
            "",
            "Refunded for 1 of 2 items; the CDP does not give the amount refunded",
        ),
        ("DECLINED", ["DECLINED"], "", "", PAID_UNKNOWN),
        ("PAYMENT_FAILED", [], "Card", "", "Payment failed · Card"),
    ],
)
def test_payment_is_paid_only_where_a_status_says_so(
    order: str, items: list[str | None], method: str, card: str, payment: str
) -> None:
    assert line(order, items, payment_type=method, card_type=card)["payment"] == payment


@pytest.mark.parametrize(
    ("about", "order", "items", "tone", "words"),
    [
        ("payment", "PURCHASED", ["CONFIRMED"] * 2, "good", "Paid"),
        ("payment", "PURCHASED", ["PURCHASED"] * 2, "good", "Paid"),
        (
            "payment",
            "PURCHASED",
            ["PURCHASED", "PAYMENT_PENDING"],
            "pending",
            "Paid · Payment pending for 1 of 2 items",
        ),
        ("payment", "PURCHASED", ["PURCHASED", "REFUNDED"], "refunded", "Paid · Refunded for 1 of 2 items"),
        (
            "payment",
            "PAYMENT_PENDING",
            ["PAID", "PAYMENT_PENDING"],
            "pending",
            "Payment pending · Paid for 1 of 2 items",
        ),
        ("payment", "PAYMENT_PENDING", ["UNPAID"], "pending", "Payment pending"),
        ("payment", "PURCHASED", ["CANCELLED"] * 2, "neutral", f"Paid{REFUND_UNKNOWN}"),
        ("booking", "CONFIRMED", ["CANCELLED"] * 2, "cancelled", "Cancelled for 2 of 2 items"),
        ("booking", "CONFIRMED", ["CONFIRMED"] * 2, "good", "Confirmed for 2 of 2 items"),
        ("booking", "RESERVED", ["CONFIRMED"] * 2, "neutral", "Confirmed for 2 of 2 items"),
        ("booking", "REFUNDED", ["CONFIRMED"] * 2, "neutral", "Confirmed for 2 of 2 items"),
        ("booking", "PARTIALLY_CANCELLED", ["CONFIRMED"] * 2, "neutral", "Confirmed for 2 of 2 items"),
        ("booking", "PAYMENT_PENDING", ["CONFIRMED"] * 2, "good", "Confirmed for 2 of 2 items"),
        ("booking", "PURCHASED", ["REFUNDED"] * 2, "neutral", "Purchased"),
        ("booking", "CANCELLED", ["CONFIRMED"] * 2, "neutral", "Confirmed for 2 of 2 items"),
        ("booking", "CONFIRMED", ["CONFIRMED", None], "neutral", "Confirmed for 1 of 2 items"),
        ("booking", "CANCELLED", ["CANCELLED"] * 2, "cancelled", "Cancelled for 2 of 2 items"),
    ],
)
def test_an_answer_is_green_only_if_order_and_all_items_agree(
    about: str, order: str, items: list[str | None], tone: str, words: str
) -> None:
    answer = {answer.about: answer for answer in answers_of(order, items)}[about]
    assert (answer.tone, answer.words) == (tone, words)


OUT = "DUB JFK 2026-12-27T06:40 2026-12-27T09:20"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-27T12:00", "Leaves Dublin in 30 days, Sun 27 Dec 06:40"),
        ("2026-06-30T12:00", "Leaves Dublin in 180 days, Sun 27 Dec 06:40"),
        ("2026-06-29T12:00", "Leaves Dublin in 181 days, Sun 27 Dec 2026 06:40"),
        ("2026-12-26T01:00", "Leaves Dublin in 1 day, Sun 27 Dec 06:40"),
        ("2026-12-26T20:40", "Leaves Dublin in 10 h, Sun 27 Dec 06:40"),
        ("2026-12-27T06:39", "Leaves Dublin in 1 min, Sun 27 Dec 06:40"),
        ("2026-12-27T08:00", "On the way to New York, due 09:20"),
        ("2026-12-27T14:19", "On the way to New York, due 09:20"),
        ("2026-12-28T08:00", "Arrived in New York on Sun 27 Dec 2026"),
    ],
)
def test_time(now: str, words: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert time_words(plan([item(OUT)], now=moment), moment) == words


@pytest.mark.parametrize(
    "flights",
    [
        [],
        ["QQQ QQX 2026-12-27T06:40 2026-12-27T09:20"],  # zones that are unknown
    ],
)
def test_no_time_is_claimed_where_none_is_sure(flights: list[str]) -> None:
    assert time_words(plan([item(flight) for flight in flights], now=NOW), NOW) == ""


NIGHT = "DUB SIN 2026-12-27T12:00 2026-12-28T09:20"
NO_ARRIVAL = "DUB JFK 2026-12-27T06:40 -"
WRONG = "DUB LHR 2026-12-27T16:00 2026-12-27T14:20"
WRONG_MONTH = "SFO FRA 2027-02-10T14:00 2027-03-11T09:45"


@pytest.mark.parametrize(
    ("flight", "status", "now", "words"),
    [
        (NIGHT, "", "2026-12-27T15:59", "On the way to Singapore, due Mon 28 Dec 09:20"),
        (NIGHT, "", "2026-12-27T16:00", "On the way to Singapore, due 09:20"),  # there it is the 28th
        (NO_ARRIVAL, "", "2026-12-27T06:41", "Left Dublin on Sun 27 Dec at 06:40; arrival time unknown"),
        (NO_ARRIVAL, "", "2027-12-27T06:41", "Left Dublin on Sun 27 Dec 2026 at 06:40; arrival time unknown"),
        ("DUB QQQ 2026-12-27T06:40 2026-12-27T09:20", "", "2026-12-28T12:00", "Left Dublin on Sun 27 Dec at 06:40; arrival time unknown"),
        (WRONG, "", "2026-12-01T12:00", "Leaves Dublin in 26 days, Sun 27 Dec 16:00; check the flight’s times"),
        (WRONG_MONTH, "", "2027-02-20T12:00", "On the way to Frankfurt, due Thu 11 Mar 09:45; check the flight’s times"),
        ("DUB PMI 2027-03-28T01:30 2027-03-28T05:20", "", "2027-03-01T12:00", "Leaves Dublin in 27 days, Sun 28 Mar 01:30; check the flight’s times"),
        (OUT, "REFUNDED", "2026-12-28T08:00", "Was due to arrive in New York on Sun 27 Dec 2026"),
        (OUT, "RESERVED", "2026-12-28T08:00", "Was due to arrive in New York on Sun 27 Dec 2026"),
        (OUT, "CONFIRMED", "2026-12-28T08:00", "Arrived in New York on Sun 27 Dec 2026"),
        *[
            (OUT, sent, "2026-12-27T08:00", "Was due to leave Dublin on Sun 27 Dec at 06:40 (arrival in New York: 09:20)")
            for sent in ("WAITLISTED", "STANDBY", "PENDING", "REFUNDED", "UNKNOWN", "ACME-1")
        ],
        (NIGHT, "STANDBY", "2026-12-27T15:59", "Was due to leave Dublin on Sun 27 Dec at 12:00 (arrival in Singapore: Mon 28 Dec 09:20)"),
        (NO_ARRIVAL, "STANDBY", "2026-12-27T06:41", "Was due to leave Dublin on Sun 27 Dec at 06:40; arrival time unknown"),
        *[
            (OUT, sent, now, "")
            for sent in ("BROWSED", "SEARCHED")
            for now in ("2026-11-27T12:00", "2026-12-27T08:00", "2026-12-28T08:00")
        ],
    ],
)  # fmt: skip
def test_a_time_says_no_more_than_the_data(flight: str, status: str, now: str, words: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert time_words(plan([item(flight, status=status)], now=moment), moment) == words


def test_the_last_landing_is_the_latest() -> None:
    moment = datetime(2027, 6, 1, tzinfo=UTC)
    long = item("DUB SIN 2026-12-27T06:40 2026-12-28T09:20", "DUB LHR 2026-12-27T09:00 2026-12-27T10:20")
    assert time_words(plan([long], now=moment), moment) == "Arrived in Singapore on Mon 28 Dec 2026"


@pytest.mark.parametrize(
    ("order", "time"),
    [
        ("CONFIRMED", "Leaves Dublin in 30 days, Sun 27 Dec 06:40"),
        ("CANCELLED", "Cancelled: no flights remain"),
        ("EXPIRED", None),
        ("DECLINED", None),
    ],
)
def test_flights_without_a_status_have_that_of_the_order(order: str, time: str | None) -> None:
    whole = Order(ref="r", status=order, items=(item(OUT, status=None),))  # type: ignore[arg-type]
    trip = plan(whole.items, now=NOW)
    lines = {answer.about: answer.words for answer in answers(whole, summarize(whole, trip), trip, NOW)}
    assert lines.get("time") == time


def test_a_time_from_part_of_the_items_says_so() -> None:
    moment = datetime(2027, 6, 1, tzinfo=UTC)
    order = Order(ref="r", status="CONFIRMED", items=(item(OUT),), items_complete=False)
    trip = plan(order.items, now=moment)
    answer = answers(order, summarize(order, trip), trip, moment)[-1]
    assert answer.words == "Arrived in New York on Sun 27 Dec 2026 (some flights may be missing)"


EARLY = "DUB MAD 2027-04-10T07:10 2027-04-10T10:45"
MIDDAY = "DUB MAD 2027-04-10T13:40 2027-04-10T17:15"
FROM_LONDON = "LHR MAD 2027-04-10T09:40 2027-04-10T13:00"
HOME = "MAD DUB 2027-04-17T18:00 2027-04-17T19:40"


@pytest.mark.parametrize(
    ("others", "now", "words"),
    [
        (MIDDAY, "2026-11-27T12:00", "Some of the party leave Dublin in 134 days, Sat 10 Apr 07:10"),
        (FROM_LONDON, "2026-11-27T12:00", "Some of the party leave Dublin in 134 days, Sat 10 Apr 07:10"),
        (EARLY, "2026-11-27T12:00", "Leaves Dublin in 134 days, Sat 10 Apr 07:10"),
        (MIDDAY, "2027-04-10T07:00", "Some of the party are on their way to Madrid, due 10:45"),
        (MIDDAY, "2027-04-10T10:40", "The party’s next departure: from Dublin in 2 h, Sat 10 Apr 13:40"),
        (MIDDAY, "2027-04-11T10:40", "Leaves Madrid in 6 days, Sat 17 Apr 18:00"),
    ],
)
def test_a_party_that_leaves_at_different_times(others: str, now: str, words: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    trip = plan([item(EARLY), item(HOME), item(others, kind="CHD"), item(HOME, kind="CHD")], now=moment)
    assert time_words(trip, moment) == words


EAST = "LHR LAS 2026-12-15T19:00 2026-12-16T05:35"
WEST = "LAS LHR 2026-12-20T02:00 2026-12-20T12:15"


@pytest.mark.parametrize(
    ("flights", "reading", "now", "words"),
    [
        (
            [WEST],
            Reading.LOCAL,
            "2026-11-27T12:00",
            "Leaves Las Vegas on Sun 20 Dec at 02:00 if the time was sent as local time, Sat 19 Dec 18:00 if it was sent in UTC",
        ),
        (
            [WEST],
            Reading.LOCAL,
            "2026-12-20T02:01",
            "Leaves Las Vegas on Sun 20 Dec at 02:00 if the time was sent as local time, Sat 19 Dec 18:00 if it was sent in UTC",
        ),
        ([WEST], Reading.LOCAL, "2026-12-20T10:01", ""),
        ([EAST], Reading.LOCAL, "2026-11-27T12:00", "Leaves London in 18 days, Tue 15 Dec 19:00"),
        (
            [EAST, WEST],
            Reading.LOCAL,
            "2026-12-17T12:00",
            "Leaves Las Vegas on Sun 20 Dec at 02:00 if the time was sent as local time, Sat 19 Dec 18:00 if it was sent in UTC",
        ),
        (
            ["FRA LAX 2027-01-15T09:05 2027-01-15T20:30"],
            Reading.LOCAL,
            "2026-11-27T12:00",
            "Leaves Frankfurt on Fri 15 Jan at 09:05 if the time was sent as local time, 10:05 if it was sent in UTC",
        ),
        (
            ["FRA LAX 2027-01-15T10:05 2027-01-15T12:30"],
            Reading.UTC,
            "2026-11-27T12:00",
            "Leaves Frankfurt on Fri 15 Jan at 11:05 if the time was sent in UTC, 10:05 if it was sent as local time",
        ),
    ],
)
def test_a_time_in_doubt_is_given_both_ways(flights: list[str], reading: Reading, now: str, words: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    trip = plan([item(flight) for flight in flights], reading=reading, now=moment)
    assert trip.doubted
    assert time_words(trip, moment) == words


@pytest.mark.parametrize("sent", ["CANCELLED", "VOID", "DECLINED", "EXPIRED", "FAILED", "NO_SHOW"])
def test_a_flight_without_a_seat_is_not_the_next_one(sent: str) -> None:
    gone = item("DUB LHR 2026-12-01T07:00 2026-12-01T08:20", status=sent)
    words = time_words(plan([gone, item(OUT)], now=NOW), NOW)
    assert words.startswith("Leaves Dublin in 30 days")
    assert time_words(plan([gone], now=NOW), NOW) == ""


@pytest.mark.parametrize(
    ("order_status", "statuses", "words"),
    [
        ("CANCELLED", ["CANCELLED", "CANCELLED"], "Cancelled: no flights remain"),
        ("CONFIRMED", ["CANCELLED", "CANCELLED"], "Cancelled: no flights remain"),
        ("CANCELLED", ["", ""], "Cancelled: no flights remain"),
        ("CANCELLED", ["CONFIRMED", ""], "Leaves Dublin in 30 days, Sun 27 Dec 06:40"),
        ("CANCELLED", ["CONFIRMED", "CANCELLED"], "Leaves Dublin in 30 days, Sun 27 Dec 06:40"),
        ("REFUNDED", ["REFUNDED", "REFUNDED"], "Leaves Dublin in 30 days, Sun 27 Dec 06:40"),
    ],
)
def test_of_a_cancelled_order_nothing_is_left_to_fly(order_status: str, statuses: list[str], words: str) -> None:
    items = tuple(item(OUT, status=sent) for sent in statuses)
    order = Order(ref="r", status=order_status, items=items)
    trip = plan(items, now=NOW)
    assert answers(order, summarize(order, trip), trip, NOW)[-1].words == words


FAMILY = ["ADT", "ADT", "CHD", "INF"]


@pytest.mark.parametrize(
    ("flights", "bags", "booking"),
    [
        (["CONFIRMED"] * 4, "CONFIRMED", "Confirmed for 4 of 4 travellers"),
        (["RESERVED"] * 4, "RESERVED", "Reserved for 4 of 4 travellers, not confirmed"),
        (["CONFIRMED"] * 3 + ["CANCELLED"], None, "Confirmed for 3 of 4 travellers · Cancelled for 1 of 4 travellers"),
        (["CONFIRMED"] * 4, "DECLINED", "Confirmed for 8 of 9 items · Declined for 1 of 9 items"),
    ],
)
def test_where_each_item_is_one_traveller_travellers_are_counted(
    flights: list[str], bags: str | None, booking: str
) -> None:
    both_ways = ["DUB AGP 2026-12-27T06:40 2026-12-27T10:40", "AGP DUB 2027-01-04T11:25 2027-01-04T13:30"]
    items = [
        item(way, status=sent, kind=ptc) for way in both_ways for sent, ptc in zip(flights, FAMILY, strict=True)
    ] + ([OrderItem(ref="bag", status=bags)] if bags else [])
    order = Order(ref="r", status="CONFIRMED", items=tuple(items))
    trip = plan(order.items, now=NOW)
    assert answers(order, summarize(order, trip), trip, NOW)[0].words == booking
