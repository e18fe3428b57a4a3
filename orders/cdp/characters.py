"""Characters that cannot be shown as sent: lone surrogates, ASCII control characters and text-direction controls.

A direction control can make one name or reference look like another, and affects the text after it. On pages, in copied
text and in calendar files, it is shown as "[U+202E]". In the raw view, it is shown as a JSON escape ("\\u202e"). Direction
marks (U+200E, U+200F, U+061C) and joiners are part of how names are written, and are kept.
"""

from __future__ import annotations

import re
import unicodedata

# Where words meet in camel case: "loyaltyTier", "PNRSource".
CASE_BOUNDARY = "(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"

_CONTROL = {code: "\ufffd" for code in (*range(32), 127) if chr(code) not in "\t\n\r"}
_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_MARKED = _CONTROL | {code: f"[U+{code:04X}]" for code in _DIRECTION}
_ESCAPED = _CONTROL | {code: f"\\u{code:04x}" for code in _DIRECTION}
# Address books put such a pair around a phone number. The overrides (U+202D, U+202E) do not count: they can reorder the characters.
_WRAPPED = re.compile("[\u202a\u202b\u2066-\u2068]([^\u202a-\u202e\u2066-\u2069]*)[\u202c\u2069]")


def whole_characters(text: str) -> str:
    """`text` with U+FFFD in place of each lone surrogate or ASCII control character, and direction controls spelled out: "[U+202E]".

    Tabs and line breaks are kept.
    """
    return text if text.isprintable() else _replaced(text, _MARKED)


def as_in_json(text: str) -> str:
    """`text` as returned by `whole_characters`, except that direction controls become JSON escapes for the same characters."""
    return text if text.isprintable() else _replaced(text, _ESCAPED)


def unwrapped(text: str) -> str:
    """`text` without the pair of direction controls around it and without any white space outside that pair.

    `text` is returned unchanged if it has no such pair, if it contains further direction controls, or if the pair overrides the direction.
    """
    if text.isprintable():
        return text
    match = _WRAPPED.fullmatch(text.strip())
    return match[1] if match else text


def without_accents(text: str) -> str:
    """`text` with each accented letter replaced by the plain letter, and compatibility characters by their equivalents (NFKD)."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _replaced(text: str, table: dict[int, str]) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(table)
