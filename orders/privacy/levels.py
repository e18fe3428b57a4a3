"""The kinds of objects in the API's answers, and which fields of each are harmless by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from orders.cdp.decode import ITEM_FIELDS, ORDER_FIELDS, SEGMENT_FIELDS

FRAME = frozenset({"ref", "href", "offset", "limit", "createdAt", "modifiedAt"})


@dataclass(frozen=True, slots=True)
class Level:
    """A kind of object in the API's answers: the names of its harmless fields, and the key and kind (see LEVELS) of each nested object."""

    harmless: frozenset[str] = FRAME
    inner: tuple[tuple[str, str], ...] = ()


_PEOPLE = (
    *((name, "person") for name in ("contact", "contacts", "consumer", "consumers", "guest")),
    ("order", "order"),
)
_CUSTOM = tuple((name, "custom") for name in ("extensions", "ext", "extExt", "extext"))
_ITEMS = (("orderItems", "item"), ("orderItem", "item"))
LEVELS = {
    "order": Level(FRAME | ORDER_FIELDS, (*_PEOPLE, *_CUSTOM, *_ITEMS)),
    "item": Level(FRAME | ITEM_FIELDS, (*_PEOPLE, *_CUSTOM, *_ITEMS, ("flightSegments", "segment"))),
    "segment": Level(SEGMENT_FIELDS),
    "person": Level(FRAME, (*_PEOPLE, *_ITEMS)),
    "custom": Level(FRAME, (("order", "order"), ("orderItem", "item"))),
    "other": Level(frozenset()),
}
LEVEL_OF = {
    **dict.fromkeys(("contacts", "orderContacts", "consumers", "orderConsumers", "guests"), "person"),
    **dict.fromkeys(("extensions", "extExt"), "custom"),
    "orders": "order",
    "orderItems": "item",
}


def level_of(path: str) -> str:
    """The kind of object that the API returns for a path /<version>/<name>/<ref>/<name>, judged by its last <name>; "person" if unknown."""
    names = path.partition("?")[0].split("/")[2::2]
    return LEVEL_OF.get(names[-1] if names else "", "person")
