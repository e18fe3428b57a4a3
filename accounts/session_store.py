"""Django's session store and its way to a person, reading both rows by one statement that is written once.

The cookie holds the session's key, the table a hash of it, so that nobody who reads the database or a backup can take a session over.
Everything that decides is Django's: the signature of the session's data, its end, the hash of the password, inactive people.
"""

from __future__ import annotations

import base64
import hashlib
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from accounts.rights import rehashing
from orders.storage.prepared_query import PreparedQuery
from orders.storage.together import Together

_SESSION = PreparedQuery(lambda: Session.objects.filter(session_key="").filter(expire_date__gt=timezone.now()))
_PERSON = PreparedQuery(lambda: User.objects.filter(pk=0))
_BOTH = Together(_SESSION, _PERSON)

MOST_REMEMBERED = 10_000
# Whose a session was when this process last read it, by its key in the table. Only its data decides whose it is.
_whose: dict[str, int] = {}
# The person who came with the session of this request, until the request asks for them.
_came_along: ContextVar[User | None] = ContextVar("came_along", default=None)


def stored_key(session_key: str) -> str:
    """The key as the table holds it: 240 bits of its SHA-256, as 40 characters, which is what the column takes."""
    return base64.urlsafe_b64encode(hashlib.sha256(session_key.encode()).digest()[:30]).decode("ascii")


class SessionStore(db.SessionStore):
    """Sessions in the database, as Django keeps them, but under the hash of their keys."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        _came_along.set(None)  # whoever came with an earlier request

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
        """The data of the session, {} where there is none or it has ended; its key is then given up."""
        key = stored_key(self.session_key or "")
        (row, person), _changed = _BOTH.get([key, timezone.now()], [_whose.get(key, 0)])
        if row is None:
            self._session_key = None
            return {}
        data = self.decode(row.session_data)
        _remember(key, data)
        _came_along.set(person)
        return data

    def save(self, must_create: bool = False) -> None:
        """Write the session; a new one as Django does, a changed one by one statement without a transaction around it.

        A transaction is held across Python code: with a hundred pages at work it ended so late that others,
        who wait 0.75 s for the database, gave up.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        changed = Session.objects.filter(session_key=stored_key(self.session_key))
        data = self.encode(dict(self.items()))
        # A DatabaseError passes on: UpdateError says that the session has ended, which the person would have to make good.
        if not changed.update(session_data=data, expire_date=self.get_expiry_date()):
            raise UpdateError


class Backend(ModelBackend):
    """Names and passwords, as Django checks them."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person of this name and password, or None. A hash that is renewed meanwhile is no new password."""
        with rehashing():
            person: User | None = super().authenticate(request, username, password, **kwargs)
        return person

    def get_user(self, user_id: int) -> User | None:
        """The person, None for one who is gone or was made inactive."""
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
