"""The API's documents: one order, item, contact, consumer, guest or extension, and collections of each."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from sandbox.asked import Asked, items_of
from sandbox.jsontext import Json
from sandbox.world import Order

Document = dict[str, Json]

_PATHS = {"items": "orderItems", "contacts": "orderContacts", "consumers": "orderConsumers"}
_ONLY_V21 = ("street", "city", "state", "postCode")
_MILLISECONDS = re.compile(r"\.\d+(?=Z$)")


def error_body(status: int, message: str) -> Document:
    """The documented error body; the one for 401 has no `developerMessage`."""
    body: Document = {"status": status, "code": status, "message": message}
    if status != 401:
        body["developerMessage"] = message
    body["moreInfoUrl"] = "https://doc.sitecore.com/cdp/en/developers/api/response-codes.html"
    return body


def document(asked: Asked, quirks: Set[str] = frozenset()) -> Document:
    """The answer to a request. `quirks` holds the names of faults, and "list-items" if expanded lists of orders include their items."""
    if asked.what in ("orders", "items", "contacts", "consumers", "guests", "extensions"):
        return _collection(asked, quirks)
    if asked.what == "order":
        assert asked.order is not None
        expand = asked.expand if "no-expand" not in quirks else set()
        return _order(asked, asked.order, own_href=True, expand=expand, quirks=quirks)
    return _single(asked, asked.what, asked.record, alone=True)


def _collection(asked: Asked, quirks: Set[str]) -> Document:
    offset, limit, records = asked.offset, asked.limit, asked.records
    if asked.path.split("/")[2] == "orderConsumers" and asked.version == "v2":
        return {"items": [_reference(asked, "items", item) for item in records]}
    if "ignore-offset" in quirks:
        offset = 0
    if "ignore-limit" in quirks:
        limit = 10
    if "all-at-once" in quirks:
        offset, limit = 0, max(len(records), 1)
    shown = records[offset : offset + (min(limit, 7) if "short-pages" in quirks else limit)]
    expanded = "true" in asked.expand and "no-expand" not in quirks
    href = f"{asked.base}{asked.path}"
    kept = [(key, value) for key, value in asked.query.items() if key not in ("offset", "limit", "sort", "expand")]
    query = "".join(f"{key}={value}&" for key, value in kept)
    page: Document = {"href": f"{href}?{query}offset={offset}&limit={limit}", "offset": offset, "limit": limit}
    if asked.version == "v2.1":
        last = (len(records) - 1) // limit * limit if records else 0
        page["first"] = {"href": f"{href}?{query}offset=0&limit={limit}"}
        if offset + limit < len(records):
            page["next"] = {"href": f"{href}?{query}offset={offset + limit}&limit={limit}"}
        page["last"] = {"href": f"{href}?{query}offset={last}&limit={limit}"}
    if "next-loop" in quirks:
        page["next"] = {"href": page["href"]}
    name = asked.what
    page["items"] = [
        _expanded(asked, name, record, quirks) if expanded else _reference(asked, name, record) for record in shown
    ]
    return page


def _ref(record: Any) -> str:
    return str(record.ref if isinstance(record, Order) else record.get("ref", "ext"))


def _href(asked: Asked, name: str, record: Any) -> str:
    if name == "extensions":
        owner = asked.order.ref if asked.order else ""
        return f"{asked.root}/orders/{owner}/" + ("extensions/ext" if asked.version == "v2.1" else "extExt/ext")
    path = {"orders": "orders", "guests": "guests", **_PATHS}[name]
    return f"{asked.root}/{path}/{_ref(record)}"


def _reference(asked: Asked, name: str, record: Any) -> Document:
    return {"href": _href(asked, name, record)}


def _expanded(asked: Asked, name: str, record: Any, quirks: Set[str]) -> Document:
    if isinstance(record, Order):
        expand = {"orderItems"} if "list-items" in quirks else set()
        return _order(asked, record, own_href=False, expand=expand, quirks=quirks)
    return _single(asked, name[:-1], record, alone=False)


def _order(asked: Asked, order: Order, *, own_href: bool, expand: Set[str], quirks: Set[str]) -> Document:
    href = f"{asked.root}/orders/{order.ref}"
    body: Document = {"href": f"{asked.base}{asked.target}" if own_href else href}
    body |= _fields(asked, order.fields)
    guest = order.fields.get("_guest")
    if guest:
        body["guest"] = {"href": f"{asked.root}/guests/{guest}"}
    for name in ("contacts", "consumers", "orderItems"):
        body[name] = {"href": f"{href}/{name}"}
        if name == "orderItems" and name in expand:
            body[name] |= _inline_items(asked, order, quirks)
            body[name]["order"] = {"href": href}
    if asked.version == "v2.1":
        body["extensions"] = {"href": f"{href}/extensions"}
    return body


def _inline_items(asked: Asked, order: Order, quirks: Set[str]) -> Document:
    cut = len(order.items) if "all-at-once" in quirks else 10
    inline: Document = {"offset": 0, "limit": cut}
    if "next-loop" in quirks or (asked.version == "v2.1" and len(order.items) > cut):
        offset = 0 if "next-loop" in quirks else cut
        inline["next"] = {"href": f"{asked.root}/orders/{order.ref}/orderItems?offset={offset}&limit={cut}"}
    inline["items"] = [_single(asked, "item", item, alone=False) for item in order.items[:cut]]
    return inline


def _single(asked: Asked, kind: str, record: Json, *, alone: bool) -> Document:
    if kind == "extension":
        return _extension(asked, record, alone=alone)
    name = f"{kind}s"
    href = _href(asked, name, record)
    if "_href_ref" in record:  # the vendor's error is in the item itself; links to it are right
        href = href.rpartition("/")[0] + f"/{record['_href_ref']}"
    body: Document = {"href": href if alone else _inline_href(href, asked)}
    body |= _fields(asked, record)
    if kind in ("contact", "consumer"):
        if asked.version == "v2":
            body = {key: value for key, value in body.items() if key not in _ONLY_V21}
        if record.get("_guest"):
            body["guest"] = {"href": f"{asked.root}/guests/{record['_guest']}"}
    if kind == "consumer" and asked.order is not None:
        body["orderItems"] = {"items": [_reference(asked, "items", item) for item in items_of(asked.order, record)]}
    if kind == "item" and asked.version == "v2.1":
        body["extensions"] = {"href": f"{href}/extensions"}
    if kind == "guest" and asked.version == "v2.1":
        body["extensions"] = {"href": f"{href}/extensions"}
    if kind != "guest" and (alone or kind != "item") and asked.order is not None:
        body["order"] = {"href": f"{asked.root}/orders/{asked.order.ref}"}
    return body


def _inline_href(href: str, asked: Asked) -> str:
    """The href of a record inside another document. In some collections it includes the query, as on one of the vendor's pages."""
    return f"{href}?expand=true" if asked.what in ("contacts", "consumers", "guests") else href


def _extension(asked: Asked, record: Json, *, alone: bool) -> Document:
    own = asked.path if alone else ""
    href = f"{asked.base}{own}" if own else _href(asked, "extensions", record)
    stamp = asked.order.fields.get("orderedAt") if asked.order else None
    ref = record.get("ref", "e5a7c1de-0000-4000-8000-0000000000e1")
    body: Document = {
        "href": href,
        "name": "ext",
        "key": "default",
        "ref": ref,
        "createdAt": stamp,
        "modifiedAt": stamp,
    }
    body = {key: _stamp(asked, key, value) for key, value in body.items()}
    body |= {key: value for key, value in record.items() if key != "ref"}
    if asked.order is not None:
        body["order"] = {"href": f"{asked.root}/orders/{asked.order.ref}"}
    if "/orderItems/" in own:
        body["orderItem"] = {"href": f"{asked.base}{own.split('/extensions')[0]}"}
        del body["order"]
    return body


def _fields(asked: Asked, record: Json) -> Document:
    return {key: _stamp(asked, key, value) for key, value in record.items() if not key.startswith("_")}


def _stamp(asked: Asked, key: str, value: Json) -> Json:
    """The value of a field; v2.1 writes timestamps without milliseconds."""
    if asked.version == "v2.1" and isinstance(value, str) and key.endswith(("edAt", "Seen")):
        return _MILLISECONDS.sub("", value)
    return value
