"""The size of the files that a first visit downloads."""

from __future__ import annotations

import gzip
from pathlib import Path

import django_htmx
import pytest

from tests.design.stylesheet import ROOT

STATIC = ROOT / "static"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("base.css", 4_000),
        ("components.css", 4_400),
        ("order.css", 5_500),
        ("app.js", 6_200),
        ("icons.svg", 5_000),
        ("favicon.svg", 600),
    ],
)
def test_each_file_keeps_its_budget(name: str, most: int) -> None:
    assert 0 < packed(STATIC / name) <= most


def test_a_first_visit_leaves_twelve_kilobytes_for_the_page() -> None:
    files = [
        STATIC / name for name in ("base.css", "components.css", "order.css", "app.js", "icons.svg", "favicon.svg")
    ]
    assert sum(packed(path) for path in [*files, HTMX]) <= 48_000
