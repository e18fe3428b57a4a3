"""The rail of a journey: which ends of flights are one node, the progress to show, and the local time there now."""

from __future__ import annotations

from datetime import datetime, timedelta

from orders.display.clocks import clock
from orders.itinerary.airports import same_site
from orders.itinerary.clocks import zone
from orders.itinerary.codes import Phase
from orders.itinerary.trip import Clock, Flight, Journey, Transfer

NEAR = timedelta(hours=48)


def joined(journey: Journey, index: int) -> bool:
    """Whether the leg at `index` is a wait that is drawn as one node with the arrival before and the departure after
    it.

    It is if nothing about it is doubtful: one airport, both times known, no overlap, neither flight cancelled.
    """
    if not 0 < index < len(journey.legs) - 1:
        return False
    before, wait, after = journey.legs[index - 1 : index + 2]
    if not (isinstance(wait, Transfer) and isinstance(before, Flight) and isinstance(after, Flight)):
        return False
    certain = not (before.cancelled or after.cancelled or before.doubted or after.doubted)
    return certain and wait.minutes is not None and wait.minutes >= 0 and same_site(wait.at, wait.onward)


def phase_said(leg: Flight | Journey, now: datetime) -> Phase:
    """The phase worth saying at the moment `now` (aware): future legs are "Next" or "Later" only within two days."""
    departs = leg.origin if isinstance(leg, Flight) else leg.departs
    far = departs.instant is None or departs.instant - now > NEAR
    return Phase.UNKNOWN if far and leg.phase in (Phase.NEXT, Phase.LATER) else leg.phase


def time_there(end: Clock, now: datetime) -> str:
    """The local time at an end of a flight at the moment `now` (aware), within two days of the flight; "" beyond, or if unknown."""
    if end.instant is None or abs(end.instant - now) > NEAR:
        return ""
    there = zone(end.place.zone)
    return clock(now.astimezone(there)) if there else ""
