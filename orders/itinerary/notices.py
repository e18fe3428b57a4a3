"""Notices about the transfer between two flights, and the house rules behind them.

The limits are our own, because real minimum connection times are proprietary and differ by airport, terminal and carrier. They can be
changed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from orders.itinerary.airports import same_city, same_site
from orders.itinerary.codes import NoticeKind, PlaceKind
from orders.itinerary.trip import Clock, Flight, Notice


@dataclass(frozen=True, slots=True)
class HouseRules:
    """The limits for notices, and for splitting a trip into journeys.

    For notices, waits are in minutes, and `night_from` and `night_to` are local times. For splitting, `stay_from_hours` is the shortest
    wait that counts as a stay.
    """

    tight_within_country: int = 45
    tight_across_borders: int = 60
    tight_between_airports: int = 240
    long_from: int = 360
    night_from: time = time(0, 0)
    night_to: time = time(5, 0)
    stay_from_hours: int = 24


HOUSE_RULES = HouseRules()


def transfer_notices(
    arriving: Flight,
    leaving: Flight,
    minutes: int | None,
    *,
    overlapping: bool = False,
    rules: HouseRules = HOUSE_RULES,
) -> tuple[Notice, ...]:
    """The notices about one transfer.

    `minutes` is the wait, None if unknown, negative if the flights overlap. `overlapping` means that `leaving` begins before an
    earlier flight of the journey has ended.
    """
    moved = _moved(arriving, leaving, minutes)
    notices = _length_notices(arriving, leaving, minutes, moved is not None, overlapping, rules)
    if moved is not None:
        notices.append(moved)
    if arriving.carrier and leaving.carrier and arriving.carrier.upper() != leaving.carrier.upper():
        notices.append(Notice(NoticeKind.CARRIER_CHANGE, names=(arriving.carrier_name, leaving.carrier_name)))
    return tuple(notices)


def _length_notices(
    arriving: Flight, leaving: Flight, minutes: int | None, moved: bool, overlapping: bool, rules: HouseRules
) -> list[Notice]:
    """The notices about the length of a wait, in this order: overlap or tight, overnight, long.

    If `minutes` is None, only the overlap notice is possible.
    """
    if minutes is None:
        return [Notice(NoticeKind.OVERLAP, True)] if overlapping else []
    limit = _tight_limit(arriving, leaving, moved, rules)
    notices = []
    if overlapping or minutes < 0:
        notices.append(Notice(NoticeKind.OVERLAP, True))
    elif minutes < limit:
        notices.append(Notice(NoticeKind.TIGHT, True, minutes=minutes, limit=limit))
    known = PlaceKind.UNKNOWN not in (arriving.destination.place.kind, leaving.origin.place.kind)
    if minutes >= 0 and known and touches_night(arriving.destination, leaving.origin, rules):
        notices.append(Notice(NoticeKind.OVERNIGHT))
    if minutes >= rules.long_from:
        notices.append(Notice(NoticeKind.LONG, minutes=minutes))
    return notices


def touches_night(arrives: Clock, leaves: Clock, rules: HouseRules = HOUSE_RULES) -> bool:
    """Whether the wait between two local times includes any night hours; False if either is unknown, or the second is earlier."""
    if arrives.wall is None or leaves.wall is None or leaves.wall < arrives.wall:
        return False
    return any(arrives.wall < end and start < leaves.wall for start, end in nights(arrives.wall, leaves.wall, rules))


def nights(start: datetime, end: datetime, rules: HouseRules = HOUSE_RULES) -> list[tuple[datetime, datetime]]:
    """The nights between two local times, each as a (start, end) pair clipped to those times; only the first 32 days count."""
    parts = []
    day = start.date()
    for _day in range(32):
        opens, closes = datetime.combine(day, rules.night_from), datetime.combine(day, rules.night_to)
        if opens >= end or day.year >= 9999:
            break
        if closes > start:
            parts.append((max(opens, start), min(closes, end)))
        day += timedelta(days=1)
    return parts


def _moved(arriving: Flight, leaving: Flight, minutes: int | None) -> Notice | None:
    """The notice that travellers have to get to another airport or station, in the same city or another.

    None if they do not have to, if either place has no code, or if both are in one city and either code stands for the city itself (LON).
    """
    here, there = arriving.destination.place, leaving.origin.place
    if same_site(here, there) or not here.code or not there.code:
        return None
    kind = NoticeKind.SURFACE
    if same_city(here, there):
        if PlaceKind.CITY in (here.kind, there.kind):
            return None
        kind = NoticeKind.AIRPORT_CHANGE
    return Notice(kind, True, minutes=max(0, minutes or 0), names=(here.code, there.code))


def _tight_limit(arriving: Flight, leaving: Flight, moved: bool, rules: HouseRules) -> int:
    if moved:
        return rules.tight_between_airports
    places = arriving.origin.place, arriving.destination.place, leaving.destination.place
    countries = {place.country for place in places}
    return rules.tight_within_country if len(countries) == 1 else rules.tight_across_borders
