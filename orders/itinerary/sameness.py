"""Identities of flights, by which segments of the same flight are recognized even if items spell its airline or number differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from orders.cdp.records import FlightSegment
from orders.itinerary.airports import tidy
from orders.itinerary.designators import designator
from orders.itinerary.segments import departure_of, local_day

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)


class Identity(NamedTuple):
    """The details that identify a flight.

    These are the airline, the number, the airport codes in capitals, and the departure: its day, and its time and offset from UTC as the
    CDP sent them.
    """

    carrier: str
    number: str
    origin: str
    destination: str
    day: date | None
    departure: datetime | None
    offset: timedelta | None

    @property
    def certain(self) -> bool:
        """Whether segments with this identity surely belong to one flight.

        They do if its time of departure is known, or if its number and day are: no flight number is used twice on a route in a day.
        """
        return self.departure is not None or (self.number != "" and self.day is not None)


def identities(segments: Sequence[FlightSegment]) -> list[Identity]:
    """The identity of each segment.

    A missing airline is taken from the segments with the same number, route and day, if they agree on it. A missing
    time of day is then taken in the same way, from segments that also have the same airline.
    """
    sent = [_as_sent(segment) for segment in segments]
    airlines = _agreed((_without_airline(each), each.carrier) for each in sent if each.carrier and each.number)
    named = [each if each.carrier else each._replace(carrier=airlines.get(_without_airline(each), "")) for each in sent]
    times = _agreed((each[:5], each[5:]) for each in named if each.departure is not None and each.number)
    return [
        Identity(*each[:5], *times.get(each[:5], each[5:])) if each.departure is None and each.certain else each
        for each in named
    ]


def _as_sent(segment: FlightSegment) -> Identity:
    departure = departure_of(segment)
    carrier, number = designator(segment.carrier, segment.flight_number)
    route = tidy(segment.origin), tidy(segment.destination)
    return Identity(carrier, number, *route, local_day(departure), departure.time, departure.offset)


def _without_airline(identity: Identity) -> tuple[object, ...]:
    return identity[1:5]


def _agreed(pairs: Iterable[tuple[Key, Value]]) -> Mapping[Key, Value]:
    """Map each key that has only one value to that value; other keys are left out."""
    values: dict[Key, set[Value]] = defaultdict(set)
    for key, value in pairs:
        values[key].add(value)
    return {key: next(iter(all_values)) for key, all_values in values.items() if len(all_values) == 1}
