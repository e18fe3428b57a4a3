"""The request as our middleware and views get it."""

from __future__ import annotations

from collections.abc import Callable
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


class Request(HttpRequest):
    """Django's request with the attributes that middleware adds; `prepare` has the defaults.

    `id` is the request id in log lines, error pages and access records. `connection` is the one that this page reads from, `reader`
    its requests to the CDP, both None if there are none. `session_over` marks a sign-out because the session reached a limit. `via` is
    what records name beside the person: "embed https://…" for a frame, "" for the pages themselves.
    """

    id: str
    connection: ConnectionLabel | None
    reader: Reader | None
    session_over: bool
    via: str
    htmx: HtmxDetails


GetResponse = Callable[[Request], HttpResponseBase]


def prepare(request: HttpRequest, request_id: str = "") -> Request:
    """Give the request our attributes with their defaults. The outermost middleware calls this; `htmx` is django-htmx's."""
    prepared = cast("Request", request)
    prepared.id, prepared.connection, prepared.reader, prepared.session_over = request_id, None, None, False
    prepared.via = ""
    return prepared
