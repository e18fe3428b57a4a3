"""Masking of values in orders, custom data and the raw view. Nothing here reads the database or a request.

A documented field of an order, item or flight segment is masked if its text may identify somebody (see `personal_text`). In any
other field, the keys that lead to a value must also show that it is harmless (see `harmless`); otherwise, it is masked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from orders.cdp.decode import DOCUMENTED_FIELDS
from orders.cdp.jsontext import NotANumber, readable
from orders.cdp.raw import indent
from orders.cdp.records import FlightSegment, Order, OrderItem
from orders.privacy.harmless import LONGEST, is_harmless, is_name, words
from orders.privacy.levels import LEVELS, level_of
from orders.privacy.personal_text import announces, holds_card, is_personal, listed, names_document

T = TypeVar("T", Order, OrderItem, FlightSegment)
V = TypeVar("V")
MASK = "••••"
Shown = frozenset[tuple[str, ...]]  # field names that the operator added, each split into its words
DEEPEST = 20
ROOM = 40_000  # the most values read from a document: an order with 500 items has 15,000
SMALL_ROOM = 300  # the most values read from one field, of which a page shows only 500 characters
LONGEST_INNER = 20_000  # characters of JSON inside a string
REST = "…"
# Keys that name the value beside them, as in lists of attributes; if there are several, the one listed first here counts.
NAMED = "key name field attribute property parameter param label title question k code type kind id"
NAMING = tuple(NAMED.split())
VALUES = listed("value val v values content text data answer string")
# References may contain any digits, so they count as personal only if they have a clear sign (see `announces`).
REFERENCES = frozenset({"ref", "referenceid", "productid", "id", "href"})
NUMBER_OR_TIME = re.compile(r"[A-Z€$£¥]{0,3} ?[\d .,:/'’+−-]{1,40}(?:T[\d:.+−-]{1,20})?Z?(?: ?[A-Z€$£¥]{1,3})?")
ADDRESS = re.compile(
    r"(https?://[A-Za-z0-9.:-]+)?(/[A-Za-z0-9._~-]*)*(\?[A-Za-z]+=[A-Za-z0-9.]+(&[A-Za-z]+=[A-Za-z0-9.]+)*)?"
)
SAME = frozenset({"items", "first", "last", "next", "prev", "previous"})  # the parts of a collection and its links


class Pairs(list[tuple[str, object]]):
    """A JSON object as (key, value) pairs in the order sent; a key that was sent twice is kept twice."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a JSON text, kept as it was written, so that 100.00 stays 100.00."""

    text: str


def masked_document(path: str, text: str, shown: Shown = frozenset()) -> str | None:
    """A CDP answer as indented JSON, in which only harmless values are shown; None if it is `null`, not JSON or nested too deeply.

    `path` is the URL path of the request, which determines the kind of object in the answer. Keys are masked too if they may identify
    somebody. Unmasked numbers stay as they were written, and a key that was sent twice is kept twice. A very long answer is cut (see
    ROOM), with "…" wherever something is left out.
    """
    tree = _read(text.lstrip("\ufeff"))
    try:
        return None if tree is None else indent(_written(_Hiding(shown, ROOM).level(tree, level_of(path))))
    except RecursionError:
        return None


def masked_value(key: str, sent: object, shown: Shown = frozenset(), *, documented: bool = False) -> str:
    """The value of a field as text, with a mask in place of anything that is not known to be harmless.

    `documented` is for the fields of an order, item or flight segment. If it is True and `key` is one of their documented fields (in any
    letter case), a value other than a list or an object is masked only if it may identify somebody.
    """
    if documented and key.lower() in _lower(DOCUMENTED_FIELDS) and not isinstance(sent, dict | list):
        return MASK if _gives_away(key, sent) else readable(sent if isinstance(sent, str) else _text(sent))
    hidden = _Hiding(shown, SMALL_ROOM).value((key,), sent)
    return readable(hidden if isinstance(hidden, str) else _written(hidden))


def masked_typed(text: str) -> str:
    """The text sent for a number or a time; a mask if it looks like neither, or is personal."""
    return text if NUMBER_OR_TIME.fullmatch(text) and not is_personal(text) else MASK


def masked_name(key: str, shown: Shown = frozenset()) -> str:
    """The key of a field, or a mask if the key may itself be somebody's number or name."""
    return key if is_name(key) or words(key[:LONGEST]) in shown else MASK


def masked_order(order: Order) -> Order:
    """The order with its items and flight segments; each text field that may identify somebody is masked (see TEXTS)."""
    items = tuple(_masked_item(item) for item in order.items)
    return _masked(order if items == order.items else replace(order, items=items))


def _masked_item(item: OrderItem) -> OrderItem:
    segments = tuple(_masked(segment) for segment in item.flight_segments)
    return _masked(item if segments == item.flight_segments else replace(item, flight_segments=segments))


def _masked(record: T) -> T:
    changed: dict[str, Any] = {
        name: MASK
        for name, gives_away in TEXTS[type(record)]
        if (text := getattr(record, name)) and not text.isalpha() and gives_away(text)
    }
    return replace(record, **changed) if changed else record


def _texts(kind: type[Order | OrderItem | FlightSegment]) -> tuple[tuple[str, Callable[[str], bool]], ...]:
    """The text fields of a record type, each with a test of whether to mask it. Refs are left out, because requests need them."""
    names = [field.name for field in fields(kind) if field.type in ("str", "str | None")]
    rules = {name: announces if name.replace("_", "") in REFERENCES else is_personal for name in names}
    rules |= {name: _is_no_time for name in names if name.endswith("_sent")}
    return tuple((name, rule) for name, rule in rules.items() if name not in ("ref", "guest_ref"))


def _is_no_time(text: str) -> bool:
    return masked_typed(text) != text


TEXTS = {kind: _texts(kind) for kind in (Order, OrderItem, FlightSegment)}


class _Hiding:
    """The masking of one answer or one value: `level` is for objects that the API documents, and `value` is for everything else.

    At most `room` values are read; "…" stands for those left out.
    """

    def __init__(self, shown: Shown, room: int) -> None:
        self.shown = shown
        self._room = room

    def _first(self, values: list[V]) -> list[V]:
        """As many values from the start of `values` as there is room for; the remaining room shrinks accordingly."""
        taken = values[: max(0, self._room)]
        self._room -= len(taken)
        return taken

    def level(self, value: object, name: str) -> object:
        """`value`, an object of kind `name` or a list of such objects, with all values masked except harmless ones.

        A `value` that is neither becomes MASK, except None, which stays None.
        """
        if isinstance(value, list) and not isinstance(value, Pairs):
            entries = self._first(value)
            return [self.level(entry, name) for entry in entries] + [REST] * (len(entries) < len(value))
        if not isinstance(value, Pairs):
            return None if value is None else MASK
        pairs = self._first(value)
        return Pairs(
            [self._field(key, inner, name) for key, inner in pairs] + [(REST, REST)] * (len(pairs) < len(value))
        )

    def _field(self, key: str, value: object, name: str) -> tuple[str, object]:
        level, small = LEVELS[name], key.lower()
        below = {known.lower(): kind for known, kind in level.inner}.get(small) or (name if small in SAME else None)
        if below is not None:
            return key, self.level(value, below)
        if small in _lower(level.harmless) and not isinstance(value, list):
            return key, MASK if _gives_away(key, value) else value
        return masked_name(key, self.shown), self.value((key,), value) if name != "person" else _nothing_of(value)

    def value(self, path: tuple[str, ...], value: object, *, deep: int = 0, beside: bool = False) -> object:
        """`value`, or the values in it, masked unless harmless. None and "" stay as they are.

        `path` has the keys that lead to the value from the innermost object that the API documents. A string of JSON is masked inside,
        or becomes MASK if it is invalid or longer than LONGEST_INNER. `deep` is the depth so far: beyond DEEPEST, everything becomes MASK.

        `beside` is True if a text next to the value may announce something personal, such as a passport number; the value is then masked.
        """
        if deep > DEEPEST:
            return MASK
        if isinstance(value, dict | Pairs):
            sent = list(value.items() if isinstance(value, dict) else value)
            pairs = self._first(sent)
            cut = len(pairs) < len(sent)  # the rest may contain the name of a document
            return Pairs([*self._entries(path, pairs, deep + 1, beside or cut), *[(REST, REST)] * cut])
        if isinstance(value, list):
            entries = self._first(value)
            cut = len(entries) < len(value)
            beside = beside or cut or any(isinstance(entry, str) and names_document(entry) for entry in entries)
            return [self.value(path, entry, deep=deep + 1, beside=beside) for entry in entries] + [REST] * cut
        if value is None or value == "":
            return value
        text = _text(value)
        if isinstance(value, str) and text.lstrip()[:1] in ("{", "["):
            tree = _read(text) if len(text) <= LONGEST_INNER else None
            return MASK if tree is None else _written(self.value(path, tree, deep=deep + 1, beside=beside))
        return (
            value if not beside and is_harmless(path, text, self.shown) and not _gives_away(path[-1], value) else MASK
        )

    def _entries(
        self, path: tuple[str, ...], pairs: list[tuple[str, object]], deep: int, beside: bool
    ) -> Iterator[tuple[str, object]]:
        names = {rank: value for key, value in pairs if isinstance(value, str) and (rank := _rank(key)) is not None}
        naming = names[min(names)] if names else ""
        beside = beside or any(names_document(name) for name in names.values())
        for key, value in pairs:
            if isinstance(value, str) and _rank(key) is not None and is_name(value):
                yield masked_name(key, self.shown), value
            else:
                named = naming if naming and _last_word(key) in VALUES else key
                yield masked_name(key, self.shown), self.value((*path, named), value, deep=deep, beside=beside)


def _rank(key: str) -> int | None:
    """The position of the last word of `key` in NAMING, from 0 (likeliest to name the value beside it); None if it is not in NAMING."""
    last = _last_word(key)
    return NAMING.index(last) if last in NAMING else None


def _last_word(key: str) -> str:
    return (words(key[:LONGEST]) or ("",))[-1]


def _gives_away(key: str, value: object) -> bool:
    text = _text(value)
    if not isinstance(value, str):
        return len(text) > LONGEST or holds_card(text)
    if key.lower() == "href" and not ADDRESS.fullmatch(text):
        return True
    return text.lstrip()[:1] in ("{", "[", "<") or (announces if key.lower() in REFERENCES else is_personal)(text)


def _nothing_of(value: object) -> object:
    """The value of a person's field: its structure and harmless keys are kept, and every value in it except None is masked."""
    if isinstance(value, Pairs):
        return Pairs((masked_name(key), _nothing_of(inner)) for key, inner in value)
    if isinstance(value, list):
        return [_nothing_of(entry) for entry in value]
    return value if value is None else MASK


def _read(text: str) -> object:
    """`text` decoded from JSON, with numbers as they were written; None if it is `null`, not JSON or nested too deeply."""
    try:
        return json.loads(text, object_pairs_hook=Pairs, parse_float=Number, parse_int=Number, parse_constant=Number)
    except (ValueError, RecursionError):
        return None


@cache
def _lower(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _text(value: object) -> str:
    if isinstance(value, Number | NotANumber):
        return value.text
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _written(value: object) -> str:
    """The JSON text of a value in which everything necessary has already been masked."""
    if isinstance(value, Pairs):
        return (
            "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_written(inner)}" for key, inner in value) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_written(entry) for entry in value) + "]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int | Decimal | Number | NotANumber):
        return _text(value)
    return json.dumps(value, ensure_ascii=False)
