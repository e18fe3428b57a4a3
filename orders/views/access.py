"""The right to view hidden personal data. All other rights are checked in `accounts.access`.

A test fails if a right is checked anywhere else.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db.models import Q, QuerySet

from orders.http import Request
from orders.models import AnyUser
from orders.storage.combined_statement import Question
from orders.storage.prepared_query import PreparedQuery

_APP, _RIGHT = "orders", "reveal_personal_data"


def _given() -> QuerySet[Permission]:
    """The query that finds the right if a user has been given it. It takes the app, the right's name, and the user's id twice."""
    own = User.user_permissions.through.objects.filter(user_id=0).values("permission")
    groups = User.groups.through.objects.filter(user_id=0).values("group")
    by_group = Group.permissions.through.objects.filter(group__in=groups).values("permission")
    right = Permission.objects.filter(content_type__app_label="").filter(codename="").order_by()
    return right.filter(Q(pk__in=own) | Q(pk__in=by_group))


_GIVEN = PreparedQuery(_given)


def right_to_reveal(user: AnyUser) -> Question:
    """A `Question` that returns a row only if the user has been given the right, directly or through a group.

    `request.has_reveal` says whether there was a row. Superusers have the right without being given it.
    """
    return Question(_GIVEN, [_APP, _RIGHT, user.pk or 0, user.pk or 0])


def may_reveal(request: Request) -> bool:
    """Whether the user may view personal data that is otherwise hidden: fields of people, custom data, and values in raw data."""
    user = request.user
    if request.has_reveal is None or isinstance(user, AnonymousUser):
        return user.has_perm(f"{_APP}.{_RIGHT}")
    return user.is_active and (user.is_superuser or request.has_reveal)
