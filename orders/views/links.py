"""Links to orders seen earlier: each leads through the connection it was seen with, by the name that one has now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from accounts.context import carried_to, tenant_names
from orders.http import Request
from orders.models import AnyConnection, AnyUser
from orders.search_text import lookup
from orders.services.connections import usable_by


class Seen(Protocol):
    """A look at an order, as far as a link to it goes."""

    @property
    def order_ref(self) -> str: ...

    @property
    def connection_id(self) -> UUID | None: ...


S = TypeVar("S", bound=Seen)


def with_urls(request: Request, seen: Iterable[S]) -> list[tuple[S, str]]:
    """Each look with the address of its order, "" where it is of no order. The ticket is carried along.

    A connection that was renamed is named as it is called now. One that is gone, or another person's, is not named: the link then
    asks the default.
    """
    names = names_now(request.user)
    return [
        (look, _address(request, look.order_ref, names.get(look.connection_id) if look.connection_id else None))
        for look in seen
    ]


def _address(request: Request, ref: str, connection: str | None) -> str:
    # What the CDP calls its order may hold anything, and not everything can stand in an address.
    return reverse("order", args=[ref]) + carried_to(request, connection or "") if lookup.is_ref(ref) else ""


def link_query(request: Request, connection: AnyConnection) -> str:
    """The query of a link to pass on: it names the connection, unless that is the person's default."""
    named = request.GET.get("connection") or request.POST.get("connection")
    default = not named or connection.is_chosen or connection.name == next(iter(tenant_names(request)), "")
    return "" if default else "?" + urlencode({"connection": connection.name})


def names_now(user: AnyUser) -> dict[UUID, str]:
    """What the person's connections are called at present, for links to orders seen earlier; those that are gone are not in it."""
    return {connection.pk: connection.name for connection in usable_by(user)}
