"""Direction controls in data are made visible and reverse nothing; the marks that names are written with stay as they are."""

from __future__ import annotations

import json

import pytest

from orders.cdp.characters import as_in_json, unwrapped, whole_characters

DIRECTION_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

NATURAL = {
    "Arabic": "محمد بن سلمان",
    "Arabic with vowels": "مُحَمَّد",
    "Persian with a non-joiner": "علی\u200cرضا",
    "Hebrew": "יִצְחָק רבין",
    "Hebrew with a mark after a sign": "נמל תעופה (ת״א)\u200f!",
    "Latin with a mark": "ABC\u200e 123",
    "Arabic letter mark": "\u061c+966 50 123",
    "Urdu": "عائشہ",
    "Hindi with a joiner": "क्\u200dष",
    "Sinhala with a joiner": "ශ්\u200dරී",
    "a family": "👨\u200d👩\u200d👧",
    "Japanese": "山田 太郎",
    "Vietnamese, decomposed": "Nguye\u0302\u0303n",
    "Irish": "Ó Súilleabháin",
    "a soft hyphen": "Donau\u00addampfschiff",
    "lines": "one\r\ntwo\tthree",
}

ODD = {
    "a name turned round": ("Ann\u202eeeL", "Ann[U+202E]eeL"),
    "an embedding": ("\u202bABC\u202cDEF", "[U+202B]ABC[U+202C]DEF"),
    "an override from left": ("\u202dABC", "[U+202D]ABC"),
    "an isolate": ("\u2067x\u2069 y", "[U+2067]x[U+2069] y"),
    "a lone end": ("x\u2069", "x[U+2069]"),
    "controls": ("a\u0000b\u0007c\u007f", "a\ufffdb\ufffdc\ufffd"),
    "an escape of a terminal": ("\u001b[31mred", "\ufffd[31mred"),
    "half a character": ("a\ud83d", "a\ufffd"),
    "the other half": ("\ude00b", "\ufffdb"),
    "two halves": ("\ud83d\ude00", "😀"),
}

WRAPPED = {
    "a phone number of an address book": ("\u202a+44 20 7946 0000\u202c", "+44 20 7946 0000"),
    "an isolated name": ("\u2068محمد\u2069", "محمد"),
    "with spaces around": (" \u2066B94TXY\u2069 ", "B94TXY"),
    "turned over: not taken off": ("\u202eYXT49B\u202c", "\u202eYXT49B\u202c"),
    "not around all of it": ("\u202aA\u202cB", "\u202aA\u202cB"),
    "one within": ("\u202aA\u202eB\u202c", "\u202aA\u202eB\u202c"),
    "no end": ("\u202aA", "\u202aA"),
    "nothing": ("A", "A"),
}


@pytest.mark.parametrize("name", NATURAL)
def test_natural_text_stays_as_it_is(name: str) -> None:
    text = NATURAL[name]
    assert whole_characters(text) == as_in_json(text) == unwrapped(text) == text


@pytest.mark.parametrize("name", ODD)
def test_what_cannot_be_shown_is_seen(name: str) -> None:
    sent, shown = ODD[name]
    assert whole_characters(sent) == shown


@pytest.mark.parametrize("control", DIRECTION_CONTROLS)
def test_every_direction_control_is_a_mark_and_in_json_means_the_same(control: str) -> None:
    assert whole_characters(f"a{control}b") == f"a[U+{ord(control):04X}]b"
    in_json = as_in_json(f'"a{control}b"')
    assert control not in in_json
    assert json.loads(in_json) == f"a{control}b"


@pytest.mark.parametrize("name", WRAPPED)
def test_a_pair_around_all_of_a_text_says_nothing(name: str) -> None:
    sent, meant = WRAPPED[name]
    assert unwrapped(sent) == meant
