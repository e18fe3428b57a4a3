"""The departure and arrival clocks of flights, the order in which flights are flown, and the time between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from orders.cdp.fields import Wall
from orders.itinerary.airports import same_site
from orders.itinerary.clocks import read_local, read_offset, read_utc
from orders.itinerary.codes import Phase, Reading
from orders.itinerary.flights import Draft
from orders.itinerary.trip import Clock, Place

DAY = timedelta(days=1)


@dataclass(slots=True, eq=False)
class PlannedFlight:
    """A flight being planned: its draft, its departure and arrival clocks under the reading in use, and its phase, which is set later."""

    draft: Draft
    departs: Clock
    arrives: Clock
    cancelled: bool = False
    phase: Phase = Phase.UNKNOWN


def read_times(draft: Draft, reading: Reading, *, both: bool) -> tuple[Clock, Clock]:
    """The departure and arrival clocks of a flight.

    With `both`, the clock of a time sent without an offset also has the local time under the other reading (`other_wall`).
    """
    out, back = draft.score.folds
    return (
        _clock(draft.origin, draft.departure, reading, both, out),
        _clock(draft.destination, draft.arrival, reading, both, back),
    )


def _clock(place: Place, sent: Wall, reading: Reading, both: bool, fold: int) -> Clock:
    if sent.time is None:
        return Clock(place, sent=sent.sent, day_alone=sent.day)
    if sent.offset is not None:
        moment = read_offset(sent.time, sent.offset, place.zone)
        return Clock(place, moment.wall, moment.instant, moment.offset, sent=sent.sent)
    other_wall = None
    if reading is Reading.UTC:
        moment = read_utc(sent.time, place.zone)
        other_wall = sent.time if both else None
    else:
        moment = read_local(sent.time, place.zone, fold)
        other_wall = read_utc(sent.time, place.zone).wall if both else None
    return Clock(place, moment.wall, moment.instant, moment.offset, moment.dst, other_wall, sent.sent, moment.fold)


def in_flown_order(flights: Sequence[PlannedFlight]) -> list[PlannedFlight]:
    """The flights in order of departure; those that depart at the same instant are in source order.

    A flight without a usable time stays after the flight that precedes it in the source. If no earlier flight in the source has a
    usable time, it goes before the first flight that has one. If its day of departure is known and these rules would put it on another
    day, it goes to the beginning of its own day instead.
    """
    starts = [_start(flight) for flight in flights]
    following = next((start for start in starts if start is not None), datetime.min)
    filled: list[datetime] = []
    for flight, start in zip(flights, starts, strict=True):
        if start is not None:
            following = start
        elif flight.departs.day is not None:
            following = _within(flight.departs, following)
        filled.append(following)
    order = sorted(range(len(flights)), key=lambda at: (filled[at], flights[at].draft.at[0]))
    return [flights[at] for at in order]


def _within(departs: Clock, following: datetime) -> datetime:
    """The instant `following` if it falls on the local day of the departure, else the beginning of that day; both are naive UTC values.

    If the zone is unknown, the day is taken as a day in UTC.
    """
    day = departs.day or date.min
    begins = read_local(datetime.combine(day, time.min), departs.place.zone).instant
    opens = begins.replace(tzinfo=None) if begins is not None else datetime.combine(day, time.min)
    return following if opens <= following and following - opens < DAY else opens


def _start(flight: PlannedFlight) -> datetime | None:
    """The departure as a naive UTC value: exact if its instant is known, else estimated; None if neither end has a usable time."""
    departs, arrives = flight.departs, flight.arrives
    try:
        if departs.instant is not None:
            return departs.instant.replace(tzinfo=None)
        if departs.wall is not None:
            return departs.wall - (arrives.offset or timedelta())
        if arrives.wall is not None:
            took = timedelta(minutes=flight.draft.score.expected or 60)
            return (arrives.instant.replace(tzinfo=None) if arrives.instant is not None else arrives.wall) - took
    except OverflowError:
        pass
    return None


def stay_between(arrives: Clock, leaves: Clock) -> timedelta | None:
    """The time on the ground from an arrival to the next departure; None if it cannot be worked out.

    It is measured between the two instants. If either is unknown, it is measured between the two local times, but only if the
    two places are the same or the departure is more than 50 hours later.

    If a time of day is unknown, only the dates are compared. For a departure on an earlier date, the result is their difference, which is
    negative. For a departure on the same or the next date, it is None. For a later departure, it is one day less than the difference,
    because a stay in one time zone is at least that long.
    """
    if arrives.instant is not None and leaves.instant is not None:
        return leaves.instant - arrives.instant
    if arrives.wall is None or leaves.wall is None:
        days = days_between(arrives, leaves)
        if days is None or 0 <= days < 2:
            return None
        return timedelta(days=days - 1 if days > 0 else days)
    if same_site(arrives.place, leaves.place):
        return leaves.wall - arrives.wall
    # Two places, at least one in an unknown zone: only a stay longer than any difference between zones is certain.
    apart = leaves.wall - arrives.wall
    return apart if apart > timedelta(hours=50) else None


def days_between(arrives: Clock, leaves: Clock) -> int | None:
    """The number of days from the first clock's local date to the second's; None if either is unknown.

    It is negative if the second date is earlier.
    """
    if arrives.day is None or leaves.day is None:
        return None
    return (leaves.day - arrives.day).days
