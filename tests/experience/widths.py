"""One state at all widths, light and dark: what is noted of it, and what axe has judged before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from tests.experience import probing

WIDTHS = (1440, 320, 1024, 800, 640, 360, 258)
NARROW = 320  # and narrower: in the other scheme from here on
STRETCHED = {640: probing.LARGE_TEXT, 320: probing.WIDE_TEXT}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass
class Visit:
    """What was noted in one state; every list is empty where all is well."""

    served: Path
    swapped: Path | None = None
    trouble: str = ""
    axe: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    clipped: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    only_for_the_mouse: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)


@dataclass
class Judged:
    """The kinds of elements that axe has judged so far, each with where that was: the width, or the width and the scheme."""

    seen: set[tuple[str, ...]] = field(default_factory=set)

    def new(self, kinds: list[str], *where: str) -> set[str]:
        """Those of the `kinds` that were not judged there. From now on they count as judged."""
        new = {kind for kind in kinds if (kind, *where) not in self.seen}
        self.seen |= {(kind, *where) for kind in new}
        return new


def judge_at_all_widths(page: Page, visit: Visit, scheme: Scheme, judged: Judged) -> None:
    """All of axe's rules, contrast in both schemes; at two widths, nothing is cut off or scrolls when letters or gaps grow.

    Every state at every width in both schemes would take ten times as long and find the same. Axe judges a page where it shows a
    kind of element that is not among those `judged` so: all of it on a wide screen, on narrower ones those kinds. Where kinds are
    new in this scheme only, it judges the colours.
    """
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if width == NARROW:
            scheme = "light" if scheme == "dark" else "dark"
            page.emulate_media(color_scheme=scheme)
        sideways, kinds = page.evaluate(probing.AT_ONE_WIDTH)
        visit.sideways += [f"{width} px: {said}" for said in sideways]
        screen = "wide" if width == WIDTHS[0] else "narrow"
        if new := judged.new(kinds, screen, scheme):
            rules = probing.ALL if judged.new(kinds, screen) else probing.COLOURS
            found = probing.axe(page, None if screen == "wide" else new, rules)
            visit.axe += [f"{scheme}, {width} px: {said}" for said in found]
        if sheet := STRETCHED.get(width):
            clipped, sideways = page.evaluate(probing.UNDER_A_SHEET, sheet)
            visit.clipped += [f"{width} px, {sheet[:24]}…: {said}" for said in clipped]
            visit.sideways += [f"{width} px, {sheet[:24]}…: {said}" for said in sideways]
