"""HTTP transport to the CDP: the only package in `orders` that imports `requests`."""

from orders.cdp.limits import Limits
from orders.cdp.outbound import Outbound
from orders.cdp.transport.deadline import Deadline
from orders.cdp.transport.fetching import Transport, shared

__all__ = ["Deadline", "Limits", "Outbound", "Transport", "shared"]
