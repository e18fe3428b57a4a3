"""Currency codes, however feeds spell them: " jpy" is read as JPY. Retired codes such as MRO are also known."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=1024)
def canonical(sent: str | None) -> str:
    """The ISO 4217 code (current or retired) in `sent`; if there is none, `sent` without surrounding white space, or "" for None."""
    text = (sent or "").strip()
    return text.upper() if text.upper() in Locale("en").currencies else text
