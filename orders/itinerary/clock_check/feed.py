"""Check the times of a whole feed, given as rows of a table, with the same code that checks the segments of an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orders.cdp import stamps
from orders.itinerary.airports import place
from orders.itinerary.clock_check.local_or_utc import SegmentScore, decide, evidence, score
from orders.itinerary.codes import Reading, Verdict
from orders.itinerary.trip import Evidence

COLUMNS = ("origin", "destination", "departure", "arrival")


class BadRow(ValueError):
    """A row or header that cannot be checked; `str(error)` is the reason."""


@dataclass(slots=True)
class Checked:
    """The result of `check`: rows with their evidence, in file order; the number of rows per verdict; bad rows as (line number, reason)."""

    rows: list[tuple[Sequence[str], Evidence]] = field(default_factory=list)
    counts: Counter[Verdict] = field(default_factory=Counter)
    bad: list[tuple[int, str]] = field(default_factory=list)


def check(
    header: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]], documented: Reading = Reading.LOCAL
) -> Checked:
    """Check the rows of a table, given as (line number, cells).

    Rows with the same non-empty value in the optional column `order` are checked together. `documented` is as in `decide`. Empty
    rows are skipped. A row is bad if a time is unreadable or only a date, or if it does not have as many cells as the header.

    A row that lacks a time is judged UNCLEAR. A row with both times is judged UNKNOWN_PLACE if the zone of a place is unknown and the
    time there has no offset (Z and +00:00 do not count as offsets).

    Raises BadRow if the header lacks one of COLUMNS.
    """
    at = _columns(header)
    checked = Checked()
    read: list[tuple[Sequence[str], SegmentScore, str]] = []
    orders: dict[str, list[SegmentScore]] = {}
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            segment = _score(cells, at, len(header))
        except BadRow as problem:
            checked.bad.append((line, str(problem)))
            continue
        order = cells[at["order"]].strip() if "order" in at else ""
        if order:
            orders.setdefault(order, []).append(segment)
        read.append((cells, segment, order))
    together = {order: decide(members, documented) for order, members in orders.items()}
    for cells, segment, order in read:
        proof = evidence(segment, together[order] if order else decide((segment,), documented))
        checked.counts[proof.verdict] += 1
        checked.rows.append((cells, proof))
    return checked


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    lacking = [name for name in COLUMNS if name not in names]
    if lacking:
        raise BadRow(f"the header lacks {', '.join(lacking)}")
    return {name: names.index(name) for name in (*COLUMNS, "order") if name in names}


def _score(cells: Sequence[str], at: Mapping[str, int], width: int) -> SegmentScore:
    if len(cells) != width:
        raise BadRow(f"{len(cells)} cells where the header has {width}")
    origin, destination = cells[at["origin"]].strip(), cells[at["destination"]].strip()
    departure, departure_offset = _moment(cells[at["departure"]], "departure")
    arrival, arrival_offset = _moment(cells[at["arrival"]], "arrival")
    day = None if departure is None else departure.date()
    return score(
        place(origin, day),
        place(destination, day),
        departure,
        arrival,
        departure_offset=departure_offset,
        arrival_offset=arrival_offset,
    )


def _moment(text: str, name: str) -> tuple[datetime | None, timedelta | None]:
    """The naive time in a cell (None if blank) and its offset (None if missing, Z or +00:00).

    Raises BadRow if the text is unreadable or only a date.
    """
    text = text.strip()
    if not text:
        return None, None
    try:
        written = stamps.read(text)
    except ValueError:
        raise BadRow(f"{name} is not a time: {text[:40]!r}") from None
    if not written.clock:
        raise BadRow(f"{name} is a date without a time: {text[:40]!r}")
    return written.wall, written.offset or None
