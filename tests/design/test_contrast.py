"""The contrast of colours with their backgrounds, in both themes: 4.5 to 1 for text, 3 to 1 for lines that carry meaning."""

from __future__ import annotations

import pytest

from tests.design.stylesheet import ROOT, colours, contrast

TEXT = [
    ("ink", "ground"), ("ink", "card"), ("ink", "sunk"), ("quiet", "ground"), ("quiet", "card"), ("quiet", "sunk"),
    ("link", "ground"), ("link", "card"), ("link", "sunk"), ("main-ink", "main"), ("signal-ink", "signal"), ("card", "ink"),
    ("bar-ink", "bar"), ("bar-quiet", "bar"), ("bar-ink", "bar-field"), ("bar-quiet", "bar-field"),
    ("status-good", "status-good-ground"), ("status-pending", "status-pending-ground"), ("status-cancelled", "status-cancelled-ground"), ("status-refunded", "status-refunded-ground"),
    ("neutral", "neutral-ground"), ("status-good", "card"), ("status-pending", "card"), ("status-cancelled", "card"), ("status-refunded", "card"),
    ("neutral", "card"), ("status-cancelled", "status-cancelled-ground"),
]  # fmt: skip
LINES = [
    ("edge", "card"),
    ("edge", "ground"),
    ("rail", "card"),
    ("link", "card"),
    ("signal", "bar"),
    ("status-cancelled", "card"),
]

# The admin's variables, and the tokens whose colours they have.
ADMIN = {
    "accent": "signal", "header-bg": "bar", "header-color": "bar-ink", "body-fg": "ink", "body-quiet-color": "quiet",
    "link-fg": "link", "error-fg": "status-cancelled", "darkened-bg": "sunk", "selected-bg": "neutral-ground",
    "selected-row": "status-pending-ground", "hairline-color": "line", "border-color": "edge",
}  # fmt: skip


def test_the_measure_agrees_with_the_known_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    palette = colours(theme)
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), LINES)
def test_lines_that_mean_something_can_be_seen(theme: str, line: str, ground: str) -> None:
    palette = colours(theme)
    assert contrast(palette[line], palette[ground]) >= 3


def test_both_themes_define_the_same_colours_and_differ() -> None:
    light, dark = colours("light"), colours("dark")
    assert light.keys() == dark.keys()
    assert light["ground"] != dark["ground"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "token"), ADMIN.items())
def test_the_admin_has_the_colours_of_the_app(theme: str, name: str, token: str) -> None:
    assert colours(theme, ROOT / "static" / "admin.css")[name] == colours(theme)[token]


@pytest.mark.parametrize("name", ["favicon.svg", "icons.svg"])
def test_the_sign_of_the_app_has_its_yellow(name: str) -> None:
    assert colours("light")["signal"] in (ROOT / "static" / name).read_text(encoding="utf-8")
