"""gettext for what says the same phrases dozens of times a page: each is looked up once per language."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.utils.translation import get_language, gettext


def say(phrase: str) -> str:
    """`gettext` in the language in force."""
    return _said(phrase, get_language())


def speaker() -> Callable[[str], str]:
    """`say` with the language in force now; to be used at once, not kept."""
    return _speaker(get_language())


@lru_cache(maxsize=8192)
def _said(phrase: str, _language: str | None) -> str:
    return gettext(phrase)


@lru_cache(maxsize=32)
def _speaker(language: str | None) -> Callable[[str], str]:
    return lru_cache(maxsize=4096)(lambda phrase: _said(phrase, language))
