"""The client of the CDP: methods that request orders, people and custom data, and return them as records.

A client serves one page; its `reader` holds the deadline, the counts and the documents. Methods raise the CdpErrors of
`orders.cdp.errors`. Docstrings name the vendor's legacy pages, which describe v2 and are under
https://doc.sitecore.com/cdp/en/developers/api/. For v2.1, see https://api-docs.sitecore.com/cdp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from orders.cdp import decode, pages, refs
from orders.cdp.bounds import Segments
from orders.cdp.errors import BadReference, CdpError, NotFound, RequestRefused, TooLarge
from orders.cdp.fields import ref_of
from orders.cdp.listing import Listing
from orders.cdp.reader import Memory, Reader
from orders.cdp.records import Extension, Loaded, Order, OrderItem, Person
from orders.cdp.regions import ApiVersion
from orders.cdp.transport import Deadline, Limits, Outbound, Transport, shared

__all__ = ["CdpClient", "Deadline", "Limits", "Memory"]


_PROBE = "cdpviewer-connection-check"
_LONGEST_TERM = 256
_WITH_ITEMS = {"expand": "orderItems"}
_WHOLE = "whole/"  # with an order's ref after it, the key of a note that names a listing of that order alone, with all its items


class CdpClient:
    """A client for one CDP tenant. `base_url` is the URL of a region, never user input; the client's `repr` shows no secret.

    Raises ValueError if `version` is not "v2" or "v2.1". `limits` and `outbound` are ignored if `transport` is given.
    """

    def __init__(
        self,
        base_url: str,
        client_key: str,
        token: str,
        *,
        version: str = ApiVersion.V2,
        memory: Memory | None = None,
        deadline: Deadline | None = None,
        limits: Limits | None = None,
        outbound: Outbound | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.reader = Reader(
            base_url,
            client_key,
            token,
            version=version,
            memory=memory,
            deadline=deadline,
            transport=transport or shared(limits or Limits(), outbound or Outbound()),
        )

    def __repr__(self) -> str:
        return f"<CdpClient of {self.reader!r}>"

    def get_order(self, ref: str) -> Order:
        """GET /orders/{ref}?expand=orderItems (retrieve-an-order--legacy-.html), then /orders/{ref}/orderItems if there may be more items.

        Makes no call if a recent listing held the whole order. Otherwise, one call is usually enough for an order with fewer than ten
        items. If the items cannot be listed, the error is kept in `items_problem` instead of being raised, and `items_complete` is
        False. A 404 for the list of items does not count as an error if the order came without items.
        """
        order = self._listed_whole(ref) or self._order_with_items(ref)
        return order if order.items_complete else self._with_all_items(order, ref)

    def get_order_start(self, ref: str) -> Order:
        """The order with only the items that come inline, normally at most ten: the first step of `get_order`."""
        return self._listed_whole(ref) or self._order_with_items(ref)

    def order_at_hand(self, ref: str) -> Order | None:
        """The order, if this page or the `memory` has the answer to /orders/{ref}?expand=orderItems; otherwise None. Makes no call."""
        try:
            raw = self.reader.again(self.reader.target(("orders", ref), _WITH_ITEMS))
            return decode.order(raw) if raw is not None else None
        except CdpError:
            return None

    def _order_with_items(self, ref: str) -> Order:
        """The order with its inline items; requested again without `expand` if the CDP refuses the first request."""
        try:
            raw, notes = self.reader.get(("orders", ref), _WITH_ITEMS)
        except RequestRefused:
            raw, notes = self.reader.get(("orders", ref), {})
        return decode.order(raw, notes=notes)

    def _listed_whole(self, ref: str) -> Order | None:
        """The order from a recent listing that held only this order, with all its items; None if there is no such listing."""
        target = self.reader.noted(_WHOLE + ref.lower())
        listing = self.reader.again(target) if target is not None else None
        return decode.order(pages.page(listing).entries[0]) if listing is not None else None

    def _with_all_items(self, order: Order, ref: str) -> Order:
        """The order with its items as listed at /orders/{ref}/orderItems.

        The inline items are kept if that listing fails or has fewer items. No call is made if the order came with more inline items
        than the limit for one order.
        """
        if order.items_left:
            return replace(order, items_problem=TooLarge(f"the order has more than {len(order.items)} items"))
        try:
            listed = self._list_items(ref, at_least=len(order.items))
        except NotFound as error:
            # An order of a shop may have no items at all, and an empty listing may be a 404: the API's manual does not say.
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

    def _list_items(self, order_ref: str, *, at_least: int) -> Loaded[OrderItem]:
        room = Segments()
        listing = Listing(self.reader, ("orders", order_ref, "orderItems"), {}, order_ref)
        return listing.read(
            "orderItems", lambda raw: decode.item(raw, order_ref=order_ref, room=room), at_least=at_least
        )

    def list_orders(self, *, reference_id: str | None = None, guest_ref: str | None = None) -> Loaded[Order]:
        """GET /orders?referenceId= or ?guestRef= (retrieve-orders--legacy-.html): the matching orders; an empty Loaded if there are none.

        A reference may match several orders. Each has the items included in the listing (see `items_complete`); an order that is listed
        by ref only is fetched with its inline items. Raises ValueError unless exactly one argument is given, and
        BadReference if its value is unusable.
        """
        if (reference_id is None) == (guest_ref is None):
            raise ValueError("orders are listed by reference_id or by guest_ref")
        search = {"referenceId": _term(reference_id)} if reference_id is not None else {"guestRef": _ref(guest_ref)}
        listing = Listing(self.reader, ("orders",), search)
        try:
            orders = listing.read("orders", decode.order, fetch=self._order_with_items)
        except NotFound:
            return Loaded()
        if listing.is_one_record and orders.items and orders.items[0].ref and orders.items[0].items_complete:
            self.reader.note(_WHOLE + orders.items[0].ref.lower(), listing.first_page)
        return orders

    def list_contacts(self, order_ref: str) -> Loaded[Person]:
        """GET /orders/{ref}/contacts (retrieve-order-contact-references--legacy-.html): the contacts of an order.

        A contact that is listed by ref only is fetched from /orderContacts/{its ref}. Raises NotFound if the list itself is a 404.
        """
        return Listing(self.reader, ("orders", order_ref, "contacts"), {}).read("orderContacts", decode.contact)

    def list_consumers(self, order_ref: str) -> Loaded[Person]:
        """GET /orders/{ref}/consumers (retrieve-order-consumer-references--legacy-.html): the consumers of an order.

        A consumer that is listed by ref only is fetched from /orderConsumers/{its ref}. Raises NotFound if the list itself is a 404.
        """
        return Listing(self.reader, ("orders", order_ref, "consumers"), {}).read("orderConsumers", decode.consumer)

    def list_consumer_item_refs(self, ref: str, *, at_least: int = 0) -> Loaded[str]:
        """GET /orderConsumers/{ref}/orderItems (v2.1): the refs of the consumer's items; `at_least` is how many are known to exist.

        The Loaded is empty if there are none. In v2, it is always empty and no call is made, because a consumer's own record names the
        items.
        """
        refs.in_path(ref)
        if self.reader.version is not ApiVersion.V2_1:
            return Loaded()
        try:
            listing = Listing(self.reader, ("orderConsumers", ref, "orderItems"), {}, expand=False)
            return listing.read_refs(at_least=at_least)
        except NotFound:
            return Loaded()

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
        """GET /guests?email= | ?phoneNumber= | ?firstName=&lastName= (retrieve-guests--legacy-.html): the matching guests.

        A guest that is listed by ref only is fetched from /guests/{its ref}. The Loaded is empty if no guest matches. At most `most`
        guests are read; `complete` is False if there may be more. `beside` is called with each guest's ref while the guests are
        fetched, and must not raise CdpError. The terms are personal: they appear in no error and in no key of `Memory`, and the
        document kept for the raw view omits the query. Raises ValueError if no term is given, and BadReference if a term is unusable.
        """
        terms = {"email": email, "phoneNumber": phone_number, "firstName": first_name, "lastName": last_name}
        search = {name: _term(value) for name, value in terms.items() if value}
        if not search:
            raise ValueError("guests are searched by e-mail, phone number or name")
        try:
            return Listing(self.reader, ("guests",), search).read("guests", decode.guest, most=most, beside=beside)
        except NotFound:
            return Loaded()

    def get_order_extension(self, ref: str) -> Extension | None:
        """GET /orders/{ref}/extensions/ext (v2.1) or /orders/{ref}/extExt?expand=true (v2): the order's custom data; None if it has none.

        The v2 path is inferred from the one for guests. If the v2 answer is a collection, its first record is used. A record that is
        listed by ref only is fetched from /orders/{ref}/extExt/{its ref}.
        """
        try:
            if self.reader.version is ApiVersion.V2_1:
                return decode.extension(self.reader.get(("orders", ref, "extensions", "ext"), {})[0])
            raw, _ = self.reader.get(("orders", ref, "extExt"), {"expand": "true"})
            if not isinstance(raw.get("items"), list):
                return decode.extension(raw)
            record = next((entry for entry in raw["items"] if isinstance(entry, dict)), None)
            named = ref_of(record) if record is not None and decode.is_bare_reference(record) else None
            if named is not None:
                record, _ = self.reader.get(("orders", ref, "extExt", named), {})
            return decode.extension(record) if record is not None else None
        except NotFound:
            return None

    def get_item_extension(self, ref: str) -> Extension | None:
        """GET /orderItems/{ref}/extensions/ext (v2.1): an item's custom data; None if it has none.

        v2 has no such path, so the result is None without a call.
        """
        refs.in_path(ref)
        if self.reader.version is not ApiVersion.V2_1:
            return None
        try:
            return decode.extension(self.reader.get(("orderItems", ref, "extensions", "ext"), {})[0])
        except NotFound:
            return None

    def get_item_extensions(self, item_refs: Sequence[str]) -> list[Extension | CdpError | None]:
        """The custom data of several items, in the order given, fetched in parallel.

        An entry is None for an item without custom data, and a CdpError for a failed call.
        """
        return self.reader.run_parallel([partial(self.get_item_extension, ref) for ref in item_refs])

    def probe(self) -> None:
        """Test the credential with a search: GET /orders?referenceId=cdpviewer-connection-check (retrieve-orders--legacy-.html).

        A 404 counts as success. Raises any other CdpError.
        """
        try:
            self.reader.get(("orders",), {"referenceId": _PROBE})
        except NotFound:
            return


def _ref(given: str | None) -> str:
    return refs.in_path(given or "")


# Persian and Hindi names need these joiners, though Python does not count them as printable.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


def _term(value: str) -> str:
    """The search term, unchanged. Raises BadReference, without repeating the term, if it is blank, too long or not printable."""
    if not value.strip() or len(value) > _LONGEST_TERM or not value.translate(_JOINERS).isprintable():
        raise BadReference("a search term is 1 to 256 printable characters")
    return value
