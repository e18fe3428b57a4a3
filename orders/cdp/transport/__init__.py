"""HTTP transport: the only room that imports requests."""

from orders.cdp.limits import Limits
from orders.cdp.transport.deadline import Deadline
from orders.cdp.transport.fetching import Transport, shared
from orders.cdp.transport.outbound import Outbound

__all__ = ["Deadline", "Limits", "Outbound", "Transport", "shared"]
