"""The sandbox's orders, people and guests, read from the JSON files of a folder.

A file is `{"_shows": "...", "orders": [...], "guests": [...]}`. An order holds its fields as the API sends them, and
`items`, `contacts`, `consumers` as lists. Keys that start with an underscore are ours and never sent; `README.md` lists them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.jsontext import loads
from sandbox.shorthand import Entry, repeated, segment

HERE = Path(__file__).with_name("world")
_REFS = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_STAMP = "2025-08-15T16:00:55.554Z"


@dataclass
class Order:
    """An order with its items and people. `fields` holds the order's own fields; `shows` says what it is an example of."""

    ref: str
    fields: Entry
    shows: str = ""
    items: list[Entry] = field(default_factory=list)
    contacts: list[Entry] = field(default_factory=list)
    consumers: list[Entry] = field(default_factory=list)
    extension: Entry | None = None
    faults: list[Entry] = field(default_factory=list)
    guests: set[str] = field(default_factory=set)


@dataclass
class World:
    """All records by lower-case ref; only `references` is by reference id.

    The values of `items`, `contacts` and `consumers` are (order, position from 0).
    """

    orders: dict[str, Order] = field(default_factory=dict)
    references: dict[str, list[Order]] = field(default_factory=dict)
    items: dict[str, tuple[Order, int]] = field(default_factory=dict)
    contacts: dict[str, tuple[Order, int]] = field(default_factory=dict)
    consumers: dict[str, tuple[Order, int]] = field(default_factory=dict)
    guests: dict[str, Entry] = field(default_factory=dict)
    orders_of_guest: dict[str, list[Order]] = field(default_factory=dict)

    def add(self, order: Order) -> None:
        """Add an order. Raises ValueError if one of its refs is already in use."""
        self._claim(self.orders, order.ref, order)
        reference = order.fields.get("referenceId")
        if isinstance(reference, str):
            self.references.setdefault(reference, []).append(order)
        for name in ("items", "contacts", "consumers"):
            for position, entry in enumerate(getattr(order, name)):
                self._claim(getattr(self, name), entry["ref"], (order, position))
        for guest in order.guests:
            self.orders_of_guest.setdefault(guest, []).append(order)

    def remove(self, ref: str) -> None:
        """Remove an order with all its records, if it exists."""
        order = self.orders.pop(ref.lower(), None)
        if order is None:
            return
        for entries in (self.items, self.contacts, self.consumers):
            for name in [name for name, (owner, _position) in entries.items() if owner is order]:
                del entries[name]
        for orders in (*self.references.values(), *self.orders_of_guest.values()):
            if order in orders:
                orders.remove(order)

    def with_reference(self, reference: str) -> list[Order]:
        """The orders with a reference id, which must match exactly, as in the API."""
        return self.references.get(reference, [])

    def add_guest(self, guest: Entry) -> None:
        self._claim(self.guests, guest["ref"], guest)

    @staticmethod
    def _claim(index: dict[str, Any], ref: str, value: Any) -> None:
        if ref.lower() in index:
            raise ValueError(f"two with the ref {ref}")
        index[ref.lower()] = value


def load(folder: Path | None = None) -> World:
    """Load all *.json files in a folder (ours by default). Raises ValueError, with the name of the file, if one is invalid."""
    world = World()
    for path, orders, guests in _own_files() if folder is None else _read(folder):
        try:
            for guest in guests:
                world.add_guest(guest)
            for order in orders:
                world.add(order)
        except ValueError as problem:
            raise ValueError(f"{path.name}: {problem}") from problem
    return world


@cache
def _own_files() -> list[tuple[Path, list[Order], list[Entry]]]:
    """Our own files, read once per process: they never change, and tests start many sandboxes."""
    return _read(HERE)


def _read(folder: Path) -> list[tuple[Path, list[Order], list[Entry]]]:
    files = []
    for path in sorted(folder.glob("*.json")):
        try:
            document = loads(path.read_text(encoding="utf-8"))
            guests = [{"firstSeen": _STAMP, **sendable(guest)} for guest in repeated(document.get("guests", []))]
            shows = document.get("_shows", "")
            orders = [order_from(entry, shows) for entry in repeated(document.get("orders", []))]
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ValueError(f"{path.name}: {problem}") from problem
        files.append((path, orders, guests))
    return files


def order_from(entry: Entry, shows: str = "") -> Order:
    """An order from a file's entry, with short forms expanded and missing refs filled in.

    Unless the entry has `_bare`, other common fields that are missing are filled in too.
    """
    reference = entry.get("referenceId")
    ref = entry.get("ref") or named_ref(f"order {reference}")
    fields = {"ref": ref, **sendable(entry, without=("items", "contacts", "consumers"))}
    order = Order(ref, fields, entry.get("_shows", shows), extension=entry.get("_extension"))
    order.items = [_item(order, n, item) for n, item in enumerate(repeated(entry.get("items", [])), 1)]
    order.contacts = _people(order, "contact", entry.get("contacts", []))
    order.consumers = _people(order, "consumer", entry.get("consumers", []))
    people = [order.fields, *order.contacts, *order.consumers]
    order.guests = {person["_guest"].lower() for person in people if person.get("_guest")}
    fault = entry.get("_fault", [])
    order.faults = [{"fault": fault}] if isinstance(fault, str) else fault if isinstance(fault, list) else [fault]
    if not entry.get("_bare"):
        _complete(order)
    return order


def _complete(order: Order) -> None:
    fields = order.fields
    ordered = fields.setdefault("orderedAt", _STAMP)
    fields.setdefault("createdAt", ordered)
    fields.setdefault("modifiedAt", ordered)
    fields.setdefault("currencyCode", "EUR")
    if "price" not in fields:
        fields["price"] = sum((item["price"] * item["quantity"] for item in order.items), Decimal(0))
    if fields.setdefault("paymentType", "Card") == "Card":
        fields.setdefault("cardType", "Visa")
    fields.setdefault("pointOfSale", "spinair.com")
    fields.setdefault("channel", "WEB")
    fields.setdefault("status", "PURCHASED")


def _item(order: Order, number: int, entry: Entry) -> Entry:
    item = {"ref": named_ref(f"{order.ref} item {number}", upper=number % 3 == 0), **sendable(entry)}
    if "_flights" in entry:
        item["flightSegments"] = [segment(line) for line in entry["_flights"]]
    if entry.get("_bare"):
        return item
    stamp = order.fields.get("orderedAt", _STAMP)
    status = order.fields.get("status", "PURCHASED")
    segments = item.get("flightSegments")
    defaults: Entry = {
        "ref": item["ref"],
        "createdAt": stamp,
        "modifiedAt": order.fields.get("modifiedAt", stamp),
        "type": "FLIGHT" if segments else "OTHER",
        "quantity": 1,
        "productId": f"{segments[0]['origin']}-{segments[-1]['destination']}"
        if segments
        else item.get("type", "OTHER"),
        "price": Decimal("0.00"),
        "currencyCode": order.fields.get("currencyCode", "EUR"),
        "referenceId": f"{order.fields.get('referenceId')}-item{number:03}",
        "status": status,
    }
    return {**defaults, **item}


def _people(order: Order, kind: str, entries: list[Entry]) -> list[Entry]:
    people = []
    for number, entry in enumerate(repeated(entries), 1):
        person = {"ref": named_ref(f"{order.ref} {kind} {number}", upper=number % 2 == 0), **sendable(entry)}
        if not entry.get("_bare"):
            person.setdefault("createdAt", order.fields.get("orderedAt", _STAMP))
            person.setdefault("modifiedAt", order.fields.get("modifiedAt", person["createdAt"]))
        people.append(person)
    return people


def sendable(entry: Entry, without: tuple[str, ...] = ()) -> Entry:
    """A copy without the keys in `without` and those that are needed only to read the file."""
    used_up = {"_shows", "_flights", "_bare", "_fault", *without}
    return {key: value for key, value in entry.items() if key not in used_up}


def named_ref(name: str, *, upper: bool = False) -> str:
    """A ref made from `name`, so that it is the same at every start. With `upper`, it is in upper case, as some real refs are."""
    ref = str(uuid.uuid5(_REFS, name))
    return ref.upper() if upper else ref
