"""What an agent does with an order, as functions: open it, read its contacts and custom data; and try a connection.

Nothing here knows of requests, templates or HTTP statuses, and no database transaction is open while it waits for the CDP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from orders.cdp import errors
from orders.cdp.records import Document, Extension, Extra, Loaded, Note, Order, Person
from orders.desk import Desk
from orders.digest import Digest, digest
from orders.hiding import masked_order
from orders.itinerary import journeys, segments
from orders.itinerary.trip import Trip
from orders.models import Connection
from orders.record_kinds import What
from orders.speech import speaker

T = TypeVar("T")
CustomData = tuple[list[tuple[str, Sequence[Extra]]], errors.CdpError | None]


@dataclass(frozen=True, slots=True)
class OpenedOrder:
    """One order, read: the record, its trip, its digest, and the answers as they came, if the desk's client keeps them."""

    order: Order
    trip: Trip
    digest: Digest
    documents: tuple[Document, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of trying a credential: `code` for the row ("accepted", "refused", ...), `sentence` for the person."""

    code: str
    sentence: str

    @property
    def accepted(self) -> bool:
        return self.code == "accepted"


def open_order(desk: Desk, ref: str, *, now: datetime | None = None) -> OpenedOrder:
    """Read the order `ref` with all its items and plan its trip.

    One call for an order of fewer than ten items. Raises a CdpError; items that could not be read are told by the order.
    """
    order = masked_order(desk.client.get_order(ref))
    if desk.connection.version == "v2.1":
        order = masked_order(_with_trips_from_extensions(desk, order))
    desk.in_time()
    trip = journeys.plan(order.items, reading=desk.connection.clock, now=now or timezone.now(), _=speaker())
    desk.in_time()
    opened = OpenedOrder(order, trip, digest(order, trip), tuple(desk.client.documents), desk.as_of)
    desk.in_time()
    return opened


def _with_trips_from_extensions(desk: Desk, order: Order) -> Order:
    """v2.1 keeps the trip of a "Flight Item" in the item's data extension; fetch those, side by side, and read them in."""
    wanted = [
        (index, item.ref)
        for index, item in enumerate(order.items)
        if item.ref and not item.flight_segments and segments.is_flight(item.type)
    ]
    if not wanted:
        return order
    answers = desk.client.get_item_extensions([ref for _index, ref in wanted])
    items = list(order.items)
    for (index, _ref), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, errors.CdpError):
            items[index] = replace(items[index], notes=(*items[index].notes, Note("extensions/ext", "not loaded")))
        elif answer is not None and (segment := segments.from_extension(answer.values)):
            items[index] = replace(items[index], flight_segments=(segment,))
    return replace(order, items=tuple(items))


def load_contacts(desk: Desk, ref: str) -> Loaded[Person]:
    """The order's contacts (the bookers): one round trip where the CDP expands the list, else two and more, 25 at a time."""
    return desk.client.list_contacts(ref)


def load_custom_data(desk: Desk, ref: str) -> CustomData:
    """The data extensions of the order and its items, as (label, values); an absent one (404) is simply not in the list.

    The label is "" for the order and the item's name or reference for an item. The second value is the first failure.
    """
    order = masked_order(desk.client.get_order(ref))
    owners: list[tuple[str, Callable[[], Extension | None]]] = [("", partial(desk.client.get_order_extension, ref))]
    for item in order.items:
        if item.ref:
            label = item.name or item.reference_id or item.product_id or item.ref
            owners.append((label, partial(desk.client.get_item_extension, item.ref)))
    groups: list[tuple[str, Sequence[Extra]]] = []
    problem = order.items_problem
    for (label, _job), answer in zip(
        owners, desk.together([job for _label, job in owners], of="custom data"), strict=True
    ):
        if isinstance(answer, errors.CdpError):
            problem = problem or answer
        elif answer is not None:
            groups.append((label, answer.values))
            if answer.left:
                problem = problem or errors.TooLarge(f"{answer.left} more values of custom data")
    if problem is not None and not groups:
        raise problem
    return groups, problem


def try_connection(connection: Connection) -> Outcome:
    """Prove the connection's credential with one live call and keep the answer's code with the connection."""
    try:
        Desk(connection).client.probe()
    except errors.CdpError as error:
        outcome = _outcome(error)
    else:
        outcome = Outcome("accepted", _("The CDP accepted the credential."))
    connection.note_use(outcome.code)
    connection.record(What.CONNECTION_TRIED, outcome=outcome.code)
    return outcome


def _outcome(error: errors.CdpError) -> Outcome:
    said: list[tuple[type[errors.CdpError], str, str]] = [
        (
            errors.CredentialRefused,
            "refused",
            _("The CDP refused the credential: client key or token is wrong or switched off."),
        ),
        (errors.NotPermitted, "not permitted", _("The CDP knows the credential, but it may not read orders.")),
        (errors.CredentialUnreadable, "unreadable", _("The stored credential cannot be opened; enter it again.")),
        (errors.RateLimited, "rate limited", _("The CDP asks us to wait, so the credential is not proven yet.")),
        (errors.Wait, "slow", _("The CDP is slow at the moment, so the credential is not proven yet.")),
        (errors.TimedOut, "slow", _("The CDP did not answer in time, so the credential is not proven yet.")),
        (errors.Unreachable, "unreachable", _("The CDP could not be reached, so the credential is not proven yet.")),
        (errors.CdpError, "broken", _("The CDP answered with a fault, so the credential is not proven yet.")),
    ]
    code, sentence = next((code, sentence) for kind, code, sentence in said if isinstance(error, kind))
    return Outcome(code, sentence)


def result_of(error: errors.CdpError) -> str:
    """The code under which a failed use is remembered with its connection."""
    return "accepted" if isinstance(error, errors.ReferenceProblem | errors.TooLarge) else _outcome(error).code
