"""Both ends of every flight as clocks, and the order in which the flights are flown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.itinerary.airports import same_site
from orders.itinerary.clocks import read_local, read_offset, read_utc
from orders.itinerary.flights import Draft
from orders.itinerary.trip import Clock, Place


@dataclass(frozen=True, slots=True)
class Ends:
    """A flight's two clocks under the reading in force."""

    departs: Clock
    arrives: Clock


def ends(draft: Draft, reading: str, other: bool) -> Ends:
    """Both clocks of a flight; `other` adds what they would show under the other reading."""
    first = draft.segments[0]
    last = next((segment for segment in draft.segments if segment.arrival is not None), first)
    return Ends(
        _clock(
            draft.origin,
            first.departure,
            first.departure_offset,
            first.departure_sent,
            reading,
            other,
            draft.weighed.folds[0],
        ),
        _clock(
            draft.destination,
            last.arrival,
            last.arrival_offset,
            last.arrival_sent,
            reading,
            other,
            draft.weighed.folds[1],
        ),
    )


def _clock(
    where: Place,
    value: datetime | None,
    offset: timedelta | None,
    sent: str,
    reading: str,
    other: bool,
    fold: int,
) -> Clock:
    if value is None:
        return Clock(where, sent=sent)
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


def flown_order(drafts: Sequence[Draft], clocks: Sequence[Ends]) -> list[int]:
    """The drafts' places in the order they are flown: by instant, and in the order of the source where that does not tell.

    A flight without a usable time keeps its place behind the one before it in the source.
    """
    starts: list[datetime | None] = [_start(draft, both) for draft, both in zip(drafts, clocks, strict=True)]
    following = next((start for start in starts if start is not None), datetime.min)
    filled: list[datetime] = []
    for start in starts:
        following = start if start is not None else following
        filled.append(following)
    return sorted(range(len(drafts)), key=lambda at: (filled[at], drafts[at].at[0]))


def _start(draft: Draft, both: Ends) -> datetime | None:
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
    """How long a traveller is on the ground: by instants, else by the walls of one place, else unknown."""
    if arrives.instant is not None and leaves.instant is not None:
        return leaves.instant - arrives.instant
    if arrives.wall is None or leaves.wall is None:
        return None
    if same_site(arrives.place, leaves.place):
        return leaves.wall - arrives.wall
    # Two zones, at least one of them unknown: only what is longer than any difference of zones is certain.
    apart = leaves.wall - arrives.wall
    return apart if apart > timedelta(hours=50) else None
