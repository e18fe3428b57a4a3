"""HTTP transport: the only room that imports requests."""

from orders.cdp.transport.deadline import Deadline
from orders.cdp.transport.fetching import Transport, shared
from orders.cdp.transport.limits import Limits

__all__ = ["Deadline", "Limits", "Transport", "shared"]
