"""The trips of listed orders: the route and the first day, so that an agent can tell the orders apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial

from django.utils import timezone

from orders.cdp import refs
from orders.cdp.errors import CdpError
from orders.cdp.records import Order
from orders.itinerary import journeys
from orders.itinerary.codes import Reading
from orders.privacy.hiding import masked_order
from orders.services.tenant import Tenant

MOST_TRIPS = 12  # on one page: each costs a call if the CDP lists orders without their items
MOST_ITEMS = 40  # considered of one order: enough for its route, while the work stays limited
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TripLine:
    """The places on a trip's route (none for an order without flights) and the local date on which the trip begins, if known.

    `whole` is False if some of the order's items were not considered, so the trip may have more places.
    """

    route: tuple[str, ...] = ()
    day: date | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Trips:
    """The trips of listed orders, by the order's ref (`lines`), and the refs of orders whose items are still to be read (`later`)."""

    lines: Mapping[str, TripLine] = field(default_factory=dict)
    later: tuple[str, ...] = ()


def trips_at_hand(tenant: Tenant, orders: Iterable[Order]) -> Trips:
    """The trips of the newest MOST_TRIPS orders, except those whose items are not at hand: `later` has the refs of these.

    Items are at hand if they came with the order, or if `CdpClient.order_at_hand` returns the order. Makes no call. Raises TimedOut if the
    page's time is up.
    """
    read = {
        ref: tenant.client.order_at_hand(ref) if _is_bare(order) else order
        for ref, order in _newest(orders, MOST_TRIPS).items()
    }
    at_hand = {ref: order for ref, order in read.items() if order is not None}
    return Trips(_lines(tenant, at_hand), tuple(ref for ref in read if ref not in at_hand))


def load_trips(
    tenant: Tenant, order_refs: Sequence[str]
) -> tuple[dict[str, Order], dict[str, TripLine], CdpError | None]:
    """Read these orders in parallel; return those that could be read, the trips found in them (both by ref), and the first failure or None.

    Normally, at most the first ten items of each order are read. Raises TimedOut if the page's time is up.
    """
    answers = tenant.reader.run_parallel([partial(tenant.client.get_order_start, ref) for ref in order_refs])
    read = {ref: answer for ref, answer in zip(order_refs, answers, strict=True) if not isinstance(answer, CdpError)}
    return read, _lines(tenant, read), next((answer for answer in answers if isinstance(answer, CdpError)), None)


def trip_lines(
    tenant: Tenant, orders: Iterable[Order], *, most: int = MOST_TRIPS, whole: bool = False
) -> dict[str, TripLine]:
    """The trips of the newest `most` orders, by the order's ref.

    Orders that came without their items are read in parallel: with their first items (normally at most ten), or with all items if
    `whole`. An order is left out if it cannot be read or has no items, or if no route was found although it may have flights.
    Raises TimedOut if the page's time is up.
    """
    read_order = tenant.client.get_order if whole else tenant.client.get_order_start
    newest = _newest(orders, most)
    bare = [ref for ref, order in newest.items() if _is_bare(order)]
    answers = tenant.reader.run_parallel([partial(read_order, ref) for ref in bare])
    read = {ref: answer for ref, answer in zip(bare, answers, strict=True) if not isinstance(answer, CdpError)}
    return _lines(tenant, newest | read)


def _newest(orders: Iterable[Order], most: int) -> dict[str, Order]:
    """The newest `most` orders that have a valid ref: a mapping from ref to order, newest first."""
    named = {order.ref: order for order in orders if order.ref and refs.is_ref(order.ref)}
    return dict(sorted(named.items(), key=lambda pair: pair[1].ordered_at or LONG_AGO, reverse=True)[:most])


def _is_bare(order: Order) -> bool:
    """Whether the order came without its items."""
    return not order.items and not order.items_complete


def _lines(tenant: Tenant, orders: Mapping[str, Order]) -> dict[str, TripLine]:
    lines = {}
    for ref, order in orders.items():
        tenant.in_time()
        line = _line(order, Reading(tenant.connection.clock))
        if line is not None:
            lines[ref] = line
    return lines


def _line(order: Order, reading: Reading) -> TripLine | None:
    items = masked_order(order).items[:MOST_ITEMS]
    trip = journeys.plan(items, reading=reading, now=timezone.now())
    whole = order.items_complete and len(items) == len(order.items)
    if not trip.route and (trip.untimed or not whole or not items):
        return None
    return TripLine(trip.route, trip.first.departs.day if trip.first else None, whole)
