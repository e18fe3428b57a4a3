"""The itinerary as plain text, for pasting into a ticket: dates with weekdays, local times, and no names of travellers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accounts.language import translate as _
from orders.display.clocks import day, day_change, duration
from orders.display.itinerary import (
    at_airport,
    both_times,
    flight_time,
    journey_way,
    mode_words,
    operated_by,
    stay_words,
    transfer_words,
    untimed_words,
)
from orders.display.notices import notice_line, notice_word
from orders.display.passengers import passengers
from orders.display.routes import route_words
from orders.display.words import status_word
from orders.itinerary.codes import Mode, NoticeKind, Reading
from orders.itinerary.trip import Clock, Flight, Journey, Transfer, Trip

MOST_CHARACTERS = 100_000  # a group of 500 takes 40,000
# The notices of a flight that are listed; the others matter only to somebody who has the order open.
NOTICES = frozenset(
    {
        NoticeKind.IMPOSSIBLE_TIME,
        NoticeKind.LONG_FLIGHT,
        NoticeKind.ITEMS_DISAGREE,
        NoticeKind.PARTLY_CANCELLED,
        NoticeKind.CLOCK_SKIPPED,
        NoticeKind.CLOCK_REPEATED,
    }
)


def itinerary_text(trip: Trip, *, reference: str = "") -> str:
    """The whole trip as plain text, headed by the reference if there is one; no line break at the end.

    If the text would exceed MOST_CHARACTERS, flights at the end are left out, and one line says so.
    """
    before = [reference] if reference else []
    if trip.journeys:
        before.append(route_words(trip, " → "))
    after = [untimed_words(trip)] if trip.untimed else []
    after += [notice_line(notice) for notice in trip.notices]
    if trip.timed and not trip.doubted:
        after.append(_("All times are local airport times."))
    elif trip.timed and trip.reading is Reading.UTC:
        after.append(_("Times were converted from UTC and may be wrong: see above."))
    elif trip.timed:
        after.append(_("Times in doubt: see above."))
    left_out = _(
        "The remaining flights are left out because the text would otherwise be too long for a support ticket."
    )
    room = MOST_CHARACTERS - _length([*before, left_out, *after])
    return "\n\n".join([*before, *_journeys(trip, room, left_out), *after])


def _length(blocks: Iterable[str]) -> int:
    """The number of characters in blocks or lines, counting two line breaks after each."""
    return sum(len(block) + len("\n\n") for block in blocks)


def _journeys(trip: Trip, room: int, left_out: str) -> list[str]:
    """A block of text for each journey and each stay; the sentence `left_out` replaces what does not fit into `room` characters."""
    blocks: list[str] = []
    for journey in trip.journeys:
        lines: list[str] = []
        for part in _journey_parts(journey, trip.doubted):
            room -= _length(part)
            if room < 0:
                return [*blocks, "\n".join([*lines, left_out])]
            lines += part
        blocks.append("\n".join(lines))
        if journey.stay_after is not None:
            stay = stay_words(journey.stay_after)
            room -= _length([stay])
            if room < 0:
                return [*blocks, left_out]
            blocks.append(stay)
    return blocks


def _journey_parts(journey: Journey, doubted: bool) -> Iterator[list[str]]:
    """The parts of a journey, each as a list of lines: first the heading, then each flight or transfer."""
    heading = [day(journey.departs.day), journey_way(journey)]
    if journey.minutes is not None and not doubted:
        heading.append(duration(journey.minutes))
    if journey.cancelled:
        heading.append(_("cancelled"))
    yield [" · ".join(filter(None, heading))]
    for leg in journey.legs:
        yield _flight_lines(leg) if isinstance(leg, Flight) else [f"    {_transfer_line(leg)}"]


def _flight_lines(flight: Flight) -> list[str]:
    facts = [flight.number]
    if flight.mode is not Mode.FLIGHT or not flight.number:
        facts.append(mode_words(flight))
    facts += [operated_by(flight), *flight_summary(flight)]
    if not flight.all_passengers:
        facts.append(_("Only %(who)s") % {"who": passengers(flight.passengers)})
    arrival = _end(flight.destination)
    if change := day_change(flight.day_change):
        arrival = f"{arrival} ({change})"
    notices = [notice_line(notice) for notice in flight.notices if notice.kind in NOTICES]
    lines = [_end(flight.origin), arrival, *notices]
    return [f"  {' · '.join(filter(None, facts))}", *(f"    {line}" for line in lines)]


def flight_summary(flight: Flight) -> list[str]:
    """The flight time, the cabin with the fare family, and the `statuses` of a flight; any of these that is empty is left out.

    If it is unclear whether the times are local or UTC, both possible flight times are given.
    """
    facts = [both_times(flight) if flight.doubted else flight_time(flight)]
    facts.append(" ".join(filter(None, (flight.fare_class, flight.fare_family))))
    facts.append(", ".join(map(status_word, flight.statuses)))
    return [fact for fact in facts if fact]


def _end(end: Clock) -> str:
    """ "Fri 15 Aug 2025 16:00  London Heathrow (LHR)"; "time unknown" in place of an unknown time."""
    place = at_airport(end.place)
    if end.wall is not None:
        return f"{day(end.wall)} {end.wall:%H:%M}  {place}"
    if end.day is not None:
        return f"{day(end.day)}, {_('time unknown')}  {place}"
    return f"{_('time unknown')}  {place}"


def _transfer_line(transfer: Transfer) -> str:
    return " · ".join([transfer_words(transfer), *map(notice_word, transfer.notices)])
