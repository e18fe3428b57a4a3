"""From the segments of an order's items to its journeys: the one door to this room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from orders.cdp.records import OrderItem
from orders.itinerary.airports import same_city, same_site
from orders.itinerary.building import build, is_cancelled
from orders.itinerary.clock_check.local_or_utc import decide, together_evidence
from orders.itinerary.clocks import minutes_between
from orders.itinerary.flight_times import days_between, ends, flown_order, stay_between
from orders.itinerary.flights import gather
from orders.itinerary.headcount import everyone
from orders.itinerary.notices import HOUSE_RULES, transfer_notices
from orders.itinerary.phases import flight_phases, wait_phase, whole_phase
from orders.itinerary.segments import is_flight
from orders.itinerary.splitting import split
from orders.itinerary.statuses import status
from orders.itinerary.travel_groups import travel_groups
from orders.itinerary.trip import Flight, Journey, Notice, Place, Stay, Transfer, Trip

HOUR = timedelta(hours=1)


def plan(
    items: Sequence[OrderItem],
    *,
    reading: str = "local",
    now: datetime | None = None,
    _: Callable[[str], str] = str,
) -> Trip:
    """The whole itinerary of an order's items.

    `reading` says how the feed's times are to be taken, "local" (as documented) or "utc"; whatever the evidence says, it is not
    changed here. `now` is an aware datetime, the present moment where None. Never raises for any content of the items.
    """
    moment = now if now is not None else datetime.now(UTC)
    gathered = gather(items)
    drafts = gathered.drafts
    together = decide([draft.weighed for draft in drafts], reading)
    doubted = together in ("local", "utc") and together != reading
    clocks = [ends(draft, reading, doubted and not draft.weighed.lacks) for draft in drafts]
    order = flown_order(drafts, clocks)
    live = [at for at in order if not is_cancelled(items, drafts[at])]
    phases = dict(
        zip(
            live,
            flight_phases([(clocks[at].departs, clocks[at].arrives) for at in live], moment),
            strict=True,
        )
    )
    aboard = everyone(items, [(drafts[at], clocks[at]) for at in live or order], reading, trusted=not doubted)
    heads, usual = sum(count for _code, count in aboard), _usual_status(items)
    flights = {
        drafts[at].key: build(
            drafts[at],
            clocks[at],
            items,
            reading=reading,
            together=together,
            phase=phases.get(at, ""),
            headcount=heads,
            usual_status=usual,
            _=_,
        )
        for at in order
    }
    strands = [[draft.key for draft in strand] for strand in gathered.strands]
    groups = [
        travel_groups(
            strands,
            {key: flight for key, flight in flights.items() if flight.cancelled is cancelled},
        )
        for cancelled in (False, True)
    ]
    chains = [chain for group in groups for chain in group]
    journeys = [_journey(run, moment, _) for chain in chains for run in split(chain, HOUSE_RULES.stay_from_hours)]
    party = {flight.key: number for number, chain in enumerate(chains) for flight in chain}
    rank = {key: at for at, key in enumerate(flights)}
    journeys.sort(key=lambda journey: rank[journey.flights[0].key])
    judged = together_evidence([drafts[at].weighed for at in order], together, _)
    return Trip(
        journeys=tuple(_with_stays(journeys, party)),
        route=_route(groups[0] or groups[1]),
        reading=reading,
        evidence=judged,
        passengers=aboard,
        duplicates=tuple(gathered.duplicates),
        other_item_indexes=tuple(index for index, item in enumerate(items) if not item.flight_segments),
        untimed=tuple(Counter(_name(item) for item in items if _lacks_segments(item)).items()),
        notices=(Notice(f"looks like {together}", True, judged.reason),) if doubted else (),
    )


def _journey(run: Sequence[Flight], now: datetime, _: Callable[[str], str]) -> Journey:
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
                notices=transfer_notices(before, after, minutes, overlapping=overlapping, _=_),
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
        phase=whole_phase([flight.phase for flight in run]),
        cancelled=first.cancelled,
    )


def _latest(so_far: datetime | None, flight: Flight) -> datetime | None:
    """The latest instant known of a journey up to and with this flight."""
    return max(filter(None, (so_far, flight.origin.instant, flight.destination.instant)), default=None)


def _whole_minutes(run: Sequence[Flight]) -> int | None:
    """First departure to last arrival; None as soon as one flight's time is unknown or impossible."""
    minutes = minutes_between(run[0].origin.instant, run[-1].destination.instant)
    if minutes is None or minutes <= 0 or run[0].minutes is None or run[-1].minutes is None:
        return None
    return minutes


def _with_stays(journeys: Sequence[Journey], party: Mapping[str, int]) -> list[Journey]:
    """The journeys, each with the stay after it where the next one starts when all before it have ended.

    `party` tells by its key who takes a journey.
    """
    found = list(journeys)
    flown = [at for at, journey in enumerate(found) if not journey.cancelled]
    latest: datetime | None = None
    for here, there in pairwise(flown):
        ended, starting = found[here], found[there]
        arrives = ended.arrives.instant
        latest = arrives if latest is None or (arrives is not None and arrives > latest) else latest
        stay, days = stay_between(ended.arrives, starting.departs), days_between(ended.arrives, starting.departs)
        timed = ended.arrives.wall is not None and starting.departs.wall is not None
        if (stay is None and (timed or not days)) or (stay is not None and stay < timedelta(0)):
            continue
        if latest is not None and starting.departs.instant is not None and starting.departs.instant < latest:
            continue
        elsewhere = None if same_city(ended.destination, starting.origin) else starting.origin
        short = stay is None or stay < HOUSE_RULES.stay_from_hours * HOUR
        if elsewhere is not None and short and party[ended.key] != party[starting.key]:
            continue  # a journey of other travellers, who were never here
        found[here] = replace(
            ended,
            stay_after=Stay(ended.destination, days, stay // HOUR if stay is not None and timed else None, elsewhere),
        )
    return found


def _lacks_segments(item: OrderItem) -> bool:
    return not item.flight_segments and is_flight(item.type)


def _name(item: OrderItem) -> str:
    """By what an item without segments is known: its name and product, else whatever it has of a name."""
    if item.name and item.product_id and item.product_id not in item.name:
        return f"{item.name} ({item.product_id})"
    return item.name or item.product_id or item.description or item.reference_id or ""


def _usual_status(items: Sequence[OrderItem]) -> str:
    """The code of the status that flights usually have: the most common one, of items still to be flown where there are any."""
    flown = [item for item in items if item.status and item.flight_segments]
    live = [item for item in flown if not status(item.status).cancelled] or flown
    statuses = Counter(status(item.status).code for item in live)
    return statuses.most_common(1)[0][0] if statuses else ""


def _route(chains: Sequence[Sequence[Flight]]) -> tuple[str, ...]:
    """The codes the largest party passes, in travel order."""
    if not chains:
        return ()
    main = max(
        chains,
        key=lambda chain: (
            max(sum(count for _c, count in flight.passengers) for flight in chain),
            len(chain),
        ),
    )
    stops: list[Place] = []
    for flight in main:
        for where in (flight.origin.place, flight.destination.place):
            if where.code and not (stops and same_site(stops[-1], where)):
                stops.append(where)
    return tuple(where.code for where in stops)
