# ruff: noqa: DTZ001  (segment times are wall-clock values, naive on purpose)
"""The orders of the lean stand-in: the meaning of their refs, and their JSON.

The first two hex digits of a ref give its kind: an agent's own order, an order of n items, an order of n contacts, one contact, one
guest, or one item. Orders and guests exist in two kinds: one for a CDP that inlines the records of a list, and one (`by_reference`)
for a CDP that lists only references. An order of the kind `WHOLE` is listed with its items. The bodies have the shape of the vendor's
REST API v2.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

AGENT, ITEMS, CONTACTS, CONTACT, GUEST, ITEM = 0x10, 0x20, 0x30, 0x40, 0x50, 0x80  # ITEM: added to the order's kind
WHOLE = AGENT + 2
OTHER = 4_000_000  # between the two orders of a contact's guest
_TAIL = "4c07-4731-857e-9602034b15f2"
_STAMPS = {"createdAt": "2025-08-15T16:00:55.554Z", "modifiedAt": "2025-08-21T16:00:51.882Z"}
LARGEST_PAGE = 100


def by_reference(kind: int) -> int:
    """The same kind, for a CDP that lists only references."""
    return kind + 1


BY_REFERENCE = {by_reference(kind) for kind in (AGENT, ITEMS, CONTACTS, GUEST)}
GUESTS = (GUEST, by_reference(GUEST))
ORDERS = {AGENT, WHOLE, ITEMS, CONTACTS, *map(by_reference, (AGENT, ITEMS, CONTACTS))}


def ref(kind: int, number: int) -> str:
    """The ref of the order, contact or guest with this kind and number."""
    return f"{kind:02x}{number:06x}-{_TAIL}"


def read_ref(text: str) -> tuple[int, int] | None:
    """(kind, number) of one of our refs; None for any other text."""
    if len(text) != 36 or not text.endswith(_TAIL):
        return None
    try:
        return int(text[:2], 16), int(text[2:8], 16)
    except ValueError:
        return None


def order_of_contact(guest: str) -> int | None:
    """The number of the order that has the guest with this ref as a contact; None if no order does."""
    known = read_ref(guest[:-6] + _TAIL[-6:])
    return known[1] if known is not None and known[0] == GUEST else None


def reference(kind: int, number: int) -> str:
    """The booking reference of an order, which must appear on the agent's own page and on no other agent's page."""
    return f"B{kind:02X}{number:04d}"


def how_many(kind: int, number: int) -> tuple[int, int]:
    """The numbers of items and of contacts of an order."""
    if kind in (ITEMS, by_reference(ITEMS)):
        return number, 1
    if kind in (CONTACTS, by_reference(CONTACTS)):
        return 1, number
    return 1, 2


def email(kind: int, number: int) -> str:
    """The e-mail address of a guest of the kind GUEST or `by_reference(GUEST)`."""
    return f"guest.{kind:02x}.{number}@example.com"


def segment(origin: str, destination: str, departure: datetime, arrival: datetime, number: str) -> dict[str, Any]:
    """One flight. `departure` and `arrival` are local times, to which a Z is added, as in the API."""
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
    """`count` segments, no two of which are the same flight: there and back between the same two airports, a day apart."""
    flights = []
    for index in range(count):
        out = datetime(2025, 3, 1, 9, 0) + timedelta(days=index)
        ends = ("DUB", "LHR") if index % 2 == 0 else ("LHR", "DUB")
        flights.append(segment(*ends, out, out + timedelta(minutes=80), str(400 + index)))
    return flights


def item(base: str, kind: int, number: int, index: int) -> dict[str, Any]:
    """Item `index` of an order. The items of a traveller are an outbound flight, a return flight, a bag and a seat, one after another."""
    what = index % 4
    own = f"{ref(kind + ITEM, number)[:-6]}{index:06d}"
    body: dict[str, Any] = {
        "href": f"{base}/v2/orderItems/{own}",
        "ref": own,
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
    """Contact `index` of an order. The names are invented, and the addresses are in the reserved example domain."""
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
    """The contact with this ref; None if there is no such contact."""
    known = read_ref(own[:-6] + _TAIL[-6:])
    if known is None or known[0] != CONTACT:
        return None
    try:
        return contact(base, int(own[-6:-4], 16), known[1], int(own[-4:]))
    except ValueError:
        return None


def one_item(base: str, own: str) -> dict[str, Any] | None:
    """The item with this ref; None if there is no such item."""
    known = read_ref(own[:-6] + _TAIL[-6:])
    if known is None or known[0] - ITEM not in ORDERS:
        return None
    try:
        return item(base, known[0] - ITEM, known[1], int(own[-6:]))
    except ValueError:
        return None


def guest(base: str, kind: int, number: int) -> dict[str, Any]:
    """The guest with this number, of the kind GUEST or `by_reference(GUEST)`. The names are invented."""
    return {
        "href": f"{base}/v2/guests/{ref(kind, number)}",
        "ref": ref(kind, number),
        "firstSeen": "2019-04-01T10:00:00.000Z",
        "lastSeen": "2025-08-21T16:00:51.882Z",
        "guestType": "customer",
        "title": "Ms",
        "firstName": "Aoife",
        "lastName": f"Example{number}",
        "gender": "female",
        "dateOfBirth": "1985-12-24T00:00Z",
        "emails": [email(kind, number)],
        "phoneNumbers": [f"+35315551{number:03d}"],
        "nationality": "Irish",
        "street": ["1 Example Road"],
        "city": "Dublin",
        "country": "IE",
        "postCode": "D01 AB12",
        "passportNumber": f"PX{6000000 + number}",
        "identifiers": [{"provider": "LOYALTY", "id": f"EX-{number:04d}"}],
    }


def collection(address: str, rows: list[dict[str, Any]], offset: int, limit: int, expand: bool) -> dict[str, Any]:
    """One page of a collection: full rows if expanded, otherwise only their hrefs. It has no total, as in the API."""
    limit = max(1, min(limit, LARGEST_PAGE))
    page = rows[offset : offset + limit]
    return {
        "href": f"{address}?offset={offset}&limit={limit}",
        "offset": offset,
        "limit": limit,
        "items": page if expand else [{"href": row["href"]} for row in page],
    }


def order(base: str, kind: int, number: int, *, expand_items: bool) -> dict[str, Any]:
    """An order as `GET /v2/orders/{ref}` returns it. Only the first ten items are expanded, as in the API."""
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
