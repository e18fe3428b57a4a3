"""The codes used in an itinerary, such as modes and phases. The words and icons for them are in `orders/display`."""

from __future__ import annotations

from enum import StrEnum


class Reading(StrEnum):
    """How a feed's times are read: as local times or as UTC."""

    LOCAL = "local"
    UTC = "utc"


class Verdict(StrEnum):
    """Which reading of a segment's times (local or UTC) fits its distance, or why neither can be chosen."""

    LOCAL = "local"
    UTC = "utc"
    UNCLEAR = "unclear"
    IMPOSSIBLE = "impossible"
    UNKNOWN_PLACE = "unknown place"


class Mode(StrEnum):
    """The means of transport of a segment. Helicopters and seaplanes count as flights."""

    FLIGHT = "flight"
    TRAIN = "train"
    BUS = "bus"
    BOAT = "boat"


class PlaceKind(StrEnum):
    """The kind of place that a code stands for.

    TOWN is a place without an airport, station or port; a CITY code such as LON stands for any of the city's airports.
    """

    AIRPORT = "airport"
    HELIPORT = "heliport"
    RAIL = "rail"
    BUS = "bus"
    PORT = "port"
    TOWN = "town"
    CITY = "city"
    UNKNOWN = "unknown"


class Hop(StrEnum):
    """The link from one stop of a route to the next: a flight, or a change of place for which the order has no flight.

    OVERLAND is a change between two airports or stations of one city. CITY may be no change at all, because one of the two codes
    stands for the whole city (LON). NONE is a gap between two cities.
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
    """The effect of a clock change on a wall time: NONE, SKIPPED (the time does not exist that day) or REPEATED (it occurs twice)."""

    NONE = ""
    SKIPPED = "skipped"
    REPEATED = "repeated"


class NoticeKind(StrEnum):
    """The kind of a notice (a thing to check). The comment beside a kind, if any, lists the further fields of `Notice` that it uses."""

    # About the wait between two flights.
    TIGHT = "tight"  # minutes, limit
    OVERNIGHT = "overnight"
    LONG = "long"  # minutes
    OVERLAP = "overlap"
    AIRPORT_CHANGE = "airport change"  # names: codes of both airports; minutes
    CARRIER_CHANGE = "carrier change"  # names: both carriers
    SURFACE = "surface"  # names: codes of both places; minutes
    # About the times of a flight or a trip.
    LOOKS_LIKE_UTC = "looks like utc"  # evidence
    LOOKS_LIKE_LOCAL = "looks like local"  # evidence
    IMPOSSIBLE_TIME = "impossible time"  # evidence
    LONG_FLIGHT = "long flight"  # minutes, evidence
    CLOCK_SKIPPED = "clock skipped"  # clock
    CLOCK_REPEATED = "clock repeated"  # clock
    MISSING_TIME = "missing time"  # names: codes of the places, without placeholders
    UNREADABLE_TIME = "unreadable time"
    UNKNOWN_PLACE = "unknown place"  # names: the code as sent
    MISSING_PLACE = "missing place"  # a placeholder was sent instead of a code
    # About the items that hold a flight.
    ITEMS_DISAGREE = "items disagree"
    DUPLICATE = "duplicate"
    PARTLY_CANCELLED = "partly cancelled"  # count, total, booked
    STATUS = "status"  # status, count, total
