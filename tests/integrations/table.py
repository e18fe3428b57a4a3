"""Where the link led for each value, system and shape: kept as observed, and shown as the table in docs/linking.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from orders.display.link_recipes import Shape
from tests.integrations.clicking import Landing
from tests.live import PROJECT
from tests.pages.ticket_values import OF_TICKETS

MANUAL = PROJECT / "docs" / "linking.md"
OBSERVED = Path(__file__).with_name("observed.json")
START, END = "<!-- tried: written by `make test-integrations WRITE=1` -->", "<!-- end of tried -->"
SHOWN = 44  # characters of a value
HEADS = {Shape.PATH: "`/orders/…/`", Shape.QUERY: "`?q=…`"}
# The tests' words, as people read them.
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
    """A system that was tried in this run: its version, and where each link led, by the value's name and the shape."""

    name: str
    version: str
    found: Mapping[tuple[str, Shape], Landing]


@dataclass(frozen=True)
class Row:
    """One link, clicked by a signed-in agent."""

    system: str
    value: str
    shape: Shape
    landing: Landing


@dataclass(frozen=True)
class Observed:
    """The results of the last run with WRITE=1: its day, the systems with their versions, and each link."""

    day: str
    versions: dict[str, str]
    rows: list[Row]


def rows(tried: Iterable[Tried]) -> list[Row]:
    """Every link of a run."""
    return [Row(system.name, *key, landing) for system in tried for key, landing in system.found.items()]


def words(links: Iterable[Row]) -> dict[tuple[str, str, Shape], str]:
    """The words for where the links led, by system, value and shape."""
    return {(row.system, row.value, row.shape): row.landing.word for row in links}


def observed() -> Observed:
    """The results in observed.json."""
    kept = json.loads(OBSERVED.read_text())
    links = [Row(system, value, Shape(shape), Landing(**landing)) for system, value, shape, landing in kept["links"]]
    return Observed(kept["day"], kept["versions"], links)


def write(tried: list[Tried]) -> None:
    """Save the results of today's run, and put the table into the manual."""
    links = [
        json.dumps([row.system, row.value, row.shape, asdict(row.landing)], ensure_ascii=False) for row in rows(tried)
    ]
    head = {"day": f"{datetime.now(UTC):%-d %B %Y}", "versions": {system.name: system.version for system in tried}}
    lines = ",\n".join(links)
    OBSERVED.write_text(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "links": [\n{lines}\n]}}\n')
    before, _start, rest = MANUAL.read_text().partition(START)
    MANUAL.write_text(before + START + "\n" + shown(observed()) + END + rest.partition(END)[2])


def in_the_manual() -> str:
    """The table in docs/linking.md."""
    return MANUAL.read_text().partition(START + "\n")[2].partition(END)[0]


def shown(kept: Observed) -> str:
    """The table for the manual."""
    systems = ", ".join(f"{name} {version}" for name, version in kept.versions.items())
    heads = ["", "value", *(f"{name} {HEADS[shape]}" for name in kept.versions for shape in Shape)]
    by_link = words(kept.rows)
    lines = [
        [
            value.name,
            code(value.value),
            *(WORDS[by_link[name, value.name, shape]] for name in kept.versions for shape in Shape),
        ]
        for value in OF_TICKETS
    ]
    table = "".join(f"| {' | '.join(line)} |\n" for line in (heads, ["---"] * len(heads), *lines))
    return f"Tried on {kept.day}: {systems}, in Debian’s Chromium.\n\n{table}"


def code(value: str) -> str:
    """A value as code for a table cell, with unprintable characters as Python escapes."""
    written = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in value).replace("|", r"\|")
    return f"`{written if len(written) <= SHOWN else written[:SHOWN] + '…'}`" if value else ""
