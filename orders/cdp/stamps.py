"""Dates and times in the CDP's formats.

Two kinds of time share one format. Timestamps (`createdAt`) are in UTC. The times of a segment are documented as local
times at the airports, although they too end in Z.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

_SHAPE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r" ?(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
# The only form passed to `datetime.fromisoformat`, which would also accept `16:00.55` and `16:00:55:554`.
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z", re.ASCII)
_MIDNIGHT_OF_NEXT_DAY = 24
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_YEAR_FIRST = re.compile(
    r"(?P<year>[12]\d{3})(?:(?P<sign>[-/.])(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?)|(?P<mm>\d\d)(?P<dd>\d\d))"
    r"(?:[Tt ]+(?P<hour>\d\d?)(?P<colon>:?)(?P<rest>\d\d(?:(?P=colon)\d\d)?))?[Tt]? ?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_NAMED_MONTH = re.compile(rf"(\d\d?)[- ]?({'|'.join(_MONTHS)})[A-Z]{{0,6}}[- ]?(\d{{4}})", re.ASCII)


class WrittenTime(NamedTuple):
    """A date, with or without a time, as written.

    `wall` is naive. `offset` is None if no zone was sent. `clock` is True if a time was sent; otherwise, `wall` is midnight.
    """

    wall: datetime
    offset: timedelta | None
    clock: bool


class NotADate(ValueError):
    """The text does not have the form of a date."""


class OutOfRange(ValueError):
    """The text has the form of a date, but there is no such day, time or offset, or the year is outside 1 to 9999."""


def read(text: str) -> WrittenTime:
    """Parse a date in the CDP's format: `2025-08-15T16:00:55.554Z`, `…T16:00:55Z`, `…T16:17Z` or `2025-08-15`.

    The Z may be missing or replaced by an offset, and a space may replace the T. 24:00 means midnight at the end of the day.
    Raises NotADate or OutOfRange.
    """
    if _USUAL.fullmatch(text):
        try:  # costs half as much as the general case
            return WrittenTime(datetime.fromisoformat(text[:-1]), timedelta(0), True)
        except ValueError:
            pass
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise NotADate(text)
    part = match.groupdict()
    hour = int(part["hour"] or 0)
    next_day = hour == _MIDNIGHT_OF_NEXT_DAY and not int(part["minute"]) and not int(part["second"] or 0)
    try:
        wall = datetime(
            int(part["year"]),
            int(part["month"]),
            int(part["day"]),
            0 if next_day else hour,
            int(part["minute"] or 0),
            int(part["second"] or 0),
            int((part["fraction"] or "").ljust(6, "0")[:6]),
        )
        if next_day:
            wall += timedelta(days=1)
        return WrittenTime(wall, _offset(part["zone"]), part["hour"] is not None)
    except (ValueError, OverflowError):
        raise OutOfRange(text) from None


def read_any(text: str) -> WrittenTime:
    """Parse the formats of `read`, and others that begin with the year or name the month: `20270318`, `2027/3/18 9:05`, `18MAR2027`.

    Use it only for text that is meant to be a date: elsewhere, eight digits may be anything. Raises NotADate or OutOfRange.
    """
    try:
        return read(text)
    except NotADate:
        if match := _NAMED_MONTH.fullmatch(text.upper()):
            return read(f"{match[3]}-{_MONTHS.index(match[2]) + 1:02}-{int(match[1]):02}")
        if (match := _YEAR_FIRST.fullmatch(text)) is None:
            raise
    part = match.groupdict("")
    day = f"{part['year']}-{int(part['month'] or part['mm']):02}-{int(part['day'] or part['dd']):02}"
    rest = part["rest"].replace(":", "")
    clock = ":".join((f"T{int(part['hour']):02}", rest[:2], rest[2:] or "00")) if rest else ""
    return read(f"{day}{clock}{part['zone']}")


def is_date(text: str) -> bool:
    """Whether `text` is a date, alone or with a time in whole minutes; a time with seconds is probably a machine's timestamp."""
    try:
        wall = read(text.strip()).wall
    except ValueError:
        return False
    return not wall.second and not wall.microsecond


def utc(written: WrittenTime) -> datetime:
    """A timestamp as an aware UTC datetime; one without a zone is taken to be in UTC. Raises OutOfRange outside the years 1 to 9999."""
    try:
        return written.wall.replace(tzinfo=timezone(written.offset or timedelta(0))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise OutOfRange(written.wall.isoformat()) from None


def day(written: WrittenTime) -> date:
    """The calendar day as written, whatever the zone: a birthday, for example, has no zone."""
    return written.wall.date()


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone in "Zz":
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset
