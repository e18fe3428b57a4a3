"""Turn planned flights into the flight records that the page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orders.cdp.bounds import EXTRAS
from orders.cdp.records import Extra, FlightSegment, OrderItem
from orders.itinerary.clock_check.local_or_utc import SegmentScore, believable, evidence, odd
from orders.itinerary.clocks import minutes_between
from orders.itinerary.codes import ClockChange, NoticeKind, Reading, Verdict
from orders.itinerary.designators import airline, carrier_name
from orders.itinerary.flight_times import PlannedFlight, days_between
from orders.itinerary.flights import MOST_VALUES, Draft, traveller_count
from orders.itinerary.modes import mode
from orders.itinerary.segments import arrival_of, local_day
from orders.itinerary.statuses import calendar_status, distinct, same, status
from orders.itinerary.trip import Clock, Evidence, Flight, Notice

Passengers = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """The facts about the whole order that the record of each flight depends on.

    `reading` is the reading in use (local or UTC); `together` is the reading that the order's segments together support, None if unclear.
    `headcount` is the number of the order's travellers. `usual_status` is the code of the most common status of the items with flights,
    "" if none of them has a status; cancelled items count only if no others have a status.
    """

    items: Sequence[OrderItem]
    reading: Reading
    together: Reading | None
    headcount: int
    usual_status: str


def passengers_of(items: Sequence[OrderItem], indexes: Sequence[int]) -> Passengers:
    """The number of travellers of each passenger type in the items at `indexes`, as ((type code or "", count), ...).

    If any of these items has a `booked` status, those without one do not count.
    """
    counts: Counter[str] = Counter()
    for index in [at for at in indexes if status(items[at].status).booked] or indexes:
        counts[passenger_type(items[index])] += traveller_count(items[index])
    return tuple(counts.items())


def passenger_type(item: OrderItem) -> str:
    """The passenger type code of an item, in capitals; "" if it has none."""
    return (item.passenger_type_code or "").strip().upper()


def is_cancelled(items: Sequence[OrderItem], draft: Draft) -> bool:
    """Whether all items that hold this flight are cancelled."""
    return all(status(items[index].status).cancelled for index in draft.items)


def build(flight: PlannedFlight, order: Whole) -> Flight:
    """The record of a planned flight."""
    draft, departs, arrives = flight.draft, flight.departs, flight.arrives
    proof = evidence(draft.score, order.together)
    sent = [order.items[index].status for index in draft.items]
    statuses = distinct(sent)
    minutes = minutes_between(departs.instant, arrives.instant)
    usable = minutes is not None and minutes > 0 and believable(draft.score, order.reading)
    aboard = passengers_of(order.items, draft.items)
    equipment = draft.first("equipment_type")
    operating = draft.first("operating_carrier")
    if airline(operating) == draft.carrier:
        operating = ""
    return Flight(
        key=draft.key,
        origin=departs,
        destination=arrives,
        mode=mode(draft.origin, draft.destination, equipment),
        carrier=draft.carrier,
        carrier_name=carrier_name(draft.carrier),
        flight_number=draft.number,
        operating_carrier=operating,
        operating_carrier_name=carrier_name(operating),
        operating_flight_number=draft.first("operating_flight_number"),
        fare_class=draft.every("fare_class"),
        fare_family=draft.every("fare_family"),
        booking_class=draft.every("booking_class"),
        equipment_type=equipment,
        distance_km=proof.distance_km,
        minutes=minutes if usable else None,
        day_change=days_between(departs, arrives),
        evidence=proof,
        statuses=() if _goes_without_saying(statuses, order.usual_status) else statuses[:MOST_VALUES],
        booked=any(status(text).booked for text in sent),
        calendar_status=calendar_status(sent),
        cancelled=flight.cancelled,
        phase=flight.phase,
        item_indexes=draft.items,
        segment_indexes=tuple(draft.at),
        passengers=aboard,
        all_passengers=sum(count for _code, count in aboard) >= order.headcount,
        extras=_extras(draft),
        notices=(*_status_notices(order.items, draft.items), *_time_notices(flight, proof, order.reading)),
    )


def _goes_without_saying(statuses: Sequence[str], usual: str) -> bool:
    return len(statuses) == 1 and same(statuses[0], usual) and status(usual).settled


def _status_notices(items: Sequence[OrderItem], indexes: Sequence[int]) -> list[Notice]:
    """Notices about the statuses of a flight's items, each with the number of travellers concerned."""
    counts: Counter[str] = Counter()
    for at in indexes:
        counts[status(items[at].status).code] += traveller_count(items[at])
    total = sum(counts.values())
    cancelled = sum(count for code, count in counts.items() if status(code).cancelled)
    notices = []
    if 0 < cancelled < total:
        booked = sum(count for code, count in counts.items() if status(code).booked)
        notices.append(Notice(NoticeKind.PARTLY_CANCELLED, True, count=cancelled, total=total, booked=booked))
    for code, count in counts.items():
        if status(code).alert and not (status(code).cancelled and cancelled < total):
            notices.append(Notice(NoticeKind.STATUS, True, status=code, count=count, total=total))
    return notices


def _extras(draft: Draft) -> tuple[Extra, ...]:
    """A flight's unknown fields, spellings of its carrier and number that are not shown, and its first `originDestination` and `id`.

    At most EXTRAS in all.
    """
    extras = [extra for segment in draft.segments for extra in segment.extras]
    for key, name, shown in (("carrier", "carrier", draft.carrier), ("flightNumber", "flight_number", draft.number)):
        extras += [Extra(key, sent) for sent in draft.spellings(name) if sent != shown]
    for key, name in (("originDestination", "origin_destination"), ("id", "id")):
        if value := draft.first(name):
            extras.append(Extra(key, value))
    return tuple(dict.fromkeys(extras))[:EXTRAS]


def _time_notices(flight: PlannedFlight, proof: Evidence, reading: Reading) -> list[Notice]:
    ends = (flight.departs, flight.arrives)
    notices = _reading_notices(flight.draft.score, proof, reading)
    notices += _missing_times([clock for clock in ends if clock.wall is None])
    for clock in ends:
        notices += _clock_notices(clock)
    if _arrivals_differ(flight.draft.segments):
        notices.append(Notice(NoticeKind.ITEMS_DISAGREE, True))
    if flight.draft.repeats:
        notices.append(Notice(NoticeKind.DUPLICATE))
    return notices


def _reading_notices(score: SegmentScore, proof: Evidence, reading: Reading) -> list[Notice]:
    """A notice if the flight time is impossible, if the verdict favours the reading not in use, or if the flight is unusually long."""
    if proof.verdict is Verdict.IMPOSSIBLE:
        return [Notice(NoticeKind.IMPOSSIBLE_TIME, True, evidence=proof)]
    if proof.verdict is Verdict.UTC and reading is Reading.LOCAL:
        return [doubt_notice(Reading.UTC, proof)]
    if proof.verdict is Verdict.LOCAL and reading is Reading.UTC:
        return [doubt_notice(Reading.LOCAL, proof)]
    minutes = score.utc_minutes if reading is Reading.UTC else score.local_minutes
    if minutes is None or score.distance is None or not odd(minutes, score.expected):
        return []
    return [Notice(NoticeKind.LONG_FLIGHT, minutes=minutes, evidence=proof)]


def doubt_notice(supported: Reading, proof: Evidence) -> Notice:
    """The notice that the times seem to fit the reading `supported`, which is not the one in use."""
    kind = NoticeKind.LOOKS_LIKE_UTC if supported is Reading.UTC else NoticeKind.LOOKS_LIKE_LOCAL
    return Notice(kind, True, evidence=proof)


def _arrivals_differ(segments: Sequence[FlightSegment]) -> bool:
    """Whether the segments of one flight give different arrivals; a day without a time agrees with every time on that day."""
    arrivals = [arrival_of(segment) for segment in segments]
    times = {(arrival.time, arrival.offset) for arrival in arrivals if arrival.time is not None}
    days = {local_day(arrival) for arrival in arrivals} - {None}
    return len(times) > 1 or len(days) > 1


def _missing_times(untimed: Sequence[Clock]) -> list[Notice]:
    if not untimed:
        return []
    if any(clock.sent and clock.day is None for clock in untimed):
        return [Notice(NoticeKind.UNREADABLE_TIME, True)]
    codes = tuple(clock.place.code for clock in untimed if clock.place.has_code)
    return [Notice(NoticeKind.MISSING_TIME, True, names=codes)]


def _clock_notices(clock: Clock) -> list[Notice]:
    """Notices about one end of a flight: a clock change skips or repeats the time, or the place's code is unknown or a placeholder."""
    notices = []
    if clock.dst is ClockChange.SKIPPED:
        notices.append(Notice(NoticeKind.CLOCK_SKIPPED, clock=clock))
    elif clock.dst is ClockChange.REPEATED:
        notices.append(Notice(NoticeKind.CLOCK_REPEATED, clock=clock))
    if clock.place.zone is None and clock.place.code:
        unknown = Notice(NoticeKind.UNKNOWN_PLACE, names=(clock.place.code,))
        notices.append(unknown if clock.place.has_code else Notice(NoticeKind.MISSING_PLACE))
    return notices
