"""How many travel on an order: items do not name their travellers, so they are counted where one person cannot be counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import heappop, heappush
from itertools import chain

from orders.cdp.records import OrderItem
from orders.itinerary.building import Passengers, passengers_of
from orders.itinerary.flight_times import FlightTimes
from orders.itinerary.flights import Draft, travellers
from orders.itinerary.statuses import status

Way = tuple[str, str, object]
Airborne = tuple[datetime, datetime, tuple[int, ...]]


def everyone(
    items: Sequence[OrderItem], flown: Sequence[tuple[Draft, FlightTimes]], reading: str, trusted: bool = True
) -> Passengers:
    """All travellers of the order by passenger type, given its flights in the order flown.

    Nobody goes from one city to another twice on a day, by one flight or by a whole item's, and nobody is in two aircraft at a
    time: the most that do either is the number of travellers. Times that are not `trusted`, or impossible, put nobody in the air.
    """
    ways: dict[Way, dict[int, None]] = {}
    strands: dict[int, list[Draft]] = {}
    airborne: list[Airborne] = []
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
    most: dict[str, int] = {}
    counted = chain(
        (passengers_of(items, list(indexes)) for indexes in ways.values()),
        _in_the_air_together(items, airborne),
    )
    for code, count in chain.from_iterable(counted):
        most[code] = max(count, most.get(code, 0))
    codes = dict.fromkeys(_code(item) for item in items)
    return tuple((code, most[code]) for code in codes if most.get(code))


def _way(first: Draft, last: Draft) -> Way:
    return first.origin.city or first.origin.code, last.destination.city or last.destination.code, first.day


def _in_the_air_together(items: Sequence[OrderItem], airborne: Sequence[Airborne]) -> Iterator[Passengers]:
    """At each departure, how many are in the air of those passenger types that just took off; an item in two flights counts once.

    Items that are not booked do not count, unless none is. Counts grow with each departure and shrink with each landing, so that
    the work grows with the flights' items and not with their square.
    """
    in_air: Counter[int] = Counter()  # how many flights of an item are in the air
    aboard: Counter[str] = Counter()
    landing: list[tuple[datetime, int, tuple[int, ...]]] = []
    flown = {index for _start, _end, indexes in airborne for index in indexes}
    counting = {index for index in flown if status(items[index].status).booked} or flown
    for number, (start, end, indexes) in enumerate(sorted(airborne, key=lambda flight: flight[0])):
        while landing and landing[0][0] <= start:
            for index in heappop(landing)[2]:
                in_air[index] -= 1
                if not in_air[index]:
                    aboard[_code(items[index])] -= travellers(items[index])
        boarding = tuple(index for index in indexes if index in counting)
        heappush(landing, (end, number, boarding))
        for index in boarding:
            if not in_air[index]:
                aboard[_code(items[index])] += travellers(items[index])
            in_air[index] += 1
        codes = dict.fromkeys(_code(items[index]) for index in boarding)
        yield tuple((code, aboard[code]) for code in codes)


def _code(item: OrderItem) -> str:
    return (item.passenger_type_code or "").strip().upper()
