"""The items of an order as the page's payment section lists them: items whose lines are identical form a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from orders.cdp.records import Order, OrderItem
from orders.display.money import PRECISION, price
from orders.itinerary.statuses import status
from orders.services.currencies import canonical


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items whose lines are identical: `indexes` are their positions in the order (from 0), and `first` is the first of these items."""

    indexes: tuple[int, ...]
    first: OrderItem

    @property
    def total(self) -> Decimal | None:
        """The exact sum of the prices; None if the price is unknown, or might be per unit because a quantity other than 1 was sent."""
        if self.first.price is None or self.first.quantity not in (None, 1):
            return None
        with localcontext(prec=PRECISION):
            return self.first.price * len(self.indexes)


def item_groups(order: Order) -> list[ItemGroup]:
    """The order's items in groups, sorted by the position of the first item in each."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for index, item in enumerate(order.items):
        alike.setdefault(_line(item), []).append(index)
    return [ItemGroup(tuple(indexes), order.items[indexes[0]]) for indexes in alike.values()]


def positions(groups: Sequence[ItemGroup]) -> dict[int, int]:
    """The position of each item in the grouped list, as {position in the order: position in the list}; both are counted from 1."""
    listed = (index for group in groups for index in group.indexes)
    return {index + 1: place for place, index in enumerate(listed, start=1)}


def _line(item: OrderItem) -> tuple[object, ...]:
    named = (item.type, item.name or item.product_id, item.passenger_type_code, status(item.status).code, item.quantity)
    before = (item.original_price, canonical(item.original_currency_code))
    return (*named, price(item), canonical(item.currency_code), *before)
