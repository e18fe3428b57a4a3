"""Django's session store and its way to a person, reading their rows by statements that are written once.

Everything that decides is Django's: the signature of the session's data, its end, the hash of the password, inactive people.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
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


class Backend(ModelBackend):
    """Names and passwords, as Django checks them."""

    def get_user(self, user_id: int) -> User | None:
        """The person, None for one who is gone or was made inactive."""
        person = _PERSON.get(user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
