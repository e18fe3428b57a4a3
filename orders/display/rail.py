"""The rail of a journey (a line with nodes for its stops): its phases, local times and sentences, and the waits drawn as one node."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.language import translate as _
from orders.display.clocks import clock, day, day_change
from orders.display.itinerary import at_airport, flight_facts, mode_words
from orders.display.passengers import passengers
from orders.display.words import phase_word, status_word
from orders.itinerary.airports import same_site
from orders.itinerary.clocks import zone
from orders.itinerary.codes import Mode, Phase
from orders.itinerary.trip import Clock, Flight, Journey, Transfer

NEAR = timedelta(hours=48)


def joined(journey: Journey, index: int) -> bool:
    """Whether the leg at `index` is a wait that is drawn as one node with the arrival before it and the departure after it.

    This is the case if both flights use the same airport or station there, if the length of the wait is known and not negative, and if
    neither flight is cancelled or has times that are in doubt.
    """
    if not 0 < index < len(journey.legs) - 1:
        return False
    before, wait, after = journey.legs[index - 1 : index + 2]
    if not (isinstance(wait, Transfer) and isinstance(before, Flight) and isinstance(after, Flight)):
        return False
    certain = not (before.cancelled or after.cancelled or before.doubted or after.doubted)
    return certain and wait.minutes is not None and wait.minutes >= 0 and same_site(wait.at, wait.onward)


def phase_said(leg: Flight | Journey, now: datetime) -> Phase:
    """The phase to show for a flight or journey at the moment `now` (aware): usually its own phase.

    UNKNOWN instead of NEXT or LATER if the departure is more than two days away, or if the moment of departure is unknown.
    """
    departs = leg.origin if isinstance(leg, Flight) else leg.departs
    far = departs.instant is None or departs.instant - now > NEAR
    return Phase.UNKNOWN if far and leg.phase in (Phase.NEXT, Phase.LATER) else leg.phase


def time_there(end: Clock, now: datetime) -> str:
    """The local time at one end of a flight at the moment `now` (aware): "16:00".

    "" if the place's zone is unknown, or if the moment of departure or arrival there is unknown or more than two days from `now`.
    """
    if end.instant is None or abs(end.instant - now) > NEAR:
        return ""
    there = zone(end.place.zone)
    return clock(now.astimezone(there)) if there else ""


def _end_words(end: Clock, timed: str, dated: str, neither: str) -> str:
    """One end of a flight in words: `timed` filled in with day and time, or else `dated` with the day, or else `neither`."""
    if end.wall is not None:
        return timed % {"day": day(end.wall), "time": clock(end.wall)}
    return dated % {"day": day(end.day)} if end.day is not None else neither


def flight_sentence(flight: Flight, now: datetime) -> str:
    """A flight as one sentence for screen readers; it ends with the phase to show at the moment `now` (aware), if any."""
    start, end = flight.origin, flight.destination
    number = f"{flight.carrier_name or flight.carrier} {flight.flight_number}".strip()
    parts = [number] if number else []
    if flight.mode is not Mode.FLIGHT or not number:
        parts.append(mode_words(flight))
    ends = {"origin": at_airport(start.place), "destination": at_airport(end.place)}
    parts.append(_("from %(origin)s to %(destination)s") % ends)
    # Times in doubt are not called local.
    leaves, lands = (
        (_("departs %(day)s at %(time)s"), _("arrives %(day)s at %(time)s"))
        if flight.doubted
        else (_("departs %(day)s at %(time)s local time"), _("arrives %(day)s at %(time)s local time"))
    )
    parts.append(_end_words(start, leaves, _("departs %(day)s, time unknown"), _("departure time unknown")))
    change = day_change(flight.day_change)
    arrives = _end_words(end, lands, _("arrives %(day)s, time unknown"), _("arrival time unknown"))
    parts.append(f"{arrives} ({change})" if change else arrives)
    parts += flight_facts(flight)
    parts += [status_word(sent) for sent in flight.statuses]
    if not flight.all_passengers:
        parts.append(_("Only %(who)s") % {"who": passengers(flight.passengers)})
    if phase := phase_said(flight, now):
        parts.append(phase_word(phase))
    return ", ".join(parts).rstrip(".") + "."
