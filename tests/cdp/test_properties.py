"""Any JSON document in place of any answer: only a CdpError is ever raised, and one odd field never loses an order."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.cdp import decode
from orders.cdp.client import CdpClient
from orders.cdp.errors import CdpError
from orders.cdp.jsontext import parse
from orders.cdp.raw import indent
from orders.cdp.transport import Deadline, Limits, Transport
from tests.cdp.asks import asks

EXAMPLES = max(1000, settings.default.max_examples if settings.default else 0)
OF_ALL_ANSWERS = max(300, EXAMPLES // 4)  # each is given in place of every answer
SEED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "payloads" / "order_of_the_vendors_page.json").read_text(encoding="utf-8")
)

NAMES = st.sampled_from(
    [
        "ref",
        "href",
        "referenceId",
        "status",
        "price",
        "currencyCode",
        "orderedAt",
        "createdAt",
        "orderItems",
        "items",
        "offset",
        "limit",
        "next",
        "guest",
        "contacts",
        "consumers",
        "type",
        "quantity",
        "flightSegments",
        "departureDateTime",
        "arrivalDateTime",
        "origin",
        "emails",
        "email",
        "phoneNumbers",
        "identifiers",
        "street",
        "dateOfBirth",
        "REF",
        "Items",
        "passportNumber",
        "orderItem",
        "order",
        "name",
        "key",
        "extExt",
    ]
)
KEYS = NAMES | st.sampled_from(["", "seat", "\ud800", "\x00"])
TEXTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "\ud800",
            "a\udfffb",
            "\x00",
            "\x85\u2028",
            "😀",
            "2025-08-15T16:00:00.000Z",
            "9999-12-31T24:00Z",
            "100.00",
            "x/orders/a?expand=true",
            "..",
            "NaN",
            "http://[",
        ]
    ),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**17, 10**25), st.floats(), st.just(math.nan), TEXTS
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=10,
)
OBJECTS = st.dictionaries(KEYS, DOCUMENTS, max_size=6)


class Canned(Transport):
    """A transport that answers every call with one body; everything above it is real."""

    body = b""

    def get(self, origin: str, target: str, authorization: str, deadline: Deadline, *, count: Any) -> bytes:
        count()
        return self.body


@pytest.fixture(scope="module")
def canned() -> Iterator[Canned]:
    transport = Canned(Limits())
    yield transport
    transport.close()


@settings(max_examples=OF_ALL_ANSWERS)
@given(document=DOCUMENTS | OBJECTS | OBJECTS.map(lambda record: {"ref": "o", "items": [record, record], "limit": 2}))
def test_any_document_in_place_of_any_answer(canned: Canned, document: Any) -> None:
    canned.body = json.dumps(document).encode()
    client = CdpClient("https://cdp.example", "k", "t", version="v2.1", transport=canned)
    for ask in asks("o").values():
        try:
            repr(ask(client)).encode()
        except CdpError:
            continue
    indent(canned.body.decode()).encode()


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*here, key)
        yield from paths(inner, (*here, key))


@settings(max_examples=EXAMPLES)
@given(place=st.sampled_from(list(paths(SEED))), odd=DOCUMENTS)
def test_no_order_is_lost_for_one_odd_field(place: tuple[Any, ...], odd: Any) -> None:
    document = json.loads(json.dumps(SEED))
    at = document
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = odd
    raw, notes = parse(json.dumps(document).encode())
    order = decode.order(raw, notes=notes)
    if place[0] != "referenceId":
        assert order.reference_id == "B94TXY"
    if place[0] != "price":
        assert order.price == Decimal("100.00")
    if place[0] != "orderItems":
        assert order.items_complete and [item.type for item in order.items] == ["FLIGHT"]
    elif len(place) > 4:
        assert len(order.items) == 1
    elif not order.items:
        assert not order.items_complete or odd in ([], {"items": []}) or place[-1] == "items"


@settings(max_examples=EXAMPLES)
@given(body=st.binary(max_size=60) | st.text('{}[]",:\\ 01aeE.-+\n', max_size=60).map(str.encode))
def test_any_bytes_at_all(body: bytes) -> None:
    try:
        raw, notes = parse(body)
        decode.order(raw, notes=notes)
    except CdpError:
        pass
    indent(body.decode(errors="replace")).encode()


@settings(max_examples=EXAMPLES // 4)
@given(document=OBJECTS)
def test_the_raw_view_changes_blanks_only(document: Any) -> None:
    text = json.dumps(document, ensure_ascii=True)
    assert "".join(indent(text).split()) == "".join(text.split())
