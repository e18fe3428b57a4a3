"""Convert a wall-clock value in a zone to an instant, and back.

Wall-clock values are naive datetimes, instants are aware datetimes in UTC, and offsets are timedeltas east of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from orders.itinerary.codes import ClockChange

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock value with its instant and its offset, either of which is None if unknown.

    `dst` marks a time that a clock change skips or repeats; `fold` is 1 for the second occurrence of a repeated time. Only `read_local`
    sets these two.
    """

    wall: datetime
    instant: datetime | None
    offset: timedelta | None
    dst: ClockChange = ClockChange.NONE
    fold: int = 0


@cache
def zone(name: str | None) -> ZoneInfo | None:
    """The zone that an IANA name stands for; None without a name, or if tzdata has no zone of that name."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


@lru_cache(maxsize=65536)
def _all_day(zone_name: str, day: date) -> timedelta | None:
    """The zone's offset throughout a day; None if the clocks change that day."""
    there = zone(zone_name)
    ends = [datetime.combine(day, clock, there) for clock in (time.min, time.max)]
    offsets = {end.replace(fold=fold).utcoffset() for end in ends for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def offsets_at(zone_name: str | None, wall: datetime) -> tuple[timedelta, ...]:
    """The zone's offsets at the local time `wall`: one, or two for a repeated hour, or none for an unknown zone.

    A skipped time has the offset from before the change, as if the clocks had not been changed.
    """
    there = zone(zone_name)
    if there is None or zone_name is None:
        return ()
    if (steady := _all_day(zone_name, wall.date())) is not None:
        return (steady,)
    first = wall.replace(tzinfo=there, fold=0).utcoffset()
    second = wall.replace(tzinfo=there, fold=1).utcoffset()
    if first is None or second is None:
        return ()
    return (first, second) if first > second else (first,)


def read_local(wall: datetime, zone_name: str | None, fold: int = 0) -> Moment:
    """Read a value as local time in a zone.

    If the zone is unknown, the instant and the offset are None. The instant is also None if it would be outside the years 1 to 9999.
    A time that a clock change skips is read as if the clocks had not been changed: if they went forward by an hour at 02:00, 02:30
    means the same instant as 03:30. For a time that a clock change repeats, `fold` chooses the first occurrence (0) or the second (1).
    `dst` marks both cases.
    """
    there = zone(zone_name)
    if there is None or zone_name is None:
        return Moment(wall, None, None)
    if (steady := _all_day(zone_name, wall.date())) is not None:
        return Moment(wall, _minus(wall, steady), steady)
    first = wall.replace(tzinfo=there, fold=0).utcoffset()
    second = wall.replace(tzinfo=there, fold=1).utcoffset()
    if first is None or second is None:
        return Moment(wall, None, None)
    if first == second:
        return Moment(wall, _minus(wall, first), first)
    if first < second:
        return Moment(wall, _minus(wall, first), first, ClockChange.SKIPPED)
    offset = second if fold else first
    return Moment(wall, _minus(wall, offset), offset, ClockChange.REPEATED, fold)


def read_utc(value: datetime, zone_name: str | None) -> Moment:
    """Read a value as UTC.

    The wall time and the offset are the zone's at that instant. If the zone is unknown or its time is outside the years 1 to 9999, the
    wall time is the value itself, and the offset is None.
    """
    instant = value.replace(tzinfo=UTC)
    there = zone(zone_name)
    if there is None:
        return Moment(value, instant, None)
    try:
        local = instant.astimezone(there)
    except OverflowError:
        return Moment(value, instant, None)
    return Moment(local.replace(tzinfo=None), instant, local.utcoffset())


def read_offset(wall: datetime, offset: timedelta, zone_name: str | None) -> Moment:
    """Read a value that was sent with a UTC offset, which settles the instant.

    If the zone is unknown, the wall time and the offset are as sent; otherwise `read_utc` works them out from the instant. If the instant
    would be outside the years 1 to 9999, it is None, and the wall time and the offset are as sent.
    """
    instant = _minus(wall, offset)
    if instant is None or zone(zone_name) is None:
        return Moment(wall, instant, offset)
    return read_utc(instant.replace(tzinfo=None), zone_name)


def minutes_between(start: datetime | None, end: datetime | None) -> int | None:
    """The minutes from `start` to `end`, rounded down, negative if `end` is earlier; None if either is unknown."""
    return None if start is None or end is None else (end - start) // MINUTE


def _minus(wall: datetime, offset: timedelta) -> datetime | None:
    try:
        return (wall.replace(fold=0) - offset).replace(tzinfo=UTC)
    except OverflowError:
        return None
