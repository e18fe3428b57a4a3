"""The trip as an iCalendar file: one event for each flight, with the zones it needs, and nothing about any person.

The file is the same for the same answer of the CDP, and a calendar that has an older one updates its events by the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from orders.cdp.records import Order
from orders.itinerary.clocks import zone
from orders.itinerary.durations import in_words
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Mode, Trip
from orders.itinerary.vtimezones import vtimezone
from orders.itinerary.wording import both_times, check_words, city_of, mode_words, time_words

CLOSE = timedelta(hours=3)
ZONES_FROM, ZONES_TO = 1971, 2099
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEQUENCE_FROM = datetime(2010, 1, 1, tzinfo=UTC)  # seconds from here fit into 31 bits until 2078
LARGEST_SEQUENCE = 2**31 - 1


def as_ics(trip: Trip, order: Order, *, order_ref: str = "", _: Callable[[str], str] = str) -> bytes:
    """The file's bytes for `order`, whose itinerary is `trip`; `order_ref` is its address if its answer holds no ref.

    A time in a known zone is written in that zone, with its VTIMEZONE; one within hours of a change of the clocks is written in UTC,
    where it means one moment to every reader; one in an unknown zone floats, as there is nothing to tie it to.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//cdpviewer//itinerary//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    flights = [flight for flight in trip.flights if flight.origin.day is not None]
    for zone_name, years in _zones(flights).items():
        calendar.add_component(vtimezone(zone_name, min(years), max(years)))
    uids = _uids(trip, order, order.ref or order_ref)
    for flight in flights:
        event = _event(flight, trip, order.reference_id or order.ref or order_ref, _)
        event.add("uid", uids[flight.key])
        _date(event, order)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _zones(flights: list[Flight]) -> dict[str, set[int]]:
    """The zones that times are written in, each with the years of those times."""
    years: dict[str, set[int]] = {}
    for clock in (clock for flight in flights for clock in (flight.origin, flight.destination)):
        if clock.wall is not None and clock.place.zone is not None and _tied(clock):
            years.setdefault(clock.place.zone, set()).add(clock.wall.year)
    return years


def _uids(trip: Trip, order: Order, order_ref: str) -> dict[str, str]:
    """Each flight's UID, by its key.

    It is made of the order, the flight's number and its two airports, so that it stays when the flight is re-timed. Flights that
    have all this in common are numbered in order of sale, which no change of times touches either.
    """

    def sale(flight: Flight) -> tuple[datetime, str, int]:
        sold = ((order.items[item], segment) for item, segment in flight.segment_indexes)
        return min((item.ordered_at or EPOCH, item.ref or item.reference_id or "", segment) for item, segment in sold)

    uids: dict[str, str] = {}
    numbers: dict[tuple[str, ...], int] = {}
    for flight in sorted(trip.flights, key=sale):
        carrier = _plain(flight.carrier)
        number = _plain(flight.flight_number).removeprefix(carrier).lstrip("0")
        same = (order_ref, carrier, number, flight.origin.place.code, flight.destination.place.code)
        numbers[same] = numbers.get(same, 0) + 1
        uids[flight.key] = f"{uuid5(NAMESPACE_URL, '/'.join(('cdpviewer', *same, str(numbers[same]))))}@cdpviewer"
    return uids


def _plain(text: str) -> str:
    """Letters and digits only, in upper case: "bx 0459" is BX0459."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _date(event: Event, order: Order) -> None:
    """When the CDP last changed the order, as DTSTAMP, LAST-MODIFIED and a SEQUENCE that grows with it."""
    changes = [stamp for stamp in (order.modified_at, *(item.modified_at for item in order.items)) if stamp is not None]
    changed = max(changes, default=order.created_at or order.ordered_at)
    event.add("dtstamp", changed or EPOCH)
    if changed is not None:
        event.add("last-modified", changed)
        seconds = (changed - SEQUENCE_FROM) // timedelta(seconds=1)
        event.add("sequence", min(max(0, seconds), LARGEST_SEQUENCE))


def _event(flight: Flight, trip: Trip, reference: str, _: Callable[[str], str]) -> Event:
    event = Event()
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
    if flight.calendar_status is not None:
        event.add("status", flight.calendar_status.value)
    event.add("transp", "OPAQUE" if flight.booked and not all_day else "TRANSPARENT")
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
    if flight.statuses:
        found.append(", ".join(status(sent).in_words(_) for sent in flight.statuses))
    found += [check_words(notice, _) for notice in flight.notices if notice.serious and notice.detail]
    return found
