"""Normalization of text: one spelling for the variants that keyboards, mail programs and ticket systems produce."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

APOSTROPHES = "‘’‚‛´′ʹʼʻˈ‹›"
QUOTES = "“”„‟″«»〝〞〟「」『』"
JOINERS = "\u200c\u200d"
# Not of category Cf, but removed as well: fillers, variation selectors, the grapheme joiner and keycap frames.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u20e3\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
ELLIPSIS = re.compile(r"(?<![./\\])\.{3,}(?![./\\])")
# What a mail program puts in place of the front of an address: "…doe@example.com", "[...]doe@example.com".
SHORTENED = re.compile(r"(?:…|(?<!\.)\.{3,}+)\]?(?=[\w.+-]{1,64}@)")
CUT = ".."  # never in an address
FULL_STOP = re.compile(r"((?<=\w)。(?=\w))|。")  # a dot between letters or digits, a full stop elsewhere
ESCAPED_BREAK = re.compile(r"(?:\\[rnt])+(?=[^a-z]|$)")  # line breaks and tabs written as JSON escapes
# Scripts written without spaces, or never used in references: a reference joined to them is separated.
_OTHER_SCRIPT = "\u0530-\u1bff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufeff\U00020000-\U0003ffff"
SEAM = re.compile(f"(?<=[A-Za-z0-9])(?=[{_OTHER_SCRIPT}])|(?<=[{_OTHER_SCRIPT}])(?=[A-Za-z0-9])")
# Cyrillic and Greek capitals that are drawn like Latin ones.
LOOK_ALIKES = str.maketrans("АВЕЅІЈКМНОРСТУХԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABESIJKMHOPCTYXGQWABEZHIKMNOPTYXC")


def plain(text: str) -> str:
    """`text` in NFKC, with HTML entities decoded, invisible characters removed, and quotes, dashes, digits and spaces in ASCII.

    Joiners (ZWNJ, ZWJ) stay between letters of non-Latin scripts, some of which need them. Footnote marks, ellipses, escaped line breaks
    and most non-ASCII symbols become spaces; an ellipsis in place of the start of an e-mail address becomes "..", so that the
    address stays invalid.
    """
    for _ in range(2):
        text = ENTITY.sub(lambda entity: unescape(entity.group()), text)
    text = SHORTENED.sub(CUT, text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", "".join(map(_plain_sign, text)))
        text = _without_stray_joiners("".join(map(_plain_digit, text)))
        text = FULL_STOP.sub(lambda stop: "." if stop[1] else " ", text)
    return ESCAPED_BREAK.sub(" ", ELLIPSIS.sub(" ", text))


def decoded(text: str) -> str:
    """Undo percent-encoding (UTF-8, or else Latin-1), at most twice: some ticket systems encode text twice."""
    for _ in range(2):
        if not PERCENT.search(text):
            break
        try:
            text = unquote(text, errors="strict")
        except UnicodeDecodeError:
            text = unquote(text, encoding="latin-1")
    return text


def parted(text: str) -> str:
    """`text` with a space wherever Latin letters or digits touch characters of a script such as Chinese, Thai or Arabic."""
    return text if text.isascii() else SEAM.sub(" ", text)


def latin(word: str) -> str:
    """`word` in capitals, with Cyrillic and Greek look-alikes as Latin letters; unchanged if it is ASCII or would not become ASCII."""
    if word.isascii():
        return word
    capitals = word.upper().translate(LOOK_ALIKES)
    return capitals if capitals.isascii() else word


@lru_cache(maxsize=4096)
def _plain_sign(sign: str) -> str:
    """The replacement for a character, applied before NFKC, which alone would make "№", "™" and footnote marks part of a reference."""
    if sign in APOSTROPHES:
        return "'"
    if sign.isascii():
        return sign
    if sign in QUOTES:
        return '"'
    if sign == "№":
        return " no. "
    if sign in JOINERS:
        return sign
    category = unicodedata.category(sign)
    if category == "Cf" or UNSEEN.match(sign):
        return ""
    if category == "Pd" or sign in "−⁃˗":
        return "-"
    if category[0] == "Z" or sign in "\u0085\u2800":
        return "\n" if category in {"Zl", "Zp", "Cc"} else " "
    kind = unicodedata.decomposition(sign).partition(" ")[0]
    if sign == "…" or (category in {"So", "Sm", "No"} and kind in {"", "<super>", "<sub>", "<fraction>"}):
        return " "
    return sign


@lru_cache(maxsize=4096)
def _plain_digit(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None or sign.isascii() else str(digit)


def _without_stray_joiners(text: str) -> str:
    """`text` without joiners, except between letters of non-Latin scripts: Persian and Hindi words, for example, need them."""
    return re.sub(
        f"[{JOINERS}]+",
        lambda match: (
            match.group()
            if _takes_joiners(text[match.start() - 1 : match.start()]) and _takes_joiners(text[match.end() :][:1])
            else ""
        ),
        text,
    )


def _takes_joiners(sign: str) -> bool:
    return sign > "\u02ff" and unicodedata.category(sign)[0] in "LM"
