"""Data that a panel reads together with its connection: the right to reveal, and the record of the order's last opening."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.test import Client, RequestFactory

from orders.http import prepare
from orders.models import AccessRecord, Connection
from orders.privacy import access_log
from orders.privacy.record_kinds import Action
from orders.services.connections import chosen
from orders.views.access import may_reveal, right_to_reveal
from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect


def person(how: str) -> User:
    user = User.objects.create_user(how, is_active="inactive" not in how, is_superuser="superuser" in how)
    right = Permission.objects.get(codename="reveal_personal_data")
    group = Group.objects.create(name="Readers")
    if "own" in how:
        user.user_permissions.add(right)
    if "group" in how:
        group.permissions.add(right)
        user.groups.add(group)
    if "other" in how:
        user.user_permissions.add(Permission.objects.get(codename="view_all_activity"))
        group.permissions.add(right)
    return user


@pytest.mark.parametrize(
    ("how", "may"),
    [
        ("without", False),
        ("own", True),
        ("group", True),
        ("own and group", True),
        ("other", False),
        ("superuser", True),
        ("inactive", False),
        ("inactive, own", False),
        ("inactive superuser", False),
    ],
)
def test_the_right_is_the_same_read_along_and_by_itself(how: str, may: bool, db: None) -> None:
    user = person(how)
    alone, along = prepare(RequestFactory().get("/")), prepare(RequestFactory().get("/"))
    alone.user = along.user = user
    _connection, _counts, (row,) = chosen(user, "", also=[right_to_reveal(user)])
    along.has_reveal = row is not None
    assert (may_reveal(alone), may_reveal(along)) == (may, may)


def test_nobody_reveals_without_signing_in(db: None) -> None:
    request = prepare(RequestFactory().get("/"))
    request.user, request.has_reveal = AnonymousUser(), True
    assert not may_reveal(request)


def test_a_panels_record_repeats_the_opening_through_its_own_connection(
    cdp: Sandbox, agent: User, desk: Client
) -> None:
    first, second, never = Connection.objects.get(), connect(agent, cdp, "second"), connect(agent, cdp, "never")
    asking = prepare(RequestFactory().get("/"))
    asking.user = agent
    for reference, through in (("OLD", first), ("HERE", first), ("THERE", second)):
        access_log.record(
            asking, Action.ORDER_OPENED, connection=through, order_ref=SEED, reference=reference, route="A–B"
        )
    for through in (first, second, never):
        assert desk.get(f"/orders/{SEED}/contacts/?connection={through.name}").status_code == 200
    seen = AccessRecord.objects.filter(what="contacts_seen").order_by("id").values_list("reference", "route")
    assert list(seen) == [("HERE", "A–B"), ("THERE", "A–B"), ("", "")]
