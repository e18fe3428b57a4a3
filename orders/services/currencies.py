"""Currency codes as feeds spell them: " jpy" is JPY. Retired codes such as MRO are known, too."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=1024)
def canonical(sent: str | None) -> str:
    """The ISO 4217 code that `sent` means, in use or retired; any other text without spaces around it; "" for none."""
    text = (sent or "").strip()
    return text.upper() if text.upper() in Locale("en").currencies else text
