"""How many travel on an order: items do not name their travellers, so they are counted where one person cannot be counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from orders.cdp.records import OrderItem
from orders.itinerary.building import Passengers, passengers_of
from orders.itinerary.ends import Ends
from orders.itinerary.flights import Draft

Way = tuple[str, str, object]


def everyone(
    items: Sequence[OrderItem], flown: Sequence[tuple[Draft, Ends]], reading: str, trusted: bool = True
) -> Passengers:
    """All travellers of the order by passenger type, given its flights in the order flown.

    Nobody goes from one city to another twice on a day, by one flight or by a whole item's, and nobody is in two aircraft at a
    time: the most that do either is the number of travellers. Times that are not `trusted`, or impossible, put nobody in the air.
    """
    ways: dict[Way, dict[int, None]] = {}
    strands: dict[int, list[Draft]] = {}
    airborne: list[tuple[datetime, datetime, tuple[int, ...]]] = []
    for draft, both in flown:
        ways.setdefault(_way(draft, draft), {}).update(dict.fromkeys(draft.items))
        for index in draft.items:
            strands.setdefault(index, []).append(draft)
        start, end = both.departs.instant, both.arrives.instant
        fits = draft.weighed.possible_local if reading == "local" else draft.weighed.possible_utc
        if trusted and fits and start is not None and end is not None and start < end:
            airborne.append((start, end, draft.items))
    for index, strand in strands.items():
        if len(strand) > 1:
            ways.setdefault(_way(strand[0], strand[-1]), {})[index] = None
    most: Counter[str] = Counter()
    for indexes in [*ways.values(), *_in_the_air_together(airborne)]:
        most |= Counter(dict(passengers_of(items, list(indexes))))
    codes = dict.fromkeys((item.passenger_type_code or "").strip().upper() for item in items)
    return tuple((code, most[code]) for code in codes if most[code])


def _way(first: Draft, last: Draft) -> Way:
    day = first.departure.date() if first.departure is not None else None
    return first.origin.city or first.origin.code, last.destination.city or last.destination.code, day


def _in_the_air_together(airborne: Sequence[tuple[datetime, datetime, tuple[int, ...]]]) -> list[dict[int, None]]:
    """The items in the air at each departure where another flight is under way; an item that is in two of them counts once."""
    found: list[dict[int, None]] = []
    active: list[tuple[datetime, tuple[int, ...]]] = []
    for start, end, indexes in sorted(airborne, key=lambda flight: flight[0]):
        active = [flight for flight in active if flight[0] > start]
        active.append((end, indexes))
        if len(active) > 1:
            found.append(dict.fromkeys(index for _end, items in active for index in items))
    return found
