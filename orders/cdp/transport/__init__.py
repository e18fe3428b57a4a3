"""Bytes in, bytes out: the only room that talks HTTP."""

from orders.cdp.limits import Limits
from orders.cdp.transport.deadline import Deadline
from orders.cdp.transport.fetching import Transport, shared

__all__ = ["Deadline", "Limits", "Transport", "shared"]
