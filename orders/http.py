"""The request type of our middleware and views."""

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
    """The public part of a connection, as pages and records show it."""

    pk: UUID
    name: str
    region: str

    @property
    def shared_by(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Program:
    """A program with an API key, and the agent that it names; the agent's name cannot be verified."""

    name: str
    agent: str = ""


class Request(HttpRequest):
    """Django's request with the attributes that middleware adds; `prepare` sets their defaults.

    `id` appears in log lines, error pages and access records. `connection` and `reader` are those that the page
    reads through, None if it reads nothing. `session_over` is True if a session limit caused the sign-out. `via` is recorded with the
    user: "embed https://…" for a frame, "api NAME" for a program, "" for pages. `program` is set if the request comes
    from a program.
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
    """Set our attributes to their defaults. The outermost middleware calls this; `htmx` is set by django-htmx."""
    prepared = cast("Request", request)
    prepared.id, prepared.connection, prepared.reader, prepared.session_over = request_id, None, None, False
    prepared.via, prepared.program = "", None
    return prepared
