"""Labels along a journey's bar: airports above it, local times below it.

Full hours are labelled only below a wait. During a flight the time zone may change, and hours would then repeat or be missing. A flight
therefore has only its departure time below one end and its arrival time below the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from orders.itinerary.airports import same_site
from orders.itinerary.trip import Clock

# The least distance between labels, in units of the picture: on a wide page, and on a narrow one (a ticket's side panel).
CLOCKS_APART, CLOCKS_APART_NARROW = 84, 260
CODES_APART, CODES_APART_NARROW = 56, 150
HOUR = timedelta(hours=1)
STEPS = (1, 2, 3, 6, 12)
Label = TypeVar("Label", str, datetime)


@dataclass(frozen=True, slots=True)
class AxisLabel(Generic[Label]):
    """A label at `x` in the picture: an airport's code or a local time. If `wide`, there is room for it only on a wide page."""

    x: int
    label: Label
    wide: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flight, at `x` in the picture."""

    x: int
    clock: Clock


def airport_labels(ends: Sequence[End]) -> tuple[AxisLabel[str], ...]:
    """The labels of the airports, as many as fit: the first and the last rank highest, then those of the stops, the longest stop first.

    `ends` are the departure and arrival of each flight, in the order flown; there must be at least one flight. A stop has one label, at
    its middle; if the airport changes there, it has two, one at each end.
    """
    labels = [(ends[0].x, ends[0].clock.place.code), (ends[-1].x, ends[-1].clock.place.code)]
    for arrival, departure in _stops(ends):
        here, there = arrival.clock.place, departure.clock.place
        if here.code == there.code or same_site(here, there):
            labels.append(((arrival.x + departure.x) // 2, here.code))
        else:
            labels += [(arrival.x, here.code), (departure.x, there.code)]
    return _with_room(labels, CODES_APART, CODES_APART_NARROW)


def time_labels(ends: Sequence[End], at: Callable[[datetime], int]) -> tuple[AxisLabel[datetime], ...]:
    """The labels of local times, as many as fit; those of the first departure and the last arrival rank highest.

    Other departures rank next, then other arrivals, then the full hours within waits. `ends` is as in `airport_labels`; `at` gives the
    position of an instant (a naive UTC value) in the picture.
    """
    stops = _stops(ends)
    by_rank = [ends[0], ends[-1], *(stop[1] for stop in stops), *(stop[0] for stop in stops)]
    labels = [(end.x, end.clock.wall) for end in by_rank if end.clock.wall is not None]
    for arrival, departure in stops:
        hours = _full_hours(arrival.clock, departure.clock, departure.x - arrival.x)
        labels += [(at(instant), hour) for instant, hour in hours]
    return _with_room(labels, CLOCKS_APART, CLOCKS_APART_NARROW)


def _stops(ends: Sequence[End]) -> list[tuple[End, End]]:
    """The arrival and the next departure at each stop, the longest stop first."""
    between = list(zip(ends[1:-1:2], ends[2:-1:2], strict=True))
    return sorted(between, key=lambda stop: stop[0].x - stop[1].x)


def _full_hours(arrival: Clock, departure: Clock, across: int) -> Iterable[tuple[datetime, datetime]]:
    """Yield the full hours within a wait, as (naive UTC instant, local time).

    They are 1, 2, 3, 6 or 12 hours apart: the smallest step at which their labels fit into `across`, the width of the wait in the
    picture. If no step fits, they are 24 hours apart. Nothing is yielded if an instant or an offset is unknown, if no time passes between
    the flights, or if the place or its offset changes during the wait.
    """
    if arrival.instant is None or departure.instant is None or arrival.offset is None:
        return
    if arrival.place != departure.place and not same_site(arrival.place, departure.place):
        return
    if arrival.offset != departure.offset:
        return
    opens, closes = (moment.replace(tzinfo=None) + arrival.offset for moment in (arrival.instant, departure.instant))
    if across <= 0 or closes <= opens:
        return
    step = next((hours for hours in STEPS if across * HOUR * hours >= (closes - opens) * CLOCKS_APART), 24)
    hour = opens.replace(minute=0, second=0, microsecond=0) + HOUR
    while hour < closes:
        if hour.hour % step == 0:
            yield hour - arrival.offset, hour
        hour += HOUR


def _with_room(labels: Iterable[tuple[int, Label]], apart: int, apart_narrow: int) -> tuple[AxisLabel[Label], ...]:
    """The labels that have room beside those of higher rank, from left to right. `labels` come in order of rank, highest first."""
    kept: list[AxisLabel[Label]] = []
    for x, label in labels:
        near = min((abs(x - other.x) for other in kept), default=apart_narrow)
        if near >= apart:
            beside = min((abs(x - other.x) for other in kept if not other.wide), default=apart_narrow)
            kept.append(AxisLabel(x, label, wide=beside < apart_narrow))
    return tuple(sorted(kept, key=lambda each: each.x))
