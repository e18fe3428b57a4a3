"""Parse JSON, keeping exact numbers, NaN and the names of duplicate keys, and write JSON values as readable text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from orders.cdp.characters import unwrapped, whole_characters
from orders.cdp.errors import Unreadable
from orders.cdp.records import Note, Reason

_INT_DIGITS = 18  # longer integers become Decimals: Python raises an error for an int of thousands of digits
_DEEPEST = 6


class SentTwice(dict[str, Any]):
    """A JSON object in which the keys in `keys_twice` were sent more than once. The last value sent for a key counts."""

    __slots__ = ("keys_twice",)
    keys_twice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotANumber:
    """NaN or an infinity, which some servers send although JSON has neither, or a number that is out of range for Decimal."""

    text: str


def parse(body: bytes) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The JSON object in `body`, and a note if `body` is not valid UTF-8.

    Raises Unreadable if `body` is not a JSON object, or is nested too deeply. Numbers with a fraction or an exponent, and integers of
    more than _INT_DIGITS characters, become exact Decimals; NaN, infinities and numbers that no Decimal can hold become NotANumbers. An
    object with duplicate keys becomes a SentTwice. A byte order mark is ignored, and bytes that are not UTF-8 are replaced by U+FFFD.
    """
    notes: tuple[Note, ...] = ()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("utf-8-sig", errors="replace")
        notes = (Note("", Reason.UNREADABLE_CHARACTERS),)
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        problem = "the answer is nested too deeply"
    except ValueError:
        problem = "the answer is not JSON" if text.strip() else "the answer is empty"
    else:
        if isinstance(value, dict):
            return value, notes
        problem = "the answer is not a JSON object"
    # Raised outside the except blocks: otherwise the JSON error, which contains the whole text, would be attached to it.
    raise Unreadable(problem)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    twice = SentTwice(plain)
    seen: set[str] = set()
    again: dict[str, None] = {}
    for key, _ in pairs:
        if key in seen:
            again[key] = None
        seen.add(key)
    twice.keys_twice = tuple(again)
    return twice


def _decimal(text: str) -> Decimal | NotANumber:
    try:
        return Decimal(text)
    except InvalidOperation:
        return NotANumber(text)


def _integer(text: str) -> int | Decimal | NotANumber:
    return int(text) if len(text) <= _INT_DIGITS else _decimal(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=NotANumber
)


def readable(value: object, most: int = 500) -> str:
    """A value as readable text of at most `most` characters: a string without added quotes, anything else as one line of JSON.

    Text that is too long is cut and ends in an ellipsis. Control characters are replaced as in `whole_characters`; a pair of direction
    controls around a string is dropped as in `unwrapped`.
    """
    if isinstance(value, str):
        shown = whole_characters(unwrapped(value[: most + 1]))
        return shown if len(shown) <= most else shown[: most - 1] + "…"
    parts: list[str] = []
    _write(value, parts, [most], _DEEPEST)
    shown = whole_characters("".join(parts))
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _write(value: object, parts: list[str], room: list[int], deep: int) -> None:
    """Append `value` to `parts` as JSON, stopping when there is no room left. `room[0]` is the number of characters that still fit.

    "…" replaces the content of containers more than `deep` levels deep.
    """
    if room[0] < 0:
        return
    if isinstance(value, dict | list):
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        if deep == 0 and value:
            _put(opening + "…" + closing, parts, room)
            return
        _put(opening, parts, room)
        for number, inner in enumerate(value):
            if room[0] < 0:
                return
            if number:
                _put(", ", parts, room)
            if isinstance(value, dict):
                _put(json.dumps(inner[:1000], ensure_ascii=False) + ": ", parts, room)
                _write(value[inner], parts, room, deep - 1)
            else:
                _write(inner, parts, room, deep - 1)
        _put(closing, parts, room)
    elif isinstance(value, str):
        _put(json.dumps(value[:1000], ensure_ascii=False), parts, room)
    elif value is None or isinstance(value, bool):
        _put("null" if value is None else str(value).lower(), parts, room)
    else:
        _put(value.text if isinstance(value, NotANumber) else str(value), parts, room)


def _put(text: str, parts: list[str], room: list[int]) -> None:
    parts.append(text)
    room[0] -= len(text)
