"""Both ends of every flight as clocks, and the order in which the flights are flown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from orders.cdp.fields import Wall
from orders.itinerary.airports import same_site
from orders.itinerary.clocks import read_local, read_offset, read_utc
from orders.itinerary.flights import Draft
from orders.itinerary.trip import Clock, Place

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FlightTimes:
    """A flight's two clocks under the reading in force."""

    departs: Clock
    arrives: Clock


def ends(draft: Draft, reading: str, other: bool) -> FlightTimes:
    """Both clocks of a flight; `other` adds what they would show under the other reading."""
    first, last = draft.leaves, draft.lands
    leaves = Wall(first.departure, first.departure_offset, first.departure_day, first.departure_sent)
    lands = Wall(last.arrival, last.arrival_offset, last.arrival_day, last.arrival_sent)
    out, back = draft.weighed.folds
    return FlightTimes(
        _clock(draft.origin, leaves, reading, other, out), _clock(draft.destination, lands, reading, other, back)
    )


def _clock(where: Place, wall: Wall, reading: str, other: bool, fold: int) -> Clock:
    value, offset, day, sent = wall
    if value is None:
        return Clock(where, sent=sent, day_alone=day)
    if offset is not None:
        moment = read_offset(value, offset, where.zone)
        return Clock(where, moment.wall, moment.instant, moment.offset, sent=sent)
    if reading == "utc":
        moment, elsewhere = read_utc(value, where.zone), value
    else:
        moment, elsewhere = read_local(value, where.zone, fold), read_utc(value, where.zone).wall if other else value
    return Clock(
        where, moment.wall, moment.instant, moment.offset, moment.dst, elsewhere if other else None, sent, moment.fold
    )


def flown_order(drafts: Sequence[Draft], clocks: Sequence[FlightTimes]) -> list[int]:
    """The drafts' places in the order they are flown: by instant, and in the order of the source where that does not tell.

    A flight without a usable time keeps its place behind the one before it in the source; of one whose day alone is known that
    holds among the flights of this day.
    """
    starts: list[datetime | None] = [_start(draft, both) for draft, both in zip(drafts, clocks, strict=True)]
    following = next((start for start in starts if start is not None), datetime.min)
    filled: list[datetime] = []
    for start, both in zip(starts, clocks, strict=True):
        if start is not None:
            following = start
        elif both.departs.day is not None:
            following = _within(both.departs, following)
        filled.append(following)
    return sorted(range(len(drafts)), key=lambda at: (filled[at], drafts[at].at[0]))


def _within(departs: Clock, following: datetime) -> datetime:
    """`following`, a naive UTC value, where it falls on the day of a departure, else the beginning of that day."""
    day = departs.day or date.min
    begins = read_local(datetime.combine(day, time.min), departs.place.zone).instant
    opens = begins.replace(tzinfo=None) if begins is not None else datetime.combine(day, time.min)
    return following if opens <= following and following - opens < DAY else opens


def _start(draft: Draft, both: FlightTimes) -> datetime | None:
    """About when a flight starts, as a naive UTC value: exact where the zone is known, else by the zone of its other end."""
    departs, arrives = both.departs, both.arrives
    try:
        if departs.instant is not None:
            return departs.instant.replace(tzinfo=None)
        if departs.wall is not None:
            return departs.wall - (arrives.offset or timedelta())
        if arrives.wall is not None:
            took = timedelta(minutes=draft.weighed.expected or 60)
            return (arrives.instant.replace(tzinfo=None) if arrives.instant is not None else arrives.wall) - took
    except OverflowError:
        pass
    return None


def stay_between(arrives: Clock, leaves: Clock) -> timedelta | None:
    """How long a traveller is on the ground: by instants, else by the walls of one place, else unknown.

    Where only the days are known, the time that certainly lies between them; unknown where that is none.
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
    # Two zones, at least one of them unknown: only what is longer than any difference of zones is certain.
    apart = leaves.wall - arrives.wall
    return apart if apart > timedelta(hours=50) else None


def days_between(arrives: Clock, leaves: Clock) -> int | None:
    """Local dates from one end to another, negative where they run backwards, None where one is unknown."""
    if arrives.day is None or leaves.day is None:
        return None
    return (leaves.day - arrives.day).days
