"""Permissions that views ask for."""

from __future__ import annotations

MAY_REVEAL = "orders.reveal_personal_data"
