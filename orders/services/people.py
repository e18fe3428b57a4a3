"""The people on an order, and their orders. Nothing here uses Django's requests or templates, or writes access records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

from orders.cdp import errors, refs
from orders.cdp.records import Loaded, Order, OrderItem, Person
from orders.cdp.regions import ApiVersion
from orders.services.orders import OpenedOrder, open_order
from orders.services.search import load_guest_orders, newest_first
from orders.services.tenant import Tenant

# Items that travellers are linked to by references that several items share: without a limit, their number would grow with items times
# people. Beyond it, a traveller still gets as many items of a reference as a card can name, and one more.
MOST_LINKED, MOST_OF_A_REFERENCE = 20_000, 25
MOST_GUESTS = 3  # guests whose orders are listed automatically: a group may have many contacts


@dataclass(frozen=True, slots=True, repr=False)
class Traveller:
    """A consumer of an order, and the items linked to this person, each with its position among the order's items (from 0).

    Travellers with equal `item_refs` share the tuple `items`. `left_out` is True if more items are linked to the person.
    """

    person: Person
    items: tuple[tuple[int, OrderItem], ...]
    left_out: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Travellers:
    """The order's consumers with their items, as far as they could be read; `opened` is the order, None if it could not be read.

    `items_complete` is False if some of a consumer's items may be missing; `items_problem` is the reason, if known.
    """

    loaded: Loaded[Traveller]
    opened: OpenedOrder | None
    items_complete: bool = True
    items_problem: errors.CdpError | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ContactsOrders:
    """The orders of the guests who are an order's contacts, newest first, each once.

    `guests` are the refs (in lower case) of the guests whose orders were requested, at most MOST_GUESTS. `left_out` counts the contacts
    who are none of these, or of whom the CDP says no guest.
    """

    guests: tuple[str, ...]
    loaded: Loaded[Order]
    left_out: int


def load_travellers(tenant: Tenant, ref: str) -> Travellers:
    """The order's consumers, each with their items; the consumers and the order are read at the same time.

    API v2.1 may leave out a consumer's items, or send only a link to them or only their first page. In that case, the refs of the items
    are requested separately, in parallel for all such consumers. If the order or some of the refs cannot be read, the items concerned
    are left out. Raises a CdpError if the consumers cannot be read.
    """
    jobs: list[Callable[[], Any]] = [partial(open_order, tenant, ref), partial(tenant.client.list_consumers, ref)]
    opened, people = tenant.reader.run_parallel(jobs)
    if isinstance(people, errors.CdpError):
        raise people
    people, problem = _with_items(tenant, people)
    complete = all(person.items_complete for person in people.items)
    if isinstance(opened, errors.CdpError):
        return Travellers(joined(people, ()), None, items_complete=False, items_problem=opened)
    order = opened.order
    return Travellers(
        joined(people, order.items), opened, order.items_complete and complete, problem or order.items_problem
    )


def _with_items(tenant: Tenant, people: Loaded[Person]) -> tuple[Loaded[Person], errors.CdpError | None]:
    """The people, with item refs added where v2.1 sent none or may have left some out; and the first failure, or None."""
    known = {
        person.ref: person for person in people.items if person.ref and not (person.item_refs and person.items_complete)
    }
    if tenant.connection.version != ApiVersion.V2_1 or not known:
        return people, None
    asked = sorted(known)
    list_refs = tenant.client.list_consumer_item_refs
    answers = tenant.reader.run_parallel([partial(list_refs, ref, at_least=len(known[ref].item_refs)) for ref in asked])
    listed = dict(zip(asked, answers, strict=True))
    failures = (answer if isinstance(answer, errors.CdpError) else answer.problem for answer in answers)
    named = tuple(
        _with_listed(person, listed[person.ref]) if person.ref in listed else person for person in people.items
    )
    return replace(people, items=named), next((failure for failure in failures if failure is not None), None)


def _with_listed(person: Person, listed: Loaded[str] | errors.CdpError) -> Person:
    """The person with the listed item refs added; `items_complete` is False if listing them failed or may have left some out."""
    if isinstance(listed, errors.CdpError):
        return replace(person, items_complete=False)
    complete = listed.complete and len(listed.items) >= len(person.item_refs)
    every = tuple(dict.fromkeys((*person.item_refs, *listed.items)))
    return replace(person, item_refs=every, items_complete=complete)


def joined(people: Loaded[Person], items: tuple[OrderItem, ...]) -> Loaded[Traveller]:
    """The people, each with the items that their `item_refs` name, by ref or by `reference_id`. Nobody has the same item twice.

    A `reference_id` names all items that have it; once MOST_LINKED are named so, only the first MOST_OF_A_REFERENCE.
    """
    by_ref = {item.ref.lower(): (index, item) for index, item in enumerate(items) if item.ref}
    by_reference: dict[str, list[tuple[int, OrderItem]]] = {}
    for index, item in enumerate(items):
        if item.reference_id:
            by_reference.setdefault(item.reference_id, []).append((index, item))
    room = MOST_LINKED
    linked: dict[tuple[str, ...], tuple[tuple[tuple[int, OrderItem], ...], bool]] = {}
    for refs_named in dict.fromkeys(person.item_refs for person in people.items):
        # Feeds link by the item's ref or by the client's own reference; both are tried.
        named = [[by_ref[ref.lower()]] if ref.lower() in by_ref else by_reference.get(ref, []) for ref in refs_named]
        most = max(room, MOST_OF_A_REFERENCE)
        every = tuple(dict(chain.from_iterable(alike[:most] for alike in named)).items())
        room -= sum(len(alike[:most]) for alike in named if len(alike) > 1)
        linked[refs_named] = every, any(len(alike) > most for alike in named)
    travellers = tuple(Traveller(person, *linked[person.item_refs]) for person in people.items)
    return Loaded(travellers, people.missing, people.complete, people.problem)


def load_orders_of_guest(tenant: Tenant, order_ref: str, guest_ref: str) -> Loaded[Order]:
    """The orders of a guest who is a contact or a traveller of the order `order_ref`, newest first.

    Raises NotOnOrder for any other guest: to see their orders, the user must search, and the search is recorded. Raises another
    CdpError if the guest's orders cannot be read, or if the guest was not found on the order but some of its people could not be read.
    The guest's orders and the contacts are requested at the same time. The people are usually still cached from the panel that led here.
    """
    jobs: list[Callable[[], Any]] = [
        partial(load_guest_orders, tenant, guest_ref),
        partial(tenant.client.list_contacts, order_ref),
    ]
    orders, contacts = tenant.reader.run_parallel(jobs)
    if not _among(contacts, guest_ref):
        travellers = tenant.client.list_consumers(order_ref)
        if not _among(travellers, guest_ref):
            for people in (contacts, travellers):
                if isinstance(people, errors.CdpError):
                    raise people
                if not people.complete:
                    raise people.problem or errors.Unreadable("not all people on the order could be read")
            raise errors.NotOnOrder("nobody on this order is that guest")
    if isinstance(orders, errors.CdpError):
        raise orders
    loaded: Loaded[Order] = orders
    return loaded


def load_orders_of_contacts(tenant: Tenant, order_ref: str) -> ContactsOrders:
    """The orders of the first MOST_GUESTS guests among an order's contacts.

    Orders that could not be read are left out; `problem` is then the first failure, if known. If some contacts could not be read, the
    orders are not `complete`. Raises a CdpError if no contacts can be read.
    """
    contacts = tenant.client.list_contacts(order_ref)
    guest_refs = [(contact.guest_ref or "").lower() for contact in contacts.items]
    guests = tuple(dict.fromkeys(filter(None, guest_refs)))[:MOST_GUESTS]
    orders: dict[str, Order] = {}
    missing, complete, problem = 0, contacts.complete, contacts.problem
    for answer in tenant.reader.run_parallel([partial(load_guest_orders, tenant, guest) for guest in guests]):
        if isinstance(answer, errors.CdpError):
            complete, problem = False, problem or answer
            continue
        missing, complete, problem = missing + answer.missing, complete and answer.complete, problem or answer.problem
        for order in answer.items:
            orders.setdefault((order.ref or f"#{len(orders)}").lower(), order)
    loaded = Loaded(newest_first(orders.values()), missing, complete, problem)
    return ContactsOrders(guests, loaded, sum(guest_ref not in guests for guest_ref in guest_refs))


def _among(people: Loaded[Person] | errors.CdpError, guest_ref: str) -> bool:
    return not isinstance(people, errors.CdpError) and any(
        refs.same(person.guest_ref, guest_ref) for person in people.items
    )
