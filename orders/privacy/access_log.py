"""The access log: every view of personal data is recorded before the data is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, connections, router
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from orders.http import ConnectionLabel, Request
from orders.privacy import append_only, outcomes, record_rows
from orders.privacy.access_record import AccessRecord
from orders.privacy.outcomes import Fixed, Outcome
from orders.privacy.personal import like_phone
from orders.privacy.record_kinds import Action
from orders.privacy.tickets import ticket_of
from orders.storage import combined_statement
from orders.storage.combined_statement import Question, Row, RowStatement
from orders.storage.prepared_query import PreparedQuery

log = structlog.stdlib.get_logger("orders.records")

__all__ = [
    "AccessNotRecorded",
    "Action",
    "RecentOrder",
    "hashed",
    "last_opening",
    "others_who_opened",
    "recent",
    "record",
    "record_miss",
]

RECENT = 20
# Opening one order repeatedly must not push others out of the list of recent orders.
READ_BACK = 400

NOT_CHANGED = "what goes with an access record could not be written"

VIEWERS_WITHIN = timedelta(days=1)
MOST_VIEWERS = 4


class AccessNotRecorded(Exception):
    """No access record was written, so nothing may be shown."""


@dataclass(frozen=True, slots=True)
class RecentOrder:
    """An order that the user opened or, if `pinned` is true, pinned. It contains no names of people.

    `at` (aware) is when that happened; `departs` is the first local date of the trip.
    `connection_name` is the name and region that the connection had when the order was opened; links use the current name (`names_now`).
    """

    order_ref: str
    reference: str
    route: str
    departs: date | None
    connection_id: UUID | None
    connection_name: str
    at: datetime
    pinned: bool = False

    @property
    def ref(self) -> str:
        """The order ref, under the name that pages use."""
        return self.order_ref


def record(
    request: Request,
    what: Action,
    *,
    connection: ConnectionLabel | None = None,
    order_ref: str = "",
    reference: str = "",
    route: str = "",
    departs: date | None = None,
    subject: str = "",
    subjects: Sequence[str] = (),
    outcome: Outcome = Fixed.SHOWN,
    change: RowStatement | None = None,
) -> Row:
    """Write one access record, or one for each of `subjects`. Raises AccessNotRecorded if that fails; in that case, show nothing.

    A `change` is run when the record is written, and its row is returned. Without a `change`, or if it fails, () is returned, and the
    page may still be shown.

    `departs` is the first local date of the trip; `subject` is a keyed hash from `hashed`, never the value itself. `reference` may be
    several references joined by ", ".

    If an order's ref is given without a reference, and `what` is not ORDER_OPENED, the reference and route are those recorded when the
    user last opened that order through the connection. This is for the panels of an order's page, whose requests have only the ref.

    If a reference contains "@" or looks like a phone number, `reference` is not stored; its keyed hash is stored as the subject, unless
    `subject` or `subjects` is given.
    """
    columns = _of_request(request)
    user_id = columns["user_id"]
    if user_id is not None and order_ref and not reference and what != Action.ORDER_OPENED:
        reference, route = _as_opened(request, user_id, connection, order_ref)
    if any("@" in part or like_phone(part) for part in reference.split(", ")):
        reference, subject = "", subject or hashed(reference)
    columns |= {
        "at": timezone.now(),
        "what": what.value,
        "order_ref": record_rows.fit(order_ref, 128),
        "reference": record_rows.fit(reference, 200),
        "route": record_rows.fit(route, 200),
        "departs": departs,
        "connection_id": connection.pk if connection else None,
        "connection_name": record_rows.fit(f"{connection.name} ({connection.region})", 120) if connection else "",
        "outcome": record_rows.fit(outcome, 60),
    }
    return _write([{**columns, "subject": record_rows.fit(each, 64)} for each in subjects or [subject]], change)


def _of_request(request: Request) -> dict[str, Any]:
    """The columns that are the same for every record of a request. Raises AccessNotRecorded if nobody is signed in."""
    user_id, user_name = _actor(request)
    agent = request.program.agent if request.program else ""
    return {
        "user_id": user_id,
        "user_name": record_rows.fit(user_name, 150),
        "request_id": record_rows.fit(request.id, 64),
        "ticket": ticket_of(request),
        "about_id": None,
        "about_name": "",
        "detail": record_rows.fit(f"says: {agent}", 80) if agent else "",
        "via": record_rows.fit(request.via, 120),
    }


def _write(records: Sequence[Mapping[str, Any]], change: RowStatement | None) -> Row:
    """Insert the records and run `change`, both as one statement if the database supports that.

    Return the row that `change` returns, or () if there is no `change`, or if it fails. Raises AccessNotRecorded if the records cannot
    be inserted.
    """
    database = connections[router.db_for_write(AccessRecord)]
    try:
        if change is not None and combined_statement.is_possible(database):
            return append_only.add(database, *records, change=change)
    except DatabaseError as error:
        log.warning(NOT_CHANGED, exc_info=error)
        change = None
    try:
        append_only.add(database, *records)
    except DatabaseError as error:
        raise AccessNotRecorded("the access record could not be written") from error
    try:
        return change.run(database) if change is not None else ()
    except DatabaseError as error:
        log.warning(NOT_CHANGED, exc_info=error)
        return ()


def _actor(request: Request) -> tuple[int | None, str]:
    """The user's id and name; for a program, None and "integration: NAME". Raises AccessNotRecorded if nobody is signed in."""
    if request.program is not None:
        return None, f"integration: {request.program.name}"
    person = request.user
    if isinstance(person, AnonymousUser) or person.pk is None:
        raise AccessNotRecorded("nobody is signed in")
    return person.pk, person.get_username()


def record_miss(request: Request, connection: ConnectionLabel | None, asked: str) -> None:
    """Record a search by reference that found nothing, so that trying many references leaves a trace."""
    record(request, Action.SEARCHED_REFERENCE, connection=connection, reference=asked, outcome=outcomes.found(0))


def _openings_of_order() -> QuerySet[AccessRecord]:
    """The user's openings of an order that were recorded with a reference, most recent first.

    The filters hold placeholders for the user's id, the action, the order's ref, and the reference to exclude (""), in that sequence.
    """
    opened = AccessRecord.objects.filter(user_id=0).filter(what="").filter(order_ref="").exclude(reference="")
    return opened.order_by("-at").only("order_ref", "connection_id", "reference", "route")


_LAST_OPENING = PreparedQuery(_openings_of_order)
# The same, but only through a single connection, whose id is the last parameter.
_OPENING = PreparedQuery(lambda: _openings_of_order().filter(connection_id=UUID(int=0)))


def last_opening(user: AbstractBaseUser | AnonymousUser, order_ref: str) -> Question:
    """The `Question` that fetches `request.opening`: the user's latest opening of the order that was recorded with a reference."""
    return Question(_LAST_OPENING, [user.pk or 0, Action.ORDER_OPENED.value, order_ref, ""])


def _as_opened(request: Request, user_id: int, connection: ConnectionLabel | None, order_ref: str) -> tuple[str, str]:
    """The reference and route recorded when the user last opened this order through this connection.

    Records without a reference are ignored. Returns ("", "") if there is no other record, or if `connection` is None. Raises
    AccessNotRecorded if the records cannot be read.
    """
    if connection is None:
        return "", ""
    last = request.opening
    if last is not None and (last.order_ref, last.connection_id) == (order_ref, connection.pk):
        return last.reference, last.route
    try:
        opening = _OPENING.get(user_id, Action.ORDER_OPENED.value, order_ref, "", connection.pk)
    except DatabaseError as error:
        raise AccessNotRecorded("the access records could not be read") from error
    return (opening.reference, opening.route) if opening else ("", "")


SEEN = ("order_ref", "reference", "route", "departs", "connection_id", "connection_name", "at")


def _openings(user: AbstractBaseUser | AnonymousUser) -> QuerySet[AccessRecord]:
    """The records of the user's openings of orders that have a ref, most recent first."""
    return AccessRecord.objects.filter(user_id=user.pk, what=Action.ORDER_OPENED).exclude(order_ref="").order_by("-at")


def opened_by(user: AbstractBaseUser | AnonymousUser, order_ref: str, connection_id: UUID | None) -> RecentOrder | None:
    """The order as recorded when the user last opened it through this connection; None if there is no such record."""
    rows = _openings(user).filter(order_ref=order_ref, connection_id=connection_id)
    row = rows.values_list(*SEEN).first()
    return RecentOrder(*row) if row else None


def recent(user: AbstractBaseUser | AnonymousUser) -> list[RecentOrder]:
    """The orders that the user opened most recently, each once per connection, latest first.

    There are at most RECENT orders, taken from the last READ_BACK openings.
    """
    rows = _openings(user).values_list(*SEEN)[:READ_BACK]
    orders: dict[tuple[str, UUID | None], RecentOrder] = {}
    for row in rows.iterator(chunk_size=RECENT * 2):
        order = RecentOrder(*row)
        orders.setdefault((order.order_ref.lower(), order.connection_id), order)
        if len(orders) == RECENT:
            break
    return list(orders.values())


def others_who_opened(request: Request, order_ref: str) -> list[tuple[str, timedelta]]:
    """The names of other users who opened this order within the last day, each with the time since they last opened it.

    The latest comes first; there are at most MOST_VIEWERS.
    """
    now = timezone.now()
    rows = (
        AccessRecord.objects.filter(order_ref=order_ref, what=Action.ORDER_OPENED, at__gt=now - VIEWERS_WITHIN)
        .exclude(user_id=request.user.pk)
        .order_by("-at")
        .values_list("user_name", "at")[:READ_BACK]
    )
    latest: dict[str, timedelta] = {}
    for name, at in rows:
        latest.setdefault(name, now - at)
    return [*latest.items()][:MOST_VIEWERS]


def hashed(value: str) -> str:
    """A keyed hash (64 hexadecimal digits) of a value such as an e-mail address, phone number or name.

    The same value gives the same hash, regardless of letter case and surrounding spaces, so an auditor can find out who searched for
    an address. The address cannot be worked out from the hash alone.
    """
    # Records of earlier versions have hashes with this salt.
    return salted_hmac("orders.looks.subject", value.strip().casefold(), algorithm="sha256").hexdigest()
