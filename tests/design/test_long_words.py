"""A word without end, in any field of an order, widens no page: it breaks where it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from orders.cdp.decode import ITEM_FIELDS, ORDER_FIELDS, SEGMENT_FIELDS
from sandbox.server import Sandbox
from tests.pages.hostile import REF, answer
from tests.pages.test_growth import flown, segment

WORD = "W" * 400
# Each of them is a word of its own kind: letters, digits, no Latin, signs, an address.
WORDS = [WORD, "1" * 400, "漢" * 400, "_" * 400, "https://example.com/" + "a" * 400, "a@" + "b" * 300 + ".example"]
WIDER = """() => [...document.querySelectorAll("main *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest("pre, .scroll, .hidden-text, svg"))
  .map((element) => element.outerHTML.slice(0, 90)).slice(0, 5)"""
NOT_TEXTS = {"ref", "price", "quantity", "originalPrice", "orderedAt", "createdAt", "modifiedAt", "flightSegments"}
NOT_TEXTS |= {"departureDateTime", "arrivalDateTime"}


def order(word: str, where: str) -> str:
    """An order with the word in every text field of one kind of record, or as what was sent for numbers and times."""
    if where == "numbers and times":
        flight = segment(1) | {"departureDateTime": word, "arrivalDateTime": word}
        return answer(
            price=word, currencyCode=word, orderItems=[flown(flight, price=word, quantity=word, originalPrice=word)]
        )
    fields = {
        kind: dict.fromkeys(names - NOT_TEXTS, word)
        for kind, names in (("order", ORDER_FIELDS), ("item", ITEM_FIELDS), ("segment", SEGMENT_FIELDS))
    }
    own = {kind: fields[kind] if where in (kind, "everywhere") else {} for kind in fields}
    items = [
        flown(segment(1) | own["segment"], **own["item"]),
        {"type": "BAG", "name": "bag", "price": 3} | own["item"],
    ]
    more = {word: word} if where in ("order", "everywhere") else {}
    return answer(**own["order"], **more, orderItems=items)


@pytest.mark.parametrize("where", ["order", "item", "segment", "everywhere", "numbers and times"])
def test_a_long_word_widens_no_page(where: str, signed_in: Page, sandbox: Sandbox) -> None:
    person: dict[str, object] = {
        "firstName": WORD,
        "lastName": WORD,
        "emails": WORD,
        "phone": WORD,
        "street": WORD,
        "city": WORD,
        WORD: WORD,
    }
    person |= {"identifiers": [{"provider": WORD, "id": WORD}], "guestType": WORD, "nationality": WORD}
    try:
        for word in WORDS:
            sandbox.answer_with(f"/v2/orders/{REF}", order(word, where).encode())
            sandbox.answer_with(f"/v2/orders/{REF}/contacts", as_list(person, word))
            sandbox.answer_with(f"/v2/orders/{REF}/consumers", as_list(person, word))
            for page in ("", "contacts/", "travellers/", "raw/"):
                signed_in.goto(f"/orders/{REF}/{page}")
                signed_in.evaluate("for (const box of document.querySelectorAll('main details')) box.open = true")
                for width in (258, 1280):
                    signed_in.set_viewport_size({"width": width, "height": 900})
                    wide = signed_in.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, f"{page} {word[:9]}: {wide} wide at {width}: {signed_in.evaluate(WIDER)}"
    finally:
        sandbox.service.instead.clear()


def as_list(person: Mapping[str, object], word: str) -> bytes:
    return json.dumps({"limit": 5, "items": [person]}).replace(WORD, word).encode()
