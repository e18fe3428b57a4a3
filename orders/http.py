"""The request as our middleware and views get it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from orders.cdp.reader import Reader


class ConnectionLabel(Protocol):
    """The public part of a connection: all that a page or a record shows of it."""

    pk: UUID
    name: str
    region: str

    @property
    def shared_by(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Program:
    """A program that asks with a key, and the agent for whom it says it does: nobody can check that."""

    name: str
    agent: str = ""


class Request(HttpRequest):
    """Django's request with the attributes that middleware adds; `prepare` has the defaults.

    `id` is the request id in log lines, error pages and access records. `connection` is the one that this page reads from, `reader`
    its requests to the CDP, both None if there are none. `session_over` marks a sign-out because the session reached a limit. `via` is
    what records name beside the person: "embed https://…" for a frame, "api NAME" for a program, "" for the pages themselves. `program`
    asks in place of a person.
    """

    id: str
    connection: ConnectionLabel | None
    reader: Reader | None
    session_over: bool
    via: str
    program: Program | None
    htmx: HtmxDetails


GetResponse = Callable[[Request], HttpResponseBase]


def prepare(request: HttpRequest, request_id: str = "") -> Request:
    """Give the request our attributes with their defaults. The outermost middleware calls this; `htmx` is django-htmx's."""
    prepared = cast("Request", request)
    prepared.id, prepared.connection, prepared.reader, prepared.session_over = request_id, None, None, False
    prepared.via, prepared.program = "", None
    return prepared
