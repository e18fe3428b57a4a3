"""Keyset pagination by `at`, newest first: the last page is as fast as the first, unlike with OFFSET."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from orders.storage.lock_timeout import give_back

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """A row's position in the sequence: its `at` (aware) and its id. As text, it is in UTC: `20260301T235959000005-42`."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Parse a position that was written as text; None if `text` is not one."""
        match = re.fullmatch(r"([0-9]{8}T[0-9]{12})-([0-9]{1,18})", text)
        try:
            return (
                cls(datetime.strptime(match[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), int(match[2]))
                if match
                else None
            )
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows, newest first. To get newer rows, pass `newer` to `page` as `after`; to get older rows, pass `older` as `before`.

    `newer` or `older` is "" if there are no such rows. If nothing is older than the given position, `rows` is [] and `newer` the position
    itself, whether or not there are newer rows.
    """

    rows: list[M]
    newer: str = ""
    older: str = ""


def page(parts: Sequence[QuerySet[M]], size: int, *, before: str = "", after: str = "") -> Page[M]:
    """At most `size` rows, newest first: those just older than the position `before`, or just newer than the position `after`.

    The newest rows are returned if neither is a valid position, or if no more than `size` rows are newer than `after`. The querysets in
    `parts` must have no row in common. Each is read by a separate statement, which can use its own index. If they were joined by OR, the
    database might read everybody's rows to find one person's.
    """
    start, end = Place.read(before), Place.read(after)
    if end is not None:
        rising = [_newer(rows, end).order_by("at", "pk")[: size + 1] for rows in parts]
        sorted_rows = sorted(_rows(rising), key=_order)[: size + 1]
        if len(sorted_rows) > size:
            shown = sorted_rows[size - 1 :: -1]
            return Page(shown, newer=_place(shown[0]), older=_place(shown[-1]))
        start = None  # no more than a page is left, so return the newest page
    sorted_rows = sorted(_rows(_newest(parts, start, size + 1)), key=_order, reverse=True)[: size + 1]
    shown = sorted_rows[:size]
    return Page(
        shown,
        newer="" if start is None else _place(shown[0]) if shown else before,
        older=_place(shown[-1]) if len(sorted_rows) > size else "",
    )


def everything(parts: Sequence[QuerySet[M]], *columns: str, chunk: int = 2000) -> Iterator[tuple[Any, ...]]:
    """All rows of `parts`, newest first, as tuples of `columns`, read in chunks. The database connection is given back after each read."""
    place: Place | None = None
    while True:
        next_rows = [row for rows in _newest(parts, place, chunk) for row in rows.values_list("at", "pk", *columns)]
        give_back()
        next_rows.sort(key=lambda row: row[:2], reverse=True)
        for row in next_rows[:chunk]:
            yield row[2:]
        if len(next_rows) < chunk:
            return
        place = Place(*next_rows[chunk - 1][:2])


def _newest(parts: Iterable[QuerySet[M]], place: Place | None, count: int) -> list[QuerySet[M]]:
    return [(rows if place is None else _older(rows, place)).order_by("-at", "-pk")[:count] for rows in parts]


def _rows(parts: Iterable[QuerySet[M]]) -> Iterator[M]:
    return (row for rows in parts for row in rows)


def _order(row: Any) -> tuple[datetime, int]:
    return row.at, row.pk


def _place(row: Any) -> str:
    return str(Place(row.at, row.pk))


# In both functions the first condition is redundant, but an index can serve it.
def _older(rows: QuerySet[M], place: Place) -> QuerySet[M]:
    return rows.filter(Q(at__lte=place.at), Q(at__lt=place.at) | Q(pk__lt=place.pk))


def _newer(rows: QuerySet[M], place: Place) -> QuerySet[M]:
    return rows.filter(Q(at__gte=place.at), Q(at__gt=place.at) | Q(pk__gt=place.pk))
