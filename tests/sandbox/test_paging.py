"""Pages of a collection have 10 records, at most 100, and do not state the total."""

from __future__ import annotations

import pytest

from sandbox.server import Sandbox
from tests.sandbox.talking import every, get

GROUP = "7c1f6a52-3c0e-4b43-9a07-0f2a6b1de120"


@pytest.mark.parametrize(
    ("query", "offset", "limit", "count"),
    [
        ("", 0, 10, 10),
        ("?limit=100", 0, 100, 100),
        ("?limit=5000", 0, 100, 100),
        ("?limit=100&offset=100", 100, 100, 20),
        ("?offset=119", 119, 10, 1),
        ("?offset=120", 120, 10, 0),
        ("?offset=9999&limit=1", 9999, 1, 0),
    ],
)
def test_a_page_is_what_was_asked_and_at_most_100(
    cdp: Sandbox, query: str, offset: int, limit: int, count: int
) -> None:
    page = get(cdp, f"/v2/orders/{GROUP}/orderItems{query}")
    assert set(page) == {"href", "offset", "limit", "items"}
    assert (page["offset"], page["limit"], len(page["items"])) == (offset, limit, count)


def test_an_expanded_order_holds_only_its_first_ten_items(cdp: Sandbox) -> None:
    inline = get(cdp, f"/v2/orders/{GROUP}?expand=orderItems")["orderItems"]
    assert (inline["offset"], inline["limit"], len(inline["items"])) == (0, 10, 10)


@pytest.mark.parametrize(("collection", "count"), [("orderItems", 120), ("contacts", 60), ("consumers", 120)])
@pytest.mark.parametrize("limit", [7, 10, 100])
def test_all_pages_together_are_the_whole_each_record_once(
    cdp: Sandbox, collection: str, count: int, limit: int
) -> None:
    records = every(cdp, f"/v2/orders/{GROUP}/{collection}", limit)
    assert len(records) == len({record["href"] for record in records}) == count


def test_a_guests_orders_are_paged_and_sorted(cdp: Sandbox) -> None:
    path = "/v2.1/orders?guestRef=2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e04&expand=true"
    assert len(get(cdp, path)["items"]) == 10
    orders = every(cdp, f"{path}&sort=orderedAt::DESC")
    stamps = [order["orderedAt"] for order in orders]
    assert len(stamps) == 12
    assert stamps == sorted(stamps, reverse=True)
