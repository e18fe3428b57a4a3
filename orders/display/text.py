"""The itinerary as plain text, for pasting into a ticket: local times with their weekday, and no personal data."""

from __future__ import annotations

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
# Of a flight; the other notices matter only to somebody who has the order open.
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
    """The whole trip in lines, without markup, the reference first. Ends without a line break.

    Beyond MOST_CHARACTERS, which no ticket holds, a line takes the place of the remaining journeys.
    """
    blocks = [reference] if reference else []
    if trip.journeys:
        blocks.append(route_words(trip, " → "))
    blocks += _journeys(trip)
    if trip.untimed:
        blocks.append(untimed_words(trip))
    blocks += [notice_line(notice) for notice in trip.notices]
    if trip.timed and not trip.doubted:
        blocks.append(_("All times are local to each airport."))
    elif trip.timed and trip.reading is Reading.UTC:
        blocks.append(_("Converted from UTC, in doubt: see above."))
    elif trip.timed:
        blocks.append(_("Times in doubt: see above."))
    return "\n\n".join(blocks)


def _journeys(trip: Trip) -> list[str]:
    """A block for each journey and each stay, until there are MOST_CHARACTERS; then a line that marks the end."""
    blocks = []
    room = MOST_CHARACTERS
    for journey in trip.journeys:
        lines = _journey_lines(journey, trip.doubted, room)
        room -= sum(map(len, lines))
        blocks.append("\n".join(lines))
        if room <= 0:
            return [*blocks, _("The text ends here: the trip is too long for a ticket.")]
        if journey.stay_after is not None:
            blocks.append(stay_words(journey.stay_after))
    return blocks


def _journey_lines(journey: Journey, doubted: bool, room: int) -> list[str]:
    """The lines of a journey, until they have `room` characters."""
    parts = [day(journey.departs.day), journey_way(journey)]
    if journey.minutes is not None and not doubted:
        parts.append(duration(journey.minutes))
    if journey.cancelled:
        parts.append(_("cancelled"))
    lines = [" · ".join(filter(None, parts))]
    for leg in journey.legs:
        if room <= 0:
            break
        added = _flight_lines(leg) if isinstance(leg, Flight) else [f"    {_transfer_line(leg)}"]
        room -= sum(map(len, added))
        lines += added
    return lines


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
    """Flight time, cabin with fare, and statuses of a flight, as far as known; a doubted flight time under both readings."""
    facts = [both_times(flight) if flight.doubted else flight_time(flight)]
    facts.append(" ".join(filter(None, (flight.fare_class, flight.fare_family))))
    facts.append(", ".join(map(status_word, flight.statuses)))
    return [fact for fact in facts if fact]


def _end(end: Clock) -> str:
    """ "Fri 15 Aug 2025 16:00  London Heathrow (LHR)"; "time not given" in place of an unknown time."""
    place = at_airport(end.place)
    if end.wall is not None:
        return f"{day(end.wall)} {end.wall:%H:%M}  {place}"
    if end.day is not None:
        return f"{day(end.day)}, {_('time not given')}  {place}"
    return f"{_('time not given')}  {place}"


def _transfer_line(transfer: Transfer) -> str:
    return " · ".join([transfer_words(transfer), *map(notice_word, transfer.notices)])
