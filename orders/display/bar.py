"""What the bar of a journey says: its sentence, its places as shares of the width, its hours in the person's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from accounts.language import translate as _
from orders.display.clocks import clock
from orders.itinerary.picture import WIDTH, Picture
from orders.itinerary.trip import Journey


def bar_sentence(journey: Journey, picture: Picture) -> str:
    """The whole bar in a sentence, for those who do not see it: "16:00 DUB to 22:40 LAS local time: DUB–LHR flight 1 h 20 min"."""
    return _("%(start)s to %(end)s local time: %(parts)s") % {
        "start": f"{clock(journey.departs.wall)} {journey.origin.code}",
        "end": f"{clock(journey.arrives.wall)} {journey.destination.code}",
        "parts": picture.title,
    }


@lru_cache(maxsize=WIDTH + 1)
def across(x: int) -> str:
    """A place in the picture as a share of its width: 480 -> "50.00%"."""
    return f"{x * 100 / WIDTH:.2f}%"


def tick_hour(label: str) -> str:
    """ "18:00" in the person's clock."""
    return clock(datetime(2000, 1, 1, int(label[:2]), int(label[3:]), tzinfo=UTC))
