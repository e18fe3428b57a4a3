"""The number of travellers in an order. Items do not name travellers, so two items may be for the same people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from heapq import heappop, heappush
from itertools import chain
from operator import and_

from orders.cdp.records import OrderItem
from orders.itinerary.building import Passengers, passenger_type, passengers_of
from orders.itinerary.codes import Reading
from orders.itinerary.flight_times import PlannedFlight
from orders.itinerary.flights import Draft, traveller_count
from orders.itinerary.segments import local_day
from orders.itinerary.statuses import status
from orders.itinerary.trip import Flight

Route = tuple[str, str, object]
Airborne = tuple[datetime, datetime, tuple[int, ...]]


def headcount(
    items: Sequence[OrderItem], flights: Sequence[PlannedFlight], reading: Reading, *, trusted: bool = True
) -> Passengers:
    """The number of travellers of each passenger type in the order. `flights` must be in the sequence in which they are flown.

    It is assumed that nobody travels the same route twice in a day, or is in two aircraft at once. So the number for each type is the
    largest found on any one route in a day, or in the air at any one time. A route runs between the two cities of a flight, or from the
    first city of an item to its last. A flight with unknown or impossible times does not count as being in the air; if `trusted` is
    False, no flight does.

    Three items, each for one adult, make two adults: the first two items both go from Dublin to Las Vegas on Monday, and the third may
    be for either of their travellers.

        item 0   Mon  DUB 07:00 LHR 08:20, LHR 12:00 LAS 14:40     Dublin - Las Vegas, Monday     items 0 and 1: 2 adults
        item 1   Mon  DUB 09:00 JFK 11:40, JFK 14:00 LAS 16:40     in the air at 09:00            item 1: 1 adult
        item 2   Sat  LAS 16:00 LHR 10:00                          Las Vegas - London, Saturday   item 2: 1 adult

    The largest number is the result: (("ADT", 2),).
    """
    routes: dict[Route, dict[int, None]] = {}
    by_item: dict[int, list[Draft]] = {}
    airborne: list[Airborne] = []
    for flight in flights:
        draft = flight.draft
        routes.setdefault(_route(draft, draft), {}).update(dict.fromkeys(draft.items))
        for index in draft.items:
            by_item.setdefault(index, []).append(draft)
        start, end = flight.departs.instant, flight.arrives.instant
        fits = draft.score.possible_utc if reading is Reading.UTC else draft.score.possible_local
        if trusted and fits and start is not None and end is not None and start < end:
            airborne.append((start, end, draft.items))
    for index, drafts in by_item.items():
        if len(drafts) > 1:
            routes.setdefault(_route(drafts[0], drafts[-1]), {})[index] = None
    most: dict[str, int] = {}
    counted = chain(
        (passengers_of(items, list(indexes)) for indexes in routes.values()),
        _in_the_air_together(items, airborne),
    )
    for code, count in chain.from_iterable(counted):
        most[code] = max(count, most.get(code, 0))
    codes = dict.fromkeys(passenger_type(item) for item in items)
    return tuple((code, most[code]) for code in codes if most.get(code))


def without_seats(items: Sequence[OrderItem], flights: Sequence[Flight]) -> tuple[Passengers, Passengers]:
    """The numbers of travellers without a seat on the booked flights, by passenger type.

    The first result is for travellers whose items are cancelled, the second for the others. Each number is the smallest found on any of
    these flights, because a traveller may be without a seat on only some of them.
    """
    by_flight: list[tuple[Counter[str], Counter[str]]] = []
    for flight in flights:
        if flight.booked:
            lacking: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
            for index in flight.item_indexes:
                row = status(items[index].status)
                if not row.booked:
                    lacking[0 if row.cancelled else 1][passenger_type(items[index])] += traveller_count(items[index])
            by_flight.append(lacking)
    return _least(cancelled for cancelled, _rest in by_flight), _least(rest for _cancelled, rest in by_flight)


def _least(counts: Iterable[Counter[str]]) -> Passengers:
    every = [*counts]
    return tuple(reduce(and_, every).items()) if every else ()


def _route(first: Draft, last: Draft) -> Route:
    start, end = first.origin, last.destination
    return start.city or start.code, end.city or end.code, local_day(first.departure)


def _in_the_air_together(items: Sequence[OrderItem], airborne: Sequence[Airborne]) -> Iterator[Passengers]:
    """Yield the number of travellers in the air at each departure, for each passenger type on the departing flight.

    An item that is on two flights at once counts once. Items that are not booked count only if none of the items in `airborne` is
    booked. The numbers are updated at each departure and landing, not counted afresh.
    """
    in_air: Counter[int] = Counter()  # the number of each item's flights in the air
    aboard: Counter[str] = Counter()
    landing: list[tuple[datetime, int, tuple[int, ...]]] = []
    flown = {index for _start, _end, indexes in airborne for index in indexes}
    counting = {index for index in flown if status(items[index].status).booked} or flown
    for number, (start, end, indexes) in enumerate(sorted(airborne, key=lambda flight: flight[0])):
        while landing and landing[0][0] <= start:
            for index in heappop(landing)[2]:
                in_air[index] -= 1
                if not in_air[index]:
                    aboard[passenger_type(items[index])] -= traveller_count(items[index])
        boarding = tuple(index for index in indexes if index in counting)
        heappush(landing, (end, number, boarding))
        for index in boarding:
            if not in_air[index]:
                aboard[passenger_type(items[index])] += traveller_count(items[index])
            in_air[index] += 1
        codes = dict.fromkeys(passenger_type(items[index]) for index in boarding)
        yield tuple((code, aboard[code]) for code in codes)
