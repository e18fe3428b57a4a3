"""Searching for orders and customers, and opening an order if it is the only one found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from orders.cdp import errors, refs
from orders.cdp.client import CdpClient
from orders.cdp.records import Loaded, Order, Person
from orders.search_text import lookup
from orders.services.orders import OpenedOrder, open_order
from orders.services.tenant import Tenant

MOST_PEOPLE = 50  # each person's orders cost at least one call, and nobody reads a longer list

_NAMED = "named/"  # the key of a note is this and then a booking reference; its value is the ref of the order that was opened

Searches = dict[tuple[str, str], Callable[[], Loaded[Order]]]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Orders found, each once. `searches` lists the searches made, as ("ref" or "reference", value) pairs.

    `partial` is True if there may be more orders, because a search failed or was incomplete.
    """

    orders: tuple[Order, ...]
    searches: tuple[tuple[str, str], ...]
    partial: bool = False

    @property
    def only(self) -> str:
        """The ref of the order if exactly one was found and there can be no others; otherwise, or if that order has no ref, ""."""
        return (self.orders[0].ref or "") if len(self.orders) == 1 and not self.partial else ""


@dataclass(frozen=True, slots=True, repr=False)
class GuestOrders:
    """A guest, and those of the guest's orders that could be read, newest first."""

    guest: Person
    orders: Loaded[Order]


def find_orders(tenant: Tenant, candidates: Sequence[str]) -> SearchResult:
    """Search for each candidate as a booking reference and, if its form allows it, as an order ref. All searches run in parallel.

    A booking reference may have any form, even that of a UUID. It is also tried in capitals, because people often type it in lower case.
    Raises BadReference if there are no candidates, or another CdpError if nothing was found and a search failed or was incomplete.
    """
    searches: Searches = {}
    for candidate in candidates:
        if refs.is_ref(candidate):
            searches["ref", candidate] = partial(_by_ref, tenant.client, candidate)
        searches |= _reference_searches(tenant, candidate)
    if not searches:
        raise errors.BadReference("no candidate could be a reference")
    return _run(tenant, searches)


def open_or_find(tenant: Tenant, ref: str) -> OpenedOrder | SearchResult:
    """Open the order `ref`, or the only order with `ref` as its booking reference; otherwise return the orders found, if any.

    A value that looks like one of the CDP's refs is first tried as a ref, and then, if no order has that ref, as a booking reference.
    Any other value is tried as both at the same time. If it is still unknown whether an order has that ref, the result is `partial`,
    because that order may be missing. Raises a CdpError if no order was found and an attempt failed, or if the order to open cannot be
    read. If a booking reference led to one order in the last minute, a page that reuses answers opens that order without a search.
    """
    opened: errors.CdpError
    result: OpenedOrder | SearchResult | errors.CdpError
    if known := tenant.reader.noted(_NAMED + ref.lower()):
        return open_order(tenant, known)
    if lookup.looks_like_ref(ref):
        try:
            return open_order(tenant, ref)
        except errors.NotFound as error:
            opened, result = error, _run(tenant, _reference_searches(tenant, ref))
    else:
        jobs: list[Callable[[], OpenedOrder | SearchResult]] = [
            partial(open_order, tenant, ref),
            partial(_run, tenant, _reference_searches(tenant, ref)),
        ]
        answer, result = tenant.reader.run_parallel(jobs)
        if not isinstance(answer, errors.CdpError):
            return answer
        opened = answer
    # A 400 for something without the form of a ref only means that it is not a ref.
    unanswered = not isinstance(opened, errors.NotFound | errors.RequestRefused)
    if not isinstance(result, SearchResult):
        raise opened if unanswered or not isinstance(result, errors.CdpError) else result
    # A redirect to the order that could not be read would loop.
    if (unanswered and not result.orders) or any(refs.same(order.ref, ref) for order in result.orders):
        raise opened
    only = open_if_one(
        tenant, replace(result, searches=(("ref", ref), *result.searches), partial=result.partial or unanswered)
    )
    if isinstance(only, OpenedOrder) and only.order.ref:
        tenant.reader.note(_NAMED + ref.lower(), only.order.ref)
    return only


def open_if_one(tenant: Tenant, result: SearchResult) -> OpenedOrder | SearchResult:
    """Open the order in `result` if there is exactly one and there can be no others (see `SearchResult.only`); otherwise return `result`.

    The search's answers are reused where possible. Raises a CdpError if the order cannot be read.
    """
    return open_order(tenant, result.only) if result.only else result


def open_by_text(tenant: Tenant, text: str, candidates: Sequence[str]) -> OpenedOrder | SearchResult:
    """Open the order that `text` names, if there is exactly one; otherwise return the orders found.

    Text that can be a ref is handled by `open_or_find`. For any other text, the references read from it (`candidates`) are searched for.
    Raises a CdpError in the same cases as `open_or_find`, `find_orders` and `open_if_one`.
    """
    if refs.is_ref(text):
        return open_or_find(tenant, text)
    return open_if_one(tenant, find_orders(tenant, candidates))


def find_by_reference(tenant: Tenant, reference: str) -> SearchResult:
    """The orders whose booking reference is `reference`, as typed or in capitals.

    Raises a CdpError if nothing was found and a search failed or was incomplete.
    """
    return _run(tenant, _reference_searches(tenant, reference))


def _reference_searches(tenant: Tenant, reference: str) -> Searches:
    """The searches, still to be run, for a booking reference as typed and in capitals."""
    return {
        ("reference", spelling): partial(tenant.client.list_orders, reference_id=spelling)
        for spelling in dict.fromkeys((reference, reference.upper()))
    }


def _run(tenant: Tenant, searches: Searches) -> SearchResult:
    """Run all searches in parallel, and return the orders found, each once.

    Raises a CdpError if nothing was found and a search failed or was incomplete.
    """
    orders: dict[str, Order] = {}
    problem: errors.CdpError | None = None
    incomplete = False
    for answer in tenant.reader.run_parallel(list(searches.values())):
        if isinstance(answer, errors.CdpError):
            problem = problem or answer
            continue
        problem, incomplete = problem or answer.problem, incomplete or not answer.complete
        for order in answer.items:
            orders.setdefault(order.ref.lower() if order.ref else f"#{len(orders)}", order)
    if incomplete and not orders:
        problem = problem or errors.Unreadable("the list of orders could not be read to its end")
    if problem is not None and not orders:
        raise problem
    return SearchResult(newest_first(orders.values()), tuple(searches), incomplete or problem is not None)


def _by_ref(client: CdpClient, ref: str) -> Loaded[Order]:
    try:
        return Loaded((client.get_order(ref),))
    except (errors.NotFound, errors.BadReference):
        return Loaded()
    except errors.RequestRefused:
        # The answer to a ref that is not a UUID is not documented; a 400 then only means "not one of my refs".
        if lookup.looks_like_ref(ref):
            raise
        return Loaded()


def newest_first(orders: Iterable[Order]) -> tuple[Order, ...]:
    """The orders sorted by `ordered_at`, newest first; orders without that time come last."""
    long_ago = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(orders, key=lambda order: order.ordered_at or long_ago, reverse=True))


def load_guest_orders(tenant: Tenant, guest_ref: str) -> Loaded[Order]:
    """The orders of one guest, newest first. Raises a CdpError if they cannot be listed."""
    listed = tenant.client.list_orders(guest_ref=guest_ref)
    return replace(listed, items=newest_first(listed.items))


def find_people(tenant: Tenant, *questions: Mapping[str, str]) -> Loaded[GuestOrders]:
    """Guests found by `email`, `phone_number`, or `first_name` and `last_name`, each with their orders.

    Several `questions`, such as spellings of one name, are asked at the same time, and each guest is returned once.
    This normally takes two round trips: one for the guests, and one for all their orders. It takes three if the CDP lists only refs:
    the guests are then fetched while their orders are listed, and the orders are fetched last. A guest whose orders could not be read is
    included, with the reason. At most MOST_PEOPLE guests are returned; if there may be more and nothing failed, `problem` is TooMany.
    Raises a CdpError if nobody was found and the search failed or was incomplete.
    """
    orders = _OrdersOfGuests(tenant)
    guests = _list_guests(tenant, questions, orders.start)
    if not guests.complete and guests.problem is None and len(guests.items) == MOST_PEOPLE:
        guests = replace(guests, problem=errors.TooMany("more people than one page shows"))
    orders.load(guest.ref for guest in guests.items if guest.ref)
    people = tuple(GuestOrders(guest, orders.of(guest)) for guest in guests.items)
    return Loaded(people, guests.missing, guests.complete, guests.problem)


def list_people(tenant: Tenant, *questions: Mapping[str, str]) -> Loaded[Person]:
    """The guests that `find_people` finds, without their orders. This takes one round trip, or two if the CDP lists only refs.

    At most MOST_PEOPLE guests are returned. Raises a CdpError if nobody was found and the search failed or was incomplete.
    """
    return _list_guests(tenant, questions, lambda _ref: None)


class _OrdersOfGuests:
    """The orders of several guests, loaded once for each guest. Thread-safe."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._orders: dict[str, Loaded[Order]] = {}

    def start(self, ref: str) -> None:
        """Load a guest's orders as soon as the guest is listed, but only for the first MOST_PEOPLE guests, because no more are shown."""
        if len(self._orders) < MOST_PEOPLE:
            self._load(ref)

    def load(self, refs_shown: Iterable[str]) -> None:
        """Load the orders of the guests who are shown, except those already loaded."""
        self._tenant.reader.run_parallel(
            [partial(self._load, ref) for ref in refs_shown if ref.lower() not in self._orders]
        )

    def of(self, guest: Person) -> Loaded[Order]:
        """The guest's orders; an empty, incomplete `Loaded` if they could not be loaded."""
        return self._orders.get((guest.ref or "").lower()) or Loaded(complete=False)

    def _load(self, ref: str) -> None:
        under_way: Loaded[Order] = Loaded(complete=False)
        if self._orders.setdefault(ref.lower(), under_way) is not under_way:
            return
        try:
            self._orders[ref.lower()] = load_guest_orders(self._tenant, ref)
        except errors.CdpError as error:
            self._orders[ref.lower()] = replace(under_way, problem=error)


def _list_guests(
    tenant: Tenant, questions: Sequence[Mapping[str, str]], load_orders: Callable[[str], None]
) -> Loaded[Person]:
    """The guests who match any of `questions`, at most MOST_PEOPLE; `load_orders` is called with the ref of each guest listed.

    Raises a CdpError if no guest was found and a search failed or was incomplete.
    """

    def ask(question: Mapping[str, str]) -> Loaded[Person]:
        terms: dict[str, Any] = dict(question)
        return tenant.client.list_guests(**terms, most=MOST_PEOPLE, beside=load_orders)

    if len(questions) == 1:
        guests = ask(questions[0])
    else:
        guests = _each_once(tenant.reader.run_parallel([partial(ask, question) for question in questions]))
    if not guests.items and not guests.complete:
        raise guests.problem or errors.Unreadable("the list of people could not be read to its end")
    return guests


def _each_once(answers: Iterable[Loaded[Person] | errors.CdpError]) -> Loaded[Person]:
    """The guests in all answers, each once, but at most MOST_PEOPLE.

    The result is incomplete if there are more, or if one of the answers is an error or is incomplete.
    """
    guests: dict[str, Person] = {}
    missing, complete, problem = 0, True, None
    for answer in answers:
        if isinstance(answer, errors.CdpError):
            complete, problem = False, problem or answer
            continue
        missing, complete, problem = missing + answer.missing, complete and answer.complete, problem or answer.problem
        for guest in answer.items:
            guests.setdefault(guest.ref.lower() if guest.ref else f"#{len(guests)}", guest)
    if len(guests) > MOST_PEOPLE:
        complete = False
    return Loaded(tuple(guests.values())[:MOST_PEOPLE], missing, complete, problem)
