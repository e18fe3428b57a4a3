"""Countries, sorted by their names in the user's language."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from accounts.language import language
from orders.cdp.characters import without_accents
from orders.search_text.phones import COUNTRIES


def choices() -> tuple[tuple[str, str], ...]:
    """Each country whose phone numbers we can parse, as (two-letter code, name in the user's language), sorted by name."""
    return _choices(language())


@lru_cache(maxsize=8)
def _choices(code: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(code, sep="-").territories
    return tuple(sorted(((country, names.get(country, country)) for country in COUNTRIES), key=_in_dictionary))


def _in_dictionary(pair: tuple[str, str]) -> str:
    """The sort key of a (code, name) pair; a letter with an accent is sorted as the letter without it, as in a German index."""
    return without_accents(pair[1]).casefold()
