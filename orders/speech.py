"""gettext for what says the same phrases dozens of times a page: each is looked up once per language."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.utils.translation import get_language, gettext


def speaker() -> Callable[[str], str]:
    """`gettext` in the language in force now; to be used at once, not kept."""
    return _speaker(get_language())


@lru_cache(maxsize=32)
def _speaker(_language: str | None) -> Callable[[str], str]:
    return lru_cache(maxsize=4096)(gettext)
