"""The rooms are as docs/architecture.md draws them, their modules are small, and words stand in few of them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

import pytest

from orders.management.commands.extract_messages import CODE, phrases
from tests.packages import CONTRACTS, PROGRAM, PROJECT, ROOTS, TOOLS

DRAWING = (PROJECT / "docs/architecture.md").read_text().partition("## Rooms")[2].partition("\n## ")[0]
MODULES = [path for app in PROGRAM for path in sorted((PROJECT / app).rglob("*.py")) if "migrations" not in path.parts]
OUTSIDE = {
    "calibration": "nothing imports it, and it may import what it fits",
    "tests": "they may import everything, and nothing imports them",
    "integrations": "apps of other programs, with a script that needs nothing but Python",
    "manage.py": "starts Django's commands",
    "gunicorn.conf.py": "starts the server",
}
WORDED = ("display", "problems", "views")  # the rooms of orders in which words for people belong
WORDED_ELSEWHERE = {
    "orders/apps.py": "the name of the app in the administration",
    "orders/itinerary/statuses.py": "one row for each status has its word too",
    "orders/management/commands/extract_messages.py": "collects phrases and has none",
    "orders/models/base.py": "names and choices of columns",
    "orders/models/integrations.py": "names of columns",
    "orders/models/own_connections.py": "names of columns",
    "orders/models/shared.py": "names of columns",
    "orders/privacy/access_record.py": "names of columns",
    "orders/privacy/record_kinds.py": "each kind of record with its word, as the choices of a column",
}


def test_a_module_has_fewer_than_300_lines() -> None:
    assert len(MODULES) > 200
    assert [str(path) for path in MODULES if len(path.read_text().splitlines()) >= 300] == []


def test_all_python_is_under_the_import_contracts_or_known_to_be_outside() -> None:
    shown = [path for path in PROJECT.iterdir() if path.name[0] != "." and path.name != "node_modules"]
    python = {path.name for path in shown if path.suffix == ".py" or next(path.rglob("*.py"), None)}
    assert python == ROOTS | set(OUTSIDE), (
        "new Python at the top is a root package of the contracts or stands in OUTSIDE"
    )
    by_way_of_tests = {"integrations"}  # which import that script
    assert python - by_way_of_tests == set(TOOLS["mypy"]["files"])


@pytest.mark.parametrize(
    "name",
    [
        "Only the transport, and signing in with a provider, import requests",
        "Nothing imports the sandbox, the benchmark, the calibration or the tests",
    ],
)
def test_such_a_contract_binds_every_package_of_the_program(name: str) -> None:
    assert sorted(CONTRACTS[name]["source_modules"]) == PROGRAM


def drawn() -> dict[str, set[str]]:
    """The names that the drawing lists in each room: between two signs, or in backticks. Remarks in parentheses list none."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    rooms: list[tuple[int, str]] = []  # the room of a line, after those around it, each with its indentation
    for line in re.sub(r"\([^)]*\)", "", DRAWING).splitlines():
        indent = len(line) - len(line.lstrip())
        rooms = [room for room in rooms if room[0] < indent]
        if begun := re.match(r"\s*(\w+)/(?: |$)", line):
            rooms.append((indent, begun[1]))
        listed = re.split(r"[,;:]| {2,}| and | with ", line[begun.end() if begun else 0 :])
        names["/".join(name for _, name in rooms)] |= {*map(str.strip, listed), *re.findall(r"`(\w+)`", line)}
    return names


@pytest.mark.parametrize("app", PROGRAM)
def test_the_drawing_names_every_module_in_its_room(app: str) -> None:
    drawn_as_one, names = ("transport", "commands"), drawn()
    modules = [path.relative_to(PROJECT) for path in MODULES if path.parent.name not in drawn_as_one]
    undrawn = [
        path.as_posix()
        for path in modules
        if path.parts[0] == app and path.stem not in {"__init__", "__main__", *names[path.parent.as_posix()]}
    ]
    assert undrawn == []


def test_words_stand_where_pages_and_failures_are_worded() -> None:
    """A module has words if it has phrases of its own, or imports what translates them or names the language."""
    worded = {place for phrase in phrases(PROJECT) for place, _line in phrase.locations}
    worded |= {path.relative_to(PROJECT).as_posix() for path in MODULES if translates(path.read_text())}
    elsewhere = {place for place in worded if place.startswith("orders/") and place.split("/")[1] not in WORDED}
    assert elsewhere == set(WORDED_ELSEWHERE), "words go into display or problems; labels may stand in WORDED_ELSEWHERE"


def translates(source: str) -> bool:
    """Whether a module imports Django's translation, or `accounts.language`, which wraps it."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {
        f"{node.module}.{each.name}" if isinstance(node, ast.ImportFrom) else each.name
        for node in imports
        for each in node.names
    }
    return any(re.match(r"(django\.utils\.translation|accounts\.language)\b", name) for name in names)


def test_phrases_are_extracted_from_every_package_of_the_program() -> None:
    assert sorted(CODE) == PROGRAM
