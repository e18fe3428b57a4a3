"""The rooms are as docs/architecture.md draws them, and their modules are small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = (PROJECT / "docs/architecture.md").read_text().partition("## Rooms")[2].partition("\n## ")[0]
MODULES = [
    path
    for app in ("accounts", "cdpviewer", "orders")
    for path in sorted((PROJECT / app).rglob("*.py"))
    if "migrations" not in path.parts
]


def test_a_module_has_fewer_than_300_lines() -> None:
    assert len(MODULES) > 200
    assert [str(path) for path in MODULES if len(path.read_text().splitlines()) >= 300] == []


@pytest.mark.parametrize("app", ["accounts", "cdpviewer", "orders"])
def test_the_drawing_names_every_module(app: str) -> None:
    within = ("transport", "commands")  # drawn as one
    names = {path.stem for path in MODULES if path.is_relative_to(PROJECT / app) and path.parent.name not in within}
    assert sorted(names - {"__init__", "__main__"} - set(re.findall(r"\w+", ROOMS))) == []
