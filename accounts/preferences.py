"""User preferences: language, time zone of timestamps, clock, theme and keyboard shortcuts.

They are stored in the database and cached in the session, so that most pages need no query for them. The server applies them to each
page, so that no page is shown briefly in another theme. They are not kept in the browser's storage, which is cleared when the user signs
out.
"""

from __future__ import annotations

import zoneinfo
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.language import SOURCE_LANGUAGE, activate, language
from accounts.models import Preferences
from orders.http import GetResponse, Request

SESSION_KEY = "preferences"
OFFER_KEY = "offer_time_zone"  # in the session of a user who has never saved any preferences


# The names of the preferences: the model and the form have a field for each.
FIELDS = tuple(field.name for field in Preferences._meta.fields if field.name not in {"id", "user"})  # noqa: SLF001  (Django's own name)
DEFAULT = Preferences()
_current: ContextVar[Preferences] = ContextVar("preferences", default=DEFAULT)


def current() -> Preferences:
    """The preferences for the current request; outside a request, the defaults."""
    return _current.get()


def of(request: HttpRequest) -> Preferences:
    """The signed-in user's preferences, read from the database once per session; the defaults if none are stored or nobody is signed in.

    A user without stored preferences is offered the browser's time zone.
    """
    if not request.user.is_authenticated:
        return DEFAULT
    held: Any = request.session.get(SESSION_KEY)
    if not isinstance(held, dict):
        stored = _read(request.user.pk)
        if not stored:
            request.session[OFFER_KEY] = True
        held = request.session[SESSION_KEY] = stored or _values(DEFAULT)
    return Preferences(**{name: value for name, value in held.items() if name in FIELDS})


def keep(request: HttpRequest, chosen: Preferences) -> None:
    """Save the signed-in user's choices, for this session and later ones."""
    Preferences.objects.update_or_create(user_id=request.user.pk, defaults=_values(chosen))
    request.session[SESSION_KEY] = _values(chosen)
    request.session.pop(OFFER_KEY, None)


def _read(user_pk: int) -> dict[str, Any]:
    return Preferences.objects.filter(user_id=user_pk).values(*FIELDS).first() or {}


def _values(chosen: Preferences) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in FIELDS}


def follow_preferences(get_response: GetResponse) -> GetResponse:
    """Middleware: respond in the user's language and time zone. It must be listed after the authentication middleware."""

    def answer(request: Request) -> HttpResponseBase:
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
    """The language code for the response: the user's choice if offered, else the browser's first choice among those offered, else "en"."""
    offered = offered_languages()
    if chosen.language in offered:
        return chosen.language
    # Django would choose among all the languages in its settings, and so might stop at one that we do not offer.
    for wished, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for code in (wished, wished.split("-")[0]):
            if code in offered:
                return code
    return SOURCE_LANGUAGE


@lru_cache(maxsize=1)
def offered_languages() -> dict[str, str]:
    """Language code -> native name, for English (the source language) and every language whose catalogue is complete."""
    offered = {SOURCE_LANGUAGE: "English"}
    for code, _name in settings.LANGUAGES:
        catalogues = (Path(root) / translation.to_locale(code) / "LC_MESSAGES" for root in settings.LOCALE_PATHS)
        if code not in offered and any(_complete(folder) for folder in catalogues):
            offered[code] = own_name(code)
    return offered


def _complete(folder: Path) -> bool:
    """Whether the catalogue in `folder` is compiled and translates every message in the template."""
    source, template = folder / "django.po", folder.parents[1] / "django.pot"
    if not (source.is_file() and (folder / "django.mo").is_file() and template.is_file()):
        return False
    with source.open("rb") as po, template.open("rb") as pot:
        translated = read_po(po)
        message_ids = [message.id for message in read_po(pot) if message.id]
    for wished in message_ids:
        message = translated.get(wished)
        if message is None or message.fuzzy:
            return False
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if not all(strings):
            return False
    return True


def own_name(code: str) -> str:
    """The native name of a language: "de" -> "Deutsch"; the code itself if it is unknown."""
    try:
        parsed = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return code
    return (parsed.get_display_name(parsed) or code).capitalize()


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone with this name; UTC if the name is unknown, so that an outdated choice never makes a page fail."""
    try:
        return _zone(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return _zone("UTC")


@lru_cache(maxsize=256)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)
