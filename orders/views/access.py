"""Rights concerning orders. All other rights are in `accounts.access`; a test fails if a right is decided elsewhere."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, PermissionsMixin


def may_reveal(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may view personal data that is hidden: fields of people, custom data, and values in raw data."""
    return user.has_perm("orders.reveal_personal_data")
