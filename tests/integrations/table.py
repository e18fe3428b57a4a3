"""The table in docs/linking.md: where the link led for each value, system and shape, and the day it was tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from orders.display.link_recipes import Shape
from tests.live import PROJECT
from tests.pages.ticket_values import OF_TICKETS

MANUAL = PROJECT / "docs" / "linking.md"
START, END = "<!-- tried: written by `make test-integrations WRITE=1` -->", "<!-- end of tried -->"
SHOWN = 44  # characters of a value
HEADS = {Shape.PATH: "`/orders/…/`", Shape.QUERY: "`?q=…`"}
# The words of the tests, for people.
WORDS = {
    "order": "order",
    "chooser": "both orders",
    "miss": "not found",
    "start": "start page",
    "unclear": "says why not",
    "placeholder": "not filled in",
    "person": "asks first",
    "no link": "no link",
    "elsewhere": "elsewhere",
}


@dataclass(frozen=True)
class Tried:
    """A system: its version, and the word for where each link led, by the value's name and the shape."""

    version: str
    found: Mapping[tuple[str, Shape], str]


@dataclass(frozen=True)
class Manual:
    """The table as it stands: its day, and the cells of each row by the value's name."""

    day: str
    cells: dict[str, list[str]]


def cells(tried: Mapping[str, Tried]) -> dict[str, list[str]]:
    """The cells of each row, by the value's name."""
    return {
        value.name: [
            shown(value.value),
            *(WORDS[one.found[value.name, shape]] for one in tried.values() for shape in Shape),
        ]
        for value in OF_TICKETS
    }


def shown(value: str) -> str:
    """A value as a cell has it: as code, with its odd signs as Python writes them."""
    written = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in value).replace("|", r"\|")
    return f"`{written if len(written) <= SHOWN else written[:SHOWN] + '…'}`" if value else ""


def write(tried: Mapping[str, Tried]) -> None:
    """Put the table of today into the manual."""
    today = f"{datetime.now(UTC):%-d %B %Y}"
    systems = ", ".join(f"{name} {one.version}" for name, one in tried.items())
    heads = ["", "value", *(f"{name} {HEADS[shape]}" for name in tried for shape in Shape)]
    rows = [heads, ["---"] * len(heads), *([name, *row] for name, row in cells(tried).items())]
    lines = [f"Tried on {today}: {systems}, in Debian’s Chromium.", "", *(f"| {' | '.join(row)} |" for row in rows)]
    before, _start, rest = MANUAL.read_text().partition(START)
    MANUAL.write_text(before + START + "\n" + "\n".join(lines) + "\n" + END + rest.partition(END)[2])


def in_the_manual() -> Manual:
    """The table as docs/linking.md has it."""
    text = MANUAL.read_text().partition(START)[2].partition(END)[0]
    day = re.search(r"Tried on (\d+ \w+ \d{4})", text)
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return Manual(day[1] if day else "", {name: row for name, *row in rows[2:]})
