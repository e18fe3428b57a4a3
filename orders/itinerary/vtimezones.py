"""VTIMEZONE components for calendar files: a zone's clock changes ("onsets") in and around the years that a file covers.

The components are written so that different calendar programs read them in the same way. Clock changes that follow a yearly rule are
written as an RRULE. Others (around Ramadan in Morocco, or in a province that stops changing its clocks) are written one by one. Each
component begins a year early, because some programs ignore the first onset.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

Kind = tuple[timedelta, timedelta, str]
Rule = dict[str, object]

STEP = timedelta(days=7)  # no zone changes its clocks twice within a week
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Onset:
    """A clock change; `wall` is the local time at which it happens, under the old offset.

    `before` and `after` are the zone's offsets from UTC before and after it; `name` is the zone's abbreviation after it, such as "CEST".
    """

    wall: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def kind(self) -> Kind:
        return self.before, self.after, self.name


@lru_cache(maxsize=512)
def vtimezone(zone_name: str, first_year: int, last_year: int) -> Timezone:
    """The VTIMEZONE of an IANA zone, correct from `first_year` to `last_year`. It is cached, so do not modify it.

    Raises ZoneInfoNotFoundError if tzdata has no zone of that name.
    """
    zone = ZoneInfo(zone_name)
    start, end = datetime(first_year - 1, 1, 1, tzinfo=UTC), datetime(last_year + 2, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", zone_name)
    onsets = _onsets(zone, start, end)
    rules = _yearly_rules(onsets, range(first_year - 1, last_year + 2))
    single = [onset for onset in onsets if onset.kind not in rules]
    if not rules or single:
        component.add_component(_observance(_at_the_start(zone, start)))
    for onset, rule in rules.values():
        component.add_component(_observance(onset, rule))
    for onset in single:
        component.add_component(_observance(onset))
    return component


def _onsets(zone: ZoneInfo, start: datetime, end: datetime) -> list[Onset]:
    """The zone's changes of offset from `start` to `end`, in chronological order. One up to a week after `end` may be included."""
    onsets = []
    while start < end:
        later = start + STEP
        if start.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            onsets.append(_between(zone, start, later))
        start = later
    return onsets


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> Onset:
    """The change of offset between two instants, found to within a second. There must be exactly one."""
    first = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        before, after = (middle, after) if _offset(zone, middle) == first else (before, middle)
    local = after.astimezone(zone)
    return Onset((after + first).replace(tzinfo=None), first, _offset(zone, after), local.tzname() or "")


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _at_the_start(zone: ZoneInfo, start: datetime) -> Onset:
    """The zone's offset at `start`, as an onset that changes nothing."""
    offset = _offset(zone, start)
    return Onset(start.replace(tzinfo=None), offset, offset, start.astimezone(zone).tzname() or "")


def _yearly_rules(onsets: Sequence[Onset], years: Sequence[int]) -> dict[Kind, tuple[Onset, Rule]]:
    """Map each kind of onset that follows one yearly rule in all of `years` to its first onset and the rule."""
    rules: dict[Kind, tuple[Onset, Rule]] = {}
    for kind in dict.fromkeys(onset.kind for onset in onsets):
        alike = [onset for onset in onsets if onset.kind == kind]
        day = _day_of_all(alike)
        if day and [onset.wall.year for onset in alike] == list(years):
            rules[kind] = alike[0], {"freq": "yearly", "bymonth": alike[0].wall.month, "byday": day}
    return rules


def _day_of_all(onsets: Sequence[Onset]) -> str:
    """The weekday on which all the onsets fall, with its position in the month: "2SU" (second Sunday), "-1SU" (last Sunday).

    "" if they differ in weekday, position, month or time of day.
    """
    same = {(onset.wall.month, onset.wall.time(), onset.wall.weekday()) for onset in onsets}
    if len(same) != 1:
        return ""
    weekday = WEEKDAYS[onsets[0].wall.weekday()]
    if all(onset.wall.day + 7 > monthrange(onset.wall.year, onset.wall.month)[1] for onset in onsets):
        return f"-1{weekday}"
    weeks = {(onset.wall.day - 1) // 7 + 1 for onset in onsets}
    return f"{weeks.pop()}{weekday}" if len(weeks) == 1 else ""


def _observance(onset: Onset, rule: Rule | None = None) -> TimezoneStandard | TimezoneDaylight:
    """The sub-component for an onset: DAYLIGHT (summer time) if the clocks go forward, otherwise STANDARD."""
    component = TimezoneDaylight() if onset.after > onset.before else TimezoneStandard()
    component.add("dtstart", onset.wall)
    component.add("tzoffsetfrom", onset.before)
    component.add("tzoffsetto", onset.after)
    component.add("tzname", onset.name)
    if rule:
        component.add("rrule", rule)
    else:
        component.add("rdate", onset.wall)
    return component
