"""Django's session store and authentication backend, changed so that one prepared query usually reads both the session and its user.

The cookie holds the session's key, but the table only a hash of it, so that nobody who reads the database or a backup can take over a
session. As in Django, a session keeps a user signed in only if its signature is valid, it has not expired, it matches the user's current
password, and the user is active.
"""

from __future__ import annotations

import base64
import hashlib
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest

from accounts import database_clock
from accounts.rights import rehashing
from orders.storage import combined_statement
from orders.storage.combined_statement import Question
from orders.storage.prepared_query import PreparedQuery

_SESSION = PreparedQuery(lambda: Session.objects.filter(session_key=""))
_PERSON = PreparedQuery(lambda: User.objects.filter(pk=0))

MOST_REMEMBERED = 10_000
# The user of each session when this process last read it, by the key in the table. Only a hint: the session's data decides.
_whose: dict[str, int] = {}
# The user who was read together with this request's session, until the request needs them.
_came_along: ContextVar[User | None] = ContextVar("came_along", default=None)


def stored_key(session_key: str) -> str:
    """The key as stored in the table: 240 bits of its SHA-256, in 40 characters (the width of the column)."""
    return base64.urlsafe_b64encode(hashlib.sha256(session_key.encode()).digest()[:30]).decode("ascii")


class SessionStore(db.SessionStore):
    """Django's database sessions, each stored under a hash of its key."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        _came_along.set(None)  # forget the user loaded in an earlier request

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(stored_key(key))

    def load(self) -> dict[str, Any]:
        """The session's data. If there is no such session or it has expired, drop its key and return {}."""
        key = stored_key(self.session_key or "")
        clock = database_clock.STATEMENT if combined_statement.is_possible(connection) else None
        questions = Question(_SESSION, [key]), Question(_PERSON, [_whose.get(key, 0)])
        (row, person), read = combined_statement.ask(*questions, change=clock)
        if read:
            database_clock.learn(*read)
        if row is None or row.expire_date <= database_clock.now():
            self._session_key = None
            return {}
        data = self.decode(row.session_data)
        _remember(key, data)
        _came_along.set(person)
        return data

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """The time at which the session expires, by the database's clock."""
        return super().get_expiry_date(**{"modification": database_clock.now(), **kwargs})

    def save(self, must_create: bool = False) -> None:
        """Save the session: a new one as Django does, an existing one with a single statement and no transaction.

        Raises UpdateError if the session has ended. A transaction would stay open while Python code runs: with a hundred concurrent pages,
        transactions ended so late that other pages failed, because a page waits only 0.75 s for another writer.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        changed = Session.objects.filter(session_key=stored_key(self.session_key))
        data = self.encode(dict(self.items()))
        # DatabaseError is not turned into UpdateError, which would mean that the session has ended.
        if not changed.update(session_data=data, expire_date=self.get_expiry_date()):
            raise UpdateError


class Backend(ModelBackend):
    """Django's password backend, with faster queries for the user and their permissions."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The active user with this name and password, or None. Renewing the hash does not count as changing the password."""
        with rehashing():
            person: User | None = super().authenticate(request, username, password, **kwargs)
        return person

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """The permissions of the user and of their groups. Unless the user is a superuser, one query reads them; Django needs two."""
        kept = vars(user_obj)
        if obj is None and user_obj.is_active and not user_obj.is_superuser and "_perm_cache" not in kept:
            own, groups = (
                Permission.objects.filter(user=user_obj.pk),
                Permission.objects.filter(group__user=user_obj.pk),
            )
            names = (held.values_list("content_type__app_label", "codename").order_by() for held in (own, groups))
            kept["_perm_cache"] = {f"{app}.{name}" for app, name in next(names).union(*names)}
        return super().get_all_permissions(user_obj, obj)

    def get_user(self, user_id: int) -> User | None:
        """The user with this id; None if there is no such user or the user is inactive."""
        person = _came_along.get()
        _came_along.set(None)
        if person is None or person.pk != user_id:
            person = _PERSON.get(user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


def _remember(key: str, data: dict[str, Any]) -> None:
    if len(_whose) >= MOST_REMEMBERED:
        _whose.clear()
    number = str(data.get(SESSION_KEY, ""))
    if number.isdecimal():
        _whose[key] = int(number)
