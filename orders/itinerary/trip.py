"""The words the itinerary is told in: places, clocks, flights, transfers, stays, journeys, a trip.

Frozen records without behaviour beyond small read-only properties, made by `journeys.plan` and read by the
templates. Instants are aware UTC datetimes, wall-clock values are naive and belong to their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from orders.cdp.records import Extra
from orders.itinerary.statuses import CalendarStatus


class Mode(StrEnum):
    """The means of transport of a segment; a helicopter's or a seaplane's is a flight."""

    FLIGHT = "flight"
    TRAIN = "train"
    BUS = "bus"
    BOAT = "boat"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a flight starts or ends. `kind` is "airport", "heliport", "rail", "bus", "port", "town" (without any of these),
    "city" (LON: any airport of it) or "unknown".

    `zone` is an IANA name or None; `latitude`/`longitude` are degrees or None. `site` is the same for the codes of one airport (BSL,
    MLH); `cities` are the codes and numbers of the cities it serves, for comparing.
    """

    code: str
    kind: str = "unknown"
    name: str = ""
    city: str = ""
    country: str = ""
    zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    site: str = ""
    cities: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # Places are the keys of several memories: the code alone tells nearly all of them apart, at a tenth of the time.
        return hash(self.code)


@dataclass(frozen=True, slots=True)
class Clock:
    """One end of a flight.

    `wall` is what the place's clock shows under the reading in force; `instant` is UTC, None where the zone is unknown.
    `offset` is the zone's offset at that moment, `dst` is "", "skipped" (the wall time does not exist) or "repeated".
    `fold` is 1 where the second passing of a repeated time is meant.
    `other_wall` is the wall clock under the other reading, set only where the segment looks as if it were the other one.
    `sent` is the value as the CDP sent it. `day_alone` is the date of a value without a time; `day` is the local date in any case.
    """

    place: Place
    wall: datetime | None = None
    instant: datetime | None = None
    offset: timedelta | None = None
    dst: str = ""
    other_wall: datetime | None = None
    sent: str = ""
    fold: int = 0
    day_alone: date | None = None

    @property
    def day(self) -> date | None:
        return self.wall.date() if self.wall is not None else self.day_alone


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a segment's clocks are believed or not: minutes under both readings, and what the distance allows.

    `verdict` is "local", "utc", "unclear", "impossible" or "unknown place"; `reason` is one English sentence.
    """

    verdict: str
    reason: str = ""
    local_minutes: int | None = None
    utc_minutes: int | None = None
    expected_minutes: int | None = None
    distance_km: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A thing to check. `word` is a code: "tight", "overnight", "long", "airport change", "carrier change", "overlap",
    "looks like utc", "clock skipped", "clock repeated", "impossible time", "missing time", "unknown place", "surface",
    "duplicate", "long flight", "looks like local" (under the reading "utc"), "items disagree", "partly cancelled"; or the code of a
    status of orders/itinerary/statuses.py. `serious` notices go to the alert strip at the top of the page.
    """

    word: str
    serious: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight of the trip, however many items named it; or a train, bus or boat sold like one, by its `mode`.

    `minutes` is the flight time by instants, None where it cannot be known or is impossible. `day_change` counts local dates
    from departure to arrival (+1, +2, -1), None where unknown. `phase` is "departed", "now", "next", "later" or "" (unknown).
    `item_indexes` point into `order.items`; `passengers` is ((type code or "", count), ...) over those items that are still to be
    flown, over all of them where none is. `all_passengers` is False where some travellers of the order are not on this flight.
    `carrier` is an IATA code where we know the airline, `flight_number` comes without it and without leading zeros;
    `operating_carrier` is "" where the same airline flies it, in whatever spelling. `statuses` are those of its items as sent, each
    once; none if it is what all flights of the order have, and settled. `key` is unique in the trip and stable.
    """

    key: str
    origin: Clock
    destination: Clock
    mode: Mode = Mode.FLIGHT
    carrier: str = ""
    carrier_name: str = ""
    flight_number: str = ""
    operating_carrier: str = ""
    operating_carrier_name: str = ""
    operating_flight_number: str = ""
    fare_class: str = ""
    fare_family: str = ""
    booking_class: str = ""
    equipment_type: str = ""
    distance_km: int | None = None
    minutes: int | None = None
    day_change: int | None = None
    evidence: Evidence = Evidence("unclear")
    statuses: tuple[str, ...] = ()
    cancelled: bool = False
    booked: bool = True
    calendar_status: CalendarStatus | None = None
    phase: str = ""
    item_indexes: tuple[int, ...] = ()
    segment_indexes: tuple[tuple[int, int], ...] = ()
    passengers: tuple[tuple[str, int], ...] = ()
    all_passengers: bool = True
    extras: tuple[Extra, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def doubted(self) -> bool:
        """Whether the clocks look as if the other reading were the true one."""
        return any(notice.word in ("looks like utc", "looks like local") for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Transfer:
    """The time between two flights of one journey. `minutes` is None where it cannot be known; negative means overlap."""

    at: Place
    onward: Place
    minutes: int | None = None
    phase: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """The time between two journeys, never a layover: whole local days (nights) at a place.

    `onward` is where the next journey starts, set only where that is another city than `place`.
    """

    place: Place
    days: int | None = None
    hours: int | None = None
    onward: Place | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """Flights with the transfers between them: `legs` alternates Flight, Transfer, Flight, ...

    `minutes` is from first departure to last arrival by instants; `stops` counts transfers. `cancelled` journeys hold only
    cancelled flights and have no stay after them.
    """

    key: str
    legs: tuple[Flight | Transfer, ...]
    origin: Place
    destination: Place
    departs: Clock
    arrives: Clock
    minutes: int | None = None
    stops: int = 0
    phase: str = ""
    stay_after: Stay | None = None
    cancelled: bool = False

    @property
    def flights(self) -> tuple[Flight, ...]:
        return tuple(leg for leg in self.legs if isinstance(leg, Flight))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A segment that repeats a flight already shown: (item index, segment index) and the key of the flight it repeats."""

    at: tuple[int, int]
    flight_key: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A whole order's itinerary.

    `route` is the codes in travel order (DUB, LHR, LAS). `reading` is the reading in force, "local" or "utc";
    `evidence` judges the order's segments together; `notices` concern the whole trip.
    `other_item_indexes` are the items without segments ("Also on this order"); `untimed` names those of them that are flights by
    their type, as (name, "" where none was sent; how many items have it).
    """

    journeys: tuple[Journey, ...] = ()
    route: tuple[str, ...] = ()
    reading: str = "local"
    evidence: Evidence = Evidence("unclear")
    passengers: tuple[tuple[str, int], ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    other_item_indexes: tuple[int, ...] = ()
    untimed: tuple[tuple[str, int], ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def flights(self) -> tuple[Flight, ...]:
        return tuple(flight for journey in self.journeys for flight in journey.flights)

    @property
    def dated(self) -> bool:
        """Whether any flight has at least a day of departure, so that a calendar can hold it."""
        return any(flight.origin.day is not None for flight in self.flights)

    @property
    def timed(self) -> bool:
        """Whether any time of day is known."""
        return any(end.wall is not None for flight in self.flights for end in (flight.origin, flight.destination))

    @property
    def first(self) -> Journey | None:
        """The first journey still to be flown or flown; the first of all where every one is cancelled."""
        return next((journey for journey in self.journeys if not journey.cancelled), next(iter(self.journeys), None))

    @property
    def doubted(self) -> bool:
        """Whether the order's clocks look as if the other reading were the true one."""
        return any(notice.word in ("looks like utc", "looks like local") for notice in self.notices)
