"""Hand-checked itineraries on real routes: durations, day marks, journeys, transfers and stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orders.cdp.records import FlightSegment, OrderItem
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Clock, Flight, Transfer, Trip
from tests.itinerary.published import CASES, Case


def items_of(case: Case) -> list[OrderItem]:
    items: list[list[FlightSegment]] = [[]]
    for line in filter(None, (line.strip() for line in case.flights.splitlines())):
        if line == "--":
            items.append([])
            continue
        number, origin, departs, _there, destination, arrives, *_rest = line.split()
        items[-1].append(
            FlightSegment(
                origin=origin,
                destination=destination,
                departure=None if departs == "." else datetime.fromisoformat(departs),
                arrival=None if arrives == "." else datetime.fromisoformat(arrives),
                carrier=number[:2],
                flight_number=number[2:],
            )
        )
    return [OrderItem(status="CONFIRMED", flight_segments=tuple(segments)) for segments in items]


def planned(case: Case) -> Trip:
    return plan(items_of(case), now=datetime(2025, 1, 1, tzinfo=UTC))


def minutes(text: str) -> int | None:
    if text == "?":
        return None
    hours, rest = text.removeprefix("-").split(":")
    return (int(hours) * 60 + int(rest)) * (-1 if text.startswith("-") else 1)


def offset(text: str) -> timedelta | None:
    if text == "?":
        return None
    return (minutes(text[1:]) or 0) * timedelta(minutes=1 if text[0] == "+" else -1)


def by_line(case: Case, trip: Trip) -> list[tuple[Flight, list[str]]]:
    flights = {f"{flight.carrier}{flight.flight_number}-{flight.origin.place.code}": flight for flight in trip.flights}
    lines = [line.split() for line in case.flights.splitlines() if line.strip() not in ("", "--")]
    return [(flights[f"{words[0]}-{words[1]}"], words) for words in lines]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flight_times_and_day_marks(case: Case) -> None:
    for flight, words in by_line(case, planned(case)):
        assert flight.minutes == minutes(words[8]), flight.key
        assert flight.day_change == (None if words[9] == "?" else int(words[9])), flight.key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_wall_clocks_are_shown_as_sent_with_the_offset_of_the_day(case: Case) -> None:
    for flight, words in by_line(case, planned(case)):
        for clock, wall, there in ((flight.origin, words[2], words[3]), (flight.destination, words[5], words[6])):
            assert clock.wall == (None if wall == "." else datetime.fromisoformat(wall))
            assert clock.offset == offset(there)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_journeys(case: Case) -> None:
    lines = []
    for journey in planned(case).journeys:
        codes = [journey.origin.code]
        for leg in journey.legs:
            codes += [leg.at.code, leg.onward.code] if isinstance(leg, Transfer) else [leg.destination.place.code]
        codes = [code for at, code in enumerate(codes) if not at or codes[at - 1] != code]
        length = "?" if journey.minutes is None else f"{journey.minutes // 60}:{journey.minutes % 60:02}"
        lines.append(" ".join([*codes, length]))
        assert journey.stops == len(journey.flights) - 1
    assert tuple(lines) == case.journeys


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_transfers(case: Case) -> None:
    transfers = [leg for journey in planned(case).journeys for leg in journey.legs if isinstance(leg, Transfer)]
    assert [transfer.minutes for transfer in transfers] == [minutes(line.split()[0]) for line in case.transfers]
    words = [" ".join(notice.kind for notice in transfer.notices) for transfer in transfers]
    assert words == [" ".join(line.split()[1:]) for line in case.transfers]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_stays_lie_between_journeys(case: Case) -> None:
    stays = [journey.stay_after for journey in planned(case).journeys if journey.stay_after]
    lines = [
        f"{stay.place.code}{'-' + stay.onward.code if stay.onward else ''} {stay.days} {stay.hours}" for stay in stays
    ]
    assert tuple(lines) == case.stays


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_notices_on_flights_and_none_about_the_clocks_of_good_ones(case: Case) -> None:
    trip = planned(case)
    assert tuple(notice.kind for flight in trip.flights for notice in flight.notices) == case.words
    assert trip.evidence.verdict in ("local", "unclear", "unknown place", "impossible")
    assert trip.notices == ()


def test_there_are_at_least_forty() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


def test_an_instant_is_the_wall_clock_less_its_offset() -> None:
    for case in CASES:
        for flight in planned(case).flights:
            ends: tuple[Clock, Clock] = (flight.origin, flight.destination)
            for clock in ends:
                if clock.wall is not None and clock.offset is not None:
                    assert clock.instant == (clock.wall - clock.offset).replace(tzinfo=UTC)
