"""One state at all widths, light and dark: its findings, and what axe has judged before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from tests.experience import probing

WIDTHS = (1440, 320, 1024, 800, 640, 360, 258)
NARROW = 320  # from this width on, in the other scheme
STRETCHED = {640: probing.LARGE_TEXT, 320: probing.WIDE_TEXT}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass
class Visit:
    """The findings in one state; every list is empty if all is well."""

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
    """The kinds of elements that axe has judged so far, each with where: on which screen, or on which screen in which scheme."""

    seen: set[tuple[str, ...]] = field(default_factory=set)

    def new(self, kinds: list[str], *where: str) -> set[str]:
        """The `kinds` that were not yet judged there; from now on they count as judged."""
        new = {kind for kind in kinds if (kind, *where) not in self.seen}
        self.seen |= {(kind, *where) for kind in new}
        return new


def judge_at_all_widths(page: Page, visit: Visit, scheme: Scheme, judged: Judged) -> None:
    """Judge a state by all of axe's rules, contrast in both schemes; at two widths, check that larger letters or gaps cut nothing off.

    Judging every state at every width in both schemes would take ten times as long and find the same. So axe judges a page only if it
    shows a kind of element that is not yet among those `judged`: all of the page on a wide screen, only these kinds on narrower ones.
    If kinds are new only in this scheme, it judges just the colours.
    """
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if width == NARROW:
            scheme = "light" if scheme == "dark" else "dark"
            page.emulate_media(color_scheme=scheme)
        sideways, kinds = page.evaluate(probing.AT_ONE_WIDTH)
        visit.sideways += [f"{width} px: {finding}" for finding in sideways]
        screen = "wide" if width == WIDTHS[0] else "narrow"
        if new := judged.new(kinds, screen, scheme):
            rules = probing.ALL if judged.new(kinds, screen) else probing.COLOURS
            objections = probing.axe(page, None if screen == "wide" else new, rules)
            visit.axe += [f"{scheme}, {width} px: {finding}" for finding in objections]
        if sheet := STRETCHED.get(width):
            clipped, sideways = page.evaluate(probing.UNDER_A_SHEET, sheet)
            visit.clipped += [f"{width} px, {sheet[:24]}…: {finding}" for finding in clipped]
            visit.sideways += [f"{width} px, {sheet[:24]}…: {finding}" for finding in sideways]
