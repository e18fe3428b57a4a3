"""A JSON parser and writer that keep the trailing zeros of numbers: 100.00 stays 100.00."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from json import loads as _loads
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

Json = Any


class Verbatim(str):
    """A piece of JSON text that is sent unchanged, for answers that no normal encoder would write."""

    __slots__ = ()


class Twice(dict[str, Json]):
    """An object whose keys are all sent twice: first with a wrong value, then with the real one."""


def loads(text: str) -> Json:
    """The parsed JSON. Numbers with a fraction are Decimal and keep their trailing zeros."""
    return _loads(text, parse_float=Decimal)


def dumps(value: Json) -> bytes:
    """JSON text in UTF-8. A lone surrogate cannot be encoded in UTF-8, so a document that contains one is written entirely in ASCII."""
    try:
        return _write(value, encode_basestring).encode()
    except UnicodeEncodeError:
        return _write(value, encode_basestring_ascii).encode()


def _write(value: Json, quoted: Callable[[str], str]) -> str:
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        pairs = [f"{quoted(key)}:{_write(part, quoted)}" for key, part in value.items()]
        if isinstance(value, Twice):
            pairs = [f'{quoted(key)}:"sent twice"' for key in value] + pairs
        return "{" + ",".join(pairs) + "}"
    return "[" + ",".join([_write(part, quoted) for part in value]) + "]"
