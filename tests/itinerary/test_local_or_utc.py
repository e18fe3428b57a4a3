"""Local or UTC, measured on published flights of routes that the model was not fitted to."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime, timedelta

import pytest

from calibration.fit import Published, Tally, fit, judge, judge_orders, measure, published
from orders.cdp.records import FlightSegment, OrderItem
from orders.display.notices import evidence_words, notice_detail
from orders.itinerary.airports import place
from orders.itinerary.clock_check.blocktime import FITTED, expected_minutes
from orders.itinerary.clock_check.local_or_utc import decide, evidence, score
from orders.itinerary.clocks import read_local
from orders.itinerary.codes import Reading
from orders.itinerary.journeys import plan


@pytest.fixture(scope="module")
def held_out() -> dict[str, Tally]:
    return measure(published())


# Correct flights that are doubted: there must be none.
KNOWN_ALARMS: set[str] = set()


def test_no_false_alarm_within_a_continent(held_out: dict[str, Tally]) -> None:
    assert set(held_out["within a continent"].alarmed) <= KNOWN_ALARMS


def test_false_alarms_worldwide_are_at_most_one_in_a_thousand(held_out: dict[str, Tally]) -> None:
    assert held_out["worldwide"].judged > 1000
    assert held_out["worldwide"].alarms <= held_out["worldwide"].judged / 1000
    assert held_out["between continents"].alarms == 0
    assert held_out["orders, out and back"].alarms == 0


def test_ninety_nine_percent_within_a_continent_are_caught(held_out: dict[str, Tally]) -> None:
    assert held_out["within a continent"].crossing > 500
    assert held_out["within a continent"].catch_rate >= 0.99
    assert held_out["within a continent"].catch_rate_by_route >= 0.99


def test_single_segments_and_orders_worldwide_are_caught(held_out: dict[str, Tally]) -> None:
    assert held_out["worldwide"].catch_rate >= 0.85
    assert held_out["between continents"].catch_rate >= 0.85
    assert held_out["orders, out and back"].catch_rate >= 0.95


def test_the_constants_in_use_are_those_the_script_fits() -> None:
    assert astuple(fit(published())) == pytest.approx(astuple(FITTED), rel=0.01)


def test_judging_by_the_constants_in_use_is_no_better_than_held_out(held_out: dict[str, Tally]) -> None:
    """The figures do not depend on the model having seen the routes."""
    from collections import defaultdict

    seen: dict[str, Tally] = defaultdict(Tally)
    judge(published(), FITTED, seen)
    judge_orders(published(), FITTED, seen["orders, out and back"])
    for name, tally in seen.items():
        assert tally.catch_rate == pytest.approx(held_out[name].catch_rate, abs=0.02), name


# Typical published flight times on other routes, in minutes, in January and July alike: none of these routes was used for the fit.
ELSEWHERE = """
MAD LIS 80|LIS MAD 80|ZRH LHR 110|LHR ZRH 100|WAW LHR 165|LHR WAW 150|HEL ARN 60|ARN HEL 60|TKU ARN 55|GRU SCL 245|NBO JNB 255
JNB NBO 245|SIN CGK 110|CGK SIN 110|BKK KUL 130|KUL BKK 130|HKG BKK 175|BKK HKG 165|ICN PEK 130|PEK ICN 120|NRT PVG 205|PVG NRT 170
DXB KHI 120|KHI DXB 130|DXB DOH 75|DOH DXB 75|SYD AKL 185|AKL SYD 215|ATL BHM 58|BHM ATL 60|YYZ YHZ 125|YHZ YYZ 150|BOG GRU 355
LAX HNL 360|HNL LAX 320|ANC SEA 205|SEA ANC 220|LHR KEF 190|KEF LHR 185|FRA IST 180|IST FRA 195|ATH LHR 245|LHR ATH 220|DUB MAD 155
LPA MAD 160|MAD LPA 175|SYD PER 300|PER SYD 245|JNB LAD 225|LOS ACC 65|SIN BKK 145|BKK SIN 145|DEL DXB 230|DXB DEL 195|FCO LHR 170
LHR JFK 485|JFK LHR 425|SFO SYD 890|SYD SFO 810|LHR SIN 800|SIN LHR 845|SCL MAD 750|MAD SCL 800|NRT LAX 605|LAX NRT 705|DXB SYD 830
"""
ROUTES = [tuple(entry.split()) for entry in ELSEWHERE.replace("\n", "|").split("|") if entry]


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize(("origin", "destination", "minutes"), ROUTES)
def test_usual_flights_elsewhere_raise_no_alarm_and_are_caught(
    origin: str, destination: str, minutes: str, month: int
) -> None:
    leaves = datetime(2025, month, 15, 9, 0)
    instant = read_local(leaves, place(origin).zone).instant
    assert instant is not None
    flight = Published(place(origin), place(destination), leaves, instant, int(minutes))
    local, utc = (score(flight.origin, flight.destination, *flight.sent(clock)) for clock in ("local", "utc"))
    assert decide([local]) != "utc"
    assert local.possible_local
    if local.local_minutes != local.utc_minutes:
        assert decide([utc]) == "utc"


def judged(origin: str, destination: str, departs: str, arrives: str) -> tuple[str, str]:
    segment_score = score(
        place(origin), place(destination), datetime.fromisoformat(departs), datetime.fromisoformat(arrives)
    )
    judgement = evidence(segment_score, decide([segment_score]))
    return judgement.verdict, evidence_words(judgement)


@pytest.mark.parametrize(
    ("origin", "destination", "departs", "arrives", "verdict"),
    [
        ("LHR", "CDG", "2025-08-15T08:00", "2025-08-15T10:20", "local"),
        ("LHR", "CDG", "2025-08-15T07:00", "2025-08-15T08:20", "utc"),
        ("CDG", "LHR", "2025-08-15T08:00", "2025-08-15T08:20", "local"),
        ("CDG", "LHR", "2025-08-15T08:00", "2025-08-15T09:20", "utc"),
        ("MEL", "ADL", "2025-06-10T08:00", "2025-06-10T08:50", "local"),
        ("AKL", "LAX", "2025-07-10T19:45", "2025-07-10T12:45", "local"),
        ("AKL", "LAX", "2025-07-10T07:45", "2025-07-10T19:45", "utc"),
        ("APW", "PPG", "2025-07-11T12:00", "2025-07-10T12:35", "local"),
        ("APW", "PPG", "2025-07-10T23:00", "2025-07-10T23:35", "utc"),
        ("SIN", "EWR", "2025-08-15T15:55", "2025-08-16T10:00", "utc"),
        ("DUB", "LHR", "2025-08-15T16:00", "2025-08-15T17:20", "local"),
        ("FRA", "LAX", "2025-08-15T16:00", "2025-08-16T18:30", "impossible"),
        ("DUB", "LHR", "2025-08-15T17:20", "2025-08-15T16:00", "impossible"),
        ("PPW", "WRY", "2025-08-15T10:00", "2025-08-15T10:02", "local"),
        ("PPW", "WRY", "2025-08-15T10:00", "2025-08-15T10:00", "impossible"),
        ("SBN", "ORD", "2025-08-15T10:00", "2025-08-15T10:05", "local"),
        ("TKU", "ARN", "2025-08-15T10:00", "2025-08-15T09:55", "local"),
        ("TKU", "ARN", "2025-08-15T10:00", "2025-08-15T10:55", "utc"),
        ("LHR", "PER", "2025-08-15T11:50", "2025-08-16T11:15", "local"),
        ("LHR", "PER", "2025-08-15T10:50", "2025-08-16T03:15", "utc"),
        ("DUB", "LHR", "2025-08-15T16:00", "2025-08-16T17:20", "impossible"),
        ("DUB", "XQZ", "2025-08-15T16:00", "2025-08-15T17:20", "unknown place"),
    ],
)
def test_verdicts(origin: str, destination: str, departs: str, arrives: str, verdict: str) -> None:
    assert judged(origin, destination, departs, arrives)[0] == verdict


def test_the_evidence_names_both_flight_times_and_the_distance() -> None:
    verdict, reason = judged("LHR", "LAS", "2025-08-15T19:00", "2025-08-16T05:35")
    assert verdict == "utc"
    assert (
        reason
        == "if the times were sent as local times, this flight takes 18 h 35 min to cover 8,395 km; if in UTC, 10 h 35 min"
    )


def test_a_wrong_day_is_named_as_one() -> None:
    assert (
        "but 1 h 20 min if the arrival date were changed by −1 day, so a date is probably wrong"
        in judged("DUB", "LHR", "2025-08-15T16:00", "2025-08-16T17:20")[1]
    )


def test_the_flights_of_an_order_decide_together() -> None:
    """Each flight alone is doubtful; the two directions err in opposite ways, so together they decide."""
    out = score(place("RUN"), place("CDG"), datetime(2025, 7, 1, 18), datetime(2025, 7, 2, 5, 10))
    back = score(place("CDG"), place("RUN"), datetime(2025, 7, 9, 18), datetime(2025, 7, 10, 4, 50))
    assert decide([out, back]) == "utc"


def test_half_an_hour_between_two_zones_is_detected_from_out_and_back() -> None:
    out = score(place("MEL"), place("ADL"), datetime(2025, 6, 9, 22, 0), datetime(2025, 6, 9, 23, 15))
    back = score(place("ADL"), place("MEL"), datetime(2025, 6, 12, 7, 30), datetime(2025, 6, 12, 8, 45))
    assert decide([out]) != "utc"
    assert decide([out, back]) == "utc"


def segment(origin: str, destination: str, departs: str, arrives: str) -> FlightSegment:
    return FlightSegment(
        origin=origin,
        destination=destination,
        departure=datetime.fromisoformat(departs),
        arrival=datetime.fromisoformat(arrives),
        carrier="BX",
    )


UTC_ORDER = [
    OrderItem(
        flight_segments=(
            segment("DUB", "LHR", "2025-08-15T15:00", "2025-08-15T16:20"),
            segment("LHR", "LAS", "2025-08-15T19:00", "2025-08-16T05:35"),
        )
    )
]


def test_a_utc_order_warns_with_both_clocks_and_changes_nothing() -> None:
    trip = plan(UTC_ORDER)
    assert trip.reading == "local"
    assert trip.evidence.verdict == "utc"
    assert [notice.kind for notice in trip.notices] == ["looks like utc"]
    assert (
        notice_detail(trip.notices[0])
        == "If the times were sent as local times, this flight takes 18 h 35 min to cover 8,395 km; if in UTC, 10 h 35 min."
    )
    last = trip.flights[-1]
    assert last.destination.wall == datetime(2025, 8, 16, 5, 35)
    assert last.destination.other_wall == datetime(2025, 8, 15, 22, 35)
    assert last.minutes == 18 * 60 + 35


def test_a_connection_that_sends_utc_is_read_so_without_a_warning() -> None:
    trip = plan(UTC_ORDER, reading=Reading.UTC)
    assert trip.notices == ()
    assert trip.flights[-1].destination.wall == datetime(2025, 8, 15, 22, 35)
    assert trip.flights[-1].minutes == 10 * 60 + 35
    assert all(clock.other_wall is None for flight in trip.flights for clock in (flight.origin, flight.destination))


def test_a_local_feed_read_as_utc_warns_the_other_way() -> None:
    trip = plan(
        [OrderItem(flight_segments=(segment("LHR", "LAS", "2025-08-15T20:00", "2025-08-15T22:40"),))],
        reading=Reading.UTC,
    )
    assert [notice.kind for notice in trip.notices] == ["looks like local"]
    assert trip.flights[0].origin.other_wall == datetime(2025, 8, 15, 20, 0)


def test_explicit_offsets_leave_nothing_to_doubt() -> None:
    sent = FlightSegment(
        origin="LHR",
        destination="LAS",
        departure=datetime(2025, 8, 15, 20, 0),
        departure_offset=timedelta(hours=1),
        arrival=datetime(2025, 8, 15, 22, 40),
        arrival_offset=timedelta(hours=-7),
    )
    for reading in Reading:
        trip = plan([OrderItem(flight_segments=(sent,))], reading=reading)
        assert trip.flights[0].minutes == 640
        assert trip.notices == ()


def test_winds_and_seasons() -> None:
    jfk, lhr = place("JFK"), place("LHR")
    east, west = expected_minutes(jfk, lhr, 1), expected_minutes(lhr, jfk, 1)
    assert east is not None
    assert west is not None
    assert east + 35 < west
    winter, summer = (expected_minutes(jfk, place("LAX"), month) for month in (1, 7))
    assert winter is not None
    assert summer is not None
    assert summer + 5 < winter
