"""The answer line of an order: whether it is confirmed, whether it is paid, and where the trip stands.

The words for the flight under way, the next departure and the end of the trip are in `orders.display.departure`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_noop

from accounts.language import translate as _
from orders.cdp.records import Order, OrderItem
from orders.display.departure import time_words
from orders.display.unread import status_unread
from orders.display.words import of_items, payment_type, status_word
from orders.itinerary.flights import traveller_count
from orders.itinerary.statuses import Icon, Status, Tone, status
from orders.itinerary.trip import Trip
from orders.services.summary import OrderSummary

MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `about` is "booking", "payment" or "time", `tone` the colour, `icon` the symbol and `words` the text."""

    about: str
    tone: str
    icon: str
    words: str


def answers(order: Order, summary: OrderSummary, trip: Trip, now: datetime) -> list[Answer]:
    """The answers as of `now` (aware): about the booking, about the payment and, if there is anything to say, about the time."""
    booking_and_payment = [_booking(order, summary, trip), payment(order, summary)]
    words = _time(order, summary, trip, now)
    return [*booking_and_payment, Answer("time", Tone.NEUTRAL, Icon.CLOCK, words)] if words else booking_and_payment


def _time(order: Order, summary: OrderSummary, trip: Trip, now: datetime) -> str:
    """Where the trip stands: the flight under way, the next departure, the end of the trip, or that no flights are left; "" if unknown.

    Also "" if nothing is booked, unless the whole trip is known to be cancelled. The order's own status counts only if no item has a
    status. If flights may be missing, the words say so.
    """
    row = status("" if any(item.status for item in order.items) else order.status)
    whole = order.items_complete and not summary.segments_left
    if whole and trip.flights and (row.cancelled or all(flight.cancelled for flight in trip.flights)):
        return _("Cancelled: no flights remain")
    if not row.booked:
        return ""
    words = time_words(trip, now, settled=not row.code or row.settled)
    return words if whole or not words else _("%(words)s (some flights may be missing)") % {"words": words}


def _booking(order: Order, summary: OrderSummary, trip: Trip) -> Answer:
    counted = [(row, sent, count) for row, sent, count in _rows(summary) if not row.payment.alone]
    unread = sum(map(status_unread, order.items))
    if not counted:
        row = status(order.status)
        if order.status and not row.payment.alone:
            gone = any(item.tone is Tone.BACK for item, _sent, _count in _rows(summary))
            tone, icon = (Tone.NEUTRAL, Icon.UNKNOWN) if row.tone is Tone.GOOD and gone else (row.tone, row.icon)
            return Answer("booking", tone, icon, not_confirmed(order.status))
        words = _("The CDP does not say whether the order is confirmed")
        if unread or status_unread(order):
            words = _("It is unclear whether the order is confirmed: a status could not be read")
        return Answer("booking", Tone.NEUTRAL, Icon.UNKNOWN, words)
    heads = _heads(order, trip)
    parts = [
        not_confirmed(sent, _for_travellers(sent, heads) if row.code in heads else _part(sent, count, summary))
        for row, sent, count in counted[:MOST_PARTS]
    ]
    if unread:
        parts.append(_of(_("Status could not be read"), unread, summary))
    look = _worst([row for row, _sent, _count in counted])
    whole = sum(count for _row, _sent, count in counted) == summary.items_total
    if look[0] is Tone.GOOD and (not whole or not _agrees(order)):
        look = (Tone.NEUTRAL, Icon.UNKNOWN)
    return Answer("booking", *look, " · ".join(parts))


def _agrees(order: Order) -> bool:
    """Whether the order's own status casts no doubt on its items. Call it only if the items' statuses are all settled.

    The order's status casts doubt if it concerns a lost seat, a cancellation or a refund, or is pending for a reason other than payment.
    """
    row = status(order.status)
    waits = row.tone is Tone.WAITING and not row.payment.alone
    return not (waits or row.tone in (Tone.GONE, Tone.BACK))


def contradicts(order: Order, summary: OrderSummary) -> bool:
    """Whether the order's status contradicts the statuses of its items; False if no item has a status.

    True if the order's status means that nothing is booked although all the items' statuses are settled, or if the order's status is
    settled although all the items' statuses mean that nothing is booked.
    """
    items, row = [status(sent) for sent, _count in summary.statuses], status(order.status)
    if not items:
        return False
    return (not row.booked and all(item.settled for item in items)) or (
        row.settled and not any(item.booked for item in items)
    )


def _heads(order: Order, trip: Trip) -> Counter[str]:
    """The number of travellers with each status, by status code; empty if unknown.

    The numbers are known only if all items were read and there are flights. If the items have different statuses, the numbers must
    also be the same on every flight, and no status may occur only on items without flights.
    """
    if not order.items_complete or not trip.flights:
        return Counter()
    codes = {status(item.status).code for item in order.items}
    if len(codes) == 1:
        return Counter({code: sum(count for _type, count in trip.passengers) for code in codes})
    first, *others = ([order.items[index] for index in flight.item_indexes] for flight in trip.flights)
    heads = count_heads(first)
    alike = codes == heads.keys() and all(count_heads(items) == heads for items in others)
    return heads if alike else Counter()


def count_heads(items: Sequence[OrderItem]) -> Counter[str]:
    """The number of travellers in `items` with each status, by status code."""
    heads = Counter[str]()
    for item in items:
        heads[status(item.status).code] += traveller_count(item)
    return heads


def _for_travellers(sent: str, heads: Counter[str]) -> str:
    word, count, total = status_word(sent), heads[status(sent).code], heads.total()
    if total == 1:
        return word
    return _("%(word)s for %(count)s of %(total)s travellers") % {"word": word, "count": count, "total": total}


def payment(order: Order, summary: OrderSummary) -> Answer:
    """The answer about payment: what the statuses say (paid, pending, refunded …), if anything, and the payment method, if known.

    If a paid order is cancelled, or its own status means that nothing is booked, the words add that the CDP does not say whether the
    payment was refunded.
    """
    answer = _payment(order, summary)
    if answer.icon is Icon.OK and (_is_cancelled(order, summary) or not status(order.status).booked):
        words = _("%(paid)s; the CDP does not say whether the payment was refunded") % {"paid": answer.words}
        return replace(answer, tone=Tone.NEUTRAL, icon=Icon.UNKNOWN, words=words)
    return answer


def _is_cancelled(order: Order, summary: OrderSummary) -> bool:
    """Whether the order is cancelled, by its own status or by the statuses of all its items."""
    gone = sum(count for row, _sent, count in _rows(summary) if row.cancelled)
    return status(order.status).cancelled or bool(gone and gone == summary.items_total)


def _payment(order: Order, summary: OrderSummary) -> Answer:
    row = status(order.status)
    counted = [(item, sent, count) for item, sent, count in _rows(summary) if item.payment.said]
    rows = [item for item, _sent, _count in counted]
    if row.payment.said:
        others = [counted_row for counted_row in counted if counted_row[0].payment.paid is not row.payment.paid]
        sent = _how_much([row], status_word(order.status))
        words = _paid(order) if row.payment.paid else " · ".join([sent, *_method(order)])
        looks = [_money_look(row), *(_money_look(item) for item, _sent, _count in others)]
        return Answer("payment", *_worst_look(looks), " · ".join([words, *_paid_parts(others, summary)]))
    if not counted:
        return Answer("payment", Tone.NEUTRAL, Icon.UNKNOWN, " · ".join([_not_said(order, summary), *_method(order)]))
    if all(item.payment.paid for item in rows) and sum(count for _row, _sent, count in counted) == summary.items_total:
        return Answer("payment", Tone.GOOD, Icon.OK, _paid(order))
    look = _worst_look([_money_look(item) for item in rows])
    parts = " · ".join(_paid_parts(counted, summary))
    return Answer("payment", *look, " · ".join([_how_much(rows, parts), *_method(order)]))


def _not_said(order: Order, summary: OrderSummary) -> str:
    """The words for when no status says anything about payment: that a status could not be read, or that the CDP does not say."""
    if status_unread(order) or any(map(status_unread, order.items)):
        return _("It is unclear whether the order is paid: a status could not be read")
    if _is_cancelled(order, summary):
        return _("The CDP does not say whether the order was paid or refunded")
    return _("The CDP does not say whether the order is paid")


def _paid_parts(counted: Sequence[tuple[Status, str, int]], summary: OrderSummary) -> list[str]:
    return [
        _of(_("Paid"), count, summary) if row.payment.paid else _part(sent, count, summary)
        for row, sent, count in counted[:MOST_PARTS]
    ]


def _how_much(rows: Sequence[Status], words: str) -> str:
    """Add to `words` that the CDP does not give the amount refunded, if a status in `rows` means that money was refunded."""
    refunded = any(row.refunded for row in rows)
    return _("%(refunded)s; the CDP does not give the amount refunded") % {"refunded": words} if refunded else words


def _money_look(row: Status) -> tuple[str, str]:
    return (Tone.GOOD, Icon.OK) if row.payment.paid else (row.tone, row.icon)


def _rows(summary: OrderSummary) -> Iterator[tuple[Status, str, int]]:
    """The statuses of the items, most frequent first, each as (status, spelling as sent, number of items)."""
    for sent, count in summary.statuses:
        yield status(sent), sent, count


def _worst(rows: Sequence[Status]) -> tuple[str, str]:
    """The colour and symbol of the status that needs the most attention."""
    return _worst_look([(row.tone, row.icon) for row in rows])


def _worst_look(looks: Sequence[tuple[str, str]]) -> tuple[str, str]:
    urgency = list(Tone)
    return min(looks, key=lambda look: urgency.index(Tone(look[0])))


def _part(sent: str, count: int, summary: OrderSummary) -> str:
    return _of(status_word(sent), count, summary)


def _of(word: str, count: int, summary: OrderSummary) -> str:
    """`word` with the number of the order's items that it applies to (see `of_items`)."""
    return of_items(word, count, summary.items_total, summary.items_known)


def not_confirmed(sent: str | None, words: str = "") -> str:
    """The words for a status, with "not confirmed" added if the status `waits`: "Reserved, not confirmed".

    If `words` is not empty, it replaces the status's own words.
    """
    words = words or status_word(sent)
    return _("%(status)s, not confirmed") % {"status": words} if status(sent).waits else words


# The payment types that the vendor recommends, except OTHER, in lower case. Any other type is shown after "Paid".
PAID_BY = {
    "card": gettext_noop("Paid by card"),
    "paypal": gettext_noop("Paid with PayPal"),
    "voucher": gettext_noop("Paid by voucher"),
    "cash": gettext_noop("Paid in cash"),
    "atm": gettext_noop("Paid at an ATM"),
}


def _paid(order: Order) -> str:
    known = PAID_BY.get((order.payment_type or "").strip().lower())
    parts = [_(known), order.card_type] if known else [_("Paid"), *_method(order)]
    return " · ".join(part for part in parts if part)


def _method(order: Order) -> list[str]:
    return [part for part in (payment_type(order.payment_type), order.card_type) if part]
