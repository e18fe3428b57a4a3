"""The security documents name existing files, every decision is in the index, and docs/asvs.md lists each requirement of levels 1
and 2 once.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter

import pytest

from tests.live import PROJECT

TABLE = PROJECT / "docs" / "asvs.md"
LEVELS_1_AND_2 = 253  # requirements of OWASP ASVS 5.0
MOST_SHORT = 12
NUMBER = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}")
CHAPTER = re.compile(r"(\d{1,2}) \(whole chapter\)")
KINDS = (".py", ".md", ".conf", ".html", ".js", ".toml", ".lock", ".json")
FALLS_SHORT = "**Falls short:** "


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its header row."""
    part = TABLE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def files(text: str) -> list[str]:
    """The parts of a text in backticks that are paths of files or folders of ours."""
    quoted = re.findall(r"`([^`\s*{}]+)`", text)
    return [
        name
        for name in quoted
        if name.endswith(KINDS) or name == "Makefile" or re.match(r"\.ci/|(orders|tests)/.*/$", name)
    ]


APPLYING, LEFT_OUT = rows("What applies"), rows("What does not apply")


@pytest.mark.parametrize("name", ["docs/asvs.md", "SECURITY.md", "docs/operating.md", "CONTRIBUTING.md", "README.md"])
def test_every_file_that_is_named_is_there(name: str) -> None:
    named = set(files((PROJECT / name).read_text()))
    assert named
    assert not sorted(path for path in named if not (PROJECT / path).exists())


def test_every_decision_is_in_the_index_once() -> None:
    text = (PROJECT / "docs" / "decisions.md").read_text()
    headings = re.findall(r"^## (.+ \(\d{4}-\d\d-\d\d\))$", text, re.MULTILINE)
    anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert len(set(anchors)) == len(anchors) > 80
    assert sorted(re.findall(r"^- \[.+\]\(#(.+)\)$", text, re.MULTILINE)) == sorted(anchors)


def test_the_changelog_has_the_version_of_the_project() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version} (" in (PROJECT / "CHANGELOG.md").read_text()


def test_every_row_has_a_number_words_and_something_that_shows_it() -> None:
    for row in APPLYING:
        number, meaning, holds, shown = row
        assert NUMBER.fullmatch(number), row
        assert meaning and holds, row
        assert files(shown) == shown.replace("`", "").split(", "), row


def test_every_requirement_stands_once() -> None:
    assert all(len(row) == 3 and row[2] for row in LEFT_OUT)
    chapters = {match[1] for row in LEFT_OUT if (match := CHAPTER.fullmatch(row[0]))}
    numbers = [row[0] for row in APPLYING]
    for ids, how_many, _why in LEFT_OUT:
        if not CHAPTER.fullmatch(ids):
            assert len(ids.split(", ")) == int(how_many), ids
            numbers += ids.split(", ")
    assert not [number for number, times in Counter(numbers).items() if times > 1 or not NUMBER.fullmatch(number)]
    assert not [number for number in numbers if number.partition(".")[0] in chapters]
    assert len(APPLYING) + sum(int(how_many) for _ids, how_many, _why in LEFT_OUT) == LEVELS_1_AND_2


def test_few_requirements_fall_short_and_each_says_why() -> None:
    short = [row for row in APPLYING if "falls short" in row[2].lower()]
    assert len(short) <= MOST_SHORT
    for row in short:
        assert row[2].startswith(FALLS_SHORT) and len(row[2]) > len(FALLS_SHORT) + 20, row


def test_rows_are_in_the_order_of_their_numbers() -> None:
    numbers = [tuple(int(part) for part in row[0].split(".")) for row in APPLYING]
    assert numbers == sorted(numbers)
