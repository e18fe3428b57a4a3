"""Templates and stylesheets are readable: no line is too long, and each declaration has a line of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.design.stylesheet import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static").glob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    ("path", "most"), [(path, 140) for path in TEMPLATES] + [(path, 120) for path in SHEETS],
    ids=[name_of(path) for path in TEMPLATES + SHEETS],
)  # fmt: skip
def test_no_line_is_long(path: Path, most: int) -> None:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    assert [number for number, line in lines if len(line) > most] == []


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_a_declaration_has_a_line_of_its_own(path: Path) -> None:
    lines = COMMENT.sub("", path.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if line.count(";") > 1 or re.search(r"{.*[^\s{].*}?$", line)] == []
