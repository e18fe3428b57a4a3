"""A journey as a proportional bar, in numbers: the template draws the shapes, nothing here knows of markup.

The bar runs from the first departure to the last arrival by instants. Nights are those of the clock a traveller lives by: on the
ground the place's, in the air the origin's until half-way and the destination's from there. What is written along it: `marks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from orders.itinerary import axis_labels
from orders.itinerary.axis_labels import AxisLabel, End
from orders.itinerary.durations import in_words
from orders.itinerary.notices import nights
from orders.itinerary.trip import Flight, Journey, Mode, Transfer

WIDTH = 960
HEIGHT = 64
MOST_MINUTES = 5 * 24 * 60
MOST_LEGS = 60  # in five days nobody flies more


@dataclass(frozen=True, slots=True)
class Shape:
    """A stretch of the bar, in units of the picture: `kind` is "flight", "wait" or "night"; `phase` is its leg's, or "cancelled"."""

    kind: str
    x: int
    width: int
    label: str
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything there is to draw. `title` says in one sentence what the shapes say; whole numbers below a thousand throughout."""

    title: str
    shapes: tuple[Shape, ...]
    nights: tuple[Shape, ...]
    places: tuple[AxisLabel, ...]
    ticks: tuple[AxisLabel, ...]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A time during which one offset holds, as naive UTC values."""

    start: datetime
    end: datetime
    offset: timedelta


def draw(journey: Journey, _: Callable[[str], str] = str) -> Picture | None:
    """The picture of a journey, or None where an instant is missing, runs backwards, or the bar would span more than five days
    or hold more legs than anybody flies in that time.

    Nor on the first and last days that a calendar has.
    """
    start, end = journey.departs.instant, journey.arrives.instant
    if (
        start is None
        or end is None
        or journey.minutes is None
        or not 0 < journey.minutes <= MOST_MINUTES
        or len(journey.legs) > MOST_LEGS
    ):
        return None
    if start.year <= MINYEAR or end.year >= MAXYEAR:
        return None  # no clock on Earth can be told beyond these
    begins, whole = start.replace(tzinfo=None), end - start

    def at(moment: datetime) -> int:
        return max(0, min(WIDTH, round((moment - begins) / whole * WIDTH)))

    shapes: list[Shape] = []
    stretches: list[_Stretch] = []
    ends: list[End] = []
    for before, leg, after in zip((None, *journey.legs), journey.legs, (*journey.legs[1:], None), strict=False):
        if isinstance(leg, Flight):
            parts = _in_the_air(leg)
        elif isinstance(before, Flight) and isinstance(after, Flight):
            parts = _on_the_ground(before, after)
        else:
            parts = []
        if not parts:
            if isinstance(leg, Flight):
                return None
            continue
        x = at(parts[0].start)
        kind = "flight" if isinstance(leg, Flight) else "wait"
        phase = "cancelled" if isinstance(leg, Flight) and leg.cancelled else leg.phase
        shapes.append(Shape(kind, x, max(1, at(parts[-1].end) - x), _label(leg, _), phase))
        stretches += parts
        if isinstance(leg, Flight):
            ends += [End(x, leg.origin), End(at(parts[-1].end), leg.destination)]
    dark = [
        (opens - part.offset, closes - part.offset)
        for part in stretches
        for opens, closes in nights(part.start + part.offset, part.end + part.offset)
    ]
    drawn = [Shape("night", at(opens), max(1, at(closes) - at(opens)), _("night")) for opens, closes in dark]
    title = ", ".join([*(shape.label for shape in shapes), *_night_words(dark, _)])
    return Picture(title, tuple(shapes), tuple(drawn), axis_labels.codes(ends), axis_labels.clocks(ends, at))


def _night_words(dark: list[tuple[datetime, datetime]], _: Callable[[str], str]) -> list[str]:
    """How long the night hours are that the traveller passes, where there are any."""
    hours = sum((closes - opens for opens, closes in dark), timedelta())
    return [_("night hours %(time)s") % {"time": in_words(hours // timedelta(minutes=1), _)}] if hours else []


def _in_the_air(flight: Flight) -> list[_Stretch]:
    departs, arrives = flight.origin, flight.destination
    if departs.instant is None or arrives.instant is None or arrives.instant <= departs.instant:
        return []
    start, end = departs.instant.replace(tzinfo=None), arrives.instant.replace(tzinfo=None)
    half = start + (end - start) / 2
    none = timedelta()
    return [_Stretch(start, half, departs.offset or none), _Stretch(half, end, arrives.offset or none)]


def _on_the_ground(before: Flight, after: Flight) -> list[_Stretch]:
    arrived, leaves = before.destination, after.origin
    if arrived.instant is None or leaves.instant is None or leaves.instant <= arrived.instant:
        return []
    start, end = arrived.instant.replace(tzinfo=None), leaves.instant.replace(tzinfo=None)
    return [_Stretch(start, end, leaves.offset or arrived.offset or timedelta())]


def _label(leg: Flight | Transfer, _: Callable[[str], str]) -> str:
    if isinstance(leg, Transfer):
        time = in_words(leg.minutes or 0, _)
        return _("%(time)s wait at %(code)s") % {"time": time, "code": leg.at.code}
    way = f"{leg.origin.place.code}–{leg.destination.place.code}"
    if leg.minutes is None:
        return way
    words = {
        Mode.TRAIN: _("%(way)s train %(time)s"),
        Mode.BUS: _("%(way)s bus %(time)s"),
        Mode.BOAT: _("%(way)s boat %(time)s"),
    }.get(leg.mode, _("%(way)s flight %(time)s"))
    return words % {"way": way, "time": in_words(leg.minutes, _)}
