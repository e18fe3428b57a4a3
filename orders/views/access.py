"""The right to view hidden personal data. All other rights are checked in `accounts.access`; a test fails if one is checked elsewhere."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, PermissionsMixin


def may_reveal(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may view personal data that is otherwise hidden: fields of people, custom data, and values in raw data."""
    return user.has_perm("orders.reveal_personal_data")
