"""Connections that are shared with groups, their members, and keys for other programs. People's own are in `orders.models`."""
