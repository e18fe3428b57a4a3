"""The itinerary as an iCalendar file: an event for each flight with a known departure day, and the time zones used.

The file names no traveller. Stable UIDs let a calendar program update the events imported from an earlier file of the same order.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.itinerary import city_within, mode_word, operated_by
from orders.display.notices import notice_detail, notice_line
from orders.display.text import flight_summary
from orders.itinerary.clocks import zone
from orders.itinerary.trip import Clock, Flight, Trip
from orders.itinerary.vtimezones import vtimezone

CLOSE = timedelta(hours=3)
ZONES_FROM, ZONES_TO = 1971, 2099
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEQUENCE_FROM = datetime(2010, 1, 1, tzinfo=UTC)  # seconds from here fit into 31 bits until 2078
LARGEST_SEQUENCE = 2**31 - 1


def calendar_file(trip: Trip, order: Order, *, order_ref: str = "") -> bytes:
    """The iCalendar file for `order`, whose itinerary is `trip`; `order_ref` is used if the CDP's answer has no ref.

    A time in a known zone is written in that zone, with its VTIMEZONE. If the time is within three hours of a clock change, before 1971
    or after 2099, it is instead written in UTC, which all calendar programs read alike. A time in an unknown zone is written in UTC if
    its instant is known. A time whose instant is unknown is written without a zone.
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
        event = _event(flight, order.reference_id or order.ref or order_ref)
        event.add("uid", uids[flight.key])
        _date(event, order)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _zones(flights: list[Flight]) -> dict[str, set[int]]:
    """The zones to describe in the file, each with the years of the times that are written in it."""
    years: dict[str, set[int]] = {}
    for clock in (clock for flight in flights for clock in (flight.origin, flight.destination)):
        if clock.wall is not None and clock.place.zone is not None and _tied(clock):
            years.setdefault(clock.place.zone, set()).add(clock.wall.year)
    return years


def _uids(trip: Trip, order: Order, order_ref: str) -> dict[str, str]:
    """The UID of each flight, by the flight's key.

    The UID is derived from the order, the flight's number and the flight's two airports, so it stays the same when the flight is retimed.
    Flights that have all of these in common are numbered in order of sale, which does not depend on their times.
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
    """The letters and digits of `text`, in upper case: "bx 0459" becomes "BX0459"."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _date(event: Event, order: Order) -> None:
    """Add the time of the last change to the order or its items as DTSTAMP, LAST-MODIFIED and SEQUENCE (in seconds since 2010).

    If no change is known, the time at which the order was created, or else ordered, is used; if that is unknown too, only DTSTAMP
    is added, as 1 January 1970.
    """
    changes = [stamp for stamp in (order.modified_at, *(item.modified_at for item in order.items)) if stamp is not None]
    changed = max(changes, default=order.created_at or order.ordered_at)
    event.add("dtstamp", changed or EPOCH)
    if changed is not None:
        event.add("last-modified", changed)
        seconds = (changed - SEQUENCE_FROM) // timedelta(seconds=1)
        event.add("sequence", min(max(0, seconds), LARGEST_SEQUENCE))


def _event(flight: Flight, reference: str) -> Event:
    event = Event()
    all_day = flight.origin.wall is None
    if all_day:
        _add_days(event, flight)
    else:
        event.add("dtstart", _when(flight.origin))
        if _lands_later(flight):
            event.add("dtend", _when(flight.destination))
    name = " · ".join(filter(None, (flight.number, mode_word(flight))))
    here, there = flight.origin.place, flight.destination.place
    way = " → ".join(
        f"{city_within(place)} ({place.code})" if place.code else city_within(place) for place in (here, there)
    )
    event.add("summary", f"{name} {way}".strip())
    event.add("location", here.name or here.code)
    event.add("description", "\n".join(_lines(flight, reference)))
    if flight.calendar_status is not None:
        event.add("status", flight.calendar_status.value)
    event.add("transp", "OPAQUE" if flight.booked and not all_day else "TRANSPARENT")
    return event


def _add_days(event: Event, flight: Flight) -> None:
    """Make `event` an all-day event, because the departure time is unknown. DTEND is exclusive: the day after the last day."""
    first = flight.origin.day or date.min
    last = max(first, flight.destination.day or first)
    event.add("dtstart", first)
    if last < date.max:
        event.add("dtend", last + timedelta(days=1))


def _when(clock: Clock) -> datetime:
    """The time as written in the file: in its zone if `_tied`; else in UTC if its instant is known; else floating (without a zone)."""
    if clock.wall is not None and _tied(clock):
        return clock.wall.replace(tzinfo=zone(clock.place.zone))
    return clock.instant or clock.wall or EPOCH


def _tied(clock: Clock) -> bool:
    """Whether a time is written in its zone: only if the zone is known, the year is from 1971 to 2099, and no clock change is near."""
    if clock.wall is None or clock.instant is None or zone(clock.place.zone) is None:
        return False
    return ZONES_FROM <= clock.wall.year <= ZONES_TO and not _near_a_change(clock)


def _near_a_change(clock: Clock) -> bool:
    """Whether the zone's offset changes within three hours of this time.

    Calendar programs disagree about such times, and a repeated hour is ambiguous.
    """
    instant = clock.instant
    if instant is None:
        return False
    there = zone(clock.place.zone)
    return len({(instant + hours).astimezone(there).utcoffset() for hours in (-CLOSE, timedelta(0), CLOSE)}) > 1


def _lands_later(flight: Flight) -> bool:
    """Whether the arrival can end the event: its time is known, can be compared with the departure time, and is later."""
    start, end = flight.origin, flight.destination
    if end.wall is None or start.wall is None:
        return False
    if start.instant is not None and end.instant is not None:
        return end.instant > start.instant
    if (start.instant is None) != (end.instant is None):
        return False
    return end.wall > start.wall


def _lines(flight: Flight, reference: str) -> list[str]:
    lines = [_("Reference %(reference)s") % {"reference": reference}] if reference else []
    if flight.origin.wall is None:
        lines.append(_("time unknown"))
    lines += [*filter(None, [operated_by(flight)]), *flight_summary(flight)]
    lines += [notice_line(notice) for notice in flight.notices if notice.serious and notice_detail(notice)]
    return lines
