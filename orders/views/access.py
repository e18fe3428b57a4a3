"""Who may do what: every right that a view or a template depends on. A test refuses rights decided elsewhere."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, PermissionsMixin


def may_reveal(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may see hidden fields of people and orders."""
    return user.has_perm("orders.reveal_personal_data")
