"""Gather the segments of all items into the flights of the trip: the same flight in several items is one flight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orders.cdp.fields import Wall
from orders.cdp.records import FlightSegment, OrderItem
from orders.itinerary.airports import place
from orders.itinerary.clock_check.local_or_utc import Lack, SegmentScore, score
from orders.itinerary.sameness import Identity, identities
from orders.itinerary.segments import arrival_of, departure_of
from orders.itinerary.trip import Duplicate, Place

Index = tuple[int, int]
MOST_VALUES = 24  # of one field of a flight, over all its segments
NOT_SCORED = SegmentScore(lacks=Lack.TIME)


@dataclass(slots=True, eq=False)
class Draft:
    """A flight being gathered: its segments, the (item, segment) index of each (`at`), and the score of its times.

    `carrier` and `number` are in the form that `designators.designator` returns. `repeats` has the indexes of
    segments that repeat the flight within an item.
    """

    origin: Place
    destination: Place
    carrier: str
    number: str
    segments: list[FlightSegment] = field(default_factory=list)
    at: list[Index] = field(default_factory=list)
    score: SegmentScore = NOT_SCORED
    repeats: list[Index] = field(default_factory=list)
    key: str = ""

    @property
    def items(self) -> tuple[int, ...]:
        """The indexes of the items that hold this flight."""
        return tuple(dict.fromkeys(item for item, _segment in self.at))

    @property
    def departure(self) -> Wall:
        """The departure in the first segment that gives its time; failing that, in the first that gives its day, or simply in the first."""
        return _fullest(map(departure_of, self.segments))

    @property
    def arrival(self) -> Wall:
        """The arrival in the first segment that gives its time; failing that, in the first that gives its day, or simply in the first."""
        return _fullest(map(arrival_of, self.segments))

    def first(self, name: str) -> str:
        """The first value of a text field in the segments; "" if no segment has one."""
        return next((value for segment in self.segments if (value := getattr(segment, name))), "")

    def every(self, name: str) -> str:
        """The different values of a text field, joined by commas; after MOST_VALUES, an ellipsis.

        There are several if, for example, passengers on one flight sit in different cabins.
        """
        values = self.spellings(name)
        return ", ".join(values if len(values) <= MOST_VALUES else [*values[:MOST_VALUES], "…"])

    def spellings(self, name: str) -> list[str]:
        """The different values of a text field, in order of appearance."""
        return list(dict.fromkeys(value for segment in self.segments if (value := getattr(segment, name))))


@dataclass(slots=True)
class Gathered:
    """The flights of an order, in source order, and the segments that repeat a flight within an item.

    `item_flights` has a list of flights for each item with flights, in item order.
    """

    drafts: list[Draft]
    item_flights: list[list[Draft]]
    duplicates: list[Duplicate]


def gather(items: Sequence[OrderItem]) -> Gathered:
    """Merge segments of the same flight in different items; a segment repeated within one item is a duplicate."""
    drafts: dict[tuple[object, ...], Draft] = {}
    item_flights: list[list[Draft]] = []
    repeats: list[tuple[Index, Draft]] = []
    identified = iter(identities([segment for item in items for segment in item.flight_segments]))
    for item_index, item in enumerate(items):
        own: dict[int, Draft] = {}
        unsure: Counter[Identity] = Counter()
        for segment_index, segment in enumerate(item.flight_segments):
            at = (item_index, segment_index)
            draft = _draft_of(segment, next(identified), drafts, unsure)
            if id(draft) in own:
                draft.repeats.append(at)
                repeats.append((at, draft))
                continue
            draft.segments.append(segment)
            draft.at.append(at)
            own[id(draft)] = draft
        if own:
            item_flights.append(list(own.values()))
    gathered = list(drafts.values())
    for draft in gathered:
        draft.score = _score(draft)
    _name(gathered)
    return Gathered(gathered, item_flights, [Duplicate(at, draft.key) for at, draft in repeats])


def _draft_of(
    segment: FlightSegment, identity: Identity, drafts: dict[tuple[object, ...], Draft], unsure: Counter[Identity]
) -> Draft:
    """The flight of a segment, created and added to `drafts` if it is new."""
    key: tuple[object, ...] = identity
    if not identity.certain:
        # Segments with an equal but uncertain identity may be different flights if one item has several: the n-th in one item is taken
        # to be the same flight as the n-th in another.
        unsure[identity] += 1
        key = (*identity, unsure[identity])
    if key not in drafts:
        origin, destination = place(segment.origin, identity.day), place(segment.destination, identity.day)
        drafts[key] = Draft(origin, destination, identity.carrier, identity.number)
    return drafts[key]


def _fullest(walls: Iterable[Wall]) -> Wall:
    """The first value with a time; failing that, the first with a day, or simply the first; an empty Wall if there are no values."""
    best: Wall | None = None
    for wall in walls:
        if wall.time is not None:
            return wall
        if best is None or (best.day is None and wall.day is not None):
            best = wall
    return best or Wall()


def _score(draft: Draft) -> SegmentScore:
    departure, arrival = draft.departure, draft.arrival
    return score(
        draft.origin,
        draft.destination,
        departure.time,
        arrival.time,
        departure_offset=departure.offset,
        arrival_offset=arrival.offset,
        equipment=draft.first("equipment_type"),
    )


def _name(drafts: Iterable[Draft]) -> None:
    """Give each flight a key of letters, digits and dashes: its designator, route and departure, plus a counter if that is taken."""
    taken: set[str] = set()
    counts: Counter[str] = Counter()  # numbers used by each stem: trying from 2 each time would take quadratic time
    for draft in drafts:
        departure = draft.departure
        if departure.time is not None:
            day = departure.time.strftime("%Y%m%dT%H%M")
        else:
            day = departure.day.strftime("%Y%m%d") if departure.day is not None else ""
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


def traveller_count(item: OrderItem) -> int:
    """The number of travellers of an item: its quantity if that is a whole number from 1 to 999, else 1."""
    quantity = item.quantity
    if quantity is None or not quantity.is_finite() or quantity != quantity.to_integral_value():
        return 1
    return int(quantity) if Decimal(1) <= quantity <= Decimal(999) else 1
