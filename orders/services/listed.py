"""The trips of listed orders: route and first day, by which an agent tells one order from another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from django.utils import timezone

from orders.cdp.errors import CdpError
from orders.cdp.records import Order
from orders.itinerary import journeys
from orders.itinerary.codes import Reading
from orders.privacy.hiding import masked_order
from orders.services.tenant import Tenant

MOST_TRIPS = 12  # of a page: each costs a call where the CDP lists orders without their items
MOST_ITEMS = 40  # of an order: enough for its route, and bounds the work
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TripLine:
    """The stops of a trip, () for an order without flights, and the local date on which it begins.

    `whole` is False if the order has more items than were read, which may lead on.
    """

    route: tuple[str, ...] = ()
    day: date | None = None
    whole: bool = True


def trip_lines(
    tenant: Tenant, orders: Iterable[Order], *, most: int = MOST_TRIPS, whole: bool = False
) -> dict[str, TripLine]:
    """The trips of the newest `most` orders, by their refs.

    Orders that came without their items are read with the first ten of them, or with all (`whole`), at the same time. One that
    cannot be read, or whose flights have no segments, has no line.
    """
    read_order = tenant.client.get_order if whole else tenant.client.get_order_start
    newest = sorted((one for one in orders if one.ref), key=lambda one: one.ordered_at or LONG_AGO, reverse=True)[:most]
    bare = [one.ref for one in newest if one.ref and not one.items and not one.items_complete]
    answers = tenant.reader.run_parallel([partial(read_order, ref) for ref in bare])
    read = {ref: answer for ref, answer in zip(bare, answers, strict=True) if not isinstance(answer, CdpError)}
    lines = {}
    for one in newest:
        tenant.in_time()
        line = _line(read.get(one.ref or "", one), Reading(tenant.connection.clock))
        if one.ref and line is not None:
            lines[one.ref] = line
    return lines


def _line(order: Order, reading: Reading) -> TripLine | None:
    items = masked_order(order).items[:MOST_ITEMS]
    trip = journeys.plan(items, reading=reading, now=timezone.now())
    whole = order.items_complete and len(items) == len(order.items)
    if not trip.route and (trip.untimed or not whole or not items):
        return None
    return TripLine(trip.route, trip.first.departs.day if trip.first else None, whole)
