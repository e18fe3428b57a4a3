"""The answers of the lean stand-in to each path, made from `world`."""

from __future__ import annotations

import json
from typing import Any

from bench import world


def answer(base: str, path: str, query: dict[str, str]) -> tuple[int, bytes]:
    """(status, JSON body) for a GET of `path`."""
    body = _find(base, path.strip("/").split("/"), query)
    if body is None:
        return 404, json.dumps({"status": 404, "code": 404, "message": "Not found.", "moreInfoUrl": ""}).encode()
    return 200, json.dumps(body).encode()


def _find(base: str, parts: list[str], query: dict[str, str]) -> dict[str, Any] | None:
    if parts[:1] != ["v2"] or len(parts) < 2:
        return None
    address, window = f"{base}/v2/{'/'.join(parts[1:])}", _window(query)
    expand = query.get("expand") == "true"
    match parts[1:]:
        case ["orders"]:
            kind, orders = _orders_of(base, query, with_items=expand)
            return world.collection(address, orders, *window, expand and kind not in world.BY_REFERENCE)
        case ["guests"]:
            kind, guests = _guests_of(base, query)
            return world.collection(address, guests, *window, expand and kind not in world.BY_REFERENCE)
        case ["guests", own]:
            known = world.read_ref(own)
            return world.guest(base, *known) if known is not None and known[0] in world.GUESTS else None
        case ["orderContacts", own]:
            return world.one_contact(base, own)
        case ["orderItems", own]:
            return world.one_item(base, own)
        case ["orders", own, *rest]:
            return _find_in_order(base, own, rest, query)
    return None


def _find_in_order(base: str, own: str, rest: list[str], query: dict[str, str]) -> dict[str, Any] | None:
    """An order, or one of its collections; None if there is no such order or collection."""
    known = world.read_ref(own)
    if known is None or known[0] not in world.ORDERS:
        return None
    kind, number = known
    if not rest:
        return world.order(base, kind, number, expand_items=query.get("expand") == "orderItems")
    items, contacts = world.how_many(kind, number)
    match rest:
        case ["orderItems"]:
            rows = [world.item(base, kind, number, index) for index in range(items)]
        case ["contacts"]:
            rows = [world.contact(base, kind, number, index) for index in range(contacts)]
        case ["consumers"]:
            rows = []
        case _:
            return None
    expand = query.get("expand") == "true" and kind not in world.BY_REFERENCE
    return world.collection(f"{base}/v2/orders/{own}/{rest[0]}", rows, *_window(query), expand)


def _window(query: dict[str, str]) -> tuple[int, int]:
    return int(query.get("offset", "0")), int(query.get("limit", "10"))


def _orders_of(base: str, query: dict[str, str], *, with_items: bool) -> tuple[int, list[dict[str, Any]]]:
    """The kind and the orders that a search finds: one by its reference id, or the two of a guest; (0, []) if it finds nothing."""
    guest = query.get("guestRef", "")
    if known := world.read_ref(guest):
        kind = world.AGENT + known[0] - world.GUEST
        return kind, [world.order(base, kind, 2 * known[1] + place, expand_items=False) for place in (0, 1)]
    if (number := world.order_of_contact(guest)) is not None:
        return world.AGENT, [
            world.order(base, world.AGENT, order_number, expand_items=False)
            for order_number in (number, number + world.OTHER)
        ]
    reference = query.get("referenceId", "")
    try:
        kind, number = int(reference[1:3], 16), int(reference[3:])
    except ValueError:
        return 0, []
    if reference != world.reference(kind, number) or kind not in world.ORDERS:
        return 0, []
    return kind, [world.order(base, kind, number, expand_items=with_items and kind == world.WHOLE)]


def _guests_of(base: str, query: dict[str, str]) -> tuple[int, list[dict[str, Any]]]:
    """The kind and the guest with an e-mail address; (0, []) if there is none."""
    email = query.get("email", "")
    for kind in world.GUESTS:
        start = world.email(kind, 0).partition("0@")[0]
        number = email.removeprefix(start).partition("@")[0]
        if number.isdecimal() and email == world.email(kind, int(number)):
            return kind, [world.guest(base, kind, int(number))]
    return 0, []
