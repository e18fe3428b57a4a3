"""Countries, sorted by their names in the user's language."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from accounts.language import language
from orders.search_text.phones import COUNTRIES


def choices() -> tuple[tuple[str, str], ...]:
    """Each country whose phone numbers we can parse, as (two-letter code, name in the user's language), sorted by name."""
    return _choices(language())


@lru_cache(maxsize=8)
def _choices(code: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(code, sep="-").territories
    return tuple(
        sorted(((country, names.get(country, country)) for country in COUNTRIES), key=lambda pair: pair[1].casefold())
    )
