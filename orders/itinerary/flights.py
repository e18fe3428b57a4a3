"""From the segments of all items to the flights of the trip: the same flight in several items is one flight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from orders.cdp.records import FlightSegment, OrderItem
from orders.itinerary.airports import place
from orders.itinerary.clock_check.local_or_utc import SegmentScore, score
from orders.itinerary.sameness import identities
from orders.itinerary.trip import Duplicate, Place

Index = tuple[int, int]
MOST_VALUES = 24  # of one field of a flight, in the items that name it
NOT_WEIGHED = SegmentScore(lacks="time")


@dataclass(slots=True, eq=False)
class Draft:
    """One flight being gathered: its segments, where they stand in the order, and both readings of its times.

    `carrier` and `number` are as `designators` reads them.
    """

    origin: Place
    destination: Place
    carrier: str
    number: str
    segments: list[FlightSegment]
    at: list[Index]
    weighed: SegmentScore = NOT_WEIGHED
    repeats: list[Index] = field(default_factory=list)
    key: str = ""

    @property
    def items(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(item for item, _segment in self.at))

    @property
    def leaves(self) -> FlightSegment:
        """The first segment that says when the flight departs, at least on which day; the first of all where none does."""
        timed = (segment for segment in self.segments if segment.departure is not None)
        dated = (segment for segment in self.segments if segment.departure_day is not None)
        return next(timed, None) or next(dated, self.segments[0])

    @property
    def lands(self) -> FlightSegment:
        """The first segment that says when the flight arrives, at least on which day; the first of all where none does."""
        timed = (segment for segment in self.segments if segment.arrival is not None)
        dated = (segment for segment in self.segments if segment.arrival_day is not None)
        return next(timed, None) or next(dated, self.segments[0])

    @property
    def departure(self) -> datetime | None:
        return self.leaves.departure

    @property
    def day(self) -> date | None:
        """The local date of departure."""
        leaves = self.leaves
        return leaves.departure.date() if leaves.departure is not None else leaves.departure_day

    def first(self, name: str) -> str:
        """The first value of a text field that any of the segments has."""
        return next(
            (value for segment in self.segments if (value := getattr(segment, name))),
            "",
        )

    def every(self, name: str) -> str:
        """All values of a text field: passengers of one flight may sit in different cabins."""
        values = self.spellings(name)
        return ", ".join(values if len(values) <= MOST_VALUES else [*values[:MOST_VALUES], "…"])

    def spellings(self, name: str) -> list[str]:
        """The different values of a text field, in the order they came."""
        return list(dict.fromkeys(value for segment in self.segments if (value := getattr(segment, name))))


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
    all_segments = [segment for item in items for segment in item.flight_segments]
    identified = zip(all_segments, identities(all_segments), strict=True)
    for item_index, item in enumerate(items):
        strand: dict[int, Draft] = {}
        unsure: Counter[tuple[object, ...]] = Counter()
        for segment_index in range(len(item.flight_segments)):
            segment, flown = next(identified)
            at = (item_index, segment_index)
            identity: tuple[object, ...] = flown
            if not flown.certain:
                # Without a time two equal lines of one item may be two flights: the n-th of one item is the n-th of another.
                unsure[identity] += 1
                identity = (*flown, unsure[identity])
            draft = known.get(identity)
            if draft is None:
                day = segment.departure.date() if segment.departure is not None else segment.departure_day
                where = place(segment.origin, day), place(segment.destination, day)
                draft = known[identity] = Draft(*where, flown.carrier, flown.number, [], [])
            if id(draft) in strand:
                draft.repeats.append(at)
                repeats.append((at, draft))
                continue
            draft.segments.append(segment)
            draft.at.append(at)
            strand[id(draft)] = draft
        if strand:
            strands.append(list(strand.values()))
    drafts = list(known.values())
    for draft in drafts:
        draft.weighed = _weighed(draft)
    _name(drafts)
    return Gathered(drafts, strands, [Duplicate(at, draft.key) for at, draft in repeats])


def _weighed(draft: Draft) -> SegmentScore:
    """Both readings of a flight: the first departure and the first arrival that any item gives."""
    leaves, lands = draft.leaves, draft.lands
    offsets = leaves.departure_offset, lands.arrival_offset
    equipment = draft.first("equipment_type")
    return score(draft.origin, draft.destination, leaves.departure, lands.arrival, *offsets, equipment=equipment)


def _name(drafts: Iterable[Draft]) -> None:
    """Give every flight a key of letters, digits and dashes that stays the same as long as the flight does."""
    taken: set[str] = set()
    counts: Counter[str] = Counter()  # where to go on counting: trying from 2 each time takes quadratic time
    for draft in drafts:
        if draft.departure is not None:
            day = draft.departure.strftime("%Y%m%dT%H%M")
        else:
            day = draft.day.strftime("%Y%m%d") if draft.day is not None else ""
        parts = (draft.carrier + draft.number, draft.origin.code, draft.destination.code, day)
        stem = "-".join(cleaned for part in parts if (cleaned := _plain(part))) or "flight"
        key = stem
        while key in taken:
            counts[stem] += 1
            key = f"{stem}-{counts[stem] + 1}"
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
