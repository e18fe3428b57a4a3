"""The records of an itinerary: places, clocks, flights, transfers, stays, journeys, a trip.

`journeys.plan` makes them; `orders/display` puts them into words. Instants are aware UTC datetimes; wall-clock values are naive, in
their place's local time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orders.cdp.records import Extra
from orders.itinerary.codes import ClockChange, Hop, Mode, NoticeKind, Phase, PlaceKind, Reading, Verdict
from orders.itinerary.statuses import CalendarStatus


@dataclass(frozen=True, slots=True)
class Place:
    """The start or end of a flight.

    `zone` is an IANA name or None; `latitude` and `longitude` are degrees or None. Codes of one airport (BSL, MLH) share a `site`;
    `cities` are the codes and numbers of the cities it serves, for `airports.same_city`.
    """

    code: str
    kind: PlaceKind = PlaceKind.UNKNOWN
    name: str = ""
    city: str = ""
    country: str = ""
    zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    site: str = ""
    cities: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # Places are keys of several caches; hashing only the code takes a tenth of the time and rarely collides.
        return hash(self.code)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time at one end of a flight.

    `wall` is the place's local time under the reading in use, or the time as sent if the zone is unknown; `instant` is UTC; `offset` is
    the offset from UTC at that moment; each is None if unknown. For a repeated time, `fold` is 0 for the first occurrence and 1 for the
    second. `other_wall` is the local time under the other reading, set only if the order's times seem to follow that reading.
    `sent` is the value as the CDP sent it; `day_alone` is the date of a value without a time; `day` is the local date in either case.
    """

    place: Place
    wall: datetime | None = None
    instant: datetime | None = None
    offset: timedelta | None = None
    dst: ClockChange = ClockChange.NONE
    other_wall: datetime | None = None
    sent: str = ""
    fold: int = 0
    day_alone: date | None = None

    @property
    def day(self) -> date | None:
        return self.wall.date() if self.wall is not None else self.day_alone


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures behind a verdict: minutes under both readings, and the minutes usual for the distance.

    `days_off` is the number of days by which the arrival's date is wrong, if correcting it by whole days makes the flight time usual.
    """

    verdict: Verdict
    local_minutes: int | None = None
    utc_minutes: int | None = None
    expected_minutes: int | None = None
    distance_km: int | None = None
    days_off: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A thing to check, with the facts its `kind` calls for; `serious` ones go to the alert strip at the top of the page.

    `minutes` is the length of a wait or a flight, `limit` the shortest wait that the house rules advise. `count` of `total` travellers
    are concerned; `booked` of the `total` are still booked. `status` is the code of a row of `statuses`.
    """

    kind: NoticeKind
    serious: bool = False
    minutes: int = 0
    limit: int = 0
    names: tuple[str, ...] = ()
    clock: Clock | None = None
    evidence: Evidence | None = None
    status: str = ""
    count: int = 0
    total: int = 0
    booked: int = 0

    @property
    def doubts_reading(self) -> bool:
        """Whether the times seem to follow the reading that is not in use."""
        return self.kind in (NoticeKind.LOOKS_LIKE_UTC, NoticeKind.LOOKS_LIKE_LOCAL)


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight of the trip, however many items hold it; or a train, bus or boat sold like one: see `mode`.

    `minutes` is the flight time by instants, None if unknown or impossible. `day_change` counts local dates from departure to arrival
    (+1, +2, -1), None if unknown.
    `item_indexes` point into `order.items`; `passengers` is ((type code or "", count), ...) over the items that are booked, or over
    all of them if none is. `all_passengers` is False if some travellers of the order are not on this flight.
    `carrier` is an IATA code if the airline is known; `flight_number` has neither that code nor leading zeros;
    `operating_carrier` is "" if it is the same airline, in any spelling. `statuses` are those of its items as sent, each
    once; empty if there is only one, it is the order's most common, and it is settled. `key` is unique in the trip and stable.
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
    evidence: Evidence = Evidence(Verdict.UNCLEAR)
    statuses: tuple[str, ...] = ()
    cancelled: bool = False
    booked: bool = True
    calendar_status: CalendarStatus | None = None
    phase: Phase = Phase.UNKNOWN
    item_indexes: tuple[int, ...] = ()
    segment_indexes: tuple[tuple[int, int], ...] = ()
    passengers: tuple[tuple[str, int], ...] = ()
    all_passengers: bool = True
    extras: tuple[Extra, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def number(self) -> str:
        """Carrier and flight number: "BX 459", "BX", "459" or ""."""
        return f"{self.carrier} {self.flight_number}".strip()

    @property
    def doubted(self) -> bool:
        """Whether the times seem to follow the other reading."""
        return any(notice.doubts_reading for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Transfer:
    """The wait between two flights of one journey. `minutes` is None if unknown, negative if the flights overlap."""

    at: Place
    onward: Place
    minutes: int | None = None
    phase: Phase = Phase.UNKNOWN
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """The time between two journeys: `days` counts local dates (nights), `hours` whole hours; None if unknown.

    `onward` is the start of the next journey, set only if it is in a city other than `place`.
    """

    place: Place
    days: int | None = None
    hours: int | None = None
    onward: Place | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """Flights with the transfers between them: `legs` alternates Flight, Transfer, Flight, ...

    `minutes` is from first departure to last arrival by instants, None if unknown; `stops` counts transfers. `cancelled` journeys hold only
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
    phase: Phase = Phase.UNKNOWN
    stay_after: Stay | None = None
    cancelled: bool = False

    @property
    def flights(self) -> tuple[Flight, ...]:
        return tuple(leg for leg in self.legs if isinstance(leg, Flight))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A segment that repeats a flight of the same item: (item index, segment index) and the key of that flight."""

    at: tuple[int, int]
    flight_key: str


@dataclass(frozen=True, slots=True)
class Trip:
    """The itinerary of an order.

    `route` holds the codes in travel order (DUB, LHR, LAS), `hops` how each is reached from the one before. `reading` is
    the one applied; `evidence` is the most telling segment's; `notices` concern the whole trip. `other_item_indexes`
    point at the items without segments; `untimed` counts the flight items among them by name, as (name or "", number of
    items).
    """

    journeys: tuple[Journey, ...] = ()
    route: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    reading: Reading = Reading.LOCAL
    evidence: Evidence = Evidence(Verdict.UNCLEAR)
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
        """The first journey that is not cancelled, or the first of all if every one is; None without journeys."""
        return next((journey for journey in self.journeys if not journey.cancelled), next(iter(self.journeys), None))

    @property
    def doubted(self) -> bool:
        """Whether the order's times seem to follow the other reading."""
        return any(notice.doubts_reading for notice in self.notices)
