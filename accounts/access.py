"""Who may manage people, share connections, see everybody's activity, or sign in with a password.

The right to view hidden personal data is checked in `orders.views.access`.
"""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import AnonymousUser, PermissionsMixin, User
from django.http import HttpRequest

_PEOPLE, _SHARED_CONNECTIONS = "orders.manage_people", "orders.manage_shared_connections"
_ALL_ACTIVITY = "orders.view_all_activity"

# The session keys under which `note_what_they_manage` in `accounts.roles` notes rights at sign-in.
MANAGES, SEES_ACTIVITY = "manages", "sees_activity"

for_managers_of_people = permission_required(_PEOPLE, raise_exception=True)
for_managers_of_connections = permission_required(_SHARED_CONNECTIONS, raise_exception=True)
"""View decorators: a signed-in user without the permission gets a 403."""


def may_manage_people(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may manage people and assign roles."""
    return user.has_perm(_PEOPLE)


def may_share_connections(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may share connections and issue keys for other programs."""
    return user.has_perm(_SHARED_CONNECTIONS)


def may_view_all_activity(user: PermissionsMixin | AnonymousUser) -> bool:
    """Whether the user may see everybody's access records."""
    return user.has_perm(_ALL_ACTIVITY)


def views_all_activity(request: HttpRequest) -> bool:
    """Whether the user may see everybody's access records, and could at sign-in; without the right at sign-in it needs no query."""
    return SEES_ACTIVITY in request.session and may_view_all_activity(request.user)


def starts_with_activity(request: HttpRequest) -> bool:
    """Whether, like an auditor, the user sees everybody's activity but managed neither people nor shared connections at sign-in."""
    return MANAGES not in request.session and views_all_activity(request)


def may_administer(user: User | AnonymousUser) -> bool:
    """Whether the user may open Django's administration pages; what they may change there depends on their permissions."""
    return user.is_staff


def administers(user: User) -> bool:
    """Whether the user is staff or a superuser."""
    return user.is_staff or user.is_superuser


def may_change(user: User | AnonymousUser, other: User) -> bool:
    """Whether `user` may change `other`; the caller has already checked that `user` may manage people.

    Nobody may change themselves. Only a superuser may change staff or superusers: otherwise, `user` could make a link to set a
    superuser's password, and so gain the superuser's rights.
    """
    return other.pk != user.pk and (not administers(other) or user.is_superuser)


def may_use_password(person: User, rule: str) -> bool:
    """Whether the person may sign in with a password stored here.

    `rule` is the value of CDPVIEWER_PASSWORD_SIGN_IN: "on", "staff" or "off".
    """
    return rule == "on" or (rule == "staff" and person.is_staff)
