"""Decode the CDP's JSON objects into records: orders, items, segments and custom data. `people` decodes people.

A decoder takes one JSON object. Only `order` raises Unreadable, for an object that is not an order. A value that cannot be used is left
out or replaced by None, usually with a note.
"""

from __future__ import annotations

from typing import Any

from orders.cdp import people, refs
from orders.cdp.bounds import CUSTOM, LONG, Segments
from orders.cdp.errors import Unreadable
from orders.cdp.fields import Fields, Known
from orders.cdp.pages import Page, is_short, page
from orders.cdp.records import Extension, FlightSegment, Note, Order, OrderItem

consumer = contact = guest = people.person

_LINKS = "href key order orderItem orderItems contacts contact consumers consumer guest extensions ext extExt extext"

_ORDER = Known(
    "ref referenceId status price currencyCode paymentType cardType channel pointOfSale orderedAt createdAt modifiedAt "
    + _LINKS
)
_ITEM = Known(
    "ref referenceId type name description productId quantity price currencyCode originalPrice originalCurrencyCode "
    "status vendor channel language passengerTypeCode orderedAt createdAt modifiedAt flightSegments " + _LINKS
)
_SEGMENT = Known(
    "id origin destination departureDateTime arrivalDateTime carrier flightNumber operatingCarrier operatingFlightNumber "
    "fareClass fareFamily bookingClass equipmentType originDestination"
)
ORDER_FIELDS, ITEM_FIELDS, SEGMENT_FIELDS = (known.names - set(_LINKS.split()) for known in (_ORDER, _ITEM, _SEGMENT))
DOCUMENTED_FIELDS = ORDER_FIELDS | ITEM_FIELDS | SEGMENT_FIELDS
_EXTENSION = Known("ref name key href createdAt modifiedAt order orderItem")
_MARKS_OF_AN_ORDER = (
    "ref",
    "referenceId",
    "href",
    "price",
    "orderedAt",
    "orderItems",
)  # `status` is not among them: an error body has one too
_ERROR_BODY = frozenset({"status", "code", "message", "developerMessage", "moreInfo", "moreInfoUrl"})


def segment(raw: dict[str, Any]) -> FlightSegment:
    """One flight. Its times are naive and as written: normally the local times at the airports."""
    fields = Fields(raw, _SEGMENT)
    departure, arrival = fields.wall("departureDateTime"), fields.wall("arrivalDateTime")
    return FlightSegment(
        origin=fields.text("origin"),
        destination=fields.text("destination"),
        departure=departure.time,
        arrival=arrival.time,
        departure_offset=departure.offset,
        arrival_offset=arrival.offset,
        departure_day=departure.day,
        arrival_day=arrival.day,
        departure_sent=departure.sent,
        arrival_sent=arrival.sent,
        carrier=fields.text("carrier"),
        flight_number=fields.text("flightNumber"),
        operating_carrier=fields.text("operatingCarrier"),
        operating_flight_number=fields.text("operatingFlightNumber"),
        fare_class=fields.text("fareClass"),
        fare_family=fields.text("fareFamily"),
        booking_class=fields.text("bookingClass"),
        equipment_type=fields.text("equipmentType"),
        origin_destination=fields.text("originDestination"),
        id=fields.text("id"),
        extras=fields.extras(),
        notes=fields.all_notes(),
    )


def item(raw: dict[str, Any], *, order_ref: str | None = None, room: Segments | None = None) -> OrderItem:
    """One line of an order. The item's ref is not taken from a link that ends in `order_ref` (as the link in the vendor's sample does).

    `room` counts the segments that may still be read for the order.
    """
    fields = Fields(raw, _ITEM)
    segments, left = fields.objects("flightSegments", (room or Segments()).take)
    ref = fields.ref()
    if raw.get("ref") is None and refs.same(ref, order_ref):
        ref = None
    return OrderItem(
        ref=ref,
        reference_id=fields.text("referenceId"),
        type=fields.text("type"),
        name=fields.text("name", LONG),
        description=fields.text("description", LONG),
        product_id=fields.text("productId"),
        quantity=fields.number("quantity"),
        price=fields.number("price"),
        currency_code=fields.text("currencyCode"),
        original_price=fields.number("originalPrice"),
        original_currency_code=fields.text("originalCurrencyCode"),
        status=fields.text("status"),
        vendor=fields.text("vendor"),
        channel=fields.text("channel"),
        language=fields.text("language"),
        passenger_type_code=fields.text("passengerTypeCode"),
        ordered_at=fields.stamp("orderedAt"),
        created_at=fields.stamp("createdAt"),
        modified_at=fields.stamp("modifiedAt"),
        flight_segments=tuple(segment(entry) for entry in segments),
        segments_left=left,
        extras=fields.extras(),
        notes=fields.all_notes(),
    )


def order(raw: dict[str, Any], *, notes: tuple[Note, ...] = ()) -> Order:
    """One order, with its inline items. Raises Unreadable if the object has none of the fields in _MARKS_OF_AN_ORDER."""
    fields = Fields(raw, _ORDER)
    if all(fields.sent(name) is None for name in _MARKS_OF_AN_ORDER):
        raise Unreadable("the answer is not an order")
    ref = fields.ref()
    inline = inline_items(raw)
    entries = inline.entries if inline else ()
    room = Segments()
    items = tuple(
        item(entry, order_ref=ref, room=room)
        for entry in entries
        if isinstance(entry, dict) and not is_bare_reference(entry)
    )
    return Order(
        ref=ref,
        reference_id=fields.text("referenceId"),
        status=fields.text("status"),
        price=fields.number("price"),
        currency_code=fields.text("currencyCode"),
        payment_type=fields.text("paymentType"),
        card_type=fields.text("cardType"),
        channel=fields.text("channel"),
        point_of_sale=fields.text("pointOfSale"),
        ordered_at=fields.stamp("orderedAt"),
        created_at=fields.stamp("createdAt"),
        modified_at=fields.stamp("modifiedAt"),
        items=items,
        items_complete=inline is not None and len(items) == len(entries) and is_short(inline),
        items_left=inline.left if inline else 0,
        guest_ref=fields.link("guest"),
        extras=fields.extras(CUSTOM),
        notes=fields.all_notes(notes),
    )


def extension(raw: dict[str, Any]) -> Extension:
    """Custom data. Its values are the fields that are neither empty nor in _EXTENSION, in the order received; at most CUSTOM of them."""
    fields = Fields(raw, _EXTENSION)
    values = fields.extras(CUSTOM)
    return Extension(
        ref=fields.ref(),
        name=fields.text("name"),
        created_at=fields.stamp("createdAt"),
        modified_at=fields.stamp("modifiedAt"),
        values=values,
        left=fields.left,
    )


def inline_items(raw: dict[str, Any]) -> Page | None:
    """The items included in an order, as a Page; None if `orderItems` is missing, only a link, or unreadable."""
    sent = next((raw[key] for key in raw if key.lower() == "orderitems"), None)
    if isinstance(sent, list):
        return Page.of(sent)
    if isinstance(sent, dict) and isinstance(sent.get("items"), list):
        return page(sent)
    return None


def is_error_body(raw: dict[str, Any]) -> bool:
    """Whether an answer has the form of the API's documented error body, which a proxy or a cache may send with a 2xx status."""
    return raw.keys() <= _ERROR_BODY and not raw.keys().isdisjoint(("message", "developerMessage"))


def is_bare_reference(entry: dict[str, Any]) -> bool:
    """Whether an entry has no fields other than `href` and `ref`, so that its record has to be fetched; also True for `{}`."""
    return all(key in ("href", "ref") for key in entry)
