"""Travel groups: chains of flights that the same travellers could have taken one after another.

Items do not name their travellers. Usually there is one item per passenger and direction, so items with the same flights belong to one
group. A flight that cannot follow a group's last flight (for example, because it flies the same route less than a day later) is taken to
belong to other travellers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from orders.itinerary.airports import distance_km, same_city
from orders.itinerary.flight_times import stay_between
from orders.itinerary.trip import Flight

DAY = timedelta(hours=24)
GROUND_KM_PER_HOUR = 120.0
# Bounds for odd data: the most groups under way at once, and the most flights of one traveller in a day.
GROUPS = 32
FLIGHTS_A_DAY = 12


def travel_groups(item_flights: Sequence[Sequence[str]], flights: Mapping[str, Flight]) -> list[list[Flight]]:
    """Group the flights into chains; each flight is in exactly one.

    `flights` maps keys to flights, in the order flown; `item_flights` has the keys of each item's flights. Keys that are not in `flights`
    are ignored.

    Example: two adults fly out and back; a child takes an earlier flight to London and joins them there.

        item 0  DUB 16:00 LHR, LHR 20:00 LAS      order flown:  DUB 14:00, DUB 16:00, LHR 20:00, LAS 16:00
        item 1  DUB 16:00 LHR, LHR 20:00 LAS      runs:         DUB 16:00, LHR 20:00 (items 0 and 1)
        item 2  DUB 14:00 LHR, LHR 20:00 LAS                    DUB 14:00 (the rest of item 2)
        item 3  LAS 16:00 DUB                                   LAS 16:00 (item 3)

    DUB 14:00 starts a group. DUB 16:00 has that flight's route on the same day, so its run starts another group. LAS 16:00 joins
    the group that has arrived in Las Vegas. The result is [[DUB 14:00], [DUB 16:00, LHR 20:00, LAS 16:00]].
    """
    rank = {key: at for at, key in enumerate(flights)}
    heads = {key: sum(count for _code, count in flight.passengers) for key, flight in flights.items()}
    groups: list[list[Flight]] = []
    under_way: list[list[Flight]] = []
    for run in sorted(_runs(item_flights, flights, rank), key=lambda run: rank[run[0].key]):
        candidates = [group for group in under_way if _can_follow(group, run[0])]
        if candidates:
            joined = max(candidates, key=lambda group: _closeness(group, run, rank, heads))
            under_way = [group for group in under_way if group is not joined]
            joined.extend(run)
        else:
            joined = list(run)
            groups.append(joined)
        under_way = [*under_way[1 - GROUPS :], joined]
    return groups


def _runs(
    item_flights: Sequence[Sequence[str]], flights: Mapping[str, Flight], rank: Mapping[str, int]
) -> list[list[Flight]]:
    """The runs of flights to keep together, in decreasing order of the number of items that they come from.

    A run is an item's flights in the order flown. A flight that already belongs to an earlier run in the list is left out, and the run
    is split at that point.
    """
    weight: dict[tuple[str, ...], int] = {}
    for named in item_flights:
        keys = tuple(sorted((key for key in named if key in rank), key=rank.__getitem__))
        if keys:
            weight[keys] = weight.get(keys, 0) + 1
    taken: set[str] = set()
    runs: list[list[Flight]] = []
    for keys in sorted(weight, key=lambda keys: (-weight[keys], -len(keys), rank[keys[0]])):
        run: list[Flight] = []
        for key in keys:
            if key in taken:
                if run:
                    runs.append(run)
                run = []
            else:
                taken.add(key)
                run.append(flights[key])
        if run:
            runs.append(run)
    return runs


def _can_follow(group: Sequence[Flight], flight: Flight) -> bool:
    """Whether the travellers on the group's last flight could have booked this flight as their next one.

    If this flight starts in the city where the last one ends, it can follow even if the two overlap.
    """
    last = group[-1]
    stay = stay_between(last.destination, flight.origin)
    if same_city(last.destination.place, flight.origin.place):
        return not _same_route(last, flight)
    if stay is None:
        return not any(_same_route(earlier, flight) for earlier in group[-FLIGHTS_A_DAY:])
    if stay < timedelta(0):
        return False
    if stay >= DAY:
        return True
    if any(_same_route(earlier, flight) for earlier in group[-FLIGHTS_A_DAY:]):
        return False
    apart = distance_km(last.destination.place, flight.origin.place)
    return apart is None or apart <= GROUND_KM_PER_HOUR * (stay / timedelta(hours=1))


def _same_route(one: Flight, other: Flight) -> bool:
    """Whether two flights have the same route and leave less than a day (or an unknown time) apart; hardly anybody would take both."""
    if not same_city(one.origin.place, other.origin.place):
        return False
    if not same_city(one.destination.place, other.destination.place):
        return False
    apart = stay_between(one.origin, other.origin)
    return apart is None or abs(apart) < DAY


def _closeness(
    group: Sequence[Flight], run: Sequence[Flight], rank: Mapping[str, int], heads: Mapping[str, int]
) -> tuple[bool, bool, int, int]:
    last = group[-1]
    here = same_city(last.destination.place, run[0].origin.place)
    return here, last.passengers == run[0].passengers, heads[last.key], rank[last.key]
