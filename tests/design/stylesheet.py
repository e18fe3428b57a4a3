"""The variables of the stylesheets, read for tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STYLESHEETS = [ROOT / "static" / f"{name}.css" for name in ("base", "components", "order")]
HEX = r"#[0-9a-fA-F]{6}"


def colours(theme: str, sheet: Path = STYLESHEETS[0]) -> dict[str, str]:
    """Every colour variable, by name, as "#rrggbb" in the "light" or the "dark" theme."""
    text = sheet.read_text(encoding="utf-8")
    variables = dict(re.findall(rf"--([\w-]+): ({HEX});", text))
    for name, light, dark in re.findall(rf"--([\w-]+): light-dark\(({HEX}), ({HEX})\);", text):
        variables[name] = light if theme == "light" else dark
    return variables


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours according to WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
