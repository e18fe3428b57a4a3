"""The vocabularies of an itinerary. What each code reads as, and its icon, is in `orders/display/vocabulary.py`."""

from __future__ import annotations

from enum import StrEnum


class Reading(StrEnum):
    """How a feed's times are taken: as local, which is documented, or as UTC."""

    LOCAL = "local"
    UTC = "utc"


class Verdict(StrEnum):
    """The result of checking a segment's times against its distance."""

    LOCAL = "local"
    UTC = "utc"
    UNCLEAR = "unclear"
    IMPOSSIBLE = "impossible"
    UNKNOWN_PLACE = "unknown place"


class Mode(StrEnum):
    """The means of transport of a segment; a helicopter's or a seaplane's is a flight."""

    FLIGHT = "flight"
    TRAIN = "train"
    BUS = "bus"
    BOAT = "boat"


class PlaceKind(StrEnum):
    """The kind of place a code stands for. A town has none of the others; a city (LON) means any of its airports."""

    AIRPORT = "airport"
    HELIPORT = "heliport"
    RAIL = "rail"
    BUS = "bus"
    PORT = "port"
    TOWN = "town"
    CITY = "city"
    UNKNOWN = "unknown"


class Hop(StrEnum):
    """What leads from one stop of a route to the next: a flight, or a change between two places where the order has none.

    OVERLAND is between two airports or stations of one city; CITY is perhaps no change at all, as one of them is a city's code (LON).
    """

    FLIGHT = "flight"
    OVERLAND = "overland"
    CITY = "city"
    NONE = "none"


class Phase(StrEnum):
    """The progress of a flight, a wait or a journey at a given moment."""

    UNKNOWN = ""
    DEPARTED = "departed"
    NOW = "now"
    NEXT = "next"
    LATER = "later"


class ClockChange(StrEnum):
    """A change of the clocks that concerns a wall time: it does not exist that day, or occurs twice."""

    NONE = ""
    SKIPPED = "skipped"
    REPEATED = "repeated"


class NoticeKind(StrEnum):
    """A thing to check. Comments name the fields of `Notice` that hold its facts."""

    # About the wait between two flights.
    TIGHT = "tight"  # minutes, limit
    OVERNIGHT = "overnight"
    LONG = "long"  # minutes
    OVERLAP = "overlap"
    AIRPORT_CHANGE = "airport change"  # names: codes of both airports; minutes
    CARRIER_CHANGE = "carrier change"  # names of both carriers
    SURFACE = "surface"  # names: codes of both places; minutes
    # About the times of a flight or a trip.
    LOOKS_LIKE_UTC = "looks like utc"  # evidence
    LOOKS_LIKE_LOCAL = "looks like local"  # evidence
    IMPOSSIBLE_TIME = "impossible time"  # evidence
    LONG_FLIGHT = "long flight"  # minutes, evidence
    CLOCK_SKIPPED = "clock skipped"  # clock
    CLOCK_REPEATED = "clock repeated"  # clock
    MISSING_TIME = "missing time"  # names: codes of the places, if they were sent
    UNREADABLE_TIME = "unreadable time"
    UNKNOWN_PLACE = "unknown place"  # names: the code as sent
    # About the items that hold a flight.
    ITEMS_DISAGREE = "items disagree"
    DUPLICATE = "duplicate"
    PARTLY_CANCELLED = "partly cancelled"  # count, total, booked
    STATUS = "status"  # status, count, total
