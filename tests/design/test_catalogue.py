"""Every phrase in code and templates is in the template catalogue, and translated into German with the same placeholders."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pytest_django import Settings

from accounts import preferences
from orders.management.commands.extract_messages import phrases
from tests.design.stylesheet import ROOT

GAP = re.compile(r"%\((\w+)\)[sd]")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source)


GERMAN = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    return [message for message in phrases(ROOT) if message.id]


def forms(message: Message) -> list[str]:
    return [form or "" for form in (message.string if isinstance(message.string, (tuple, list)) else (message.string,))]


def test_the_template_catalogue_is_up_to_date(messages: list[Message]) -> None:
    kept = {message.id for message in catalogue(ROOT / "locale" / "django.pot") if message.id}
    assert kept == {message.id for message in messages}, "run manage.py extract_messages"


def test_german_is_complete_and_fills_the_same_gaps(messages: list[Message]) -> None:
    german = catalogue(GERMAN)
    wrong = []
    for message in messages:
        translated = german.get(message.id, message.context)
        if translated is None or not all(forms(translated)) or translated.fuzzy:
            wrong.append((message.id, "not translated"))
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        wrong += [
            (message.id, form) for form in forms(translated) if set(GAP.findall(form)) != set(GAP.findall(source))
        ]
    assert not wrong


def places(message: Message) -> list[str]:
    return [place for place, _line in message.locations if place.startswith("orders/")]


def test_a_sentence_of_orders_that_holds_a_fact_is_worded_in_display_or_problems(messages: list[Message]) -> None:
    """A fixed label or message may stand elsewhere (see "Words that depend on data stand in two rooms" in docs/decisions.md)."""
    holding = [message for message in messages if not isinstance(message.id, str) or GAP.search(message.id)]
    words = ("orders/display/", "orders/problems/")
    assert not [(place, message.id) for message in holding for place in places(message) if not place.startswith(words)]


def test_phrases_are_found_in_templates_and_in_code(messages: list[Message]) -> None:
    ids = {message.id for message in messages}
    assert "Copy for the customer" in ids
    assert ("%(count)s adult", "%(count)s adults") in ids
    assert "No name given" in ids
    assert len(ids) > 400


@pytest.fixture
def languages(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A locale folder with only the template catalogue."""
    shutil.copy(ROOT / "locale" / "django.pot", tmp_path / "django.pot")
    settings.LOCALE_PATHS = [tmp_path]
    preferences.offered_languages.cache_clear()
    yield tmp_path
    preferences.offered_languages.cache_clear()


def put(folder: Path, language: str, drop: str = "") -> None:
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    german = catalogue(GERMAN)
    if drop:
        german[drop].string = ""
    text = GERMAN.read_text(encoding="utf-8")
    if drop:
        text = text.replace(f'msgid "{drop}"\nmsgstr "{catalogue(GERMAN)[drop].string}"', f'msgid "{drop}"\nmsgstr ""')
    (place / "django.po").write_text(text, encoding="utf-8")
    with (place / "django.mo").open("wb") as target:
        write_mo(target, german)


def test_a_language_is_offered_once_its_catalogue_is_complete(languages: Path) -> None:
    assert preferences.offered_languages() == {"en": "English"}
    put(languages, "de")
    preferences.offered_languages.cache_clear()
    assert preferences.offered_languages() == {"en": "English", "de": "Deutsch"}


def test_a_language_with_one_phrase_missing_is_not_offered(languages: Path) -> None:
    put(languages, "de", drop="Itinerary")
    assert list(preferences.offered_languages()) == ["en"]
