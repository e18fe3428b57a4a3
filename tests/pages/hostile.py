"""Answers of nearly 2 MB, each large in another way, as a feed out of hand or somebody with a grudge would send them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.pages.test_growth import flown, segment

REF = "0f0e0d0c-0b0a-0908-0706-050403020100"
SIZE = 1_950_000
QUOTES = '"' * 190  # five bytes of HTML each


def answer(**fields: Any) -> str:
    """An order."""
    return json.dumps(
        {"ref": REF, "referenceId": "HOSTIL", "status": "CONFIRMED", "price": 1, "currencyCode": "EUR", **fields},
        ensure_ascii=False,
    )


def with_items(items: str) -> str:
    """An order with a list of items, written as JSON."""
    return answer(orderItems="@").replace('"@"', f'{{"limit":5,"items":{items}}}')


def filled(make: Callable[[int], object], size: int = SIZE) -> str:
    """A list of as many entries as fit."""
    entries: list[str] = []
    while size > 0:
        entries.append(json.dumps(make(len(entries)), ensure_ascii=False))
        size -= len(entries[-1].encode()) + 1
    return f"[{','.join(entries[:-1])}]"


def long_texts(number: int) -> dict[str, Any]:
    names = ("fareClass", "fareFamily", "bookingClass", "operatingCarrier", "equipmentType")
    flight = segment(number, 240 * number, number) | dict.fromkeys(names, QUOTES)
    return flown(flight, name=QUOTES * 10, description=QUOTES * 10, productId=QUOTES)


ORDERS: dict[str, Callable[[], str]] = {
    "empty segments": lambda: with_items(f'[{{"type":"FLIGHT","flightSegments":[{",".join(["{}"] * 640_000)}]}}]'),
    "empty items": lambda: with_items(f"[{','.join(['{}'] * 640_000)}]"),
    "small items": lambda: with_items(filled(lambda n: {"a": n})),
    "items with 100 segments": lambda: with_items(
        json.dumps([flown(*[{"origin": f"A{n}"} for n in range(100)])] * 500).replace(" ", "")
    ),
    "flights": lambda: with_items(filled(lambda n: flown(segment(n, 240 * n, n)))),
    "long texts": lambda: with_items(filled(long_texts)),
    "wrong kinds": lambda: with_items(
        filled(lambda n: flown(segment(n, fareClass=[n], carrier={"c": n}), price=["x"], name={"a": 1}))
    ),
    "unknown fields": lambda: answer(**{f"x{n}": n for n in range(110_000)}),
    "unknown fields of items": lambda: with_items(
        filled(lambda n: {"type": "BAG", **{f"x{n}_{k}": k for k in range(200)}})
    ),
    "deep": lambda: answer(deep="@").replace('"@"', "[" * 900_000 + "]" * 900_000),
    "a long word": lambda: answer(referenceId="R" * SIZE),
    "a long name": lambda: answer(channel="é" * (SIZE // 2)),
    "controls": lambda: answer(pointOfSale="\u202e" * (SIZE // 3)),
    "a long number": lambda: answer(x="@").replace('"@"', "9" * SIZE),
    "a wide field": lambda: answer(w=[{"key": n} for n in range(110_000)]),
    "statuses and types": lambda: with_items(
        filled(lambda n: flown(segment(1), status=f"S{n}" * 20, passengerTypeCode=f"P{n}"))
    ),
    "fields sent twice": lambda: answer(x="@").replace(
        '"@"', "1," + ",".join(f'"k{n}":1,"k{n}":2' for n in range(70_000))
    ),
}

PEOPLE: dict[str, Callable[[], str]] = {
    "small people": lambda: '{"limit":5,"items":' + filled(lambda n: {"firstName": "P", "lastName": str(n)}) + "}",
    "people with much": lambda: (
        '{"limit":5,"items":'
        + filled(lambda _n: {"emails": [f"a{k}@example.com" for k in range(60)], "x": QUOTES, "street": [QUOTES] * 60})
        + "}"
    ),
}
CUSTOM: dict[str, Callable[[], str]] = {
    "many values": lambda: json.dumps({"items": [{f"key{n}": n for n in range(100_000)}]}),
    "deep values": lambda: json.dumps({"items": [{f"key{n}": [[[{"a": n}] * 9] * 9] for n in range(2_000)}]}).replace(
        " ", ""
    ),
    "texts": lambda: json.dumps({"items": [{f"key{n}": QUOTES * 3 for n in range(1_600)}]}),
}
