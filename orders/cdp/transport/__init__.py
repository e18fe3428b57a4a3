"""Bytes in, bytes out: the only room that talks HTTP."""

from orders.cdp.transport.fetching import Transport, shared
from orders.cdp.transport.limits import Deadline, Limits

__all__ = ["Deadline", "Limits", "Transport", "shared"]
