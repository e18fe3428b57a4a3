"""The picture of a journey, as numbers: a bar whose parts have widths proportional to their durations.

The bar runs from the instant of the first departure to that of the last arrival. Nights follow the local time: on the ground, that of
the place; in the air, that of the origin for the first half of the flight and that of the destination for the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from orders.itinerary import axis_labels
from orders.itinerary.axis_labels import AxisLabel, End
from orders.itinerary.clocks import MINUTE
from orders.itinerary.notices import nights
from orders.itinerary.trip import Clock, Flight, Journey, Transfer

WIDTH = 960
HEIGHT = 64
MOST_MINUTES = 5 * 24 * 60
MOST_LEGS = 60  # no real journey of five days has more
ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Shape:
    """The part of the bar that shows a flight or a wait; `x` and `width` are in the same units as `Picture.width`."""

    leg: Flight | Transfer
    x: int
    width: int

    @property
    def is_flight(self) -> bool:
        return isinstance(self.leg, Flight)

    @property
    def state(self) -> str:
        """The leg's phase, or "cancelled" for a cancelled flight."""
        return "cancelled" if isinstance(self.leg, Flight) and self.leg.cancelled else self.leg.phase


@dataclass(frozen=True, slots=True)
class Night:
    """A span of night hours on the bar; `x` and `width` are in the same units as `Picture.width`."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The bar of a journey and its labels: `places` above it, `ticks` below it. `night_minutes` is the total length of the nights."""

    shapes: tuple[Shape, ...]
    nights: tuple[Night, ...]
    night_minutes: int
    places: tuple[AxisLabel[str], ...]
    ticks: tuple[AxisLabel[datetime], ...]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a leg to which a single offset from UTC applies; `start` and `end` are naive UTC values."""

    start: datetime
    end: datetime
    offset: timedelta


def draw(journey: Journey) -> Picture | None:
    """The picture of a journey; None if it cannot be drawn.

    The departure and arrival of each flight must be known, and the arrival must be the later of the two. The journey must have at most
    MOST_LEGS legs and a known length of at most five days. It must not start in the year 1 or end in the year 9999.
    """
    start, end = journey.departs.instant, journey.arrives.instant
    if start is None or end is None or not _fits(journey) or start.year <= MINYEAR or end.year >= MAXYEAR:
        return None
    begins, whole = start.replace(tzinfo=None), end - start

    def at(moment: datetime) -> int:
        return max(0, min(WIDTH, round((moment - begins) / whole * WIDTH)))

    legs = list(_stretches(journey))
    if any(isinstance(leg, Flight) and not parts for leg, parts in legs):
        return None
    dark = [hours for _leg, parts in legs for part in parts for hours in _dark_hours(part)]
    ends = [
        End(at(moment), clock)
        for leg, parts in legs
        if isinstance(leg, Flight)
        for moment, clock in ((parts[0].start, leg.origin), (parts[-1].end, leg.destination))
    ]
    return Picture(
        shapes=tuple(_shape(leg, at(parts[0].start), at(parts[-1].end)) for leg, parts in legs if parts),
        nights=tuple(Night(at(opens), max(1, at(closes) - at(opens))) for opens, closes in dark),
        night_minutes=sum((closes - opens for opens, closes in dark), ZERO) // MINUTE,
        places=axis_labels.airport_labels(ends),
        ticks=axis_labels.time_labels(ends, at),
    )


def _fits(journey: Journey) -> bool:
    return journey.minutes is not None and 0 < journey.minutes <= MOST_MINUTES and len(journey.legs) <= MOST_LEGS


def _shape(leg: Flight | Transfer, start: int, end: int) -> Shape:
    return Shape(leg, start, max(1, end - start))


def _stretches(journey: Journey) -> Iterator[tuple[Flight | Transfer, list[_Stretch]]]:
    """Yield each leg with its stretches: two for a flight, one for a wait.

    A leg has no stretches if its start or end is unknown, or if the end is not after the start.
    """
    legs = journey.legs
    for before, leg, after in zip((None, *legs), legs, (*legs[1:], None), strict=False):
        if isinstance(leg, Flight):
            yield leg, _in_the_air(leg.origin, leg.destination)
        elif isinstance(before, Flight) and isinstance(after, Flight):
            yield leg, _on_the_ground(before.destination, after.origin)


def _in_the_air(departs: Clock, arrives: Clock) -> list[_Stretch]:
    if departs.instant is None or arrives.instant is None or arrives.instant <= departs.instant:
        return []
    start, end = departs.instant.replace(tzinfo=None), arrives.instant.replace(tzinfo=None)
    half = start + (end - start) / 2
    return [_Stretch(start, half, departs.offset or ZERO), _Stretch(half, end, arrives.offset or ZERO)]


def _on_the_ground(arrived: Clock, leaves: Clock) -> list[_Stretch]:
    if arrived.instant is None or leaves.instant is None or leaves.instant <= arrived.instant:
        return []
    start, end = arrived.instant.replace(tzinfo=None), leaves.instant.replace(tzinfo=None)
    return [_Stretch(start, end, leaves.offset or arrived.offset or ZERO)]


def _dark_hours(part: _Stretch) -> Iterator[tuple[datetime, datetime]]:
    """Yield the night hours within a stretch, as (start, end) pairs of naive UTC values."""
    for opens, closes in nights(part.start + part.offset, part.end + part.offset):
        yield opens - part.offset, closes - part.offset
