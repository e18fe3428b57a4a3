"""Django's session store and its way to a person, reading their rows by statements that are written once.

Everything that decides is Django's: the signature of the session's data, its end, the hash of the password, inactive people.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone

from orders.rows import OneRow

_SESSION = OneRow(lambda: Session.objects.filter(session_key="").filter(expire_date__gt=timezone.now()))
_PERSON = OneRow(lambda: User.objects.filter(pk=0))


class SessionStore(db.SessionStore):
    """Sessions in the database, as Django keeps them."""

    def load(self) -> dict[str, Any]:
        """The data of the session, {} where there is none or it has ended; its key is then given up."""
        row = _SESSION.get(self.session_key or "", timezone.now())
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def save(self, must_create: bool = False) -> None:
        """Write the session; a new one as Django does, a changed one by one statement without a transaction around it.

        A transaction is held across Python code: with a hundred pages at work it ended so late that others,
        who wait 0.75 s for the database, gave up.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        changed = Session.objects.filter(session_key=self.session_key)
        data = self.encode(dict(self.items()))
        try:
            written = changed.update(session_data=data, expire_date=self.get_expiry_date())
        except DatabaseError as error:
            raise UpdateError from error
        if not written:
            raise UpdateError


class Backend(ModelBackend):
    """Names and passwords, as Django checks them."""

    def get_user(self, user_id: int) -> User | None:
        """The person, None for one who is gone or was made inactive."""
        person = _PERSON.get(user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
