"""How a person wants the page: language, zone for the CDP's own stamps, clock, theme, shortcuts.

Kept in the database, held in the session so that a page costs no query, rendered with the page so that nothing
flashes, and never in the browser's storage (signing out clears that).
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.language import SOURCE_LANGUAGE, activate, language

SESSION_KEY = "preferences"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices. `language` "" follows the browser; `clock` is "24" or "12"; `theme` "system", "light" or "dark"."""

    language: str = ""
    time_zone: str = "UTC"
    clock: str = "24"
    theme: str = "system"
    shortcuts: bool = True


DEFAULT = Preferences()
_current: ContextVar[Preferences] = ContextVar("preferences", default=DEFAULT)


def current() -> Preferences:
    """The preferences of the request being answered; the defaults outside of one."""
    return _current.get()


def of(request: HttpRequest) -> Preferences:
    """The signed-in person's preferences, read from the database once a session; the defaults for everyone else."""
    if not request.user.is_authenticated:
        return DEFAULT
    held: Any = request.session.get(SESSION_KEY)
    if not isinstance(held, dict):
        held = _read(request.user.pk)
        request.session[SESSION_KEY] = held
    known = {field.name for field in fields(Preferences)}
    return Preferences(**{name: value for name, value in held.items() if name in known})


def keep(request: HttpRequest, chosen: Preferences) -> None:
    """Save the choices of the signed-in person, for this session and every later one."""
    from accounts.models import Preferences as Row

    Row.objects.update_or_create(user_id=request.user.pk, defaults=asdict(chosen))
    request.session[SESSION_KEY] = asdict(chosen)


def _read(user_pk: int) -> dict[str, Any]:
    from accounts.models import Preferences as Row

    row = Row.objects.filter(user_id=user_pk).values(*(field.name for field in fields(Preferences))).first()
    return row or asdict(DEFAULT)


def follow_preferences(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer in the person's language and zone. Comes after authentication."""

    def answer(request: HttpRequest) -> HttpResponse:
        chosen = of(request)
        token = _current.set(chosen)
        try:
            with activate(language_for(request, chosen)), timezone.override(zone(chosen.time_zone)):
                response = get_response(request)
                response.headers.setdefault("Content-Language", language())
                return response
        finally:
            _current.reset(token)

    return answer


def language_for(request: HttpRequest, chosen: Preferences) -> str:
    """The chosen language, else the best of the browser's wishes, among the languages that are complete."""
    offered = offered_languages()
    if chosen.language in offered:
        return chosen.language
    wished = translation.get_language_from_request(request)
    for code in (wished, wished.split("-")[0]):
        if code in offered:
            return code
    return SOURCE_LANGUAGE


@lru_cache(maxsize=1)
def offered_languages() -> dict[str, str]:
    """Code -> own name of every language whose catalogue is complete; English is the source and always there."""
    offered = {SOURCE_LANGUAGE: "English"}
    for code, _name in settings.LANGUAGES:
        catalogues = (Path(root) / translation.to_locale(code) / "LC_MESSAGES" for root in settings.LOCALE_PATHS)
        if code not in offered and any(_complete(folder) for folder in catalogues):
            offered[code] = own_name(code)
    return offered


def _complete(folder: Path) -> bool:
    """Is the catalogue compiled, and is every message of the template translated in it?"""
    source, template = folder / "django.po", folder.parents[1] / "django.pot"
    if not (source.is_file() and (folder / "django.mo").is_file() and template.is_file()):
        return False
    with source.open("rb") as po, template.open("rb") as pot:
        translated = read_po(po)
        wanted = [message.id for message in read_po(pot) if message.id]
    for wished in wanted:
        message = translated.get(wished)
        if message is None or message.fuzzy:
            return False
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if not all(strings):
            return False
    return True


def own_name(code: str) -> str:
    """What speakers of a language call it: "de" -> "Deutsch"."""
    try:
        parsed = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return code
    return (parsed.get_display_name(parsed) or code).capitalize()


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that name; UTC where there is none, so that an old choice never costs a page."""
    try:
        return _zone(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return _zone("UTC")


@lru_cache(maxsize=256)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)
