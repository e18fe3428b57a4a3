"""Answers of the largest size allowed, made of what costs most to read, to compute or to show."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

REF = "0b5d9e52-3f0a-4bb4-9a1e-6f6d7c1e2a10"
ROOM = 1_999_000  # bytes of one answer: just within `Limits.body`
ORDER = f"/v2/orders/{REF}"
ITEMS = f"{ORDER}/orderItems"
CONTACTS, CONSUMERS = f"{ORDER}/contacts", f"{ORDER}/consumers"
CUSTOM = f"{ORDER}/extExt"

Record = Any
Bodies = dict[str, bytes]


def packed(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def filled(record: Callable[[int], Record], room: int = ROOM) -> list[Record]:
    """As many records as fit into `room` bytes."""
    records: list[Record] = []
    for number in count():
        made = record(number)
        room -= len(packed(made)) + 1
        if room < 0:
            return records
        records.append(made)
    raise AssertionError


def order(**fields: object) -> bytes:
    return packed({"ref": REF, "referenceId": "HOSTIL", "price": 100, "currencyCode": "EUR", **fields})


def listed(items: list[Record]) -> bytes:
    return packed({"items": items, "offset": 0, "limit": max(100, len(items))})


def with_items(items: list[Record]) -> Bodies:
    """An order whose items are included in it and also in their own listing."""
    return {ORDER: order(orderItems={"items": items}), ITEMS: listed(items)}


def segment(number: int) -> Record:
    """One flight a day on the first 28 days of each month, between changing airports."""
    ways = ("LHR", "JFK", "SIN", "FRA", "DXB", "GRU", "NRT")
    return {
        "origin": ways[number % 7],
        "destination": ways[(number + 1 + number // 7 % 6) % 7],
        "departureDateTime": f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z",
        "arrivalDateTime": f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}T23:59:00Z",
        "carrier": "BA",
        "flightNumber": f"BA{number % 9000 + 1}",
    }


def small_item(number: int) -> Record:
    return {"ref": f"i{number}", "type": "FLIGHT", "name": "x", "price": 1, "quantity": 1}


def odd_item(number: int) -> Record:
    wrong = [{}, [], True, {"a": [1]}, "2026-99-99T99:99:99Z", -1e300][number % 6]
    names = "referenceId type name description productId quantity price currencyCode status vendor orderedAt createdAt flightSegments"
    return {"ref": f"i{number}", **dict.fromkeys(names.split(), wrong)}


def person(number: int) -> Record:
    return {
        "ref": f"p{number}",
        "firstName": f"Ann{number}",
        "lastName": "Lee",
        "emails": [f"ann{number}@example.com"],
        "phoneNumbers": [f"+4420794600{number % 100:02}"],
        "orderItems": [f"i{number}"],
    }


def _pages() -> Bodies:
    """A listing of twelve pages of 2 MB each: more in all than the server reads for one page."""
    bodies = {ORDER: order(orderItems={"items": [small_item(number) for number in range(10)]})}
    for page in range(12):
        items = [{**small_item(page * 100 + number), "description": "x" * 19_000} for number in range(100)]
        bodies[f"{ITEMS}?expand=true&limit=100&offset={page * 100}"] = packed({"items": items, "limit": 100})
    return bodies


def _crowd() -> Bodies:
    """As many items as fit, with 100 segments each."""
    return with_items(
        filled(lambda number: {**small_item(number), "flightSegments": [segment(number + k) for k in range(100)]})
    )


def _deep(value: str) -> Bodies:
    """As many fields as fit that look like custom data, each nested 200 levels deep."""
    nested = value * 200 + "1" + {"[": "]", '{"a":': "}"}[value] * 200
    body = f'{{"ref":"{REF}","referenceId":"HOSTIL"'.encode()
    size = len(nested) + 10
    return {ORDER: body + "".join(f',"x{n}":{nested}' for n in range((ROOM - 100) // (size + 6))).encode() + b"}"}


LONG_TEXT = "Ü\"<&'" * (ROOM // 7)

ORDERS: dict[str, Callable[[], Bodies]] = {
    "empty segments": lambda: with_items([{"ref": "i", "flightSegments": [{}] * (ROOM // 3)}]),
    "8,000 empty segments": lambda: with_items([{"ref": "i", "flightSegments": [{}] * 8_000}]),
    "segments of one item": lambda: with_items([{"ref": "i", "type": "FLIGHT", "flightSegments": filled(segment)}]),
    "the same segment": lambda: with_items([{"ref": "i", "flightSegments": filled(lambda _: segment(0))}]),
    "a segment an item": lambda: with_items(filled(lambda n: {**small_item(n), "flightSegments": [segment(n)]})),
    "all in the air together": lambda: with_items(filled(lambda n: {**small_item(n), "flightSegments": [segment(n) | {"departureDateTime": "2026-05-01T08:00:00Z", "arrivalDateTime": "2026-05-01T20:00:00Z"}]})),
    "small items": lambda: with_items(filled(small_item)),
    "empty items": lambda: with_items([{}] * (ROOM // 3)),
    "items of 100 segments": _crowd,
    "wrong kinds": lambda: with_items(filled(odd_item)),
    "fields nobody knows, of the order": lambda: {ORDER: order(**{f"unknown{n}": n for n in range(ROOM // 22)})},
    "fields nobody knows, of an item": lambda: with_items([{"ref": "i", **{f"unknown{n}": n for n in range(ROOM // 22)}}]),
    "fields nobody knows, of segments": lambda: with_items([{"ref": "i", "flightSegments": filled(lambda n: {**segment(n), f"unknown{n}": n})}]),
    "the same field again": lambda: {ORDER: order()[:-1] + b"".join(b',"k%d":1,"k%d":2' % (n, n) for n in range(ROOM // 24)) + b"}"},
    "lists in lists": lambda: _deep("["),
    "objects in objects": lambda: _deep('{"a":'),
    "one text": lambda: {ORDER: order(referenceId=LONG_TEXT)},
    "one name of an item": lambda: with_items([{"ref": "i", "name": LONG_TEXT, "description": "x"}]),
    "names of 2,000 characters": lambda: with_items(filled(lambda n: {"ref": f"i{n}", "name": "<\"'&" * 500, "description": '"' * 2_000})),
    "one unknown field": lambda: {ORDER: order(mystery=LONG_TEXT)},
    "one digit after the other": lambda: {ORDER: order()[:-1] + b',"x":' + b"9" * (ROOM - 200) + b"}"},
    "20 MB in pages": _pages,
}  # fmt: skip


def _people(path: str) -> Bodies:
    return {ORDER: order(), path: listed(filled(person))}


def _custom(values: dict[str, object]) -> Bodies:
    return {ORDER: order(), CUSTOM: packed({"items": [{"name": "default", "key": "default", **values}]})}


PANELS: dict[str, tuple[str, Callable[[], Bodies]]] = {
    "contacts": ("contacts/", lambda: _people(CONTACTS)),
    "empty contacts": ("contacts/", lambda: {ORDER: order(), CONTACTS: listed([{}] * (ROOM // 3))}),
    "a contact with every e-mail": ("contacts/", lambda: {ORDER: order(), CONTACTS: listed([person(1) | {"emails": [f"a{n}@b.de" for n in range(ROOM // 16)]}])}),
    "a contact with unknown fields": ("contacts/", lambda: {ORDER: order(), CONTACTS: listed([person(1) | {f"u{n}": n for n in range(ROOM // 18)}])}),
    "a contact with one name": ("contacts/", lambda: {ORDER: order(), CONTACTS: listed([person(1) | {"firstName": LONG_TEXT}])}),
    "travellers": ("travellers/", lambda: _people(CONSUMERS) | with_items([small_item(n) | {"flightSegments": [segment(n)]} for n in range(1_000)])),
    "custom values": ("custom-data/", lambda: _custom({f"u{n}": n for n in range(ROOM // 18)})),
    "one custom value": ("custom-data/", lambda: _custom({"mystery": LONG_TEXT})),
    "custom values that hold others": ("custom-data/", lambda: _custom({"a": [{f"k{n}": [n]} for n in range(ROOM // 22)]})),
    "raw small items": ("raw/", lambda: with_items(filled(small_item))),
    "raw empty objects": ("raw/", lambda: with_items([{}] * (ROOM // 3))),
    "raw text": ("raw/", lambda: {ORDER: order(mystery=LONG_TEXT)}),
    "raw depths": ("raw/", lambda: _deep("[")),
    "the file of items of 100 segments": ("itinerary.ics", _crowd),
}  # fmt: skip


def unlike(answer: int) -> Bodies:
    """An answer of 2 MB whose texts no other answer has, so that a cache keyed by the CDP's texts grows with each."""

    def text(name: str, number: int) -> str:
        return f"{name} {answer} {number} ".ljust(60, name[0])

    def item(number: int) -> Record:
        names = (
            "referenceId type name description productId status vendor channel language currencyCode passengerTypeCode"
        )
        flight = segment(number) | {
            name: text(name, number) for name in ("origin", "carrier", "flightNumber", "equipmentType", "fareClass")
        }
        day = f"{2000 + answer % 99}-{1 + number % 12:02}-{1 + number % 28:02}"
        flight |= {"departureDateTime": f"{day}T{number % 24:02}:{number % 60:02}:{answer % 60:02}Z"}
        return {
            "ref": f"i{answer}-{number}",
            **{name: text(name, number) for name in names.split()},
            "price": number + answer / 100,
            "orderedAt": f"{day}T{number % 24:02}:{number % 60:02}:{answer % 60:02}Z",
            text("unknown", number): text("value", number),
            "flightSegments": [flight],
        }

    return with_items(filled(item))
