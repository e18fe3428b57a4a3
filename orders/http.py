"""The request type that our middleware and views use."""

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


class Opening(Protocol):
    """The record of opening an order, with only the fields that are repeated in the records of the order's panels."""

    order_ref: str
    connection_id: UUID | None
    reference: str
    route: str


@dataclass(frozen=True, slots=True)
class Program:
    """A program with an API key. `agent` names the person, if any, for whom it claims to act; this cannot be verified."""

    name: str
    agent: str = ""


class Request(HttpRequest):
    """Django's request with the attributes that our code and django-htmx add; `prepare` sets the defaults of ours.

    `id` appears in log lines, error pages and access records. `connection` is the CDP connection that the page uses, and `reader` makes
    the page's calls to the CDP; each is None if the page has none. `session_over` is True if a session limit has just signed the user out.
    `via` appears in access records: "embed https://…" for a page in a frame, "api NAME" for a program, "" for other pages. `program` is
    None unless the request comes from a program with an API key.

    Two attributes are set only for the panels of an order; on other pages, or if the database fails, they are None. `opening` is the
    record of the last time that the user opened the order through any connection; None if there is no such record.
    `has_reveal` says whether the user has been given the right to view hidden personal data.
    """

    id: str
    connection: ConnectionLabel | None
    reader: Reader | None
    session_over: bool
    via: str
    program: Program | None
    opening: Opening | None
    has_reveal: bool | None
    htmx: HtmxDetails


GetResponse = Callable[[Request], HttpResponseBase]


def prepare(request: HttpRequest, request_id: str = "") -> Request:
    """Set `id` and the defaults of our other attributes. The outermost middleware calls this; django-htmx sets `htmx`."""
    prepared = cast("Request", request)
    prepared.id, prepared.connection, prepared.reader, prepared.session_over = request_id, None, None, False
    prepared.via, prepared.program = "", None
    prepared.opening, prepared.has_reveal = None, None
    return prepared
