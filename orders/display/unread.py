"""Values from the CDP that could not be read: statuses, prices, quantities and flights. All are listed among the things to check."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from accounts.language import translate as _
from orders.cdp.records import Note, Order, OrderItem, Reason
from orders.display.words import of_items
from orders.privacy.hiding import MASK, masked_typed

ODD = frozenset({Reason.NOT_A_TEXT, Reason.NOT_A_NUMBER, Reason.OUT_OF_RANGE, Reason.NOT_A_LIST, Reason.NOT_AN_OBJECT})
OF_ITEMS = {
    "status": gettext_noop("Status could not be read"),
    "price": gettext_noop("Price could not be read"),
    "quantity": gettext_noop("Quantity could not be read"),
    "flightSegments": gettext_noop("Flights could not be read"),
}


def status_unread(record: Order | OrderItem) -> bool:
    """Whether a status was sent that could not be read."""
    return record.status is None and _note(record, "status") is not None


def status_shown(record: Order | OrderItem) -> str | None:
    """The status as sent; "Status could not be read" if it was sent in an unreadable form; None if none was sent."""
    return _("Status could not be read") if status_unread(record) else record.status


def unread(order: Order) -> Iterator[tuple[str, str]]:
    """A pair (DOM id, words) for each kind of value that could not be read: ("money", "Order total could not be read: 100,00")."""
    if _note(order, "status"):
        yield "oddities", _("Order status could not be read")
    if note := _note(order, "price"):
        shown = masked_typed(note.shown)
        words = _("Order total could not be read")
        yield "money", words if shown == MASK else f"{words}: {shown}"
    for field, phrase in OF_ITEMS.items():
        odd = [number for number, item in enumerate(order.items, start=1) if _note(item, field)]
        if odd:
            total = len(order.items) if order.items_complete else None
            yield f"item-{odd[0]}", of_items(_(phrase), len(odd), total, len(order.items) + order.items_left)


def _note(record: Order | OrderItem, field: str) -> Note | None:
    return next((note for note in record.notes if note.field == field and note.reason in ODD), None)
