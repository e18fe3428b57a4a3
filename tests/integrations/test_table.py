"""The results from ticket systems match the expected ones, and the manual shows them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from orders.display.link_recipes import BY_CODE, Shape
from tests.integrations import table
from tests.integrations.clicking import RECORDED, rights
from tests.integrations.ticket_systems import SYSTEMS
from tests.live import PROJECT
from tests.pages.ticket_values import OF_TICKETS

CASES = PROJECT.parent / "shared" / "cases" / "ticket-values.json"
RECIPES = {BY_CODE[code].name: BY_CODE[code] for code in SYSTEMS}
KEPT = table.observed()
TITLES = {"order": "B94TXY · ", "chooser": "Several orders match", "miss": "Not found", "start": "Find an order"}
# The pages that count as right in the cases.
HONEST = {"order", "miss", "unclear"}
RIGHT = {
    "B94TXY": {"order"},
    "B94TXY or honest miss": HONEST,
    "B94TXY or honest": HONEST,
    "honest": HONEST | {"elsewhere"},
    "honest, no script": {"miss", "unclear"},
    "both": {"chooser"},
    "chooser": {"chooser"},
    "no link": {"no link", "start"},
    "says no reference": {"unclear"},
    "not found page": {"miss"},
    "not filled": {"placeholder"},
    "refused": {"person"},
    "too long": {"unclear", "order"},  # the reference at its end is found
}


def test_every_value_was_clicked_once_in_every_system_and_shape() -> None:
    clicked = Counter((row.system, row.value, row.shape) for row in KEPT.rows)
    assert clicked == Counter((name, value.name, shape) for name in RECIPES for value in OF_TICKETS for shape in Shape)
    assert set(KEPT.versions) == set(RECIPES)
    assert datetime.strptime(f"{KEPT.day} +0000", "%d %B %Y %z") <= datetime.now(UTC)


@pytest.mark.parametrize("system", RECIPES)
def test_what_was_observed_is_right(system: str) -> None:
    kept = RECIPES[system].kept or ""
    wrong = {
        (row.value, row.shape): row.landing.word
        for row in KEPT.rows
        if row.system == system and row.landing.word not in rights(row.value, kept, row.shape)
    }
    assert wrong == {}


@pytest.mark.parametrize("system", RECIPES)
def test_the_word_is_that_of_the_page_and_of_the_record(system: str) -> None:
    for row in KEPT.rows:
        word, title, recorded = row.landing.word, row.landing.title, row.landing.recorded
        if row.system == system:
            assert title.startswith(TITLES.get(word, "")), row
            assert bool(title) == (word != "no link"), row
            what, _space, more = recorded.partition(" ")
            assert what == RECORDED.get(word, ""), row
            assert word != "order" or more.startswith("B94TXY "), row


def test_the_manual_shows_what_was_observed() -> None:
    assert table.in_the_manual() == table.shown(KEPT)


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not beside this checkout")
def test_the_values_and_what_is_right_are_those_of_the_cases() -> None:
    cases = json.loads(CASES.read_text())
    assert [(value.name, value.value) for value in OF_TICKETS] == [(case["name"], case["value"]) for case in cases]
    right = {case["name"]: RIGHT[case["right"]] for case in cases}
    assert {
        (row.system, row.value, row.shape): row.landing.word
        for row in KEPT.rows
        if row.landing.word not in right[row.value]
    } == {}
