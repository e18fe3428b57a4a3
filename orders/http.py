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
    """The part of a connection that pages and records may show."""

    pk: UUID
    name: str
    region: str

    @property
    def shared_by(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Program:
    """A program with an API key. `agent` names the person that the program claims to act for; this cannot be verified."""

    name: str
    agent: str = ""


class Request(HttpRequest):
    """Django's request with the attributes that our code and django-htmx add; `prepare` sets the defaults of ours.

    `id` appears in log lines, error pages and access records. `connection` is the one that the page uses, `reader` the one that it
    reads through; each is None if there is none. `session_over` is True if a session limit caused the sign-out. `via` is recorded with
    the user: "embed https://…" for a page in a frame, "api NAME" for a program, "" for other pages. `program` is None unless the
    request comes from a program.
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
    """Set `id` and the defaults of our other attributes. The outermost middleware calls this; django-htmx sets `htmx`."""
    prepared = cast("Request", request)
    prepared.id, prepared.connection, prepared.reader, prepared.session_over = request_id, None, None, False
    prepared.via, prepared.program = "", None
    return prepared
