"""Templates have no words of their own: everything that people read is a phrase, which can be translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from tests.design.stylesheet import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LEXER = jinja2.Environment(autoescape=True)  # It reads Django's templates too.
# Names, examples of what is searched for, and an attribute that pages pass to a block of base.html.
ALIKE = {"cdpviewer", "cdp", "viewer", "GET", "B94TXY", "d680c9be-4c07-", "cdpv_", "data-takes-hash"}
WORD = re.compile(r"[\w’'-]*[^\W\d_]{2}[\w’'-]*")
READ = re.compile(
    r"title|placeholder|alt|label|aria-(label|description|roledescription|valuetext|placeholder)"
    r"|data-(label|title|says|say-[a-z-]+|copied)"
)
SENTENCE = re.compile(r"[A-Z]|.*[^\W\d_]{2}\W* \W*[^\W\d_]{2}", re.DOTALL)
FOR_BROWSERS = re.compile(r"button button-\w+|light dark|closest \.person")


def pieces(source: str) -> Iterator[tuple[str, str]]:
    """Yield ("data", text) for what stands outside tags and phrases, and ("string", text) for what a tag would show untranslated."""
    before, phrase = ["", ""], False
    for _line, kind, value in LEXER.lex(source):
        if before[1] == "{%" and kind == "name" and value.removeprefix("end") in ("trans", "blocktranslate"):
            phrase = not value.startswith("end")
        if kind == "data" and not phrase:
            yield kind, value
        elif kind == "variable_begin":
            yield "data", " "
        elif kind == "string" and before != ["_", "("] and before[1] != "translate":
            yield kind, value[1:-1]
        if kind != "whitespace":
            before = [before[1], value.strip("-")]


class Page(HTMLParser):
    """Notes what people read of HTML: its texts, and those of its attributes that are shown or read aloud."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        read = [value for name, value in attrs if READ.fullmatch(name)]
        if values.get("type") in ("submit", "button", "reset"):
            read.append(values.get("value"))
        if values.get("name") == "description":
            read.append(values.get("content"))
        self.texts += filter(None, read)


def untranslated(source: str) -> list[str]:
    """The words outside phrases that a page with this source shows, and the strings in its tags that read like a sentence."""
    parts = list(pieces(source))
    page = Page("".join(text for kind, text in parts if kind == "data"))
    words = [word for text in page.texts for word in WORD.findall(text) if word not in ALIKE]
    strings = [text for kind, text in parts if kind == "string" and not FOR_BROWSERS.fullmatch(text)]
    return words + [text for text in strings if SENTENCE.match(text) and text not in ALIKE and not text.isupper()]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_has_no_words_outside_its_phrases(path: Path) -> None:
    words = untranslated(path.read_text(encoding="utf-8"))
    assert words == [], "put them into phrases; names and units stand in ALIKE, classes and selectors in FOR_BROWSERS"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>No seats{# a comment #}</p>{% if seats %}{{ seats }} left{% endif %}", ["No", "seats", "left"]),
        ('<a title="Open {{ reference }}" class="wide row">{{ _("Open") }}</a>', ["Open"]),
        ('<input type="submit" value="Send"><meta name="description" content="Orders">', ["Send", "Orders"]),
        ('{{ "No seats" if none else _("Seats") }}{% set state = "loaded" %}', ["No seats"]),
        ("{%- trans trimmed count=seats -%} {{ count }} seat {%- pluralize %} seats {% endtrans %} free", ["free"]),
        ('{% translate "Seats" %}{% blocktranslate %}No seats{% endblocktranslate %}&nbsp;&middot; 7', []),
    ],
)
def test_words_outside_phrases_are_found_in_text_attributes_and_tags(source: str, words: list[str]) -> None:
    assert untranslated(source) == words
