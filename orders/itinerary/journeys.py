"""Plan the journeys of an order from the segments of its items. `plan` is the entry point of the package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from orders.cdp.records import OrderItem
from orders.itinerary.airports import same_city, same_site
from orders.itinerary.building import Whole, build, doubt_notice, is_cancelled
from orders.itinerary.clock_check.local_or_utc import decide, order_evidence
from orders.itinerary.clocks import minutes_between
from orders.itinerary.codes import Hop, PlaceKind, Reading
from orders.itinerary.flight_times import PlannedFlight, days_between, in_flown_order, read_times, stay_between
from orders.itinerary.flights import Draft, Gathered, gather
from orders.itinerary.headcount import headcount
from orders.itinerary.notices import HOUSE_RULES, transfer_notices
from orders.itinerary.phases import flight_phases, journey_phase, wait_phase
from orders.itinerary.segments import is_flight
from orders.itinerary.splitting import split
from orders.itinerary.statuses import status
from orders.itinerary.travel_groups import travel_groups
from orders.itinerary.trip import Flight, Journey, Place, Stay, Transfer, Trip

HOUR = timedelta(hours=1)


def plan(items: Sequence[OrderItem], *, reading: Reading = Reading.LOCAL, now: datetime | None = None) -> Trip:
    """The whole itinerary of an order's items.

    `reading` says whether the feed's times are read as local or as UTC. The trip keeps this reading even if the flight times suggest
    that it is wrong. `now` is an aware datetime, by default the current time. Never raises, whatever the items contain.
    """
    moment = now if now is not None else datetime.now(UTC)
    gathered = gather(items)
    together = decide([draft.score for draft in gathered.drafts], reading)
    doubted = together is not None and together is not reading
    planned = in_flown_order([_read(items, draft, reading, doubted) for draft in gathered.drafts])
    live = [flight for flight in planned if not flight.cancelled]
    for flight, phase in zip(live, flight_phases([(f.departs, f.arrives) for f in live], moment), strict=True):
        flight.phase = phase
    aboard = headcount(items, live or planned, reading, trusted=not doubted)
    order = Whole(items, reading, together, sum(count for _code, count in aboard), _usual_status(items))
    flights = {flight.draft.key: build(flight, order) for flight in planned}
    flown, cancelled = _groups(gathered, flights, cancelled=False), _groups(gathered, flights, cancelled=True)
    route, hops = _route(flown or cancelled)
    proof = order_evidence([flight.draft.score for flight in planned], together)
    return Trip(
        journeys=_journeys([*flown, *cancelled], list(flights), moment),
        route=route,
        hops=hops,
        reading=reading,
        evidence=proof,
        passengers=aboard,
        duplicates=tuple(gathered.duplicates),
        other_item_indexes=tuple(index for index, item in enumerate(items) if not item.flight_segments),
        untimed=tuple(Counter(_name(item) for item in items if _lacks_segments(item)).items()),
        notices=(doubt_notice(together, proof),) if doubted and together is not None else (),
    )


def _read(items: Sequence[OrderItem], draft: Draft, reading: Reading, doubted: bool) -> PlannedFlight:
    departs, arrives = read_times(draft, reading, both=doubted and not draft.score.lacks)
    return PlannedFlight(draft, departs, arrives, is_cancelled(items, draft))


def _groups(gathered: Gathered, flights: Mapping[str, Flight], *, cancelled: bool) -> list[list[Flight]]:
    """The travel groups of the cancelled flights if `cancelled`, otherwise those of the flights that are not cancelled."""
    chosen = {key: flight for key, flight in flights.items() if flight.cancelled is cancelled}
    return travel_groups([[draft.key for draft in drafts] for drafts in gathered.item_flights], chosen)


def _journeys(groups: Sequence[Sequence[Flight]], order: Sequence[str], now: datetime) -> tuple[Journey, ...]:
    """The journeys of all travel groups in the order flown, with the stays between them.

    `order` lists the keys of all flights in the order flown.
    """
    journeys = [_journey(run, now) for group in groups for run in split(group, HOUSE_RULES.stay_from_hours)]
    group_of = {flight.key: number for number, group in enumerate(groups) for flight in group}
    rank = {key: at for at, key in enumerate(order)}
    journeys.sort(key=lambda journey: rank[journey.key])
    return tuple(_with_stays(journeys, group_of))


def _journey(run: Sequence[Flight], now: datetime) -> Journey:
    legs: list[Flight | Transfer] = [run[0]]
    latest = _latest(None, run[0])
    for before, after in pairwise(run):
        minutes = minutes_between(before.destination.instant, after.origin.instant)
        begins = after.origin.instant or after.destination.instant
        overlapping = latest is not None and begins is not None and begins < latest
        legs.append(
            Transfer(
                at=before.destination.place,
                onward=after.origin.place,
                minutes=minutes,
                phase=wait_phase(before.phase, after.phase, before.destination, after.origin, now),
                notices=transfer_notices(before, after, minutes, overlapping=overlapping),
            )
        )
        legs.append(after)
        latest = _latest(latest, after)
    first, last = run[0], run[-1]
    return Journey(
        key=first.key,
        legs=tuple(legs),
        origin=first.origin.place,
        destination=last.destination.place,
        departs=first.origin,
        arrives=last.destination,
        minutes=_whole_minutes(run),
        stops=len(run) - 1,
        phase=journey_phase([flight.phase for flight in run]),
        cancelled=first.cancelled,
    )


def _latest(so_far: datetime | None, flight: Flight) -> datetime | None:
    """The latest of `so_far` and the known instants of this flight; None if none of them is known."""
    return max(filter(None, (so_far, flight.origin.instant, flight.destination.instant)), default=None)


def _whole_minutes(run: Sequence[Flight]) -> int | None:
    """The minutes from the first departure to the last arrival.

    None if this is zero or negative, or if `minutes` of the first or last flight is None.
    """
    minutes = minutes_between(run[0].origin.instant, run[-1].destination.instant)
    if minutes is None or minutes <= 0 or run[0].minutes is None or run[-1].minutes is None:
        return None
    return minutes


def _with_stays(journeys: Sequence[Journey], group_of: Mapping[str, int]) -> list[Journey]:
    """The journeys with the stays between them, except where an earlier journey is still under way when the next one starts.

    Cancelled journeys are ignored and returned unchanged. `group_of` maps each journey's key to the number of its travel group.
    """
    stayed = list(journeys)
    latest: datetime | None = None
    for here, there in pairwise(at for at, journey in enumerate(stayed) if not journey.cancelled):
        ended, starting = stayed[here], stayed[there]
        latest = max(filter(None, (latest, ended.arrives.instant)), default=None)
        departs = starting.departs.instant
        if latest is not None and departs is not None and departs < latest:
            continue
        stay = _stay(ended, starting, one_group=group_of[ended.key] == group_of[starting.key])
        stayed[here] = replace(ended, stay_after=stay)
    return stayed


def _stay(ended: Journey, starting: Journey, *, one_group: bool) -> Stay | None:
    """The stay between two journeys; None if it is negative or cannot be determined.

    It is also None if the second journey belongs to another travel group, starts in another city, and is not known to start at least
    `stay_from_hours` after the first ends.
    """
    arrives, leaves = ended.arrives, starting.departs
    length, days = stay_between(arrives, leaves), days_between(arrives, leaves)
    timed = arrives.wall is not None and leaves.wall is not None
    if length is None and (timed or not days):
        return None
    if length is not None and length < timedelta(0):
        return None
    onward = None if same_city(ended.destination, starting.origin) else starting.origin
    short = length is None or length < HOUSE_RULES.stay_from_hours * HOUR
    if onward is not None and short and not one_group:
        return None
    return Stay(ended.destination, days, length // HOUR if length is not None and timed else None, onward)


def _lacks_segments(item: OrderItem) -> bool:
    return not item.flight_segments and is_flight(item.type)


def _name(item: OrderItem) -> str:
    """The name to show for an item without segments; "" if nothing identifies it.

    This is the item's own name, followed by its product ID in parentheses unless the name contains it. If the item has no name, its
    product ID is used, or else its description, or else its reference.
    """
    if item.name and item.product_id and item.product_id not in item.name:
        return f"{item.name} ({item.product_id})"
    return item.name or item.product_id or item.description or item.reference_id or ""


def _usual_status(items: Sequence[OrderItem]) -> str:
    """The code of the most common status of items with flights; "" if none has a status.

    Cancelled items count only if all are cancelled.
    """
    sold = [item for item in items if item.status and item.flight_segments]
    live = [item for item in sold if not status(item.status).cancelled] or sold
    statuses = Counter(status(item.status).code for item in live)
    return statuses.most_common(1)[0][0] if statuses else ""


def _route(groups: Sequence[Sequence[Flight]]) -> tuple[tuple[str, ...], tuple[Hop, ...]]:
    """The place codes on the route of the largest travel group, in travel order, and the hop from each to the next."""
    if not groups:
        return (), ()
    main = max(groups, key=lambda group: (max(sum(count for _c, count in f.passengers) for f in group), len(group)))
    stops: list[Place] = []
    hops: list[Hop] = []
    for flight in main:
        for place, lands in ((flight.origin.place, False), (flight.destination.place, True)):
            if place.code and not (stops and same_site(stops[-1], place)):
                if stops:
                    hops.append(Hop.FLIGHT if lands else _change(stops[-1], place))
                stops.append(place)
    return tuple(place.code for place in stops), tuple(hops)


def _change(here: Place, there: Place) -> Hop:
    if not same_city(here, there):
        return Hop.NONE
    return Hop.CITY if PlaceKind.CITY in (here.kind, there.kind) else Hop.OVERLAND
