"""No word from the CDP makes a page wider than its window, however long it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page

from orders.cdp import decode
from sandbox.server import Sandbox
from tests.experience.states import nothing, open_all
from tests.faults.hostile import CONSUMERS, CONTACTS, CUSTOM, ITEMS, ORDER, REF

WORDS = {
    "letters": "W" * 5_000,
    "digits": "8" * 5_000,
    "an address": "https://example.com/" + "x_" * 2_400,
    "Chinese": "漢" * 5_000,
    "marks": "\u202e" * 600,
    "Arabic": "\u0645" * 5_000,
}

OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() &&
    Math.max(element.getBoundingClientRect().right, element.getBoundingClientRect().left + element.scrollWidth) > innerWidth + 1)
  .map((element) => `${element.parentElement.className} > ${element.tagName} ${element.className}`)
  .filter((name, place, all) => all.indexOf(name) === place)"""
WIDTH = "document.documentElement.scrollWidth - window.innerWidth"

PERSON_TEXTS = (
    "title firstName lastName gender nationality passportNumber city state postCode country language guestType"
)
TIMES = {"departureDateTime": "2026-05-01T08:00:00Z", "arrivalDateTime": "2026-05-01T12:00:00Z"}
LINKS = {"ref", "href", "flightSegments", "orderItems", "price"}


def named(fields: frozenset[str], word: str) -> dict[str, Any]:
    """Every field with the word as its value, and unknown fields with the word as their value or in their name."""
    return {**dict.fromkeys(sorted(fields - LINKS), word), "mystery": word, f"name{word}": "x", "airline": word}


def bodies(word: str) -> dict[str, dict[str, Any]]:
    flights = [
        {**named(decode.SEGMENT_FIELDS, word), **TIMES},
        {**named(decode.SEGMENT_FIELDS, word), **TIMES, "origin": "LHR", "destination": "JFK"},
        named(decode.SEGMENT_FIELDS, word),
    ]
    items = [
        {
            "ref": f"item-{n}",
            **named(decode.ITEM_FIELDS, word),
            "type": kind,
            "price": price,
            "flightSegments": flights[: n + 1],
        }
        for n, (kind, price) in enumerate((("FLIGHT", 1), (word, word), ("HOTEL", None)))
    ]
    order = {"ref": REF, **named(decode.ORDER_FIELDS, word), "orderItems": {"items": items}}
    person = {
        **dict.fromkeys(PERSON_TEXTS.split(), word),
        "ref": "p1",
        "emails": [word, f"{word[:200]}@example.com"],
        "phoneNumbers": [word],
        "street": [word],
        "mystery": word,
        f"name{word}": "x",
        "identifiers": [{"provider": word, "id": word}],
        "orderItems": ["item-0"],
    }
    return {
        ORDER: order,
        ITEMS: {"items": items, "limit": 100},
        CONTACTS: {"items": [person], "limit": 100},
        CONSUMERS: {"items": [person], "limit": 100},
        CUSTOM: {"items": [{"name": "default", "key": "default", "mystery": word, f"name{word}": word, "cabin": word}]},
    }


def reveal(page: Page) -> None:
    """Reveal the hidden fields of people and custom data."""
    for line in page.get_by_text("Reveal…").all():
        line.click()
    button = page.get_by_role("button", name="Reveal all")
    if button.count():  # with some words nothing is hidden
        with page.expect_response("**/reveal/"):
            button.first.click()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "order": ("", open_all),
    "contacts": ("contacts/", nothing),
    "contacts revealed": ("contacts/", reveal),
    "travellers": ("travellers/", nothing),
    "custom data": ("custom-data/", nothing),
    "custom data revealed": ("custom-data/", reveal),
    "raw": ("raw/", nothing),
}


@pytest.fixture
def long_worded(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[None]:
    for path, body in bodies(WORDS[request.param]).items():
        sandbox.answer_with(path, json.dumps(body).encode())
    yield
    sandbox.service.instead.clear()


@pytest.mark.parametrize("long_worded", WORDS, indirect=True)
def test_no_long_word_widens_a_page(signed_in: Page, long_worded: None) -> None:
    User.objects.get().groups.add(Group.objects.get(name="Supervisors"))
    wide: list[str] = []
    for name, (part, act) in PAGES.items():
        signed_in.set_viewport_size({"width": 1280, "height": 900})
        signed_in.goto(f"/orders/{REF}/{part}")
        act(signed_in)
        for width in (258, 1280):
            signed_in.set_viewport_size({"width": width, "height": 900})
            if signed_in.evaluate(WIDTH) > 0:
                wide.append(f"{name} at {width}: {signed_in.evaluate(OUTSIDE)}")
    assert not wide, "\n".join(wide)
