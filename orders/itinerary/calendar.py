"""The trip as an iCalendar file: one event for each flight, with the zones it needs, and nothing about any person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from orders.itinerary.clocks import zone
from orders.itinerary.durations import in_words
from orders.itinerary.trip import Clock, Flight, Mode, Trip
from orders.itinerary.wording import both_times, check_words, city_of, mode_words, time_words

CLOSE = timedelta(hours=3)
ZONES_FROM, ZONES_TO = 1971, 2099


def as_ics(
    trip: Trip,
    *,
    reference: str | None = "",
    order_ref: str = "",
    stamp: datetime | None = None,
    _: Callable[[str], str] = str,
) -> bytes:
    """The file's bytes. An event keeps its UID as long as order and flight are the same; `stamp` is when it was written, UTC.

    A time in a known zone is written in that zone, with its VTIMEZONE; one within hours of a change of the
    clocks is written in UTC, where it means one moment to every reader; one in an unknown zone floats, as there is nothing to tie it to.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//cdpviewer//itinerary//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    written = stamp if stamp is not None else datetime.now(UTC)
    for flight in trip.flights:
        if flight.origin.day is not None:
            calendar.add_component(_event(flight, trip, reference or "", order_ref, written, _))
    years = [
        clock.wall.year
        for flight in trip.flights
        for clock in (flight.origin, flight.destination)
        if _tied(clock) and clock.wall
    ]
    if years:
        calendar.add_missing_timezones(date(min(years), 1, 1), date(max(years) + 2, 1, 1))
    return bytes(calendar.to_ical())


def _event(
    flight: Flight, trip: Trip, reference: str, order_ref: str, stamp: datetime, _: Callable[[str], str]
) -> Event:
    event = Event()
    event.add("uid", f"{uuid5(NAMESPACE_URL, f'cdpviewer/{order_ref}/{flight.key}')}@cdpviewer")
    event.add("dtstamp", stamp.astimezone(UTC))
    all_day = flight.origin.wall is None
    if all_day:
        _add_days(event, flight)
    else:
        event.add("dtstart", _when(flight.origin))
        if _lands_later(flight):
            event.add("dtend", _when(flight.destination))
    number = f"{flight.carrier} {flight.flight_number}".strip()
    if flight.mode is not Mode.FLIGHT:
        number = f"{number} · {mode_words(flight, _)}".removeprefix(" · ")
    here, there = flight.origin.place, flight.destination.place
    way = f"{city_of(here)} ({here.code}) → {city_of(there)} ({there.code})"
    event.add("summary", f"{number} {way}".strip())
    event.add("location", flight.origin.place.name or flight.origin.place.code)
    event.add("description", "\n".join(_lines(flight, trip, reference, _)))
    event.add("status", "CANCELLED" if flight.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if flight.cancelled or all_day else "OPAQUE")
    return event


def _add_days(event: Event, flight: Flight) -> None:
    """Write a flight whose departure has a day and no time as an all-day event; DTEND is the day after the last one."""
    first = flight.origin.day or date.min
    last = max(first, flight.destination.day or first)
    event.add("dtstart", first)
    if last < date.max:
        event.add("dtend", last + timedelta(days=1))


def _when(clock: Clock) -> datetime:
    """The time as it is written: tied to its zone, to UTC, or to nothing."""
    wall = clock.wall or datetime.min
    there = zone(clock.place.zone)
    if there is None:
        return clock.instant if clock.instant is not None else wall
    if clock.instant is not None and not _tied(clock):
        return clock.instant
    return wall.replace(tzinfo=there)


def _tied(clock: Clock) -> bool:
    """Whether the time is written in its zone: in years for which zones are defined, and away from a change of the clocks."""
    if clock.wall is None or clock.instant is None or zone(clock.place.zone) is None:
        return False
    return ZONES_FROM <= clock.wall.year <= ZONES_TO and not _near_a_change(clock)


def _near_a_change(clock: Clock) -> bool:
    """Whether the zone's offset changes within three hours: there readers disagree, and a repeated hour has no name."""
    instant = clock.instant
    if instant is None:
        return False
    there = zone(clock.place.zone)
    return len({(instant + hours).astimezone(there).utcoffset() for hours in (-CLOSE, timedelta(0), CLOSE)}) > 1


def _lands_later(flight: Flight) -> bool:
    """Whether the arrival can be written as the event's end: known, and after the start."""
    start, end = flight.origin, flight.destination
    if end.wall is None or start.wall is None:
        return False
    if start.instant is not None and end.instant is not None:
        return end.instant > start.instant
    if (start.instant is None) != (end.instant is None):
        return False
    return end.wall > start.wall


def _lines(flight: Flight, trip: Trip, reference: str, _: Callable[[str], str]) -> list[str]:
    found = [_("Reference %(reference)s") % {"reference": reference}] if reference else []
    if flight.origin.wall is None:
        found.append(_("time not given"))
    if flight.doubted:
        found.append(both_times(flight, _))
    elif flight.minutes is not None:
        found.append(time_words(flight, in_words(flight.minutes, _), _))
    if flight.operating_carrier:
        found.append(_("operated by %(carrier)s") % {"carrier": flight.operating_carrier_name})
    if cabin := " ".join(word for word in (flight.fare_class, flight.fare_family) if word):
        found.append(cabin)
    found += [check_words(notice, _) for notice in flight.notices if notice.serious and notice.detail]
    return found
