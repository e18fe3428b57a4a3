"""The language of the page and the translations of phrases. Both are cached, because a page needs them many times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from django.utils.translation import get_language, gettext, override

SOURCE_LANGUAGE = "en"
_held: ContextVar[str] = ContextVar("language", default="")


@contextmanager
def activate(code: str) -> Iterator[None]:
    """Activate a language inside the block, as Django's `override` does, and keep its code for `language()`."""
    token = _held.set(code)
    try:
        with override(code):
            yield
    finally:
        _held.reset(token)


def language() -> str:
    """The code of the language that `activate` has set, or else of Django's active language; "en" if neither is set."""
    return _held.get() or get_language() or SOURCE_LANGUAGE


def translate(phrase: str) -> str:
    """The phrase in the active language, as translated by `gettext`; cached."""
    return _translated(language(), phrase)


@lru_cache(maxsize=8192)
def _translated(_language: str, phrase: str) -> str:
    return gettext(phrase)
