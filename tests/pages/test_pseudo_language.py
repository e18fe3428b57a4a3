"""In a language whose phrases have no letters, pages show no English sentence: the sentences of the code are translated too."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accounts import preferences
from sandbox.server import Sandbox
from tests.design.stylesheet import ROOT
from tests.design.test_untranslated import Page
from tests.pages.conftest import SEED
from tests.panels import PANELS_OF_AN_ORDER

# Its dates and countries, which Babel words, have no Latin letters.
LANGUAGE = "el"
LETTER = re.compile(r"(%\(\w+\)[sd]|<[^>]*>|&\w+;)|[A-Za-z]")
# The second word is in lower case, unlike in names of people and places.
TWO_WORDS = re.compile(r"(?<!\w)[A-Za-z]{2,}[,;:.]? [a-z]{2,}(?!\w)")
# From names of fields that the sandbox sends, of airports and of time zones.
DATA = {
    "Origin destination", "Booking channel", "Charles de", "Leonardo da", "Palma de", "Dar es", "Isle of", "Port of",
}  # fmt: skip
# The line under "Technical details" is that of the log, in English in every language.
TECHNICAL = re.compile(r'<p class="mono wrap">.*?</p>')
ORDERS = (
    SEED, "GRP120", "DATELN", "CLKGAP", "UTCFED", "WILDTM", "NOTIME", "UNKAPT", "SURFCE", "OVRLAP", "TIGHT1", "LONGTR",
    "OPENJW", "CANCLD", "REFUND", "PARTRF", "PAYPND", "MIXST4", "NOTSUM", "QTYTWO", "EMPTY0", "NULLS1", "MISS01",
    "TYPES1", "PAGE3X", "TWICE1", "NOSUCH9", "fault-401", "fault-403", "fault-429", "fault-503", "fault-html",
    "fault-no-ref", "fault-503~contacts",
)  # fmt: skip
WITH_PANELS = (SEED, "fault-503~contacts", "fault-503~consumers", "fault-503~extensions")
PAGES = (
    *(f"/orders/{order}/" for order in ORDERS),
    *(f"/orders/{order}/{panel}" for order in WITH_PANELS for panel in PANELS_OF_AN_ORDER),
    "/orders/?q=shared@example.com", "/orders/?q=%7B%7Bticket%7D%7D", "/nowhere/",
    "/", "/find-person/", "/links/", "/activity/", "/connections/", "/connections/add/", "/preferences/",
)  # fmt: skip


@pytest.fixture
def without_letters(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A complete catalogue of LANGUAGE, in which every letter of a phrase is a cross."""
    folder = tmp_path / LANGUAGE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale=LANGUAGE)
    with (ROOT / "locale" / "django.pot").open("rb") as template:
        for message in read_po(template):
            forms = (message.id,) if isinstance(message.id, str) else message.id
            crossed = tuple(LETTER.sub(lambda part: part[1] or "×", form) for form in forms)
            catalogue.add(message.id, crossed if len(crossed) > 1 else crossed[0], context=message.context)
    with (folder / "django.po").open("wb") as text, (folder / "django.mo").open("wb") as compiled:
        write_po(text, catalogue)
        write_mo(compiled, catalogue)
    shutil.copy(ROOT / "locale" / "django.pot", tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    preferences.offered_languages.cache_clear()
    yield
    preferences.offered_languages.cache_clear()


def test_none_of_these_pages_shows_a_sentence_that_is_not_translated(
    without_letters: None, desk: Client, supervisor: User, cdp: Sandbox
) -> None:
    english = {}
    for page in PAGES:
        answer = desk.get(page, headers={"Accept-Language": LANGUAGE}, follow=True)
        texts = Page(TECHNICAL.sub("", b"".join(answer).decode())).texts
        assert any("××" in text for text in texts), page
        english[page] = {words for text in texts for words in TWO_WORDS.findall(text)} - DATA
    untranslated = {page: words for page, words in english.items() if words}
    assert untranslated == {}, "put them into phrases; words that the sandbox sends stand in DATA"
