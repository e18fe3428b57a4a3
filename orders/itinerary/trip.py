"""The records that make up an itinerary, from places and clocks to the whole trip.

`journeys.plan` builds the trip; `orders/display` puts it into words. Instants are aware UTC datetimes; wall-clock values are naive, in
the local time of their place if its zone is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orders.cdp.records import Extra
from orders.itinerary.codes import ClockChange, Hop, Mode, NoticeKind, Phase, PlaceKind, Reading, Verdict
from orders.itinerary.statuses import CalendarStatus


@dataclass(frozen=True, slots=True)
class Place:
    """The place where a flight starts or ends.

    `country` is a two-letter ISO code; `zone` is an IANA name or None; `latitude` and `longitude` are in degrees, or None. If an airport
    has two codes (BSL and MLH), both have the same `site`. `cities` has the codes and GeoNames numbers of the cities that the place
    serves, for `airports.same_city`.
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

    @property
    def has_code(self) -> bool:
        """Whether `code` can be a code at all, and is not empty or a placeholder such as "?"."""
        return any(map(str.isalnum, self.code))

    def __hash__(self) -> int:
        # Places are keys of several caches; hashing only the code takes a tenth of the time and rarely collides.
        return hash(self.code)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time at one end of a flight.

    `wall` is the place's local time under the reading in use (local or UTC), or the time as sent if the local time cannot be worked
    out. `instant` is the same moment in UTC, and `offset` the place's offset from UTC at that moment, or the offset as sent if the place's
    zone is unknown. Each of these is None if unknown. If a time is read as local, `dst` says whether a clock change skips or repeats it
    that day; `fold` is 0 for the first occurrence of a repeated time and 1 for the second. `other_wall` is the local time under the other
    reading; it is set only if the order's times seem to fit that reading. `sent` is the value that the CDP sent, cut if long. `day_alone`
    is the date if only a date was sent. `day` is the date whether or not a time was sent too, None if unknown.
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
    """A verdict on a flight's times, with the flight time in minutes under each reading and the usual one for the distance.

    `days_off` is the number of days by which the arrival seems to be dated too late (if negative, too early). It is None unless moving
    the arrival by that many days would make the flight time usual.
    """

    verdict: Verdict
    local_minutes: int | None = None
    utc_minutes: int | None = None
    expected_minutes: int | None = None
    distance_km: int | None = None
    days_off: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to check, with the facts that its `kind` calls for.

    `serious` notices also appear in the alert strip at the top of the page. `minutes` is the length of a wait or a flight; `limit` is the
    shortest wait that the house rules do not call tight; both are in minutes. The notice concerns `count` of `total` travellers; of the
    total, `booked` are still booked. `status` is the `code` of a `statuses.Status`.
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
        """Whether the notice says that the times seem to fit the reading that is not in use."""
        return self.kind in (NoticeKind.LOOKS_LIKE_UTC, NoticeKind.LOOKS_LIKE_LOCAL)


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight of the trip, or a train, bus or boat sold as a flight (see `mode`). Several items may contain it.

    `minutes` is the time from the instant of departure to that of arrival, None if unknown or impossible. `day_change` is the number of
    days from the local date of departure to that of arrival (such as 0, 1 or -1), None if unknown.
    `item_indexes` are indexes into `order.items`; `passengers` is ((type code or "", count), ...), counted over the flight's booked items,
    or over all its items if none is booked. `all_passengers` is False if some travellers of the order are not on this flight.
    `carrier` and `flight_number` are as `designators.designator` returns them ("BX" and "459"); `operating_carrier` is as sent, or "" if
    it is the same airline as `carrier`. `statuses` has the different statuses of the flight's items, as sent (at most MOST_VALUES). It is
    left empty if the only status is settled and is the most common in the order. `key` is unique in the trip. It is made from the number,
    route and departure, so it usually stays the same when the order is read again.
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
        """Whether the flight's times seem to fit the reading that is not in use."""
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
    """The time between two journeys: in `days` (from one local date to the other) and in whole `hours`, each None if unknown.

    `place` is where the first journey ends. `onward` is where the next one starts, if that is in a different city; otherwise None.
    """

    place: Place
    days: int | None = None
    hours: int | None = None
    onward: Place | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """Flights with the transfers between them: `legs` alternates between Flight and Transfer, and starts and ends with a Flight.

    `minutes` is the time from the first departure to the last arrival, None if unknown or impossible; `stops` is the number of
    transfers. A `cancelled` journey has only cancelled flights, and no stay after it.
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
    """A segment that repeats a flight of its item: `at` is (item index, segment index), `flight_key` the key of that flight."""

    at: tuple[int, int]
    flight_key: str


@dataclass(frozen=True, slots=True)
class Trip:
    """The itinerary of an order.

    `route` has the place codes of the largest travel group's route in travel order (DUB, LHR, LAS), and `hops` the link from each place
    to the next. `reading` is the reading in use; `evidence` is about the segment that `order_evidence` chooses; `notices` concern the
    whole trip. `other_item_indexes` point to the items without segments. `untimed` counts the flight items
    among these by the name shown for them: ((name or "", count), ...).
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
        """Whether the day of departure is known for at least one flight; a calendar cannot show a flight without it."""
        return any(flight.origin.day is not None for flight in self.flights)

    @property
    def timed(self) -> bool:
        """Whether the time of at least one departure or arrival is known."""
        return any(end.wall is not None for flight in self.flights for end in (flight.origin, flight.destination))

    @property
    def first(self) -> Journey | None:
        """The first journey that is not cancelled, or simply the first if all are cancelled; None if there are no journeys."""
        return next((journey for journey in self.journeys if not journey.cancelled), next(iter(self.journeys), None))

    @property
    def doubted(self) -> bool:
        """Whether the order's times seem to fit the reading that is not in use."""
        return any(notice.doubts_reading for notice in self.notices)
