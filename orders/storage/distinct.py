"""The distinct values of an indexed column, each found by one index lookup; DISTINCT would read all rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from django.db import connections, router
from django.db.models import Model

LARGEST = 2**63 - 1


def distinct_besides(model: type[Model], column: str, known: Iterable[int]) -> list[int]:
    """The distinct positive numbers in `column` that are not in `known`, in ascending order. `known` must not contain negative numbers.

    This is fast only if an index starts with `column`: it takes one index lookup for each number found, and one for each gap before,
    between or after the known numbers.
    """
    gaps = [(low, high) for low, high in pairwise(sorted({0, *known, LARGEST})) if high - low > 1]
    connection = connections[router.db_for_read(model)]
    quote = connection.ops.quote_name
    table, name = quote(model._meta.db_table), quote(column)  # noqa: SLF001  (Django's own name for it)
    places = ", ".join(["(%s, %s)"] * len(gaps))
    following = f"SELECT (SELECT MIN({name}) FROM {table} WHERE {name} > low AND {name} < high), high"  # noqa: S608  (names of the model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE gaps(low, high) AS (VALUES {places}), found(low, high) AS ({following} FROM gaps UNION ALL "  # noqa: S608
            f"{following} FROM found WHERE low IS NOT NULL) SELECT low FROM found WHERE low IS NOT NULL ORDER BY low",
            [end for gap in gaps for end in gap],
        )
        return [value for (value,) in cursor.fetchall()]
