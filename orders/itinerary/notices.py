"""What an agent should look at between two flights, by house rules.

The rules are ours, to be changed here: real minimum connection times are proprietary and differ by airport, terminal and carrier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from orders.itinerary.airports import same_city, same_site
from orders.itinerary.durations import in_words
from orders.itinerary.trip import Clock, Flight, Notice


@dataclass(frozen=True, slots=True)
class HouseRules:
    """Minutes and local hours, the only numbers behind the notices."""

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
    _: Callable[[str], str] = str,
) -> tuple[Notice, ...]:
    """The notices of one transfer; `minutes` is the wait, None where unknown, negative where the flights overlap."""
    found = []
    here, there = arriving.destination.place, leaving.origin.place
    moved = _moved(arriving, leaving, _)
    if overlapping or (minutes is not None and minutes < 0):
        found.append(Notice("overlap", True, _("The next flight leaves before this one arrives.")))
    elif minutes is not None and minutes < _tight_limit(arriving, leaving, moved is not None, rules):
        limit = in_words(_tight_limit(arriving, leaving, moved is not None, rules), _)
        found.append(Notice("tight", True, _("Under %(limit)s, by house rule.") % {"limit": limit}))
    if minutes is not None and minutes >= 0 and touches_night(arriving.destination, leaving.origin, rules):
        hours = {"from": f"{rules.night_from:%H:%M}", "to": f"{rules.night_to:%H:%M}"}
        detail = _("The wait touches the hours from %(from)s to %(to)s, by house rule.") % hours
        found.append(Notice("overnight", False, detail))
    if minutes is not None and minutes >= rules.long_from:
        limit = in_words(rules.long_from, _)
        found.append(Notice("long", False, _("%(limit)s or more, by house rule.") % {"limit": limit}))
    if moved is not None:
        found.append(moved)
    if arriving.carrier and leaving.carrier and arriving.carrier.upper() != leaving.carrier.upper():
        names = {"from": arriving.carrier_name, "to": leaving.carrier_name}
        found.append(Notice("carrier change", False, _("From %(from)s to %(to)s.") % names))
    if here.kind == "unknown" or there.kind == "unknown":
        return tuple(notice for notice in found if notice.word != "overnight")
    return tuple(found)


def touches_night(arrives: Clock, leaves: Clock, rules: HouseRules = HOUSE_RULES) -> bool:
    """Whether the wait between two wall clocks touches the night hours of the place."""
    if arrives.wall is None or leaves.wall is None or leaves.wall < arrives.wall:
        return False
    return any(arrives.wall < end and start < leaves.wall for start, end in nights(arrives.wall, leaves.wall, rules))


def nights(start: datetime, end: datetime, rules: HouseRules = HOUSE_RULES) -> list[tuple[datetime, datetime]]:
    """The night hours between two wall-clock values, at most a month of them, cut to the values."""
    found = []
    day = start.date()
    for _day in range(32):
        opens, closes = (
            datetime.combine(day, rules.night_from),
            datetime.combine(day, rules.night_to),
        )
        if opens >= end or day.year >= 9999:
            break
        if closes > start:
            found.append((max(opens, start), min(closes, end)))
        day += timedelta(days=1)
    return found


def _moved(arriving: Flight, leaving: Flight, _: Callable[[str], str]) -> Notice | None:
    """Whether the traveller has to get to another airport or station: of the same city, or over land to another one."""
    here, there = arriving.destination.place, leaving.origin.place
    if same_site(here, there) or not here.code or not there.code:
        return None
    ends = {"from": here.code, "to": there.code}
    if same_city(here, there):
        if "city" in (here.kind, there.kind):
            return None
        return Notice("airport change", True, _("Arrives at %(from)s, leaves from %(to)s.") % ends)
    return Notice(
        "surface",
        True,
        _("No flight from %(from)s to %(to)s: by land, or not in this order.") % ends,
    )


def _tight_limit(arriving: Flight, leaving: Flight, moved: bool, rules: HouseRules) -> int:
    if moved:
        return rules.tight_between_airports
    countries = {
        arriving.origin.place.country,
        leaving.destination.place.country,
        arriving.destination.place.country,
    }
    return rules.tight_within_country if len(countries) == 1 else rules.tight_across_borders
