"""All models of the app, a file for each kind: people's own connections, shared ones and their members, and keys for other programs.

The records of who read what are in `orders.privacy`; they are imported here as well, because Django finds models through this module.
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
