"""The app's models: people's own connections, shared connections with their grants and members, and API keys for other programs.

Access records, pinned orders and viewed orders are defined in `orders.privacy` and imported here, because Django finds models through
this module.
"""

from __future__ import annotations

from orders.models.base import AnyConnection
from orders.models.integrations import Integration
from orders.models.own_connections import AnyUser, Connection, usable_names
from orders.models.shared import ConnectionGrant, ConnectionMember, SharedConnection
from orders.privacy.access_record import AccessRecord, AppendOnly
from orders.privacy.pinned_order import PinnedOrder
from orders.privacy.viewed_order import ViewedOrder

__all__ = [
    "AccessRecord",
    "AnyConnection",
    "AnyUser",
    "AppendOnly",
    "Connection",
    "ConnectionGrant",
    "ConnectionMember",
    "Integration",
    "PinnedOrder",
    "SharedConnection",
    "ViewedOrder",
    "usable_names",
]
