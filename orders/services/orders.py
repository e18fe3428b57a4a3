"""Opening an order, and loading its contacts and custom data.

Nothing here uses Django's requests, templates or HTTP statuses, or keeps a database transaction open while waiting for the CDP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.utils import timezone

from orders.cdp import errors
from orders.cdp.records import Document, Extension, Extra, Loaded, Note, Order, Person, Reason
from orders.cdp.regions import ApiVersion
from orders.itinerary import journeys, segments
from orders.itinerary.codes import Reading
from orders.itinerary.trip import Trip
from orders.privacy.hiding import masked_order
from orders.services.summary import OrderSummary, summarize
from orders.services.tenant import Tenant


@dataclass(frozen=True, slots=True, repr=False)
class CustomData:
    """The data extensions of an order and its items, as (label, values) pairs; `problem` is the first failure, or None.

    The label is "" for the order; for an item, it is the first of its name, reference, product and ref that is present. `complete` is
    False if the order may have more items with custom data.
    """

    extensions: list[tuple[str, Sequence[Extra]]]
    problem: errors.CdpError | None
    complete: bool


@dataclass(frozen=True, slots=True)
class OpenedOrder:
    """An order, its trip and its summary; `documents` are the CDP's answers as received, if the tenant's reader keeps them.

    `as_of` (aware UTC) is when the oldest cached answer used was received, or the time of opening if no cached answer was used.
    """

    order: Order
    trip: Trip
    summary: OrderSummary
    documents: tuple[Document, ...]
    as_of: datetime


def open_order(tenant: Tenant, ref: str, *, now: datetime | None = None) -> OpenedOrder:
    """Read the order `ref` with all its items and plan its trip.

    Normally makes one call for an order of fewer than ten items; in v2.1, also one for each flight item without segments. Raises a
    CdpError if the order cannot be read or the page's time is up. If some of its items could not be read, `order.items_problem` may
    give the reason.
    """
    order = masked_order(tenant.client.get_order(ref))
    if tenant.connection.version == ApiVersion.V2_1:
        order = masked_order(_with_trips_from_extensions(tenant, order))
    tenant.in_time()
    trip = journeys.plan(order.items, reading=Reading(tenant.connection.clock), now=now or timezone.now())
    tenant.in_time()
    opened = OpenedOrder(order, trip, summarize(order, trip), tuple(tenant.reader.documents), tenant.as_of)
    tenant.in_time()
    return opened


def _with_trips_from_extensions(tenant: Tenant, order: Order) -> Order:
    """The order with the flights that v2.1 keeps in its items' data extensions, fetched in parallel; a failure is noted on the item."""
    flight_items = [
        (index, item.ref)
        for index, item in enumerate(order.items)
        if item.ref and not item.flight_segments and segments.is_flight(item.type)
    ]
    if not flight_items:
        return order
    answers = tenant.client.get_item_extensions([ref for _index, ref in flight_items])
    items = list(order.items)
    for (index, _ref), answer in zip(flight_items, answers, strict=True):
        if isinstance(answer, errors.CdpError):
            items[index] = replace(items[index], notes=(*items[index].notes, Note("extensions/ext", Reason.NOT_LOADED)))
        elif answer is not None and (segment := segments.from_extension(answer.values)):
            items[index] = replace(items[index], flight_segments=(segment,))
    return replace(order, items=tuple(items))


def load_contacts(tenant: Tenant, ref: str) -> Loaded[Person]:
    """The order's contacts (the bookers). This normally takes one round trip, or more if the CDP lists only refs.

    Raises a CdpError if the contacts cannot be listed.
    """
    return tenant.client.list_contacts(ref)


def load_custom_data(tenant: Tenant, ref: str) -> CustomData:
    """The data extensions of the order and its items. Absent extensions (404) are left out.

    Raises a CdpError if the order cannot be read, or the first failure if there is no data to return.
    """
    order = masked_order(tenant.client.get_order(ref))
    owners: list[tuple[str, Callable[[], Extension | None]]] = [("", partial(tenant.client.get_order_extension, ref))]
    for item in order.items:
        if item.ref:
            label = item.name or item.reference_id or item.product_id or item.ref
            owners.append((label, partial(tenant.client.get_item_extension, item.ref)))
    groups: list[tuple[str, Sequence[Extra]]] = []
    problem = order.items_problem
    for (label, _job), answer in zip(
        owners, tenant.reader.run_parallel([job for _label, job in owners], of="custom data"), strict=True
    ):
        if isinstance(answer, errors.CdpError):
            problem = problem or answer
        elif answer is not None:
            groups.append((label, answer.values))
            if answer.left:
                problem = problem or errors.TooLarge(f"{answer.left} more values of custom data")
    if problem is not None and not groups:
        raise problem
    # In v2, items have no custom data, so nothing is missing with them.
    return CustomData(groups, problem, order.items_complete or tenant.connection.version == ApiVersion.V2)
