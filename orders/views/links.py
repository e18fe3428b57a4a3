"""Links to orders and to other connections, with the connections' current names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from accounts.context import carried_to, tenant_names
from orders.cdp.refs import is_ref
from orders.http import Request
from orders.models import AnyConnection, AnyUser
from orders.services.connections import usable_by


class Seen(Protocol):
    """The two attributes of a recorded view of an order, or of a pinned order, from which a link to the order is made."""

    @property
    def order_ref(self) -> str: ...

    @property
    def connection_id(self) -> UUID | None: ...


S = TypeVar("S", bound=Seen)


def with_urls(request: Request, seen: Iterable[S]) -> list[tuple[S, str]]:
    """Return each item of `seen` with the URL of its order, or with "" if the order's ref cannot be part of a URL.

    The URL carries the request's ticket and the connection's current name; if the user can no longer use that connection, the URL names
    no connection.
    """
    names = names_now(request.user)
    return [
        (view, _address(request, view.order_ref, names.get(view.connection_id) if view.connection_id else None))
        for view in seen
    ]


def _address(request: Request, ref: str, connection: str | None) -> str:
    # The CDP's ref may contain anything, and not everything can be part of a URL.
    return reverse("order", args=[ref]) + carried_to(request, connection or "") if is_ref(ref) else ""


def link_query(request: Request, connection: AnyConnection) -> str:
    """The query string that names `connection` in a link to share; "" if no name is needed.

    No name is needed if the request names no connection, or if `connection` is the user's default.
    """
    named = request.GET.get("connection") or request.POST.get("connection")
    default = not named or connection.is_chosen or connection.name == next(iter(tenant_names(request)), "")
    return "" if default else "?" + urlencode({"connection": connection.name})


def other_connections(request: Request, connection: AnyConnection, path: str) -> list[tuple[str, str]]:
    """For each of the user's other connections: its name, and `path` with the query string that selects it."""
    others = (each for each in usable_by(request.user) if each.pk != connection.pk)
    return [(each.name, path + carried_to(request, each.name)) for each in others]


def names_now(user: AnyUser) -> dict[UUID, str]:
    """The current names of the connections that the user may use, by id."""
    return {connection.pk: connection.name for connection in usable_by(user)}
