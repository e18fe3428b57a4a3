"""Judging the clocks of a whole feed: rows of a table instead of the segments of one order, by the same code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orders.cdp import stamps
from orders.itinerary.airports import place
from orders.itinerary.clock_check.local_or_utc import SegmentScore, decide, flight_minutes, reason, score, verdict_of

COLUMNS = ("origin", "destination", "departure", "arrival")
ADDED = ("verdict", "flight_minutes", "reason")
VERDICTS = ("local", "utc", "unclear", "impossible", "unknown place")


class BadRow(ValueError):
    """A row that cannot be judged; its text says why."""


@dataclass(slots=True)
class Checked:
    """Rows with what was found, in the order they came, and what was wrong with the others, by line number."""

    rows: list[tuple[Sequence[str], str, int | None, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[int, str]] = field(default_factory=list)


def check(header: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]], documented: str = "local") -> Checked:
    """Judge rows of (line number, cells) under this header. Rows with one value in the column `order` are judged together.

    `documented` is the reading that stands unless the other fits clearly better, "local" or "utc". A time or place that
    was not sent is judged as the page judges it; one that cannot be read makes a bad row.

    Raises BadRow when the header lacks one of COLUMNS.
    """
    at = _columns(header)
    checked = Checked()
    read: list[tuple[Sequence[str], SegmentScore, str]] = []
    orders: dict[str, list[SegmentScore]] = {}
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            weighed = _weigh(cells, at, len(header))
        except BadRow as problem:
            checked.bad.append((line, str(problem)))
            continue
        order = cells[at["order"]].strip() if "order" in at else ""
        if order:
            orders.setdefault(order, []).append(weighed)
        read.append((cells, weighed, order))
    together = {order: decide(members, documented) for order, members in orders.items()}
    for cells, weighed, order in read:
        verdict = verdict_of(weighed, together[order] if order else decide((weighed,), documented))
        checked.counts[verdict] += 1
        checked.rows.append((cells, verdict, flight_minutes(weighed, verdict), reason(weighed, verdict)))
    return checked


def written(header: Sequence[str], checked: Checked) -> Iterator[Sequence[str]]:
    """The rows as they came, each with its verdict, flight time in minutes and reason; the header first."""
    yield [*header, *ADDED]
    for cells, verdict, minutes, why in checked.rows:
        yield [*cells, verdict, "" if minutes is None else str(minutes), why]


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    lacking = [name for name in COLUMNS if name not in names]
    if lacking:
        raise BadRow(f"the header lacks {', '.join(lacking)}")
    return {name: names.index(name) for name in (*COLUMNS, "order") if name in names}


def _weigh(cells: Sequence[str], at: Mapping[str, int], width: int) -> SegmentScore:
    if len(cells) != width:
        raise BadRow(f"{len(cells)} cells where the header has {width}")
    origin, destination = cells[at["origin"]].strip(), cells[at["destination"]].strip()
    departure, departure_offset = _moment(cells[at["departure"]], "departure")
    arrival, arrival_offset = _moment(cells[at["arrival"]], "arrival")
    day = None if departure is None else departure.date()
    return score(place(origin, day), place(destination, day), departure, arrival, departure_offset, arrival_offset)


def _moment(text: str, name: str) -> tuple[datetime | None, timedelta | None]:
    """A wall-clock value, None where none was sent, and its offset where a real one was sent (neither Z nor +00:00)."""
    text = text.strip()
    if not text:
        return None, None
    try:
        moment = stamps.read(text)
    except ValueError:
        raise BadRow(f"{name} is not a time: {text[:40]!r}") from None
    if not moment.clock:
        raise BadRow(f"{name} is a date without a time: {text[:40]!r}")
    return moment.wall, moment.offset or None
