"""A JSON text indented as it came, for the raw view.

It works on the text's tokens and not on what they mean, so that 100.00 stays 100.00, a key sent twice is shown twice, and a
text that is cut off or no JSON at all is shown as far as it goes.
"""

from __future__ import annotations

import re

from orders.cdp.jsontext import whole_characters

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_STEP = "  "
_DEEPEST = 40  # deeper lines stay at this indentation: 2,000 levels would make megabytes of blanks


def indent(text: str) -> str:
    """`text` with one value a line; never fails, drops nothing but the blanks between tokens."""
    tokens = _TOKEN.findall(text.lstrip("\ufeff"))
    if not tokens or tokens[0] not in ("{", "["):
        return whole_characters(text)  # a page of HTML or plain words keeps its own lines
    return whole_characters("".join(_laid_out(tokens)))


def _laid_out(tokens: list[str]) -> list[str]:
    parts: list[str] = []
    depth = 0
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else ""
        if token in ("}", "]"):
            depth = max(0, depth - 1)
            if before not in ("{", "["):
                parts.append(_line(depth))
            parts.append(token)
            continue
        if before in ("{", "[", ","):
            parts.append(_line(depth))
        elif before and before != ":" and token not in (",", ":"):
            parts.append(" ")  # two values side by side: not JSON, and shown all the same
        parts.append(": " if token == ":" else token)
        if token in ("{", "["):
            depth += 1
    return parts


def _line(depth: int) -> str:
    return "\n" + _STEP * min(depth, _DEEPEST)
