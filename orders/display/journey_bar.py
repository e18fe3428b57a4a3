"""The bar of a journey: its sentence, and positions as shares of its width."""

from __future__ import annotations

from functools import lru_cache

from accounts.language import translate as _
from orders.display.clocks import clock, duration
from orders.itinerary.codes import Mode
from orders.itinerary.picture import WIDTH, Picture
from orders.itinerary.trip import Flight, Journey, Transfer


def bar_sentence(journey: Journey, picture: Picture) -> str:
    """The whole bar in a sentence for screen readers: "16:00 DUB to 22:40 LAS local time: DUB–LHR flight 1 h 20 min"."""
    parts = [_leg(shape.leg) for shape in picture.shapes]
    if picture.night_minutes:
        parts.append(_("night hours %(time)s") % {"time": duration(picture.night_minutes)})
    return _("%(start)s to %(end)s local time: %(parts)s") % {
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


@lru_cache(maxsize=WIDTH + 1)
def across(x: int) -> str:
    """A position in the picture as a share of its width: 480 -> "50.00%"."""
    return f"{x * 100 / WIDTH:.2f}%"
