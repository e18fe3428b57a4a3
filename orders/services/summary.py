"""The summary of an order, to be read at a glance: facts computed from the order and its trip. `orders/display` puts them into words.

The sum of the items' prices is compared with the order's total only if the data allows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum

from orders.cdp import stamps
from orders.cdp.records import Extra, Note, Order, OrderItem, not_understood
from orders.itinerary.headcount import without_seats
from orders.itinerary.statuses import distinct, status
from orders.itinerary.trip import Flight, Notice, Trip
from orders.services.currencies import canonical
from orders.services.extras import belongs_to, flight_of, flight_of_travellers, flights_of_types, ways_of

PRECISION = 100  # enough digits for exact sums


class Unchecked(StrEnum):
    """A reason why the sum of the items' prices is not compared with the order's total."""

    ITEMS_MISSING = "items missing"
    NO_TOTAL = "no total"
    TOTAL_NOT_UNDERSTOOD = "total not understood"
    NO_PRICE = "no price"
    PRICE_NOT_UNDERSTOOD = "price not understood"
    NO_CURRENCY = "no currency"
    TWO_CURRENCIES = "two currencies"
    SEVERAL_CURRENCIES = "several currencies"
    QUANTITY_ABOVE_ONE = "quantity above one"
    ODD_QUANTITY = "odd quantity"
    NO_QUANTITY = "no quantity"
    QUANTITY_NOT_UNDERSTOOD = "quantity not understood"


@dataclass(frozen=True, slots=True)
class Alert:
    """A serious notice. `anchor` is the DOM id of the part of the page that the alert links to.

    For a flight, `at` is its number, or its airports if it has no number; for a transfer, the code of its airport; for the whole trip, "".
    """

    anchor: str
    notice: Notice
    at: str = ""


@dataclass(frozen=True, slots=True)
class OtherItem:
    """One line for `count` items without flights that have the same type, texts, price, quantity, status, vendor and dates.

    `item` is the first of the items, `index` its position in the order (from 0). `belongs` is the label of the flight that the product
    names, or the product itself ("DUB-LHR") if it names two places on the trip but no single flight; otherwise "". `passengers` is
    ((type code, count), ...) in order of first appearance. `dates` are the item's undocumented fields that hold a date. `flight` is the
    key of the flight that the items go with, "" if the data does not show which one.
    """

    index: int
    item: OrderItem
    belongs: str = ""
    count: int = 1
    passengers: tuple[tuple[str, int], ...] = ()
    dates: tuple[Extra, ...] = ()
    flight: str = ""


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """The summary of an order.

    `reference` is the booking reference or, if there is none, the order's ref. `passengers` are those of the trip. `cancelled` and
    `not_booked` count the travellers without a seat on any booked flight: those whose items are cancelled, and the others, respectively.
    `passengers`, `cancelled` and `not_booked` are ((type code or "", count), ...). `statuses` counts the items' statuses, most frequent
    first, each in the spelling that was sent first; `mixed` is True if there is more than one status. `adds_up` is whether the items'
    prices add up to the total, None if the two cannot be compared; the reasons are then in `unchecked`, except for an order without items.
    `items_sum` is the sum of the prices (None if not compared), `sum_currency` the order's currency. `total_holds_cancelled` is whether the
    total includes cancelled items with a price, although not all items are cancelled. `others` are the items without flights; `extras` are
    those of them that go with a flight, grouped by the key of that flight. `items_total` is the number of items, None if some may not have
    been read; `items_known` is how many are known to exist. `segments_left` is how many segments were sent but not read, because of the
    limit for one order. `notes` are the notes on the order, its items and their segments, as (position, note) pairs (see `_notes`).
    """

    reference: str
    statuses: tuple[tuple[str, int], ...] = ()
    mixed: bool = False
    alerts: tuple[Alert, ...] = ()
    adds_up: bool | None = None
    items_sum: Decimal | None = None
    sum_currency: str = ""
    total_holds_cancelled: bool = False
    unchecked: tuple[Unchecked, ...] = ()
    passengers: tuple[tuple[str, int], ...] = ()
    cancelled: tuple[tuple[str, int], ...] = ()
    not_booked: tuple[tuple[str, int], ...] = ()
    others: tuple[OtherItem, ...] = ()
    extras: Mapping[str, Sequence[OtherItem]] = field(default_factory=dict)
    items_loaded: int = 0
    items_total: int | None = None
    items_known: int = 0
    segments_read: int = 0
    segments_left: int = 0
    notes: tuple[tuple[str, Note], ...] = ()


def summarize(order: Order, trip: Trip) -> OrderSummary:
    """The summary of `order`, whose itinerary is `trip`."""
    statuses = _statuses(order.items)
    others = tuple(_others(order.items, trip))
    cancelled, not_booked = without_seats(order.items, trip.flights) if order.items_complete else ((), ())
    unchecked = _unchecked(order)
    items_sum = None if unchecked or not order.items else _sum(order.items)
    adds_up = None if items_sum is None else items_sum == order.price
    return OrderSummary(
        reference=order.reference_id or order.ref or "",
        statuses=statuses,
        mixed=len(statuses) > 1,
        alerts=tuple(_alerts(trip)),
        adds_up=adds_up,
        items_sum=items_sum,
        sum_currency=canonical(order.currency_code),
        total_holds_cancelled=adds_up is True and _partly_cancelled(order.items),
        unchecked=unchecked,
        passengers=trip.passengers,
        cancelled=cancelled,
        not_booked=not_booked,
        others=others,
        extras=_extras(others),
        items_loaded=len(order.items),
        items_total=len(order.items) if order.items_complete else None,
        items_known=len(order.items) + order.items_left,
        segments_read=sum(len(item.flight_segments) for item in order.items),
        segments_left=sum(item.segments_left for item in order.items),
        notes=tuple(_notes(order)),
    )


def _statuses(items: Sequence[OrderItem]) -> tuple[tuple[str, int], ...]:
    counts = Counter(status(item.status).code for item in items if item.status)
    spelled = {status(sent).code: sent for sent in distinct(item.status for item in items)}
    return tuple((spelled[code], count) for code, count in counts.most_common())


def _unchecked(order: Order) -> tuple[Unchecked, ...]:
    """Why the sum of the items' prices cannot be compared with the total; () if it can, or if there are no items."""
    if not order.items:
        return ()
    reasons = {
        Unchecked.ITEMS_MISSING: not order.items_complete,
        _lacking(order, Unchecked.NO_TOTAL, Unchecked.TOTAL_NOT_UNDERSTOOD): order.price is None,
        **{
            _lacking(item, Unchecked.NO_PRICE, Unchecked.PRICE_NOT_UNDERSTOOD): True
            for item in order.items
            if item.price is None
        },
        **dict.fromkeys(_unchecked_currencies(order), True),
        **dict.fromkeys(_unchecked_quantities(order.items), True),
    }
    return tuple(reason for reason in Unchecked if reasons.get(reason))


def _lacking(record: Order | OrderItem, missing: Unchecked, odd: Unchecked) -> Unchecked:
    return odd if not_understood(record.notes, "price") else missing


def _unchecked_currencies(order: Order) -> Iterator[Unchecked]:
    currencies = {canonical(order.currency_code), *(canonical(item.currency_code) for item in order.items)}
    if "" in currencies:
        yield Unchecked.NO_CURRENCY
    known = len(currencies - {""})
    if known > 1:
        yield Unchecked.TWO_CURRENCIES if known == 2 else Unchecked.SEVERAL_CURRENCIES


def _unchecked_quantities(items: Sequence[OrderItem]) -> Iterator[Unchecked]:
    for item in items:
        if item.quantity is None:
            odd = not_understood(item.notes, "quantity")
            yield Unchecked.QUANTITY_NOT_UNDERSTOOD if odd else Unchecked.NO_QUANTITY
        elif item.quantity != 1:
            yield Unchecked.QUANTITY_ABOVE_ONE if item.quantity > 1 else Unchecked.ODD_QUANTITY


def _sum(items: Sequence[OrderItem]) -> Decimal:
    with localcontext(prec=PRECISION):
        return sum((item.price for item in items if item.price is not None), Decimal(0))


def _partly_cancelled(items: Sequence[OrderItem]) -> bool:
    """Whether some but not all items are cancelled, and at least one cancelled item has a price other than 0."""
    gone = [item for item in items if status(item.status).cancelled]
    return len(gone) < len(items) and any(item.price for item in gone)


def _alerts(trip: Trip) -> Iterator[Alert]:
    """The serious notices of the trip, its flights and its transfers, each with the part of the page that it links to."""
    for notice in trip.notices:
        if notice.serious:
            yield Alert("itinerary", notice)
    # If there is a notice of some kind about the whole trip, notices of that kind about its flights are left out.
    of_trip = {notice.kind for notice in trip.notices}
    for journey in trip.journeys:
        anchor = "itinerary"
        for leg in journey.legs:
            if isinstance(leg, Flight):
                anchor = f"flight-{leg.key}"
                at = leg.number or f"{leg.origin.place.code}–{leg.destination.place.code}"
            else:
                at = leg.at.code
            for notice in leg.notices:
                if notice.serious and notice.kind not in of_trip:
                    yield Alert(anchor, notice, at)


def _others(items: Sequence[OrderItem], trip: Trip) -> Iterator[OtherItem]:
    """The items without flights, in order of first appearance; items whose lines would be the same share one line."""
    alike: dict[tuple[object, ...], list[int]] = {}
    ways, places = ways_of(trip)
    taken = flights_of_types(trip)
    for index in trip.other_item_indexes:
        item = items[index]
        named = (item.type, item.name, item.product_id, item.description, _dates(item))
        line = (
            *named,
            _price(item),
            canonical(item.currency_code),
            status(item.status).code,
            item.quantity,
            item.vendor,
        )
        alike.setdefault(line, []).append(index)
    for indexes in alike.values():
        first = items[indexes[0]]
        types = Counter(code for index in indexes if (code := items[index].passenger_type_code))
        belongs = belongs_to(first, ways, places)
        flight = flight_of(first, ways) or flight_of_travellers([items[index] for index in indexes], taken, places)
        yield OtherItem(indexes[0], first, belongs, len(indexes), tuple(types.items()), _dates(first), flight)


def _extras(others: Sequence[OtherItem]) -> dict[str, list[OtherItem]]:
    """The lines of extras that go with a flight, grouped by the key of that flight."""
    extras: dict[str, list[OtherItem]] = {}
    for other in others:
        if other.flight:
            extras.setdefault(other.flight, []).append(other)
    return extras


def _dates(item: OrderItem) -> tuple[Extra, ...]:
    """The item's undocumented fields that hold a date; two nights at a hotel may differ in nothing else."""
    return tuple(extra for extra in item.extras if stamps.is_date(extra.value))


def _price(item: OrderItem) -> Decimal | str | None:
    """The item's price, or the text received if it could not be read as a number; "" if no price was sent."""
    return item.price if item.price is not None else not_understood(item.notes, "price")


def _notes(order: Order) -> list[tuple[str, Note]]:
    """The notes on the order, its items and their segments, as (position, note) pairs.

    The position is "" for the order, "3" for its third item, and "3.1" for that item's first segment.
    """
    notes = [("", note) for note in order.notes]
    for number, item in enumerate(order.items, start=1):
        notes += [(f"{number}", note) for note in item.notes]
        for leg, segment in enumerate(item.flight_segments, start=1):
            notes += [(f"{number}.{leg}", note) for note in segment.notes]
    return notes
