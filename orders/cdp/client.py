"""One method per endpoint used. A client is made for one page: its deadline, its count of calls, its documents.

All methods raise the CdpErrors of `orders.cdp.errors`. Vendor pages are named under
https://doc.sitecore.com/cdp/en/developers/api/ (the legacy pages describe v2) and https://api-docs.sitecore.com/cdp (v2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from orders.cdp import decode, refs
from orders.cdp.bounds import Segments
from orders.cdp.errors import BadReference, CdpError, NotFound, RequestRefused, TooLarge
from orders.cdp.fields import ref_of
from orders.cdp.listing import Listing, whole_record
from orders.cdp.reader import Memory, Reader
from orders.cdp.records import Document, Extension, Loaded, Order, OrderItem, Person
from orders.cdp.transport import Deadline, Limits, Outbound, Transport, shared

__all__ = ["CdpClient", "Deadline", "Limits", "Memory"]

T = TypeVar("T")

_PROBE = "cdpviewer-connection-check"
_LONGEST_TERM = 256
_WHOLE = "whole/"  # and an order's ref: which listing holds that order, alone and with all its items


class CdpClient:
    """Reads one tenant of the CDP. `base_url` comes from `regions`, never from a person; `repr` shows no secret."""

    def __init__(
        self,
        base_url: str,
        client_key: str,
        token: str,
        *,
        version: str = "v2",
        memory: Memory | None = None,
        deadline: Deadline | None = None,
        limits: Limits | None = None,
        outbound: Outbound | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._reader = Reader(
            base_url,
            client_key,
            token,
            version=version,
            memory=memory,
            deadline=deadline,
            transport=transport or shared(limits or Limits(), outbound or Outbound()),
        )

    def __repr__(self) -> str:
        return f"<CdpClient of {self._reader!r}>"

    def tell(self, of: str, listener: Callable[[int, int], None]) -> None:
        """Have `listener(came, of_all)` called as the records of an unexpanded collection ("contacts", "consumers", "orders"), or
        the jobs given to `side_by_side` under that name, come; from whatever thread."""
        self._reader.tell(of, listener)

    def side_by_side(self, jobs: Sequence[Callable[[], T]], *, of: str = "") -> list[T | CdpError]:
        """Run `jobs` at the same time, results in their order, CdpErrors in place; `of` is what `tell` may name."""
        return self._reader.side_by_side(jobs, of=of)

    @property
    def calls(self) -> int:
        """Requests that left for the CDP, retries included; what memory answered is not among them."""
        return self._reader.calls

    @property
    def seconds(self) -> float:
        """Wall-clock seconds during which at least one call was under way."""
        return self._reader.seconds

    def take_failures(self) -> list[CdpError]:
        """The calls that failed since the last look, whatever became of them; a 404 or another 4xx of a reference is none."""
        return self._reader.take_failures()

    def keep_documents(self) -> None:
        """Keep every answer from now on as it came, for the raw view."""
        self._reader.keep_documents()

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every answer that was kept, as it came, in the order asked for."""
        return self._reader.documents

    def get_order(self, ref: str) -> Order:
        """GET /orders/{ref}?expand=orderItems (retrieve-an-order--legacy-.html), then the items' own listing if it may hold more.

        One call for fewer than ten items. A listing that fails later leaves `items_complete` False, never an error.
        """
        order = self._listed_whole(ref) or self._order_with_items(ref)
        return order if order.items_complete else self._with_all_items(order, ref)

    def _order_with_items(self, ref: str) -> Order:
        """The order with the items that come inline."""
        try:
            raw, notes = self._get(("orders", ref), {"expand": "orderItems"})
        except RequestRefused:
            raw, notes = self._get(("orders", ref), {})
        return decode.order(raw, notes=notes)

    def _listed_whole(self, ref: str) -> Order | None:
        """The order from a listing that was just read and held it alone and whole; None where there is no such listing."""
        target = self._reader.noted(_WHOLE + ref.lower())
        listing = self._reader.again(target) if target is not None else None
        return decode.order(decode.page(listing).entries[0]) if listing is not None else None

    def _with_all_items(self, order: Order, ref: str) -> Order:
        """The listing replaces the inline items, which are its first ten; nothing more is read of an order that is too large."""
        if order.items_left:
            return replace(order, items_problem=TooLarge(f"the order has more than {len(order.items)} items"))
        try:
            listed = self._list_items(ref, at_least=len(order.items))
        except NotFound as error:
            # An order of a shop may have no items at all, and an empty listing may be a 404: the API does not say.
            return replace(order, items_complete=not order.items, items_problem=error if order.items else None)
        except CdpError as error:
            return replace(order, items_complete=False, items_problem=error)
        if len(listed.items) + listed.missing < len(order.items):
            return replace(order, items_complete=False, items_problem=listed.problem)
        return replace(
            order,
            items=listed.items,
            items_complete=listed.complete,
            items_left=listed.missing,
            items_problem=listed.problem,
        )

    def list_order_items(self, order_ref: str) -> Loaded[OrderItem]:
        """GET /orders/{ref}/orderItems (retrieve-order-item-references--legacy-.html), then /orderItems/{ref} where not inlined."""
        return self._list_items(order_ref, at_least=0)

    def _list_items(self, order_ref: str, *, at_least: int) -> Loaded[OrderItem]:
        room = Segments()
        return self._list(
            ("orders", order_ref, "orderItems"),
            {},
            "orderItems",
            lambda raw: decode.item(raw, order_ref=order_ref, room=room),
            owner=order_ref,
            at_least=at_least,
        )

    def list_orders(self, *, reference_id: str | None = None, guest_ref: str | None = None) -> Loaded[Order]:
        """GET /orders?referenceId= or ?guestRef= (retrieve-orders--legacy-.html). None found is an empty Loaded, 404 or not.

        A reference may name several orders. Their items are as far as the listing holds them: see `items_complete`. Where a
        reference names one order and the listing only its ref, the order is fetched with its items.
        """
        if (reference_id is None) == (guest_ref is None):
            raise ValueError("orders are listed by reference_id or by guest_ref")
        search = {"referenceId": _term(reference_id)} if reference_id is not None else {"guestRef": _ref(guest_ref)}
        fetch_lone = self._order_with_items if reference_id is not None else None
        listing = Listing(self._reader, ("orders",), search, None)
        try:
            found = listing.read("orders", decode.order, fetch_lone=fetch_lone)
        except NotFound:
            return Loaded()
        if listing.is_one_record and found.items and found.items[0].ref and found.items[0].items_complete:
            self._reader.note(_WHOLE + found.items[0].ref.lower(), listing.first_page)
        return found

    def list_contacts(self, order_ref: str) -> Loaded[Person]:
        """GET /orders/{ref}/contacts (retrieve-order-contact-references--legacy-.html), then /orderContacts/{ref} where not inlined."""
        return self._list(("orders", order_ref, "contacts"), {}, "orderContacts", decode.contact)

    def list_consumers(self, order_ref: str) -> Loaded[Person]:
        """GET /orders/{ref}/consumers (retrieve-order-consumer-references--legacy-.html), then /orderConsumers/{ref}."""
        return self._list(("orders", order_ref, "consumers"), {}, "orderConsumers", decode.consumer)

    def list_consumer_item_refs(self, ref: str) -> tuple[str, ...]:
        """GET /orderConsumers/{ref}/orderItems (v2.1 only): the refs of the items that consumer is on, a page of them.

        None where the CDP knows none; and without a call in v2, where a consumer holds the links itself.
        """
        refs.in_path(ref)
        if self._reader.version != "v2.1":
            return ()
        try:
            raw, _ = self._get(
                ("orderConsumers", ref, "orderItems"), {"limit": self._reader.limits.page_size, "offset": 0}
            )
        except NotFound:
            return ()
        named = (ref_of(entry) for entry in decode.page(raw).entries if isinstance(entry, dict))
        return tuple(item_ref for item_ref in named if item_ref)

    def list_guests(
        self,
        *,
        email: str | None = None,
        phone_number: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        most: int | None = None,
        beside: Callable[[str], None] | None = None,
    ) -> Loaded[Person]:
        """GET /guests?email= | ?phoneNumber= | ?firstName=&lastName= (retrieve-guests--legacy-.html), then /guests/{ref}.

        None found is an empty Loaded; no more than `most` are read, and `complete` is then False. `beside` is called with the ref
        of each as soon as it is known, at the same time as the guest is fetched; it raises no CdpError.
        The terms are personal: they stand in no error, document or memory.
        """
        terms = {"email": email, "phoneNumber": phone_number, "firstName": first_name, "lastName": last_name}
        search = {name: _term(value) for name, value in terms.items() if value}
        if not search:
            raise ValueError("guests are searched by e-mail, phone number or name")
        try:
            return Listing(self._reader, ("guests",), search, None).read(
                "guests", decode.guest, most=most, beside=beside
            )
        except NotFound:
            return Loaded()

    def get_guest(self, ref: str) -> Person:
        """GET /guests/{ref} (retrieve-a-guest--legacy-.html)."""
        raw, notes = self._get(("guests", ref), {})
        return decode.person(whole_record(raw), notes=notes)

    def get_order_extension(self, ref: str) -> Extension | None:
        """GET /orders/{ref}/extensions/ext (v2.1), /orders/{ref}/extExt (v2, by analogy with guests). None where there is none."""
        try:
            if self._reader.version == "v2.1":
                return decode.extension(self._get(("orders", ref, "extensions", "ext"), {})[0])
            raw, _ = self._get(("orders", ref, "extExt"), {"expand": "true"})
            if not isinstance(raw.get("items"), list):
                return decode.extension(raw)
            found = next((entry for entry in raw["items"] if isinstance(entry, dict)), None)
            named = ref_of(found) if found is not None and decode.is_reference(found) else None
            if named is not None:
                found, _ = self._get(("orders", ref, "extExt", named), {})
            return decode.extension(found) if found is not None else None
        except NotFound:
            return None

    def get_item_extension(self, ref: str) -> Extension | None:
        """GET /orderItems/{ref}/extensions/ext (v2.1). None where there is none, and without a call in v2, which has no such path."""
        refs.in_path(ref)
        if self._reader.version != "v2.1":
            return None
        try:
            return decode.extension(self._get(("orderItems", ref, "extensions", "ext"), {})[0])
        except NotFound:
            return None

    def get_item_extensions(self, item_refs: Sequence[str]) -> list[Extension | CdpError | None]:
        """The custom data of several items side by side, in their order; an error stands where one was not loaded."""
        return self._reader.side_by_side([partial(self.get_item_extension, ref) for ref in item_refs])

    def probe(self) -> None:
        """Prove the credential with the cheapest search there is; returns when the CDP accepts it, raises otherwise."""
        try:
            self._get(("orders",), {"referenceId": _PROBE})
        except NotFound:
            return

    def _list(
        self,
        parts: Sequence[str],
        search: Mapping[str, str],
        single: str,
        read: Callable[[dict[str, Any]], T],
        *,
        owner: str | None = None,
        at_least: int = 0,
    ) -> Loaded[T]:
        return Listing(self._reader, parts, search, owner).read(single, read, at_least=at_least)

    def _get(self, parts: Sequence[str], params: Mapping[str, str | int]) -> tuple[dict[str, Any], tuple[Any, ...]]:
        return self._reader.get(parts, params)


def _ref(given: str | None) -> str:
    return refs.in_path(given or "")


# Persian and Hindi names need them, though Python does not count them as printable.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


def _term(value: str) -> str:
    """A search term as a person typed it. Raises BadReference, without repeating it, for one no search could be meant by."""
    if not value.strip() or len(value) > _LONGEST_TERM or not value.translate(_JOINERS).isprintable():
        raise BadReference("a search term is 1 to 256 printable characters")
    return value
