"""Departed, now, next, later: where a trip stands at a moment, told from instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orders.itinerary.trip import Clock


def flight_phases(ends: Sequence[tuple[Clock, Clock]], now: datetime) -> list[str]:
    """The phase of each flight, given departure and arrival clocks in travel order.

    "departed" has arrived, "now" is in the air, "next" is the first to come, "later" the rest; "" where no instant is known.
    """
    found = [_one(departs.instant, arrives.instant, now) for departs, arrives in ends]
    if "later" in found:
        coming = [at for at, phase in enumerate(found) if phase == "later"]
        soonest = min(coming, key=lambda at: (ends[at][0].instant or now, at))
        found[soonest] = "next"
    return found


def _one(departs: datetime | None, arrives: datetime | None, now: datetime) -> str:
    if departs is None:
        return "departed" if arrives is not None and arrives <= now else ""
    if now < departs:
        return "later"
    return "now" if arrives is not None and departs <= now < arrives else "departed"


def wait_phase(before: str, after: str, arrives: Clock, leaves: Clock, now: datetime) -> str:
    """The phase of the wait between two flights of these phases."""
    if arrives.instant is None or leaves.instant is None or not before or not after:
        return ""
    if arrives.instant <= now < leaves.instant:
        return "now"
    return "departed" if leaves.instant <= now else "next" if before == "now" else "later"


def whole_phase(phases: Sequence[str]) -> str:
    """The phase of a journey whose flights have these phases."""
    told = [phase for phase in phases if phase]
    if not told:
        return ""
    if all(phase == "departed" for phase in told):
        return "departed"
    if "now" in told or "departed" in told:
        return "now"
    return "next" if "next" in told else "later"
