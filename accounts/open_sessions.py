"""Listing and ending a user's open sessions.

Each session holds its user, start time and browser. A user's sessions are found by reading all unexpired sessions (at most a few
thousand are expected). Signing in therefore needs no extra write, and there is no separate list that could reveal a session's key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts import database_clock
from accounts.client_address import client_address
from accounts.session_store import Backend, SessionStore, stored_key
from accounts.sign_in_method import noted
from orders.privacy import account_events
from orders.privacy.record_kinds import Action

SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"
BROWSER, ADDRESS, SIGNED_IN_BY = "browser", "address", "signed_in_by"
_BROWSERS = (
    ("Edge", "Edg"), ("Opera", "OPR"), ("Samsung Internet", "SamsungBrowser"), ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS|Chromium"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iOS", "iPhone|iPad"), ("ChromeOS", "CrOS"), ("Windows", "Windows"), ("macOS", "Mac OS X"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session. `since` is when the user signed in, `seen` when the session was last used, to within a minute (both aware UTC).

    `key` is the hashed key, as in the table; nobody can take the session over with it. `is_here` marks the session of this request.
    """

    key: str
    since: datetime
    seen: datetime
    browser: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Good:
    """A valid session: its user, and the latest time at which it can end (aware UTC)."""

    person: User
    until: datetime


def describe(request: HttpRequest) -> None:
    """Add the browser, the client's address and the method of sign-in to the request's new session."""
    request.session[BROWSER] = browser(request.headers.get("User-Agent", ""))
    request.session[ADDRESS] = client_address(request)[:45]
    request.session[SIGNED_IN_BY] = noted(request).method.value


def browser(agent: str) -> str:
    """The browser and operating system that a User-Agent header names, such as "Firefox, Windows". Either is left out if unknown."""
    names = (next((name for name, mark in table if re.search(mark, agent)), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in names if name)


def of(person: AbstractBaseUser | AnonymousUser, request: HttpRequest | None = None) -> list[OpenSession]:
    """The user's open sessions: first the session of `request`, then the others, the most recently used first.

    Sessions that have expired, are over (see `is_over`) or do not match the user's current password are left out.
    """
    here = stored_key(request.session.session_key or "") if request is not None else ""
    now = database_clock.seconds()
    sessions = [
        OpenSession(
            key=row.session_key,
            since=_stamp(data[SIGNED_IN_AT]),
            seen=_stamp(data[SEEN_AT]),
            browser=str(data.get(BROWSER, "")),
            address=str(data.get(ADDRESS, "")),
            is_here=row.session_key == here,
        )
        for row, data in _rows(person)
        if _is_valid(person, data) and not is_over(data, now)
    ]
    return sorted(sessions, key=lambda session: (session.is_here, session.seen), reverse=True)


def good(key: str) -> Good | None:
    """The session with this hashed key; None if there is no such session or it is not valid.

    It is not valid if it has expired, is over (see `is_over`) or has no user, or if its user is inactive or has a new password.
    """
    row = Session.objects.filter(session_key=key, expire_date__gt=database_clock.now()).first()
    data = SessionStore().decode(row.session_data) if row is not None else {}
    person = Backend().get_user(int(data[SESSION_KEY])) if SESSION_KEY in data else None
    if person is None or not _is_valid(person, data) or is_over(data, database_clock.seconds()):
        return None
    return Good(person, _stamp(data[SIGNED_IN_AT] + settings.SESSION_COOKIE_AGE))


def is_over(data: SessionBase | dict[str, Any], now: float) -> bool:
    """Whether a session with this data has reached one of its time limits at `now` (seconds since 1970, by the database's clock).

    It also counts as over if the data does not say when it started or was last used. The expiry date alone is not enough, because
    each write postpones it.
    """
    signed_in, seen = data.get(SIGNED_IN_AT), data.get(SEEN_AT)
    if not isinstance(signed_in, int) or not isinstance(seen, int):
        return True
    return now - signed_in >= settings.SESSION_COOKIE_AGE or now - seen >= settings.SESSION_IDLE_SECONDS


def end(person: AbstractBaseUser, *, only: str = "", but: str = "") -> int:
    """End the user's sessions, and return how many were ended. The number is recorded unless it is 0.

    The hashed key `only` limits this to one session; the hashed key `but` exempts one.
    """
    keys = [row.session_key for row, _data in _rows(person) if only in {"", row.session_key} and row.session_key != but]
    ended = Session.objects.filter(session_key__in=keys).delete()[0]
    if ended:
        account_events.record(Action.SESSION_ENDED, about=person, detail=f"{ended} ended")
    return ended


def end_invalid(person: AbstractBaseUser) -> None:
    """Delete the user's sessions that do not match the current password hash, or all of them if the user is inactive."""
    keys = [row.session_key for row, data in _rows(person) if not (person.is_active and _is_valid(person, data))]
    Session.objects.filter(session_key__in=keys).delete()


def _rows(person: AbstractBaseUser | AnonymousUser) -> Iterator[tuple[Session, dict[str, Any]]]:
    decode, number = SessionStore().decode, str(person.pk)
    for row in Session.objects.filter(expire_date__gt=database_clock.now()).iterator():
        data = decode(row.session_data)
        if data.get(SESSION_KEY) == number:
            yield row, data


def _is_valid(person: Any, data: dict[str, Any]) -> bool:
    return bool(constant_time_compare(data.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()))


def _stamp(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
