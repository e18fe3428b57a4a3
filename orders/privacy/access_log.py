"""Writes down who looks at what, before it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, connections, router
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from orders.privacy import append_only
from orders.privacy.access_record import AccessRecord
from orders.privacy.personal import like_phone
from orders.privacy.record_kinds import What
from orders.search_text.lookup import is_nothing

__all__ = [
    "LookNotRecorded",
    "RecentLook",
    "What",
    "hashed",
    "recent",
    "record",
    "record_miss",
    "refused_ticket_of",
    "ticket_of",
]

RECENT = 20
# Opening one order again and again must not push the others out of the recent ones.
READ_BACK = 400

LONGEST_TICKET = 64


class Connection(Protocol):
    """What a record keeps of a connection."""

    pk: UUID
    name: str
    region: str


class LookNotRecorded(Exception):
    """The access record could not be written, so nothing may be shown."""


@dataclass(frozen=True, slots=True)
class RecentLook:
    """An order a person opened lately; `at` is aware UTC. No names of people in here.

    `connection_name` is what the connection was called then, with its region; see `names_now` for what a link may name.
    """

    order_ref: str
    reference: str
    route: str
    connection_id: UUID | None
    connection_name: str
    at: datetime

    @property
    def ref(self) -> str:
        """The order ref, by the name the pages use."""
        return self.order_ref


def record(
    request: HttpRequest,
    what: str,
    *,
    connection: Connection | None = None,
    order_ref: str = "",
    reference: str = "",
    route: str = "",
    subject: str = "",
    outcome: str = "shown",
) -> None:
    """Write one access record, in a transaction of its own; `LookNotRecorded` when that fails, and then show nothing.

    `what` is one of `AccessRecord.What`; `subject` is a keyed hash from `hashed`, never the value itself. Without `reference`
    the record takes reference and route from the person's own last opening of that order, because a panel knows only its ref.
    A reference that holds an e-mail address or looks like a phone number is kept as a keyed hash only.
    """
    person = request.user
    if isinstance(person, AnonymousUser) or person.pk is None:
        raise LookNotRecorded("nobody is signed in")
    if order_ref and not reference and what != What.ORDER_OPENED:
        reference, route = _as_opened(person.pk, connection, order_ref)
    if any("@" in part or like_phone(part) for part in reference.split(", ")):
        reference, subject = "", subject or hashed(reference)
    columns = {
        "at": timezone.now(),
        "user_id": person.pk,
        "user_name": append_only.fit(person.get_username(), 150),
        "what": What(what).value,
        "order_ref": append_only.fit(order_ref, 128),
        "reference": append_only.fit(reference, 200),
        "route": append_only.fit(route, 200),
        "connection_id": connection.pk if connection else None,
        "connection_name": append_only.fit(f"{connection.name} ({connection.region})", 120) if connection else "",
        "outcome": append_only.fit(outcome, 60),
        "request_id": append_only.fit(str(getattr(request, "id", "")), 64),
        "ticket": ticket_of(request),
        "subject": append_only.fit(subject, 64),
        "about_id": None,
        "about_name": "",
        "detail": "",
    }
    try:
        append_only.add(connections[router.db_for_write(AccessRecord)], columns)
    except DatabaseError as error:
        raise LookNotRecorded("the access record could not be written") from error


def record_miss(request: HttpRequest, connection: Connection | None, asked: str) -> None:
    """Record a search by reference that found nothing, so that trying one reference after another leaves a trace."""
    record(request, What.SEARCHED_REFERENCE, connection=connection, reference=asked, outcome="0 found")


def ticket_of(request: HttpRequest) -> str:
    """The ticket the person came from (`?ticket=ZD-1234`), or "" if there is none or it does not fit CDPVIEWER_TICKET_PATTERN.

    A word for an empty field, such as "null", is no ticket.
    """
    return ticket_in(request.GET.get("ticket", ""))


def ticket_in(value: str) -> str:
    """The ticket that `value` names, without the closing slash of a link template; "" if it names none."""
    ticket = value.strip().removesuffix("/")
    fits = len(ticket) <= LONGEST_TICKET and settings.TICKET_PATTERN.fullmatch(ticket) and not is_nothing(ticket)
    return ticket if fits else ""


def refused_ticket_of(request: HttpRequest) -> str:
    """What the request names as its ticket and is none, cut to the length of one, to be shown; "" otherwise."""
    ticket = request.GET.get("ticket", "").strip()
    if not ticket or ticket_of(request):
        return ""
    # With the dots it stays one that is not kept, on the next page too.
    return ticket if len(ticket) <= LONGEST_TICKET else f"{ticket[:LONGEST_TICKET]}…"


def _as_opened(user_id: int, connection: Connection | None, order_ref: str) -> tuple[str, str]:
    """Reference and route under which the person opened this order last; ("", "") when they never did."""
    openings = AccessRecord.objects.filter(user_id=user_id, what=What.ORDER_OPENED, order_ref=order_ref)
    if connection is not None:
        openings = openings.filter(connection_id=connection.pk)
    try:
        found = openings.exclude(reference="").order_by("-at").values_list("reference", "route").first()
    except DatabaseError as error:
        raise LookNotRecorded("the access records could not be read") from error
    return found or ("", "")


def recent(user: AbstractBaseUser | AnonymousUser) -> list[RecentLook]:
    """The orders the person opened last, newest first, each once; at most 20."""
    rows = (
        AccessRecord.objects.filter(user_id=user.pk, what=AccessRecord.What.ORDER_OPENED)
        .exclude(order_ref="")
        .order_by("-at")
        .values_list("order_ref", "reference", "route", "connection_id", "connection_name", "at")[:READ_BACK]
    )
    looks: dict[tuple[str, UUID | None], RecentLook] = {}
    for row in rows.iterator(chunk_size=RECENT * 2):
        look = RecentLook(*row)
        looks.setdefault((look.order_ref.lower(), look.connection_id), look)
        if len(looks) == RECENT:
            break
    return list(looks.values())


def hashed(value: str) -> str:
    """A keyed hash (64 hexadecimal digits) of an e-mail address, phone number or name.

    The same value gives the same hash, whatever its capitals and surrounding spaces, so an auditor can ask "who searched for
    this address?"; nobody can read the address from it.
    """
    return salted_hmac("orders.looks.subject", value.strip().casefold(), algorithm="sha256").hexdigest()
