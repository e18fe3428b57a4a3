"""The departure and arrival of a flight segment, the item types that mean a flight, and segments in custom data.

In v2.1 of the API, the segment of a "Flight Item" is in the item's custom data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from orders.cdp import stamps
from orders.cdp.bounds import SHORT
from orders.cdp.characters import CASE_BOUNDARY
from orders.cdp.fields import Wall
from orders.cdp.jsontext import readable
from orders.cdp.records import Extra, FlightSegment, Note, Reason

# An extension may have any keys; these are from the vendor's example and the names of the segment fields, in lower case.
_TEXTS = {
    "origin": "origin",
    "destination": "destination",
    "carrier": "carrier",
    "marketingcarrier": "carrier",
    "flightnumber": "flight_number",
    "operatingcarrier": "operating_carrier",
    "operatingflightnumber": "operating_flight_number",
    "fareclass": "fare_class",
    "cabin": "fare_class",
    "farefamily": "fare_family",
    "bookingclass": "booking_class",
    "equipmenttype": "equipment_type",
    "origindestination": "origin_destination",
}
_TIMES = {
    "departuredatetime": "departure",
    "departuredate": "departure",
    "departure": "departure",
    "arrivaldatetime": "arrival",
    "arrivaldate": "arrival",
    "arrival": "arrival",
}
_BETWEEN_WORDS = re.compile(rf"{CASE_BOUNDARY}|[\W_]+")
_FLIGHTS = frozenset({"flight", "flights", "air", "flug", "vol", "vuelo", "volo", "voo"})
_KINDS_OF_RECORD = frozenset({"item", "product", "segment", "ticket", "booking", "order", "leg"})


def departure_of(segment: FlightSegment) -> Wall:
    """The segment's departure time, as the CDP sent it."""
    return Wall(segment.departure, segment.departure_offset, segment.departure_day, segment.departure_sent)


def arrival_of(segment: FlightSegment) -> Wall:
    """The segment's arrival time, as the CDP sent it."""
    return Wall(segment.arrival, segment.arrival_offset, segment.arrival_day, segment.arrival_sent)


def local_day(wall: Wall) -> date | None:
    """The date that was sent for a departure or arrival, with or without a time; None if the date is unknown."""
    return wall.time.date() if wall.time is not None else wall.day


def is_flight(item_type: str | None) -> bool:
    """Whether an item's type means a flight: FLIGHT, "Flight Item" and AIR do; INFLIGHT_VOUCHER and "Flight bag" do not."""
    words = {word.lower() for word in _BETWEEN_WORDS.split(item_type or "")} - {""}
    return bool(words & _FLIGHTS) and words <= _FLIGHTS | _KINDS_OF_RECORD


def from_extension(values: Iterable[Extra]) -> FlightSegment | None:
    """The flight segment that an extension's values describe; None if neither origin nor destination is given.

    Times are not converted between zones. Other values (such as `tripType`) go to `extras`; an unreadable time becomes a note.
    """
    texts: dict[str, str] = {}
    times: dict[str, Wall] = {}
    extras: list[Extra] = []
    notes: list[Note] = []
    for value in values:
        key, text = value.key.replace("_", "").lower(), value.value.strip()
        if not text:
            continue
        if key in _TEXTS and _TEXTS[key] not in texts:
            texts[_TEXTS[key]] = readable(text, SHORT)
        elif key in _TIMES and _TIMES[key] not in times:
            try:
                times[_TIMES[key]] = Wall.of(stamps.read(text), text)
            except ValueError:
                notes.append(Note(value.key, Reason.NOT_A_DATE, text[:80]))
        else:
            extras.append(value)
    if "origin" not in texts and "destination" not in texts:
        return None
    departure, arrival = times.get("departure", Wall()), times.get("arrival", Wall())
    return FlightSegment(
        **texts,
        departure=departure.time,
        departure_offset=departure.offset,
        departure_day=departure.day,
        departure_sent=departure.sent,
        arrival=arrival.time,
        arrival_offset=arrival.offset,
        arrival_day=arrival.day,
        arrival_sent=arrival.sent,
        extras=tuple(extras),
        notes=tuple(notes),
    )
