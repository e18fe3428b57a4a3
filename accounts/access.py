"""Who may manage people, their sign-in, connections and activity. Rights on orders are in `orders.views.access`."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import AnonymousUser, PermissionsMixin, User

_PEOPLE, _SHARED_CONNECTIONS = "orders.manage_people", "orders.manage_shared_connections"
_ALL_ACTIVITY = "orders.view_all_activity"

for_managers_of_people = permission_required(_PEOPLE, raise_exception=True)
for_managers_of_connections = permission_required(_SHARED_CONNECTIONS, raise_exception=True)
"""View decorators: 403 for everybody without the right."""


def may_manage_people(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may add and deactivate people and give roles."""
    return user.has_perm(_PEOPLE)


def may_share_connections(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may share connections and give keys to other programs."""
    return user.has_perm(_SHARED_CONNECTIONS)


def may_view_all_activity(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may see everybody's access records."""
    return user.has_perm(_ALL_ACTIVITY)


def administers(user: User) -> bool:
    """Whether the user may use Django's admin: staff and superusers."""
    return user.is_staff or user.is_superuser


def may_change(user: User | AnonymousUser, other: User) -> bool:
    """Whether the user may change that person: not themselves, and staff and superusers only if the user is a superuser.

    A link to set such a person's password would give its creator access to the admin.
    """
    return other.pk != user.pk and (not administers(other) or user.is_superuser)


def may_use_password(person: User, rule: str) -> bool:
    """Whether the person may sign in with a password; `rule` is CDPVIEWER_PASSWORD_SIGN_IN: "on", "staff" or "off"."""
    return rule == "on" or (rule == "staff" and person.is_staff)
