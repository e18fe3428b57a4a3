"""From a gathered flight to the record the page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from orders.cdp.bounds import EXTRAS
from orders.cdp.records import Extra, FlightSegment, OrderItem
from orders.itinerary.clock_check.local_or_utc import believable, evidence, odd
from orders.itinerary.clocks import minutes_between
from orders.itinerary.designators import airline, carrier_name
from orders.itinerary.durations import grouped, in_words
from orders.itinerary.flight_times import FlightTimes
from orders.itinerary.flights import MOST_VALUES, Draft, travellers
from orders.itinerary.modes import mode
from orders.itinerary.statuses import calendar_status, distinct, same, status
from orders.itinerary.trip import Clock, Evidence, Flight, Notice

Passengers = tuple[tuple[str, int], ...]


def passengers_of(items: Sequence[OrderItem], indexes: Sequence[int]) -> Passengers:
    """How many travellers of each passenger type these items are for, as ((type code or "", count), ...).

    Items that are cancelled, or never came about, count only if there are no others.
    """
    counts: Counter[str] = Counter()
    for index in [at for at in indexes if status(items[at].status).booked] or indexes:
        counts[(items[index].passenger_type_code or "").strip().upper()] += travellers(items[index])
    return tuple(counts.items())


def is_cancelled(items: Sequence[OrderItem], draft: Draft) -> bool:
    """Whether all items that hold this flight are cancelled."""
    return all(status(items[index].status).cancelled for index in draft.items)


def build(
    draft: Draft,
    both: FlightTimes,
    items: Sequence[OrderItem],
    *,
    reading: str,
    together: str,
    phase: str,
    headcount: int,
    usual_status: str,
    _: Callable[[str], str] = str,
) -> Flight:
    """One flight of the trip; `together` is what the whole order's segments say of the clocks, `headcount` is all its travellers."""
    judged = evidence(draft.weighed, together, _)
    statuses = distinct(items[index].status for index in draft.items)
    cancelled = is_cancelled(items, draft)
    departs, arrives = both.departs, both.arrives
    minutes = minutes_between(departs.instant, arrives.instant)
    fits = believable(draft.weighed, reading)
    day_change = None
    if departs.day is not None and arrives.day is not None:
        day_change = (arrives.day - departs.day).days
    aboard = passengers_of(items, draft.items)
    distance = draft.weighed.distance
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
        distance_km=None if distance is None else round(distance),
        minutes=minutes if fits and minutes is not None and minutes > 0 else None,
        day_change=day_change,
        evidence=judged,
        statuses=() if _goes_without_saying(statuses, usual_status) else statuses[:MOST_VALUES],
        booked=any(status(items[index].status).booked for index in draft.items),
        calendar_status=calendar_status(items[index].status for index in draft.items),
        cancelled=cancelled,
        phase=phase,
        item_indexes=draft.items,
        segment_indexes=tuple(draft.at),
        passengers=aboard,
        all_passengers=sum(count for _code, count in aboard) >= headcount,
        extras=_extras(draft),
        notices=(*_status_notices(items, draft.items, _), *_notices(draft, both, judged, reading, _)),
    )


def _goes_without_saying(statuses: Sequence[str], usual: str) -> bool:
    return len(statuses) == 1 and same(statuses[0], usual) and status(usual).settled


def _status_notices(items: Sequence[OrderItem], indexes: Sequence[int], _: Callable[[str], str]) -> list[Notice]:
    """What to check about the statuses of a flight's items, with how many of its travellers each is about if not about all."""
    counts: Counter[str] = Counter()
    for at in indexes:
        counts[status(items[at].status).code] += travellers(items[at])
    everybody = sum(counts.values())
    gone = sum(count for code, count in counts.items() if status(code).cancelled)
    found = []
    if 0 < gone < everybody:
        booked = sum(count for code, count in counts.items() if status(code).booked)
        wanted = {"gone": gone, "all": everybody, "booked": booked}
        detail = _("Cancelled for %(gone)s of %(all)s travellers; %(booked)s still booked.") % wanted
        found.append(Notice("partly cancelled", True, detail))
    for code, count in counts.items():
        if status(code).alert and not (status(code).cancelled and gone < everybody):
            part = _("%(count)s of %(all)s travellers") % {"count": count, "all": everybody}
            found.append(Notice(code, True, "" if count == everybody else part))
    return found


def _extras(draft: Draft) -> tuple[Extra, ...]:
    """What the feed sent beyond the fields we know, the two of those that are for looking up only, and spellings we do not show."""
    found = [extra for segment in draft.segments for extra in segment.extras]
    for key, name, shown in (("carrier", "carrier", draft.carrier), ("flightNumber", "flight_number", draft.number)):
        found += [Extra(key, sent) for sent in draft.spellings(name) if sent != shown]
    for key, name in (("originDestination", "origin_destination"), ("id", "id")):
        if value := draft.first(name):
            found.append(Extra(key, value))
    return tuple(dict.fromkeys(found))[:EXTRAS]


def _notices(
    draft: Draft,
    both: FlightTimes,
    judged: Evidence,
    reading: str,
    _: Callable[[str], str],
) -> list[Notice]:
    found = []
    if judged.verdict == "impossible":
        found.append(Notice("impossible time", True, judged.reason))
    elif judged.verdict == "utc" and reading == "local":
        found.append(Notice("looks like utc", True, judged.reason))
    elif judged.verdict == "local" and reading == "utc":
        found.append(Notice("looks like local", True, judged.reason))
    else:
        found += _long_flight(draft, reading, _)
    found += _missing_times([clock for clock in (both.departs, both.arrives) if clock.wall is None], _)
    for clock in (both.departs, both.arrives):
        found += _clock_notices(clock, _)
    if _arrivals_differ(draft.segments):
        found.append(
            Notice(
                "items disagree",
                True,
                _("The items give different arrival times for this flight."),
            )
        )
    if draft.repeats:
        found.append(Notice("duplicate", False, _("An item names this flight more than once.")))
    return found


def _long_flight(draft: Draft, reading: str, _: Callable[[str], str]) -> list[Notice]:
    """That a flight takes far longer than its distance needs, as with stops under one number; its time is kept."""
    weighed = draft.weighed
    minutes = weighed.utc_minutes if reading == "utc" else weighed.local_minutes
    if minutes is None or weighed.expected is None or weighed.distance is None or not odd(minutes, weighed.expected):
        return []
    facts = {
        "time": in_words(minutes, _),
        "km": grouped(round(weighed.distance), _),
        "expected": in_words(round(weighed.expected), _),
    }
    detail = (
        _("%(time)s for %(km)s km, where about %(expected)s is usual: perhaps with stops under one number.") % facts
    )
    return [Notice("long flight", False, detail)]


def _arrivals_differ(segments: Sequence[FlightSegment]) -> bool:
    """Whether two items give different arrivals; a day alone agrees with every time on it."""
    times = {(segment.arrival, segment.arrival_offset) for segment in segments if segment.arrival is not None}
    days = {segment.arrival.date() for segment in segments if segment.arrival is not None}
    days |= {segment.arrival_day for segment in segments if segment.arrival_day is not None}
    return len(times) > 1 or len(days) > 1


def _missing_times(ends: Sequence[Clock], _: Callable[[str], str]) -> list[Notice]:
    if not ends:
        return []
    if any(clock.sent and clock.day is None for clock in ends):
        return [
            Notice("missing time", True, _("What was sent as a time was not understood; the details have it as sent."))
        ]
    codes = [clock.place.code for clock in ends if clock.place.code]
    if not codes:
        return [Notice("missing time", True, "")]
    if len(codes) == 1:
        return [Notice("missing time", True, _("No time was sent for %(code)s.") % {"code": codes[0]})]
    names = {"here": codes[0], "there": codes[1]}
    return [Notice("missing time", True, _("No times were sent for %(here)s and %(there)s.") % names)]


def _clock_notices(clock: Clock, _: Callable[[str], str]) -> list[Notice]:
    """What is to be said of one end's time: none on that clock, two on that clock, or a place without a zone."""
    found = []
    code = {"code": clock.place.code}
    if clock.dst == "skipped":
        found.append(Notice("clock skipped", False, _("The clocks in %(code)s skip this time that night.") % code))
    elif clock.dst == "repeated":
        passing = (
            _("The clocks in %(code)s show this time twice that night; taken as the second, which fits the flight.")
            if clock.fold
            else _("The clocks in %(code)s show this time twice that night; taken as the first.")
        )
        found.append(Notice("clock repeated", False, passing % code))
    if clock.place.zone is None and clock.place.code:
        detail = _("%(code)s is not a place we know, so its times have no zone.") % code
        found.append(Notice("unknown place", False, detail))
    return found
