"""Members of shared connections: the people who hold a copy of a connection's data key.

Copies are made at sign-in, when a group gets a grant or a member, and when a connection is restored or gets a new data key. They are
deleted when the connection is withdrawn or gets a new data key, and when the holder is deactivated. The copy of a holder who no longer has
a valid grant is deleted at their next sign-in, or when groups or grants change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from orders.models.base import one_at_a_time
from orders.models.shared import ConnectionGrant, ConnectionMember, SharedConnection, valid_now
from orders.privacy import account_events
from orders.privacy.record_kinds import Action
from orders.privacy.sealing import CredentialUnreadable, seal
from orders.storage.prepared_query import PreparedQuery

TRUE, FALSE = Value(value=True, output_field=BooleanField()), Value(value=False, output_field=BooleanField())

log = structlog.stdlib.get_logger("orders.models")


def opened(user: AbstractBaseUser | AnonymousUser, member: ConnectionMember | None) -> SharedConnection | None:
    """The shared connection of a member found by the query DEFAULT or NAMED; None if there is no member or the user is not signed in."""
    return member.connection() if member is not None and user.is_authenticated else None


def of_person(user: AbstractBaseUser | AnonymousUser) -> list[SharedConnection]:
    """All shared connections that the person may use now: their default, then those granted as the default, then the others.

    The connections in each of the last two categories are sorted by name.
    """
    members = _usable(ConnectionMember.objects.filter(user_id=user.pk or 0)).select_related("shared__set_by")
    connections: dict[Any, SharedConnection] = {}
    for member in _in_order(members):
        connections.setdefault(member.shared_id, member.connection())
    return list(connections.values())


def names_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[ConnectionMember, tuple[bool, bool, bool, str]]:
    """The shared connections that the person may use now, as rows; `usable_names` adds rows for the person's own connections.

    A row has four values: whether the connection is the person's default, whether it is their own (always False here), whether it is
    granted to them as the default, and the connection's name.
    """
    usable = _usable(ConnectionMember.objects.filter(user_id=user.pk or 0))
    return usable.values_list("is_default", FALSE, _as_default(), "shared__name")


def count(shared: SharedConnection) -> int:
    """The number of people who may use the connection now."""
    return counts([shared])[shared.pk]


def counts(connections: Iterable[SharedConnection]) -> Counter[Any]:
    """The number of people who may use each of the connections now, by the connection's primary key."""
    usable = _usable(ConnectionMember.objects.filter(shared__in=list(connections), user__is_active=True))
    return Counter(dict(usable.values_list("shared").annotate(Count("user", distinct=True))))


def make_default(user: AbstractBaseUser, shared: SharedConnection) -> None:
    """Make a shared connection the person's default, in place of any other. Does nothing if they are not a member of it."""
    with one_at_a_time(user.pk):
        members = ConnectionMember.objects.filter(user_id=user.pk)
        if not members.filter(shared=shared.pk).exists():
            return
        user.cdp_connections.filter(is_default=True).update(is_default=False)  # type: ignore[attr-defined]  # of `orders.models`
        members.filter(is_default=True).exclude(shared=shared.pk).update(is_default=False)
        if members.filter(shared=shared.pk, is_default=False).update(is_default=True):
            account_events.record(
                Action.CONNECTION_DEFAULT, about=user, detail="shared", connection=(shared.pk, str(shared))
            )


def update(shared: SharedConnection) -> None:
    """Give each active person in a group with a valid grant a copy of the data key, and delete the copies of everybody else.

    If the connection is not active, nobody gets or keeps a copy. Raises CredentialUnreadable if somebody needs a copy and the
    key cannot be opened; copies are deleted even then.
    """
    if new := take_from_others(shared):
        _add(shared, new)


def take_from_others(shared: SharedConnection) -> set[int]:
    """Delete the copies of people who are inactive or in no group with a valid grant.

    Return the ids of the active people who are in such a group but have no copy yet. If the connection is not active, delete all
    copies and return an empty set.
    """
    groups = shared.grants.filter(valid_now("", timezone.now())).values("group")
    people = User.objects.filter(is_active=True, groups__in=groups) if shared.active else User.objects.none()
    granted = set(people.values_list("pk", flat=True))
    holding = set(shared.members.values_list("user_id", flat=True))
    if gone := holding - granted:
        shared.members.filter(user_id__in=gone).delete()
    return granted - holding


def update_person(user: AbstractBaseUser) -> None:
    """Give one person a copy of the data key of each active connection granted to them now, and delete their other copies.

    If a key cannot be opened, the failure is logged and that connection is skipped. An inactive person neither gets nor keeps any copies.
    """
    now = timezone.now()
    granted = SharedConnection.objects.filter(valid_now("grants__", now), active=True, grants__group__user=user.pk)
    shared = {connection.pk: connection for connection in granted} if user.is_active else {}
    members = ConnectionMember.objects.filter(user_id=user.pk)
    holding = set(members.values_list("shared_id", flat=True))
    if holding - shared.keys():
        members.exclude(shared_id__in=shared.keys()).delete()
    for pk in shared.keys() - holding:
        with _without_key_too():
            _add(shared[pk], {user.pk})


def update_group(group: Group) -> None:
    """Update the members of each connection granted to a group.

    If a connection's key cannot be opened, the failure is logged; members of that connection are then removed but not added.
    """
    for shared in SharedConnection.objects.filter(grants__group=group):
        with _without_key_too():
            update(shared)


@contextmanager
def _without_key_too() -> Iterator[None]:
    """Run the block; if a data key cannot be opened, log the failure and suppress the error.

    Such a failure must not keep anybody from signing in or joining a group.
    """
    try:
        yield
    except CredentialUnreadable as error:
        log.warning("a shared connection could not be given to its people", error=str(error))


def _add(shared: SharedConnection, people: set[int]) -> None:
    key = shared.data_key()
    members = [ConnectionMember(shared=shared, user_id=pk) for pk in sorted(people)]
    for member in members:
        member.sealed_key = seal(key, member.binding)
    # Two simultaneous sign-ins of one person may create the same row.
    ConnectionMember.objects.bulk_create(members, ignore_conflicts=True, batch_size=500)


def _granted(*, as_default: bool = False) -> Q:
    """The condition that one of the member's groups has a valid grant for the connection.

    With `as_default`, only a grant as the default counts.

    Most pages run a query with this condition. With joins of seven tables, PostgreSQL took 6 ms to plan such a query; with subqueries,
    it takes less than 1 ms.
    """
    groups = User.groups.through.objects.filter(user_id=OuterRef(OuterRef("user_id"))).values("group_id")
    grants = ConnectionGrant.objects.filter(valid_now("", timezone.now()), group__in=groups)
    return Q(shared__in=(grants.filter(is_default=True) if as_default else grants).values("shared"))


def _usable(members: QuerySet[ConnectionMember]) -> QuerySet[ConnectionMember]:
    return members.filter(_granted(), shared__active=True)


def _as_default() -> ExpressionWrapper[Q]:
    return ExpressionWrapper(_granted(as_default=True), BooleanField())


def _in_order(members: QuerySet[ConnectionMember]) -> QuerySet[ConnectionMember]:
    return members.order_by("-is_default", _as_default().desc(), "shared__name")


def _without_own() -> Q:
    own = apps.get_model("orders", "Connection")._default_manager  # noqa: SLF001  (public, and documented)
    return ~Q(user__in=own.filter(user=OuterRef("user")).values("user"))


DEFAULT = PreparedQuery(
    lambda: _in_order(
        _usable(ConnectionMember.objects.filter(user_id=0)).filter(Q(is_default=True) | _without_own())
    ).select_related("shared")
)
"""The member row of the shared connection used if the URL names none: the person's chosen default, if they may use it now.

Without such a default, if the person has no connection of their own, it is the first by name of the connections granted to them as the
default, or else of all that they may use.
Parameters of the query: the person's id, and the time twice.
"""
NAMED = PreparedQuery(
    lambda: _usable(ConnectionMember.objects.filter(user_id=0).filter(shared__name="")).select_related("shared")
)
"""The member row of the shared connection with a given name, if the person may use it now.

Parameters of the query: the person's id, the name and the time.
"""
