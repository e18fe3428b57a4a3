"""The distinct numbers of a column besides the known ones: each is found, wherever it lies among those."""

from __future__ import annotations

import pytest
from django.db import connection

from orders.models import AccessRecord
from orders.privacy import append_only, record_rows
from orders.storage.distinct import distinct_besides


@pytest.mark.parametrize(
    ("present", "known", "others"),
    [
        ([], [], []),
        ([], [1, 2, 3], []),
        ([7], [], [7]),
        ([1], [1], []),
        ([1, 2, 3], [1, 2, 3], []),
        ([1, 2, 3], [2], [1, 3]),
        ([2], [1, 3], [2]),
        ([4, 4, 5, 9, None], [1, 2, 3, 9], [4, 5]),
        ([1, 2, 3, 4, 5, 6], [6, 3], [1, 2, 4, 5]),
        ([2_000_000_000], [1], [2_000_000_000]),
        ([5], [5, 5, 2_000_000_000], []),
    ],
)
def test_the_others_are_found(present: list[int | None], known: list[int], others: list[int], db: None) -> None:
    for number in present:
        append_only.add(connection, {**record_rows.empty_record(), "what": "order_opened", "about_id": number})
    assert distinct_besides(AccessRecord, "about_id", known) == others
