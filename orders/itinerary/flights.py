"""From the segments of all items to the flights of the trip: the same flight in several items is one flight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from orders.cdp.records import FlightSegment, OrderItem
from orders.itinerary.airports import place, tidy
from orders.itinerary.belief import Weighed, weigh
from orders.itinerary.trip import Duplicate, Place

Index = tuple[int, int]
NOT_WEIGHED = Weighed(lacks="time")


@dataclass(slots=True, eq=False)
class Draft:
    """One flight being gathered: its segments, where they stand in the order, and both readings of the first one's times."""

    origin: Place
    destination: Place
    segments: list[FlightSegment]
    at: list[Index]
    weighed: Weighed
    repeats: list[Index] = field(default_factory=list)
    key: str = ""

    @property
    def items(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(item for item, _segment in self.at))

    @property
    def departure(self) -> datetime | None:
        return self.segments[0].departure

    @property
    def arrival(self) -> datetime | None:
        return next(
            (segment.arrival for segment in self.segments if segment.arrival is not None),
            None,
        )

    def first(self, name: str) -> str:
        """The first value of a text field that any of the segments has."""
        return next(
            (value for segment in self.segments if (value := getattr(segment, name))),
            "",
        )

    def every(self, name: str) -> str:
        """All values of a text field: passengers of one flight may sit in different cabins."""
        values = (value for segment in self.segments if (value := getattr(segment, name)))
        return ", ".join(dict.fromkeys(values))


@dataclass(slots=True)
class Gathered:
    """The flights of an order in source order; `strands` has, for each item with flights, the drafts it names in its own order."""

    drafts: list[Draft]
    strands: list[list[Draft]]
    duplicates: list[Duplicate]


def gather(items: Sequence[OrderItem]) -> Gathered:
    """Bring equal segments of different items together; one that an item repeats is a duplicate."""
    known: dict[tuple[object, ...], Draft] = {}
    strands: list[list[Draft]] = []
    repeats: list[tuple[Index, Draft]] = []
    for item_index, item in enumerate(items):
        strand: list[Draft] = []
        unsure: dict[tuple[object, ...], int] = {}
        for segment_index, segment in enumerate(item.flight_segments):
            at = (item_index, segment_index)
            identity = _identity(segment)
            if segment.departure is None:
                # Without a time two equal lines of one item may be two flights: the n-th of one item is the n-th of another.
                unsure[identity] = unsure.get(identity, 0) + 1
                identity = (*identity, unsure[identity])
            draft = known.get(identity)
            if draft is None:
                draft = known[identity] = _draft(segment, at)
                strand.append(draft)
            elif draft in strand:
                draft.repeats.append(at)
                repeats.append((at, draft))
            else:
                draft.segments.append(segment)
                draft.at.append(at)
                strand.append(draft)
        if strand:
            strands.append(strand)
    drafts = list(known.values())
    for draft in drafts:
        if draft.segments[0].arrival is None and draft.arrival is not None:
            draft.weighed = _weighed(draft)  # only a later item says when it arrives
    _name(drafts)
    return Gathered(drafts, strands, [Duplicate(at, draft.key) for at, draft in repeats])


def _identity(segment: FlightSegment) -> tuple[object, ...]:
    number = (segment.flight_number or "").strip().upper()
    return (
        tidy(segment.carrier),
        number.lstrip("0") or number,
        tidy(segment.origin),
        tidy(segment.destination),
        segment.departure,
        segment.departure_offset,
    )


def _draft(segment: FlightSegment, at: Index) -> Draft:
    origin, destination = place(segment.origin), place(segment.destination)
    draft = Draft(origin, destination, [segment], [at], NOT_WEIGHED)
    draft.weighed = _weighed(draft)
    return draft


def _weighed(draft: Draft) -> Weighed:
    """Both readings of a flight: the first item's departure, and the first arrival that any item gives."""
    leaves = draft.segments[0]
    lands = next((segment for segment in draft.segments if segment.arrival is not None), leaves)
    offsets = leaves.departure_offset, lands.arrival_offset
    return weigh(draft.origin, draft.destination, leaves.departure, lands.arrival, *offsets)


def _name(drafts: Iterable[Draft]) -> None:
    """Give every flight a key of letters, digits and dashes that stays the same as long as the flight does."""
    taken: set[str] = set()
    for draft in drafts:
        day = draft.departure.strftime("%Y%m%dT%H%M") if draft.departure is not None else ""
        parts = (
            draft.first("carrier") + draft.first("flight_number"),
            draft.origin.code,
            draft.destination.code,
            day,
        )
        stem = "-".join(cleaned for part in parts if (cleaned := _plain(part))) or "flight"
        key, count = stem, 1
        while key in taken:
            count += 1
            key = f"{stem}-{count}"
        taken.add(key)
        draft.key = key


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())[:24]


def travellers(item: OrderItem) -> int:
    """How many people an item is for: its quantity, where that is a sensible whole number."""
    quantity = item.quantity
    if quantity is None or not quantity.is_finite() or quantity != quantity.to_integral_value():
        return 1
    return int(quantity) if Decimal(1) <= quantity <= Decimal(999) else 1
