"""The table of what was tried has every value of the tickets, and says of each what is right."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from orders.display.link_recipes import BY_CODE, Shape
from tests.integrations import table
from tests.integrations.clicking import rights
from tests.integrations.ticket_systems import SYSTEMS
from tests.live import PROJECT
from tests.pages.ticket_values import OF_TICKETS

CASES = PROJECT.parent / "shared" / "cases" / "ticket-values.json"
COLUMNS = [(code, shape) for code in SYSTEMS for shape in Shape]


def test_the_table_has_every_value_and_says_what_is_right() -> None:
    manual = table.in_the_manual()
    assert datetime.strptime(f"{manual.day} +0000", "%d %B %Y %z") <= datetime.now(UTC)
    assert list(manual.cells) == [value.name for value in OF_TICKETS]
    for value in OF_TICKETS:
        written, *words = manual.cells[value.name]
        assert written == table.shown(value.value)
        for (code, shape), word in zip(COLUMNS, words, strict=True):
            may_be = rights(value.name, BY_CODE[code].kept or "", shape)
            assert word in {table.WORDS[one] for one in may_be}, (value.name, code)


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not beside this checkout")
def test_the_values_are_those_of_the_cases() -> None:
    assert [(value.name, value.value) for value in OF_TICKETS] == [
        (case["name"], case["value"]) for case in json.loads(CASES.read_text())
    ]
