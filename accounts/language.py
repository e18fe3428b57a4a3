"""The language of the page, and translation of phrases: both cached, since a page needs them a hundred times."""

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
    """Activate a language inside the block with Django's `override`, and hold its code for `language()`."""
    token = _held.set(code)
    try:
        with override(code):
            yield
    finally:
        _held.reset(token)


def language() -> str:
    """The active language, as Django names it; "en" if none is active."""
    return _held.get() or get_language() or SOURCE_LANGUAGE


def translate(phrase: str) -> str:
    """`gettext` in the active language."""
    return _translated(language(), phrase)


@lru_cache(maxsize=8192)
def _translated(_language: str, phrase: str) -> str:
    return gettext(phrase)
