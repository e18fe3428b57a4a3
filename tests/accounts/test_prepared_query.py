"""Rows read by a statement that is prepared once are the same as the ORM's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.models import Session
from django.db import connection as database
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import session_store
from accounts.session_store import SessionStore, stored_key
from accounts.view_limits import View
from orders.models import Connection
from orders.services.connections import find_connection
from orders.storage.combined_statement import Question, Row, ask
from orders.storage.prepared_query import PreparedQuery

pytestmark = pytest.mark.django_db


def connection_of(user: User, name: str, *, default: bool = False) -> Connection:
    connection = Connection(user=user, name=name, is_default=default)
    connection.set_credentials(region="eu", client_key="key", token="token")
    connection.save()
    return connection


def test_every_field_is_what_the_orm_reads() -> None:
    user = User.objects.create_user("ada", last_name="Lovelace")
    connection_of(user, "Live", default=True)
    read = PreparedQuery(lambda: Connection.objects.filter(user_id=0).filter(name=""))
    for _turn in range(2):
        row = read.get(user.pk, "Live")
        stored = Connection.objects.get()
        assert row == stored
        assert {name: value for name, value in vars(row).items() if name != "_state"} == {
            name: value for name, value in vars(stored).items() if name != "_state"
        }
    assert read.get(user.pk, "Other") is None
    assert read.get(user.pk + 1, "Live") is None
    with pytest.raises(ValueError, match="takes 2 values"):
        read.get(user.pk)


def test_the_default_and_the_named_connection_belong_to_their_person() -> None:
    ada, bob = User.objects.create_user("ada"), User.objects.create_user("bob")
    own, other = connection_of(ada, "Live", default=True), connection_of(ada, "Test")
    assert find_connection(ada) == own
    assert find_connection(ada, "Test") == other
    assert find_connection(bob) is None
    assert find_connection(bob, "Live") is None


def test_a_session_that_has_ended_is_empty_and_gives_its_key_up() -> None:
    store = SessionStore()
    store["seen"] = 1
    store.create()
    assert SessionStore(store.session_key)["seen"] == 1
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    ended = SessionStore(store.session_key)
    assert "seen" not in ended
    assert ended.session_key is None


def test_the_table_holds_no_key_that_a_cookie_could_carry() -> None:
    user, client = User.objects.create_user("ada", password="first password"), Client()
    client.force_login(user)
    key = client.session.session_key
    (row,) = Session.objects.all()
    assert key and row.session_key == stored_key(key) != key
    assert len(row.session_key) == 40
    # Somebody who reads the table has nothing to put into a cookie.
    assert SessionStore(row.session_key).load() == {}
    assert SessionStore(key).load()["_auth_user_id"] == str(user.pk)
    assert SessionStore().exists(key) and not SessionStore().exists(row.session_key)
    client.post("/accounts/logout/")
    assert not Session.objects.exists()


@pytest.mark.parametrize("change", ["inactive", "password"])
def test_a_session_ends_with_its_person(change: str) -> None:
    user, client = User.objects.create_user("ada", password="first password"), Client()
    client.force_login(user)
    request = HttpRequest()
    request.session = SessionStore(client.session.session_key)
    assert get_user(request) == user
    if change == "inactive":
        User.objects.update(is_active=False)
    else:
        user.set_password("second password")
        user.save()
    request.session = SessionStore(client.session.session_key)
    assert get_user(request).is_anonymous
    if change == "password":
        assert SESSION_KEY not in request.session


def test_a_session_brings_its_person_and_nobody_else(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ada, bob = User.objects.create_user("ada"), User.objects.create_user("bob")
    client = Client()
    client.force_login(ada)
    key = client.session.session_key or ""

    def person() -> object:
        request = HttpRequest()
        request.session = SessionStore(key)
        return get_user(request)

    session_store._whose.clear()
    with django_assert_num_queries(2):
        assert person() == ada
    with django_assert_num_queries(1):
        assert person() == ada
    # It does not matter whose session this process takes it for.
    session_store._whose[stored_key(key)] = bob.pk
    assert person() == ada
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert person() == AnonymousUser()
    # A user who was read for one request is not reused for another.
    User.objects.filter(pk=ada.pk).update(is_active=True)
    SessionStore(key).load()
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert person() == AnonymousUser()


def test_rows_read_together_are_those_read_alone() -> None:
    ada, bob = User.objects.create_user("ada"), User.objects.create_user("bob")
    own = connection_of(ada, "Live", default=True)
    people = PreparedQuery(lambda: User.objects.filter(pk=0))
    owned = PreparedQuery(lambda: Connection.objects.filter(user_id=0).select_related("user"))

    def both(person: int, owner: int) -> tuple[list[Any], Row]:
        return ask(Question(people, [person]), Question(owned, [owner]))

    assert both(ada.pk, ada.pk) == ([ada, own], ())
    assert both(bob.pk, ada.pk) == ([bob, own], ())
    assert both(bob.pk, bob.pk) == ([bob, None], ())
    assert both(0, 0) == ([None, None], ())
    with CaptureQueriesContext(database) as seen:
        (_person, connection), _changed = both(0, ada.pk)
        assert connection.user == ada and connection.sealed_token == own.sealed_token
    assert len(seen) == 1


def test_a_change_goes_with_what_is_read_and_comes_back() -> None:
    ada = User.objects.create_user("ada")
    people = PreparedQuery(lambda: User.objects.filter(pk=0))
    view = View(ada, 1_800_000_000)
    for turn in (1, 2):
        assert ask(Question(people, [ada.pk]), change=view.change) == ([ada], (turn, turn))
    assert ask(Question(people, [0]), change=view.change) == ([None], (3, 3))
