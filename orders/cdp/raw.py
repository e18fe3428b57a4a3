"""Indent JSON text for the raw view.

This works on tokens, not on values: 100.00 stays 100.00, a key sent twice is shown twice, and truncated JSON is shown up to the
point where it breaks off.
"""

from __future__ import annotations

import re

from orders.cdp.characters import as_in_json

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_OPENING, _CLOSING = ("{", "["), ("}", "]")
_STEP = "  "
_DEEPEST = (
    12  # answers nest six deep; values below this depth stay on one line: 2,000 levels would need megabytes of spaces
)


def indent(text: str) -> str:
    """JSON `text` with each entry of an object or array on a line of its own, down to a depth of _DEEPEST.

    Only a byte order mark and the whitespace between tokens are dropped. Text that does not begin with { or [ keeps its own line breaks.
    Control characters are shown as in `as_in_json`.
    """
    tokens = _TOKEN.findall(text.lstrip("\ufeff"))
    if not tokens or tokens[0] not in _OPENING:
        return as_in_json(text)  # HTML or plain text keeps its own lines
    return as_in_json("".join(_laid_out(tokens)))


def _laid_out(pieces: list[str]) -> list[str]:
    parts: list[str] = []
    depth, before = 0, ""
    for piece in pieces:
        if piece in _CLOSING:
            if before not in _OPENING:
                parts.append(_line(depth - 1))
            depth = max(0, depth - 1)
        elif before == "," or before in _OPENING:
            parts.append(_line(depth))
        elif before not in ("", ":") and piece not in (",", ":"):
            parts.append(" ")  # two values in a row: not JSON, but shown
        parts.append(": " if piece == ":" else piece)
        depth += piece in _OPENING
        before = piece
    return parts


def _line(depth: int) -> str:
    return "\n" + _STEP * max(0, depth) if depth <= _DEEPEST else ""
