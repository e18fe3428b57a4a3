"""Flight designators: the airline and flight number that a feed means, however it spells them.

With the airline BX, "459", "BX459", "bx 0459" and "#459" are one flight, and "459A" is another: its letter is an operational suffix. An
airline can be sent as an IATA code, an ICAO code or a name ("BA", "BAW", "British Airways Plc").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from orders.cdp.characters import without_accents
from orders.itinerary.airlines import ICAO, NAMES

# A longer text is neither a flight number nor the name of an airline.
LONGEST = 80
LONGEST_CODE = 3
# Words for a company's legal form, which do not identify the company.
_LEGAL_FORMS = (
    "plc ltd limited llc inc incorporated corp corporation co company group holding gmbh ag kg se sa sau sab spa srl nv bv ab as "
    "asa oy oyj dac pjsc ojsc jsc ltda berhad bhd pte pty pcl public"
)
NOT_DISTINCTIVE = frozenset(_LEGAL_FORMS.split()) | {"the"}
_GENERAL = re.compile(r"airlines?|airways")
# Other names of airlines, without general words and spaces.
ALSO_CALLED = {
    "aireuropalineasaereas": "UX",
    "deutschelufthansa": "LH",
    "iberialineasaereasdeespana": "IB",
    "klmroyaldutch": "KL",
    "koninklijkeluchtvaartmaatschappij": "KL",
    "lufthansagerman": "LH",
    "norwegianairshuttle": "DY",
    "polskielinielotniczelot": "LO",
    "royaldutch": "KL",
    "scandinavian": "SK",
    "scandinaviansystem": "SK",
    "swissinternational": "LX",
    "tapportugal": "TP",
    "turkhavayollari": "TK",
    "wideroe": "WF",
    "wizzairhungary": "W6",
}
MINUS = "\N{MINUS SIGN}"
_IN_FRONT = re.compile(r"(?:(?:FLIGHT|FLT|FLUG|VOL|NO|NR|NUMBER)\b|[#.:\s])+")
_NUMBER = re.compile(r"[\s./_#:-]{0,3}(\d{1,8})(?:[\s-]?([A-Z])|\.0{1,4})?", re.ASCII)
_CARRIER_IN_FRONT = re.compile(r"([A-Z]{2}(?=[^A-Z])|[A-Z]{3}|[A-Z]\d|\d[A-Z])(.+)", re.ASCII)


@lru_cache(maxsize=8192)
def airline(sent: str | None) -> str:
    """The IATA code of an airline sent as a code or name; the text in capitals if the airline is unknown; "" for None.

    Two spellings mean the same airline if their results are equal.
    """
    text = _plain(sent)
    code = text.upper().strip("*#.-/ ")
    known = _known(code) or (_named(text) if len(text) <= LONGEST else None)
    return known or (code if len(code) <= LONGEST_CODE else " ".join(text.upper().split()))


def carrier_name(code: str | None) -> str:
    """The name of an airline sent as a code or name; if the airline is unknown, the text itself, without spaces around it."""
    return NAMES.get(airline(code)) or (code or "").strip()


def designator(carrier: str | None, number: str | None) -> tuple[str, str]:
    """The airline code (see `airline`) and the flight number without airline or leading zeros: ("BX", "459"), ("BX", "459A").

    If no carrier is sent, an airline code in front of the number ("BX459") is taken as the airline. A `number` that is not a flight
    number is returned in capitals, or with its case unchanged if it is longer than LONGEST.
    """
    code, text = airline(carrier), _plain(number)
    if len(text) > LONGEST:
        return code, text
    text = text.upper()
    bare = text[match.end() :] if (match := _IN_FRONT.match(text)) else text
    if not code and not _NUMBER.fullmatch(bare) and (match := _CARRIER_IN_FRONT.fullmatch(bare)):
        named = airline(match[1])
        if _NUMBER.fullmatch(match[2]) and (match[1].isalpha() or named in NAMES):
            code = named
    for rest in _without_airline(bare, code):
        if match := _NUMBER.fullmatch(rest):
            return code, (match[1].lstrip("0") or "0") + (match[2] or "")
    return code, text


def _without_airline(text: str, code: str) -> Iterator[str]:
    """Yield a flight number's text; if it begins with a code or name of the airline `code`, also yield the text without it."""
    yield text
    if not code:
        return
    for length in (2, 3):
        if airline(text[:length]) == code:
            yield text[length:]
    name = text.rstrip("0123456789")
    if airline(name) == code:
        yield text[len(name) :]


def _known(code: str) -> str | None:
    return code if code in NAMES else ICAO.get(code)


def _named(text: str) -> str | None:
    """The code of an airline given by name, or by name and code ("BA – British Airways"); None if unknown."""
    words = _words(text)
    if code := _by_name(words):
        return code
    for at, word in enumerate(words):
        code = _known(word.upper())
        if code is not None and _by_name([*words[:at], *words[at + 1 :]]) == code:
            return code
    return None


def _by_name(words: list[str]) -> str | None:
    return _codes_by_name().get(_distinctive(words))


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    codes = dict(ALSO_CALLED)
    for code, name in NAMES.items():
        codes.setdefault(_distinctive(_words(name)), code)
    return codes


def _distinctive(words: list[str]) -> str:
    return _GENERAL.sub("", "".join(word for word in words if word not in NOT_DISTINCTIVE))


def _words(name: str) -> list[str]:
    """The words of a name in lower case, without accents or a leading "operated by".

    "Air Lines" becomes "airlines", and "P.L.C." becomes "plc".
    """
    small = without_accents(name).casefold().replace("ı", "i").replace(".", "").replace("'", "").replace("’", "")
    words = re.findall(r"\w+", small.replace("_", " ").replace("air lines", "airlines"))
    return words[2:] if words[:2] == ["operated", "by"] else words


def _plain(sent: str | None) -> str:
    """The text without spaces around it or invisible characters in it, with every dash as "-" and digits of any script as 0 to 9."""
    text = (sent or "").strip()
    if text.isascii():
        return text
    kept = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return "".join(_usual(letter) for letter in kept).strip()


def _usual(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return "-" if unicodedata.category(letter) == "Pd" or letter == MINUS else letter
