"""Account events: what is done to people, rights and connections stands in the access records, with who did it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import connections, router
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from orders.privacy import append_only
from orders.privacy.record_kinds import What

_request: ContextVar[HttpRequest | None] = ContextVar("request that account events belong to", default=None)


def acting(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: make the person of this request the one who does what is recorded meanwhile. Comes right after authentication."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = _request.set(request)
        try:
            return get_response(request)
        finally:
            _request.reset(token)

    return answer


def actor() -> tuple[int | None, str]:
    """Number and name of who acts now: the signed-in person, (None, "") before sign-in, (None, "command ...") outside of a request."""
    request = _request.get()
    if request is None:
        # No user name has a space in it, so nobody can be called like this.
        command = sys.argv[1:2] if Path(sys.argv[0]).name == "manage.py" else []
        return None, " ".join(["command", *command])
    person = request.user
    return (person.pk, person.get_username()) if person.is_authenticated else (None, "")


def record(
    what: What,
    *,
    about: AbstractBaseUser | None = None,
    detail: str = "",
    outcome: str = "",
    subject: str = "",
    connection: tuple[UUID, str] | None = None,
) -> None:
    """Write one account event; `DatabaseError` if that fails.

    `about` is the person concerned; `subject` a keyed hash, never a name; `connection` its number, and its name with the region.
    Inside a transaction the event stands or falls with it.
    """
    request = _request.get()
    by_id, by_name = actor()
    columns: dict[str, Any] = {
        **append_only.empty_record(),
        "what": what.value,
        "user_id": by_id,
        "user_name": append_only.fit(by_name, 150),
        "about_id": about.pk if about else None,
        "about_name": append_only.fit(about.get_username(), 150) if about else "",
        "detail": append_only.fit(detail, 200),
        "outcome": append_only.fit(outcome, 60),
        "request_id": append_only.fit(str(getattr(request, "id", "")), 64),
        "subject": subject,
    }
    if connection is not None:
        columns |= {"connection_id": connection[0], "connection_name": append_only.fit(connection[1], 120)}
    append_only.add(connections[router.db_for_write(append_only.model())], columns, patient=request is None)
