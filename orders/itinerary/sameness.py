"""When two segments are the same flight, however differently two items spell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from orders.cdp.records import FlightSegment
from orders.itinerary.airports import tidy
from orders.itinerary.designators import designator

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)


class Identity(NamedTuple):
    """Equal for segments of the same flight: airline, number, airports in capitals, and the departure as naive wall clock."""

    carrier: str
    number: str
    origin: str
    destination: str
    day: date | None
    departure: datetime | None
    offset: timedelta | None

    @property
    def certain(self) -> bool:
        """Whether two equal ones are one flight: no number is flown twice on one way and day."""
        return self.departure is not None or (self.number != "" and self.day is not None)


def identities(segments: Sequence[FlightSegment]) -> list[Identity]:
    """The identity of each segment.

    What one segment leaves out, the airline or the time of day, is taken from those of the same number, way and day, where
    these agree on it.
    """
    sent = [_as_sent(segment) for segment in segments]
    named = _agreed((_without_airline(one), one.carrier) for one in sent if one.carrier and one.number)
    full = [one if one.carrier else one._replace(carrier=named.get(_without_airline(one), "")) for one in sent]
    timed = _agreed((one[:5], one[5:]) for one in full if one.departure is not None and one.number)
    return [
        Identity(*one[:5], *timed.get(one[:5], one[5:])) if one.departure is None and one.certain else one
        for one in full
    ]


def _as_sent(segment: FlightSegment) -> Identity:
    day = segment.departure.date() if segment.departure is not None else segment.departure_day
    carrier, number = designator(segment.carrier, segment.flight_number)
    where = tidy(segment.origin), tidy(segment.destination)
    return Identity(carrier, number, *where, day, segment.departure, segment.departure_offset)


def _without_airline(one: Identity) -> tuple[object, ...]:
    return one[1:5]


def _agreed(pairs: Iterable[tuple[Key, Value]]) -> Mapping[Key, Value]:
    """The value of each key that has only one."""
    values: dict[Key, set[Value]] = defaultdict(set)
    for key, value in pairs:
        values[key].add(value)
    return {key: next(iter(found)) for key, found in values.items() if len(found) == 1}
