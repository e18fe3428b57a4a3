"""Rules for every template: nothing inline, every symbol defined, every htmx element usable without htmx."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import get_template

from orders.display.vocabulary import ITEM_TYPES, NOTICES
from orders.itinerary.statuses import Icon
from tests.design.stylesheet import ROOT

TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "django" not in path.parts)
PARTS = [path for path in TEMPLATES if path.name.startswith("_")]
SPRITE = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    get_template(name_of(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_is_inline_and_nothing_is_marked_safe(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", text)
    assert not re.search(r"\|\s*safe\b|autoescape off", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_symbol_is_in_the_sprite(path: Path) -> None:
    assert set(re.findall(r'{{ "([\w-]+)"\|icon }}', path.read_text(encoding="utf-8"))) <= SYMBOLS


def test_the_symbols_of_the_vocabulary_are_in_the_sprite_too() -> None:
    used = {icon for _word, icon in (*ITEM_TYPES.values(), *NOTICES.values())} | set(Icon)
    assert used <= SYMBOLS


def test_the_sprite_has_its_licence_beside_it() -> None:
    assert "ISC License" in (ROOT / "static" / "icons.LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PARTS, ids=name_of)
def test_a_part_says_what_it_needs_and_never_extends(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("{# needs: ") or re.match(r"{# .* #}\n({% from .*\n)?{% macro ", text)
    assert "{% extends" not in text


class Elements(HTMLParser):
    """The start tags of a template with their attributes, found after its template tags are blanked out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.feed(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", lambda part: "x" * len(part.group().strip()), text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_htmx_is_written_as_data_and_works_without_it(path: Path) -> None:
    for tag, attributes in Elements(path.read_text(encoding="utf-8")).opened:
        assert not [name for name in attributes if name.startswith("hx-")]
        if "data-hx-get" in attributes:
            assert tag == "a"
            assert attributes["href"] == attributes["data-hx-get"]
        if "data-hx-post" in attributes:
            assert tag == "form"
            assert attributes["action"] == attributes["data-hx-post"]
            assert attributes["method"] == "post"


def test_every_form_that_posts_carries_its_token() -> None:
    for path in TEMPLATES:
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL):
            assert "{{ csrf_input }}" in form or "connections/_form" in form, path


def test_the_script_neither_evaluates_text_nor_writes_to_the_browser() -> None:
    script = (ROOT / "static" / "app.js").read_text(encoding="utf-8")
    script = script.replace("sessionStorage.removeItem(", "")  # removing what htmx left there does not count as writing
    assert not re.search(
        r"\beval\b|new Function|innerHTML|outerHTML|localStorage|sessionStorage|document\.cookie", script
    )
