"""What an agent does, as functions: find an order, open it, see who is on it. Every call of the CDP starts here.

Nothing here knows of requests, templates or HTTP statuses. A `Desk` is one person's way to one tenant for the time of one
page: it holds the client, so that the page can say how many calls it made and how long they took. No database transaction is
open while it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import lookup
from orders.cdp import errors
from orders.cdp.client import CdpClient, Deadline, side_by_side
from orders.cdp.records import Document, Extra, Loaded, Note, Order, OrderItem, Person
from orders.digest import Digest, digest
from orders.itinerary import journeys, segments
from orders.itinerary.trip import Trip
from orders.memory import Reader
from orders.models import Connection

T = TypeVar("T")


class Desk:
    """One person's way to one tenant for the time of one page. `calls` and `seconds` tell what the CDP cost so far."""

    def __init__(self, connection: Connection, *, session_key: str = "", fresh: bool = True) -> None:
        self.connection = connection
        base_url = settings.CDP_REGIONS.get(connection.region)
        if base_url is None:
            raise errors.CredentialUnreadable(f"region {connection.region} is not set up on this server")
        credentials = connection.credentials()
        state = f"{connection.pk}/{connection.changed_at.timestamp()}"
        self._deadline = Deadline.after(settings.CDP_LIMITS.page)
        self.client = CdpClient(
            base_url,
            credentials.client_key,
            credentials.token,
            version=connection.version,
            memory=Reader(session_key, state, fresh=fresh),
            deadline=self._deadline,
            limits=settings.CDP_LIMITS,
        )

    @property
    def calls(self) -> int:
        return self.client.calls

    @property
    def seconds(self) -> float:
        return self.client.seconds

    def together(self, jobs: Sequence[Callable[[], T]]) -> list[T | errors.CdpError]:
        """Run `jobs` at the same time, results in their order; a CdpError is a result too."""
        return side_by_side(jobs, deadline=self._deadline, limits=settings.CDP_LIMITS)


@dataclass(frozen=True, slots=True)
class OpenedOrder:
    """One order, read: the record, its trip, its digest, and the answers as they came."""

    order: Order
    trip: Trip
    digest: Digest
    documents: tuple[Document, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """Orders found, each once. `looked` tells how it was looked: ("ref" | "reference", the value), in order.

    `problem` is set where one of the looks failed: there may be more than what is here.
    """

    orders: tuple[Order, ...]
    looked: tuple[tuple[str, str], ...]
    problem: errors.CdpError | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Traveller:
    """A consumer of the order with the items that name them."""

    person: Person
    items: tuple[tuple[int, OrderItem], ...]


@dataclass(frozen=True, slots=True, repr=False)
class GuestOrders:
    """One guest the CDP knows, and their orders as far as they could be read, newest first."""

    guest: Person
    orders: Loaded[Order]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of trying a credential: `code` for the row ("accepted", "refused", ...), `sentence` for the person."""

    code: str
    sentence: str

    @property
    def accepted(self) -> bool:
        return self.code == "accepted"


def find_orders(desk: Desk, candidates: Sequence[str]) -> Found:
    """Look for orders under `candidates`, each read as an order ref and as a booking reference, all at the same time.

    Shape decides nothing: a booking system may use anything, UUIDs too. A reference is also tried in capitals, because people
    type it in small letters. Raises the first failure when nothing was found and not every look succeeded: then nobody knows.
    """
    looks: dict[tuple[str, str], Callable[[], Sequence[Order]]] = {}
    for candidate in candidates:
        if lookup.is_ref(candidate):
            looks["ref", candidate] = partial(_by_ref, desk.client, candidate)
        for spelling in dict.fromkeys((candidate, candidate.upper())):
            looks["reference", spelling] = partial(_by_reference, desk.client, spelling)
    if not looks:
        raise errors.BadReference("no candidate could be a reference")
    orders: dict[str, Order] = {}
    problem: errors.CdpError | None = None
    for result in desk.together(list(looks.values())):
        if isinstance(result, errors.CdpError):
            problem = problem or result
            continue
        for order in result:
            orders.setdefault((order.ref or "").lower(), order)
    if problem is not None and not orders:
        raise problem
    return Found(_newest_first(orders.values()), tuple(looks), problem)


def open_or_find(desk: Desk, ref: str) -> OpenedOrder | Found:
    """Open `ref`, or tell which orders have it as their booking reference: ticket fields hold those.

    What has the shape of the CDP's own refs is asked for as one first, and as a reference only when that is not found; for anything
    else both are asked at the same time. Raises a CdpError when neither reading gave an order and not both were answered.
    """
    if lookup.looks_like_ref(ref):
        try:
            return open_order(desk, ref)
        except errors.NotFound:
            return _found_by_reference(desk, ref)
    jobs: list[Callable[[], OpenedOrder | Found]] = [partial(open_order, desk, ref), partial(_found_by_reference, desk, ref)]
    opened, found = desk.together(jobs)
    if isinstance(opened, OpenedOrder):
        return opened
    if isinstance(found, Found) and found.orders:
        return found
    # A 400 for something without the shape of a ref only says that it is none.
    if isinstance(opened, errors.CdpError) and not isinstance(opened, errors.NotFound | errors.RequestRefused):
        raise opened
    if isinstance(found, errors.CdpError):
        raise found
    return Found((), (("ref", ref), *found.looked) if isinstance(found, Found) else ())


def _found_by_reference(desk: Desk, reference: str) -> Found:
    looks = [("reference", spelling) for spelling in dict.fromkeys((reference, reference.upper()))]
    answers = desk.together([partial(_by_reference, desk.client, spelling) for _kind, spelling in looks])
    orders = {(order.ref or "").lower(): order for found in answers if not isinstance(found, errors.CdpError) for order in found}
    problem = next((answer for answer in answers if isinstance(answer, errors.CdpError)), None)
    if problem is not None and not orders:
        raise problem
    return Found(_newest_first(orders.values()), tuple(looks), problem)


def _by_ref(client: CdpClient, ref: str) -> Sequence[Order]:
    try:
        return [client.get_order(ref)]
    except (errors.NotFound, errors.BadReference):
        return []
    except errors.RequestRefused:
        # What a CDP answers to a ref that is no UUID is not documented; a 400 then only means "no ref of mine".
        if lookup.looks_like_ref(ref):
            raise
        return []


def _by_reference(client: CdpClient, reference: str) -> Sequence[Order]:
    listed = client.list_orders(reference_id=reference)
    if listed.problem is not None and not listed.items:
        raise listed.problem
    return listed.items


def _newest_first(orders: Iterable[Order]) -> tuple[Order, ...]:
    long_ago = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(orders, key=lambda order: order.ordered_at or long_ago, reverse=True))


def open_order(desk: Desk, ref: str, *, now: datetime | None = None) -> OpenedOrder:
    """Read the order `ref` with all its items and plan its trip.

    One call for an order of fewer than ten items. Raises a CdpError; items that could not be read are told by the order.
    """
    order = desk.client.get_order(ref)
    if desk.connection.version == "v2.1":
        order = _with_trips_from_extensions(desk, order)
    trip = journeys.plan(order.items, reading=desk.connection.clock, now=now or timezone.now(), _=_)
    return OpenedOrder(order, trip, digest(order, trip), tuple(desk.client.documents), timezone.now())


def _with_trips_from_extensions(desk: Desk, order: Order) -> Order:
    """v2.1 keeps the trip of a "Flight Item" in the item's data extension; fetch those, side by side, and read them in."""
    wanted = [
        (index, item.ref)
        for index, item in enumerate(order.items)
        if item.ref and not item.flight_segments and "flight" in (item.type or "").lower()
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


def load_travellers(desk: Desk, ref: str) -> tuple[Loaded[Traveller], OpenedOrder]:
    """The order's consumers joined to its items, and the order they were joined with; both are read at the same time."""
    jobs: list[Callable[[], OpenedOrder | Loaded[Person]]] = [
        partial(open_order, desk, ref),
        partial(desk.client.list_consumers, ref),
    ]
    opened, people = desk.together(jobs)
    for answer in (people, opened):
        if isinstance(answer, errors.CdpError):
            raise answer
    assert isinstance(opened, OpenedOrder) and isinstance(people, Loaded)
    by_ref = {item.ref.lower(): (index, item) for index, item in enumerate(opened.order.items) if item.ref}
    by_reference = {item.reference_id: (i, item) for i, item in enumerate(opened.order.items) if item.reference_id}
    travellers = []
    for person in people.items:
        # A loader may link by the item's ref or by the client's own item id; both are looked up.
        items = [by_ref.get(ref.lower()) or by_reference.get(ref) for ref in person.item_refs]
        travellers.append(Traveller(person, tuple(item for item in items if item is not None)))
    return Loaded(tuple(travellers), people.missing, people.complete, people.problem), opened


def load_custom_data(desk: Desk, ref: str) -> tuple[list[tuple[str, Sequence[Extra]]], errors.CdpError | None]:
    """The data extensions of the order and its items, as (label, values); an absent one (404) is simply not in the list.

    The label is "" for the order and the item's name or reference for an item. The second value is the first failure.
    """
    order = desk.client.get_order(ref)
    owners: list[tuple[str, Callable[[], object]]] = [("", partial(desk.client.get_order_extension, ref))]
    for item in order.items:
        if item.ref:
            label = item.name or item.reference_id or item.product_id or item.ref
            owners.append((label, partial(desk.client.get_item_extension, item.ref)))
    groups: list[tuple[str, Sequence[Extra]]] = []
    problem = order.items_problem
    for (label, _job), answer in zip(owners, desk.together([job for _label, job in owners]), strict=True):
        if isinstance(answer, errors.CdpError):
            problem = problem or answer
        elif answer is not None:
            groups.append((label, answer.values))  # type: ignore[attr-defined]
    if problem is not None and not groups:
        raise problem
    return groups, problem


def load_guest_orders(desk: Desk, guest_ref: str) -> Loaded[Order]:
    """The orders of one guest, newest first."""
    listed = desk.client.list_orders(guest_ref=guest_ref)
    return replace(listed, items=_newest_first(listed.items))


def find_people(desk: Desk, **wanted: str) -> Loaded[GuestOrders]:
    """Guests by `email`, `phone_number`, or `first_name` and `last_name`, each with all their orders.

    One round trip for the guests, one for the orders of all of them; more where the CDP does not expand. A guest whose orders
    could not be read is still there, with the reason.
    """
    guests = desk.client.list_guests(**wanted)
    jobs = [partial(load_guest_orders, desk, guest.ref) for guest in guests.items if guest.ref]
    answers = iter(desk.together(jobs))
    found = []
    for guest in guests.items:
        orders: Loaded[Order] = Loaded(complete=False)
        if guest.ref:
            answer = next(answers)
            orders = Loaded(complete=False, problem=answer) if isinstance(answer, errors.CdpError) else answer
        found.append(GuestOrders(guest, orders))
    return Loaded(tuple(found), guests.missing, guests.complete, guests.problem)


def try_connection(connection: Connection) -> Outcome:
    """Prove the connection's credential with one live call and keep the answer's code with the connection."""
    try:
        Desk(connection).client.probe()
    except errors.CdpError as error:
        outcome = _outcome(error)
    else:
        outcome = Outcome("accepted", _("The CDP accepted the credential."))
    connection.note_use(outcome.code)
    return outcome


def _outcome(error: errors.CdpError) -> Outcome:
    said: list[tuple[type[errors.CdpError], str, str]] = [
        (errors.CredentialRefused, "refused", _("The CDP refused the credential: client key or token is wrong or switched off.")),
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
    return "accepted" if isinstance(error, errors.ReferenceProblem) else _outcome(error).code
