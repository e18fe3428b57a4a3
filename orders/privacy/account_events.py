"""Account events: sign-ins, and changes to users, rights, connections and so on, each with the user, command or system behind it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import connections, router
from django.http.response import HttpResponseBase

from orders.http import GetResponse, Request
from orders.privacy import append_only, outcomes, record_rows
from orders.privacy.outcomes import Outcome
from orders.privacy.record_kinds import Action

_request: ContextVar[Request | None] = ContextVar("request that account events belong to", default=None)
_system: ContextVar[str] = ContextVar("another system that causes account events", default="")


def acting(get_response: GetResponse) -> GetResponse:
    """Middleware that attributes account events to the user of the request. It must be listed after the authentication middleware."""

    def answer(request: Request) -> HttpResponseBase:
        token = _request.set(request)
        try:
            return get_response(request)
        finally:
            _request.reset(token)

    return answer


@contextmanager
def acting_as(system: str) -> Iterator[None]:
    """Attribute the block's account events to a system that decides group membership at sign-in, such as "provider Example Air"."""
    token = _system.set(system)
    try:
        yield
    finally:
        _system.reset(token)


def actor() -> tuple[int | None, str]:
    """The acting user's id and name; (None, "") if nobody is signed in.

    Outside requests, the result is (None, "command NAME") for a `manage.py` command, otherwise (None, "command"). In a block with
    `acting_as(system)`, it is (None, `system`), even if somebody is signed in.
    """
    # User names contain no spaces, so a name such as "command migrate" cannot be mistaken for that of a user.
    if system := _system.get():
        return None, system
    request = _request.get()
    if request is None:
        command = sys.argv[1:2] if Path(sys.argv[0]).name == "manage.py" else []
        return None, " ".join(["command", *command])
    person = request.user
    return (person.pk, person.get_username()) if person.is_authenticated else (None, "")


def record(
    what: Action,
    *,
    about: AbstractBaseUser | None = None,
    detail: str = "",
    outcome: Outcome = outcomes.NONE,
    subject: str = "",
    connection: tuple[UUID, str] | None = None,
) -> None:
    """Write one account event. Raises `DatabaseError` if that fails.

    `about` is the user concerned; `subject` is a keyed hash, never a name; `connection` is the connection's id and "NAME (REGION)".
    Inside a transaction, the event is committed or rolled back with that transaction.
    """
    request = _request.get()
    by_id, by_name = actor()
    columns: dict[str, Any] = {
        **record_rows.empty_record(),
        "what": what.value,
        "user_id": by_id,
        "user_name": record_rows.fit(by_name, 150),
        "about_id": about.pk if about else None,
        "about_name": record_rows.fit(about.get_username(), 150) if about else "",
        "detail": record_rows.fit(detail, 200),
        "outcome": record_rows.fit(outcome, 60),
        "request_id": record_rows.fit(request.id if request else "", 64),
        "subject": subject,
        "via": record_rows.fit(request.via if request else "", 120),
    }
    if connection is not None:
        columns |= {"connection_id": connection[0], "connection_name": record_rows.fit(connection[1], 120)}
    append_only.add(connections[router.db_for_write(record_rows.model())], columns, patient=request is None)
