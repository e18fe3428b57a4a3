"""The bar of a journey: its sentence for screen readers, its states and labels, and positions on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from accounts.language import translate as _
from orders.display.clocks import clock, duration
from orders.display.rail import phase_said
from orders.itinerary.codes import Mode
from orders.itinerary.picture import WIDTH, Picture, Shape, draw
from orders.itinerary.trip import Flight, Journey, Transfer, Trip


class Pictures:
    """The pictures of a trip's journeys, by journey key, each drawn on demand; None for a journey that cannot be drawn."""

    def __init__(self, trip: Trip) -> None:
        self._journeys = {journey.key: journey for journey in trip.journeys}

    def __getitem__(self, key: str) -> Picture | None:
        return draw(self._journeys[key])


def bar_sentence(journey: Journey, picture: Picture) -> str:
    """The whole bar in a sentence for screen readers: "16:00 DUB to 22:40 LAS: DUB–LHR flight 1 h 20 min, …"."""
    parts = [_leg(shape.leg) for shape in picture.shapes]
    if picture.night_minutes:
        parts.append(_("%(time)s at night") % {"time": duration(picture.night_minutes)})
    return _("%(start)s to %(end)s: %(parts)s") % {
        "start": f"{clock(journey.departs.wall)} {journey.origin.code}",
        "end": f"{clock(journey.arrives.wall)} {journey.destination.code}",
        "parts": ", ".join(parts),
    }


def _leg(leg: Flight | Transfer) -> str:
    if isinstance(leg, Transfer):
        return _("%(time)s wait at %(code)s") % {"time": duration(leg.minutes or 0), "code": leg.at.code}
    way = f"{leg.origin.place.code}–{leg.destination.place.code}"
    if leg.minutes is None:
        return way
    phrases = {
        Mode.FLIGHT: _("%(way)s flight %(time)s"),
        Mode.TRAIN: _("%(way)s train %(time)s"),
        Mode.BUS: _("%(way)s bus %(time)s"),
        Mode.BOAT: _("%(way)s boat %(time)s"),
    }
    return phrases[leg.mode] % {"way": way, "time": duration(leg.minutes)}


def state_said(shape: Shape, now: datetime) -> str:
    """The state of a part of the bar: "cancelled" or its phase; for a flight, the phase that `phase_said` returns for `now` (aware)."""
    if shape.state == "cancelled" or not isinstance(shape.leg, Flight):
        return shape.state
    return phase_said(shape.leg, now)


LENGTH_ROOM = 110  # a narrower part of the bar has no room for its duration
NIGHT_WIDTH = 40  # a narrower night has no label
NIGHT_ROOM = 60  # the middle of a night must be farther than this from every place's code, or the night has no label


def length_fits(shape: Shape) -> bool:
    """Whether a part of the bar shows its duration: only if it is wide enough and not cancelled, and its duration is known."""
    return shape.width >= LENGTH_ROOM and shape.state != "cancelled" and shape.leg.minutes is not None


def night_labels(picture: Picture) -> Iterator[int]:
    """The positions of the night labels: the middle of each night that is wide enough and far enough from every place's code."""
    for start, end in _whole_nights(picture):
        middle = (start + end) // 2
        if end - start >= NIGHT_WIDTH and all(abs(place.x - middle) > NIGHT_ROOM for place in picture.places):
            yield middle


def _whole_nights(picture: Picture) -> Iterator[tuple[int, int]]:
    """The start and end of each night on the bar, in units of the picture.

    Stretches that touch, such as one in the air and one on the ground, count as one night.
    """
    joined: list[tuple[int, int]] = []
    for night in picture.nights:
        start, end = night.x, night.x + night.width
        if joined and start <= joined[-1][1] + 1:
            start = joined.pop()[0]
        joined.append((start, end))
    yield from joined


def now_across(journey: Journey, now: datetime) -> int | None:
    """The position of the moment `now` (aware) on a journey's bar, in units of the picture; None unless the journey is under way."""
    start, end = journey.departs.instant, journey.arrives.instant
    if start is None or end is None or not start <= now < end:
        return None
    return round((now - start) / (end - start) * WIDTH)


@lru_cache(maxsize=WIDTH + 1)
def across(x: int) -> str:
    """A position in the picture as a share of its width: 480 -> "50.00%"."""
    return f"{x * 100 / WIDTH:.2f}%"
