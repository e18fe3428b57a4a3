"""The user's pinned orders, noted in the session so that an order's page needs no query for them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from orders.http import Request
from orders.privacy import pinned_order
from orders.privacy.access_log import RecentOrder, hashed

PINS_KEY = "pins"


def note_pins(request: Request, pinned: Iterable[RecentOrder] | None = None) -> list[str]:
    """Note the user's pinned orders in the session, and return the note: keyed hashes, because a session must not name orders.

    Without `pinned`, the orders are read from the database.
    """
    if pinned is None:
        pinned = pinned_order.pinned(request.user)
    marks = [_mark(order.order_ref, order.connection_id) for order in pinned]
    if request.session.get(PINS_KEY) != marks:
        request.session[PINS_KEY] = marks
    return marks


def is_pinned(request: Request, order_ref: str, connection_id: UUID | None) -> bool:
    """Whether the user has pinned this order, opened through this connection, according to the session's note.

    If the session has no note yet, one is made.
    """
    held = request.session.get(PINS_KEY)
    marks = held if isinstance(held, list) else note_pins(request)
    return _mark(order_ref, connection_id) in marks


def _mark(order_ref: str, connection_id: UUID | None) -> str:
    return hashed(f"{order_ref} {connection_id}")[:16]
