"""Parsed requests: the endpoint, the records it returns, and the page requested."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.jsontext import Json
from sandbox.world import Order, World

COLLECTIONS = {"orderItems": "items", "contacts": "contacts", "consumers": "consumers"}
SINGLES = {"orderItems": "items", "orderContacts": "contacts", "orderConsumers": "consumers"}


class Refused(Exception):
    """A request that is answered with an error. `status` and `message` go into the documented error body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Asked:
    """A parsed GET.

    `what` is orders, order, items, item, contacts, contact, consumers, consumer, extensions, extension, guests or guest.
    `number` is a single record's position in its order, counted from 1. `records` holds all records of a collection, whatever the page.
    """

    base: str
    version: str
    path: str
    query: dict[str, str]
    target: str
    what: str = ""
    order: Order | None = None
    number: int = 0
    records: list[Json] = field(default_factory=list)
    record: Json = None
    touches: set[str] = field(default_factory=set)
    offset: int = 0
    limit: int = 10

    @property
    def root(self) -> str:
        return f"{self.base}/{self.version}"

    @property
    def expand(self) -> set[str]:
        return set(self.query.get("expand", "").split(","))


def understand(world: World, base: str, target: str, *, miss: int = 200) -> Asked:
    """Parse a request target (path and query). Raises Refused with status 400 or 404.

    `miss` is the status of a search without a hit: 200 or 404.
    """
    parts = urlsplit(target)
    query: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        query[key] = f"{query[key]},{value}" if key == "expand" and key in query else value
    steps = [unquote(step) for step in parts.path.split("/")[1:]]
    if len(steps) < 2 or steps[0] not in ("v2", "v2.1"):
        raise Refused(404, "No such path.")
    asked = Asked(base, steps[0], parts.path, query, target)
    asked.offset, asked.limit = _page(query)
    _find(world, asked, steps[1:], miss)
    if asked.order is not None:
        asked.touches.add(asked.order.ref.lower())
    return asked


def _find(world: World, asked: Asked, steps: list[str], miss: int) -> None:
    match steps:
        case ["orders"]:
            _orders(world, asked, miss)
        case ["orders", ref, *rest]:
            asked.what, asked.order = "order", world.orders.get(ref.lower())
            if asked.order is None:
                raise Refused(404, "No order with this reference.")
            _below_order(asked, rest)
        case [("orderItems" | "orderContacts" | "orderConsumers") as kind, ref, *rest]:
            name = SINGLES[kind]
            order, position = getattr(world, name).get(ref.lower(), (None, 0))
            if order is None:
                raise Refused(404, "No record with this reference.")
            asked.order, asked.number, asked.what = order, position + 1, name[:-1]
            asked.record = getattr(order, name)[position]
            _below_single(asked, rest)
        case ["guests"]:
            _guests(world, asked, miss)
        case ["guests", ref]:
            asked.what, asked.record = "guest", world.guests.get(ref.lower())
            asked.touches.add(ref.lower())
            if asked.record is None:
                raise Refused(404, "No guest with this reference.")
        case _:
            raise Refused(404, "No such path.")


def _orders(world: World, asked: Asked, miss: int) -> None:
    asked.what = "orders"
    reference, guest = asked.query.get("referenceId"), asked.query.get("guestRef")
    if reference and guest and asked.version == "v2.1":
        raise Refused(400, "Either referenceId or guestRef may be given, not both.")
    if reference:
        asked.records = list(world.with_reference(reference))
    elif guest:
        asked.records = list(world.orders_of_guest.get(guest.lower(), []))
        asked.touches.add(guest.lower())
    else:
        raise Refused(400, "referenceId or guestRef may not be null.")
    asked.touches.update(order.ref.lower() for order in asked.records)
    field_name, _, direction = asked.query.get("sort", "").partition("::")
    if field_name in ("orderedAt", "created", "createdAt"):
        key = "orderedAt" if field_name == "orderedAt" else "createdAt"
        asked.records.sort(key=lambda order: str(order.fields.get(key)), reverse=direction == "DESC")
    if not asked.records and miss == 404:
        raise Refused(404, "No orders found.")


def _below_order(asked: Asked, rest: list[str]) -> None:
    order = asked.order
    assert order is not None
    match rest:
        case []:
            asked.record = order
        case [("orderItems" | "contacts" | "consumers") as kind]:
            asked.what = COLLECTIONS[kind]
            asked.records = getattr(order, asked.what)
        case ["extensions"] if asked.version == "v2.1":
            asked.what, asked.records = "extensions", [order.extension] if order.extension else []
        case ["extExt"] if asked.version == "v2":
            asked.what, asked.records = "extensions", [order.extension] if order.extension else []
        case ["extensions", "ext"] if asked.version == "v2.1":
            asked.what, asked.record = "extension", order.extension
            if not order.extension:
                raise Refused(404, "This order has no data extension.")
        case _:
            raise Refused(404, "No such path.")


def _below_single(asked: Asked, rest: list[str]) -> None:
    match rest:
        case []:
            return
        case ["orderItems"] if asked.what == "consumer" and asked.order is not None:
            asked.records = items_of(asked.order, asked.record)
            asked.what = "items"
        case ["extensions", "ext"] if asked.what == "item" and asked.version == "v2.1":
            asked.what, asked.record = "extension", asked.record.get("_extension")
            if not asked.record:
                raise Refused(404, "This order item has no data extension.")
        case _:
            raise Refused(404, "No such path.")


def items_of(order: Order, consumer: Json) -> list[Json]:
    """The items of a consumer, found by the positions in its `_on`, which are counted from 1."""
    return [order.items[int(position) - 1] for position in consumer.get("_on", [])]


def _guests(world: World, asked: Asked, miss: int) -> None:
    asked.what = "guests"
    known = {"email", "email.untouched", "phoneNumber", "firstName", "lastName", "identifiers.id"}
    criteria = {key: value for key, value in asked.query.items() if key in known and value}
    if not criteria:
        raise Refused(400, "Give one of email, phoneNumber, firstName, lastName or identifiers.")
    criteria["identifiers.provider"] = asked.query.get("identifiers.provider", "")
    asked.records = [guest for guest in world.guests.values() if _is_wanted(guest, criteria)]
    if not asked.records and miss == 404:
        raise Refused(404, "No guests found.")


def _is_wanted(guest: Json, criteria: dict[str, str]) -> bool:
    for key, value in criteria.items():
        if key in ("email", "email.untouched"):
            fits = value.lower() in [email.lower() for email in guest.get("emails", [])]
        elif key == "phoneNumber":
            fits = _digits(value) in [_digits(number) for number in guest.get("phoneNumbers", [])]
        elif key == "identifiers.id":
            fits = value in [number.get("id") for number in guest.get("identifiers", [])]
        elif key == "identifiers.provider":
            fits = not value or value in [number.get("provider") for number in guest.get("identifiers", [])]
        else:
            fits = str(guest.get(key, "")).casefold() == value.casefold()
        if not fits:
            return False
    return True


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _page(query: dict[str, str]) -> tuple[int, int]:
    """The offset and limit, by default 0 and 10. A limit above 100 is reduced to 100. Raises Refused (400) if either is invalid."""
    try:
        offset, limit = int(query.get("offset") or 0), int(query.get("limit") or 10)
    except ValueError:
        raise Refused(400, "offset and limit must be numbers.") from None
    if offset < 0 or limit < 1:
        raise Refused(400, "offset may not be negative, limit must be at least 1.")
    return offset, min(limit, 100)
