"""Where a trip stands, in words: the flight under way, the next departure, or the end of the trip.

If it is in doubt whether the times are local or UTC, a departure is given under both readings.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils.translation import ngettext

from accounts.language import translate as _
from orders.display.clocks import clock, day, day_clock, duration, short_day
from orders.display.itinerary import city_within
from orders.itinerary.airports import same_city
from orders.itinerary.codes import NoticeKind, Phase, Reading
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Journey, Trip

TODAY = timedelta(hours=24)
YEAR_FROM = timedelta(days=180)
# The kinds of notice that say that a flight's times, as sent, cannot all be right.
WRONG_TIMES = frozenset({NoticeKind.IMPOSSIBLE_TIME, NoticeKind.ITEMS_DISAGREE, NoticeKind.CLOCK_SKIPPED})


def time_words(trip: Trip, now: datetime, *, settled: bool = True) -> str:
    """The flight under way at `now` (aware), or else the next departure or the end of the trip, in words; "" if none is known.

    Only booked flights count. If it is in doubt whether the times are local or UTC, only a departure that may still lie ahead is
    given, under both readings. If `settled` is False, the words for a flight that has left do not say that anybody was on it. The same
    applies if that flight has `statuses` and none of them is settled.
    """
    flights = [flight for flight in trip.flights if flight.booked]
    phases = {flight.phase for flight in flights}
    if trip.doubted:
        return next((words for flight in flights if (words := _leaves_in_doubt(flight, trip, now))), "")
    if not phases - {Phase.UNKNOWN}:
        return ""
    for flight in flights:
        if flight.phase is Phase.NOW:
            return _checked(_under_way(flight, trip, now, settled=settled), flight)
    coming = next_booked(trip)
    if coming is not None:
        return _checked(_leaves(coming, now, _phrase(coming, trip)), coming)
    return _past(max(flights, key=_latest), now, settled=settled) if phases == {Phase.DEPARTED} else ""


def next_booked(trip: Trip) -> Flight | None:
    """The booked flight that leaves next; None if no booked flight with a known departure time is still to come.

    It need not be the flight whose phase is NEXT, because that one might not be booked.
    """
    coming = [flight for flight in trip.flights if flight.booked and flight.phase in (Phase.NEXT, Phase.LATER)]
    timed = [(flight.origin.instant, at) for at, flight in enumerate(coming) if flight.origin.instant is not None]
    return coming[min(timed)[1]] if timed else None


def _latest(flight: Flight) -> datetime:
    return flight.destination.instant or flight.origin.instant or datetime.min.replace(tzinfo=UTC)


def _checked(words: str, flight: Flight) -> str:
    """The words, with a remark if the flight's times cannot all be right."""
    wrong = any(notice.kind in WRONG_TIMES for notice in flight.notices)
    return _("%(words)s; check the flight’s times") % {"words": words} if words and wrong else words


def _under_way(flight: Flight, trip: Trip, now: datetime, *, settled: bool) -> str:
    lands = flight.destination
    if not _is_settled(flight, settled=settled):
        landing = clock(lands.wall) if lands.day == flight.origin.day else day_clock(lands.wall)
        phrase = _("Was due to leave %(city)s on %(day)s at %(time)s (arrival in %(destination)s: %(landing)s)")
        return phrase % {**_at(flight.origin, now), "landing": landing, "destination": city_within(lands.place)}
    phrase = _("On the way to %(city)s, due %(when)s")
    if _apart(flight, trip):
        phrase = _("Some of the party are on their way to %(city)s, due %(when)s")
    when = clock(lands.wall) if lands.day == _today(lands, now) else day_clock(lands.wall)
    return phrase % {"when": when, "city": city_within(lands.place)}


def _past(flight: Flight, now: datetime, *, settled: bool) -> str:
    settled = _is_settled(flight, settled=settled)
    if flight.destination.instant is None:
        phrase = _("Left %(city)s on %(day)s at %(time)s; arrival time unknown")
        if not settled:
            phrase = _("Was due to leave %(city)s on %(day)s at %(time)s; arrival time unknown")
        return phrase % _at(flight.origin, now)
    phrase = _("Arrived in %(city)s on %(day)s") if settled else _("Was due to arrive in %(city)s on %(day)s")
    return phrase % {**_at(flight.destination), "day": day(flight.destination.day)}


def _is_settled(flight: Flight, *, settled: bool) -> bool:
    return settled and (not flight.statuses or any(status(sent).settled for sent in flight.statuses))


def _leaves(flight: Flight, now: datetime, phrase: str) -> str:
    wait = wait_words(flight.origin, now)
    return phrase % {"wait": wait, **_at(flight.origin, now)} if wait else ""


def _phrase(flight: Flight, trip: Trip) -> str:
    """The phrase for a departure, which depends on whether other members of the party leave earlier or later."""
    apart = _apart(flight, trip)
    if not apart:
        return _("Leaves %(city)s %(wait)s, %(day)s %(time)s")
    if all(later for later in apart):
        return _("Some of the party leave %(city)s %(wait)s, %(day)s %(time)s")
    return _("The party’s next departure: from %(city)s %(wait)s, %(day)s %(time)s")


def _apart(flight: Flight, trip: Trip) -> list[bool]:
    """For each of the other journeys that count: whether it leaves later than `flight`.

    A journey counts only if it starts or ends in the same city as the journey that `flight` begins, and leaves less than 24 hours before
    or after `flight`. It does not count if it leaves at the same moment, or if its first flight is not booked or carries all travellers.
    The list is empty if `flight` carries all travellers, has no known departure time, or does not begin a journey.
    """
    if flight.all_passengers or flight.origin.instant is None:
        return []
    own = next((journey for journey in trip.journeys if journey.key == flight.key), None)
    if own is None:
        return []
    return [
        other.departs.instant > flight.origin.instant
        for other in trip.journeys
        if other.departs.instant is not None and _is_apart(own, other, other.departs.instant - flight.origin.instant)
    ]


def _is_apart(own: Journey, other: Journey, gap: timedelta) -> bool:
    first = other.flights[0]
    if first.key == own.key or first.all_passengers or not first.booked or not timedelta(0) < abs(gap) < TODAY:
        return False
    return same_city(own.origin, other.origin) or same_city(own.destination, other.destination)


def _leaves_in_doubt(flight: Flight, trip: Trip, now: datetime) -> str:
    """A departure under both readings, with the reading in use first; a single time if both readings give the same one.

    "" if either time is unknown, or if both are past.
    """
    leaves = flight.origin
    if leaves.wall is None or leaves.other_wall is None or leaves.instant is None:
        return ""
    other = leaves.instant + (leaves.other_wall - leaves.wall)
    if max(leaves.instant, other) <= now:
        return ""
    if leaves.other_wall == leaves.wall:
        return _leaves(flight, now, _("Leaves %(city)s %(wait)s, %(day)s %(time)s"))
    same_day = leaves.other_wall.date() == leaves.wall.date()
    otherwise = clock(leaves.other_wall) if same_day else day_clock(leaves.other_wall)
    if trip.reading is Reading.UTC:
        phrase = _(
            "Leaves %(city)s on %(day)s at %(time)s if the time was sent in UTC, %(other)s if it was sent as local time"
        )
    else:
        phrase = _(
            "Leaves %(city)s on %(day)s at %(time)s if the time was sent as local time, %(other)s if it was sent in UTC"
        )
    return phrase % {**_at(leaves, now), "other": otherwise}


def wait_words(leaves: Clock, now: datetime) -> str:
    """The wait until a departure: "in 10 h" if it is less than 24 hours, otherwise "in 30 days" (the difference between local dates).

    "" if the departure time or the airport's offset from UTC is unknown. If the airport's zone is unknown, a time read as UTC has an
    instant but no offset.
    """
    today = _today(leaves, now)
    if leaves.instant is None or leaves.wall is None or today is None:
        return ""
    if leaves.instant - now < TODAY:
        return _("in %(time)s") % {"time": duration(max(1, (leaves.instant - now) // timedelta(minutes=1)))}
    days = (leaves.wall.date() - today).days
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}


def _today(end: Clock, now: datetime) -> date | None:
    """The date at `now` (aware) at one end of a flight, by the UTC offset there at departure or arrival; None if that is unknown."""
    return (now.astimezone(UTC) + end.offset).date() if end.offset is not None else None


def _at(end: Clock, now: datetime | None = None) -> dict[str, str]:
    """The time, day and city of one end of a flight, as values for the placeholders of a phrase.

    The day includes its year if it is more than 180 days before or after `now` (aware); without `now`, it never does.
    """
    far = now is not None and end.day is not None and abs(end.day - now.date()) > YEAR_FROM
    return {"time": clock(end.wall), "day": (day if far else short_day)(end.day), "city": city_within(end.place)}
