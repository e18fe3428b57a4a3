# ruff: noqa: DTZ001  (segment times are wall-clock values, naive on purpose)
"""The orders of the lean stand-in: the meaning of refs, and the JSON for them.

The first two hex digits of a ref give its kind: an agent's own order, an order of n items, an order of n contacts
(answered expanded, or as references only), one contact. The bodies have the shape of the vendor's REST API v2.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

AGENT, ITEMS, CONTACTS, CONTACTS_BY_REFERENCE, CONTACT, GUEST = 0x10, 0x20, 0x30, 0x31, 0x40, 0x50
OTHER = 4_000_000  # between the two orders of a guest
_TAIL = "4c07-4731-857e-9602034b15f2"
_STAMPS = {"createdAt": "2025-08-15T16:00:55.554Z", "modifiedAt": "2025-08-21T16:00:51.882Z"}
LARGEST_PAGE = 100


def ref(kind: int, number: int) -> str:
    """The ref of the order (or contact) `number` of a kind."""
    return f"{kind:02x}{number:06x}-{_TAIL}"


def read_ref(text: str) -> tuple[int, int] | None:
    """(kind, number) of a ref of ours, None for any other."""
    if len(text) != 36 or not text.endswith(_TAIL):
        return None
    try:
        return int(text[:2], 16), int(text[2:8], 16)
    except ValueError:
        return None


def reference(kind: int, number: int) -> str:
    """The booking reference of an order: what an agent's page must show, and no other agent's page may."""
    return f"B{kind:02X}{number:04d}"


def how_many(kind: int, number: int) -> tuple[int, int]:
    """(items, contacts) of an order."""
    if kind == ITEMS:
        return number, 1
    if kind in (CONTACTS, CONTACTS_BY_REFERENCE):
        return 1, number
    return 1, 2


def segment(origin: str, destination: str, departure: datetime, arrival: datetime, number: str) -> dict[str, Any]:
    """One flight; `departure` and `arrival` are wall-clock values, sent with the API's false Z."""
    return {
        "origin": origin,
        "destination": destination,
        "departureDateTime": departure.isoformat(timespec="milliseconds") + "Z",
        "arrivalDateTime": arrival.isoformat(timespec="milliseconds") + "Z",
        "flightNumber": number,
        "fareClass": "Economy",
        "fareFamily": "Plus",
        "carrier": "BX",
        "operatingCarrier": "BX",
        "originDestination": f"{origin}-{destination}",
    }


_OUT = [
    segment("DUB", "LHR", datetime(2025, 8, 15, 16, 0), datetime(2025, 8, 15, 17, 20), "459"),
    segment("LHR", "LAS", datetime(2025, 8, 15, 20, 0), datetime(2025, 8, 15, 22, 40), "460"),
]
_BACK = [
    segment("LAS", "LHR", datetime(2025, 8, 22, 18, 5), datetime(2025, 8, 23, 12, 25), "461"),
    segment("LHR", "DUB", datetime(2025, 8, 23, 15, 0), datetime(2025, 8, 23, 16, 25), "462"),
]


def different_flights(count: int) -> list[dict[str, Any]]:
    """`count` segments of which no two are one flight: there and back between the same two airports, a day apart."""
    flights = []
    for index in range(count):
        out = datetime(2025, 3, 1, 9, 0) + timedelta(days=index)
        ends = ("DUB", "LHR") if index % 2 == 0 else ("LHR", "DUB")
        flights.append(segment(*ends, out, out + timedelta(minutes=80), str(400 + index)))
    return flights


def item(base: str, kind: int, number: int, index: int) -> dict[str, Any]:
    """Item `index` of an order: of a group, each traveller's way out, way back, bag and seat in turn."""
    what = index % 4
    body: dict[str, Any] = {
        "href": f"{base}/v2/orderItems/{ref(kind + 0x80, number)[:-6]}{index:06d}",
        "ref": f"{ref(kind + 0x80, number)[:-6]}{index:06d}",
        **_STAMPS,
        "type": ("FLIGHT", "FLIGHT", "BAG", "SEAT")[what],
        "quantity": 1,
        "productId": ("DUB-LAS", "LAS-DUB", "BAG-23KG", "SEAT-14C")[what],
        "price": (100.00, 100.00, 30.5, 12)[what],
        "currencyCode": "EUR",
        "originalPrice": (112.00, 112.00, 34.16, 13.44)[what],
        "originalCurrencyCode": "USD",
        "referenceId": f"{reference(kind, number)}-item{index + 1:03d}",
        "status": "PURCHASED",
        "passengerTypeCode": "ADT",
    }
    if what < 2:
        body["flightSegments"] = _OUT if what == 0 else _BACK
    return body


def contact(base: str, kind: int, number: int, index: int) -> dict[str, Any]:
    """Contact `index` of an order. Nobody of this name exists; the addresses are of the reserved example domain."""
    own = f"{ref(CONTACT, number)[:-6]}{kind:02x}{index:04d}"
    return {
        "href": f"{base}/v2/orderContacts/{own}",
        "ref": own,
        **_STAMPS,
        "title": "Ms",
        "firstName": "Aoife",
        "lastName": f"Example{index + 1}",
        "gender": "female",
        "dateOfBirth": "1985-12-24T00:00Z",
        "emails": [f"aoife{index + 1}@example.com"],
        "nationality": "Irish",
        "passportNumber": f"PX{7000000 + index}",
        "phoneNumbers": [f"+35315550{index:03d}"],
        "guest": {"href": f"{base}/v2/guests/{ref(GUEST, number)[:-6]}{index:06d}"},
        "order": {"href": f"{base}/v2/orders/{ref(kind, number)}"},
    }


def one_contact(base: str, own: str) -> dict[str, Any] | None:
    """The contact with this ref, None if there is none."""
    known = read_ref(own[:-6] + _TAIL[-6:])
    if known is None or known[0] != CONTACT:
        return None
    try:
        return contact(base, int(own[-6:-4], 16), known[1], int(own[-4:]))
    except ValueError:
        return None


def collection(address: str, rows: list[dict[str, Any]], offset: int, limit: int, expand: bool) -> dict[str, Any]:
    """One page of a collection: full rows if expanded, else their hrefs. No total, as in the API."""
    limit = max(1, min(limit, LARGEST_PAGE))
    page = rows[offset : offset + limit]
    return {
        "href": f"{address}?offset={offset}&limit={limit}",
        "offset": offset,
        "limit": limit,
        "items": page if expand else [{"href": row["href"]} for row in page],
    }


def order(base: str, kind: int, number: int, *, expand_items: bool) -> dict[str, Any]:
    """An order as `GET /v2/orders/{ref}` gives it; the expanded items are cut at ten, as in the API."""
    own = f"{base}/v2/orders/{ref(kind, number)}"
    items, _ = how_many(kind, number)
    body: dict[str, Any] = {
        "href": own + ("?expand=orderItems" if expand_items else ""),
        "ref": ref(kind, number),
        **_STAMPS,
        "orderedAt": "2025-08-15T16:00:55.554Z",
        "price": round(sum((100.00, 100.00, 30.5, 12)[index % 4] for index in range(items)), 2),
        "currencyCode": "EUR",
        "referenceId": reference(kind, number),
        "paymentType": "Card",
        "cardType": "Visa",
        "pointOfSale": "default",
        "channel": "WEB",
        "status": "PURCHASED",
        "contacts": {"href": f"{own}/contacts"},
        "consumers": {"href": f"{own}/consumers"},
        "orderItems": {"href": f"{own}/orderItems"},
    }
    if expand_items:
        first = [item(base, kind, number, index) for index in range(min(items, 10))]
        body["orderItems"] = {
            "href": f"{own}/orderItems",
            "offset": 0,
            "limit": 10,
            "items": first,
            "order": {"href": own},
        }
    return body


def answer(base: str, path: str, query: dict[str, str]) -> tuple[int, bytes]:
    """(status, JSON body) for a GET of `path`."""
    body = _find(base, path.strip("/").split("/"), query)
    if body is None:
        return 404, json.dumps({"status": 404, "code": 404, "message": "Not found.", "moreInfoUrl": ""}).encode()
    return 200, json.dumps(body).encode()


def _find(base: str, parts: list[str], query: dict[str, str]) -> dict[str, Any] | None:
    if parts[:1] != ["v2"] or len(parts) < 2:
        return None
    offset, limit = _window(query)
    expand = query.get("expand") == "true"
    match parts[1:]:
        case ["orders"]:
            return collection(f"{base}/v2/orders", _orders_of(base, query), offset, limit, expand)
        case ["guests"]:
            return collection(f"{base}/v2/guests", [], offset, limit, expand)
        case ["orderContacts", own]:
            return one_contact(base, own)
        case ["orders", own, *rest]:
            return _find_in_order(base, own, rest, query)
    return None


def _find_in_order(base: str, own: str, rest: list[str], query: dict[str, str]) -> dict[str, Any] | None:
    """An order, or one of its collections."""
    known = read_ref(own)
    if known is None or known[0] not in (AGENT, ITEMS, CONTACTS, CONTACTS_BY_REFERENCE):
        return None
    kind, number = known
    if not rest:
        return order(base, kind, number, expand_items=query.get("expand") == "orderItems")
    items, contacts = how_many(kind, number)
    expand = query.get("expand") == "true"
    match rest:
        case ["orderItems"]:
            rows = [item(base, kind, number, index) for index in range(items)]
        case ["contacts"]:
            rows = [contact(base, kind, number, index) for index in range(contacts)]
            expand = expand and kind != CONTACTS_BY_REFERENCE
        case ["consumers"]:
            rows = []
        case _:
            return None
    return collection(f"{base}/v2/orders/{own}/{rest[0]}", rows, *_window(query), expand)


def _window(query: dict[str, str]) -> tuple[int, int]:
    return int(query.get("offset", "0")), int(query.get("limit", "10"))


def _orders_of(base: str, query: dict[str, str]) -> list[dict[str, Any]]:
    if guest := query.get("guestRef", ""):
        return _orders_of_guest(base, guest)
    wanted = query.get("referenceId", "")
    try:
        kind, number = int(wanted[1:3], 16), int(wanted[3:])
    except ValueError:
        return []
    return [order(base, kind, number, expand_items=False)] if wanted == reference(kind, number) else []


def _orders_of_guest(base: str, guest: str) -> list[dict[str, Any]]:
    """The order whose contact the guest is, as an agent's own order, and one more."""
    known = read_ref(guest[:-6] + _TAIL[-6:])
    if known is None or known[0] != GUEST:
        return []
    return [order(base, AGENT, number, expand_items=False) for number in (known[1], known[1] + OTHER)]
