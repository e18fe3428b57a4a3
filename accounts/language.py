"""The language of the page, and phrases in it. A page asks for both a hundred times: the language is held where that costs
nothing, and each phrase is looked up once per language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial

from django.utils.translation import get_language, gettext, override

SOURCE_LANGUAGE = "en"
_held: ContextVar[str] = ContextVar("language", default="")


@contextmanager
def activate(code: str) -> Iterator[None]:
    """Django's `override` for the time of a request, held for `language` as well."""
    token = _held.set(code)
    try:
        with override(code):
            yield
    finally:
        _held.reset(token)


def language() -> str:
    """The language in force, as Django names it."""
    return _held.get() or get_language() or SOURCE_LANGUAGE


def translate(phrase: str) -> str:
    """`gettext` in the language in force."""
    return _said(language(), phrase)


def translator() -> Callable[[str], str]:
    """`say` with the language in force now; to be used at once, not kept."""
    return partial(_said, language())


@lru_cache(maxsize=8192)
def _said(_language: str, phrase: str) -> str:
    return gettext(phrase)
