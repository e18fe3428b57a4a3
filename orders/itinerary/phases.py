"""The progress of a trip at a given moment: which flights, waits and journeys are past, under way, next or later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orders.itinerary.codes import Phase
from orders.itinerary.trip import Clock


def flight_phases(ends: Sequence[tuple[Clock, Clock]], now: datetime) -> list[Phase]:
    """The phases of flights, given their departure and arrival clocks in travel order.

    DEPARTED means that the flight has arrived or, if its arrival is unknown, has departed. NOW means that it is under way. NEXT is the
    first flight yet to depart, and LATER is any other. A flight whose departure is unknown is UNKNOWN until it is known to have arrived.
    """
    phases = [_phase(departs.instant, arrives.instant, now) for departs, arrives in ends]
    coming = [at for at, phase in enumerate(phases) if phase is Phase.LATER]
    if coming:
        soonest = min(coming, key=lambda at: (ends[at][0].instant or now, at))
        phases[soonest] = Phase.NEXT
    return phases


def _phase(departs: datetime | None, arrives: datetime | None, now: datetime) -> Phase:
    if departs is None:
        return Phase.DEPARTED if arrives is not None and arrives <= now else Phase.UNKNOWN
    if now < departs:
        return Phase.LATER
    return Phase.NOW if arrives is not None and departs <= now < arrives else Phase.DEPARTED


def wait_phase(before: Phase, after: Phase, arrives: Clock, leaves: Clock, now: datetime) -> Phase:
    """The phase of the wait between two flights, whose phases are `before` and `after`.

    UNKNOWN if either of these phases, or the instant at which the wait starts or ends, is unknown.
    """
    if arrives.instant is None or leaves.instant is None or not before or not after:
        return Phase.UNKNOWN
    if arrives.instant <= now < leaves.instant:
        return Phase.NOW
    if leaves.instant <= now:
        return Phase.DEPARTED
    return Phase.NEXT if before is Phase.NOW else Phase.LATER


def journey_phase(phases: Sequence[Phase]) -> Phase:
    """The phase of a journey whose flights have these phases.

    UNKNOWN flights are ignored; if there are no others, the journey is UNKNOWN. Otherwise it is DEPARTED if all the others are, else NOW
    if any of them is NOW or DEPARTED, else NEXT if any is NEXT, else LATER.
    """
    known = {phase for phase in phases if phase}
    if known <= {Phase.DEPARTED}:
        return Phase.DEPARTED if known else Phase.UNKNOWN
    if known & {Phase.NOW, Phase.DEPARTED}:
        return Phase.NOW
    return Phase.NEXT if Phase.NEXT in known else Phase.LATER
