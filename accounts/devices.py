"""Signed cookies that mark browsers in which a user has signed in before, so that failed attempts there are counted separately.

For each of the last eight people who signed in with the browser, the cookie has an entry: a keyed hash of the user name, a random string,
and the time when the entry was made (seconds since 1970). The cookie grants no access: it only decides which failed attempts are counted
together.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import astuple, dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.names import name_hash

SALT = "orders.devices"
LIFE = 180 * 24 * 60 * 60  # seconds for which an entry is valid; signing in again makes a new one
MOST_PEOPLE = 8  # users of one browser, as on a shared desk


@dataclass(frozen=True, slots=True)
class Device:
    """One user's entry in a browser's device cookie.

    `name` is a keyed hash of the user name, `number` a random string, and `since` the time when the entry was made (seconds since 1970).
    """

    name: str
    number: str
    since: int


def known(request: HttpRequest, username: str) -> str:
    """The `number` for this user name in the request's device cookie; "" if there is no valid entry younger than LIFE."""
    name = _short(username)
    return next((device.number for device in _read(request) if device.name == name), "")


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Set the device cookie, with a new `number` for this user, so that attempts with an older cookie are counted separately."""
    name = _short(username)
    others = [device for device in _read(request) if device.name != name]
    devices = [Device(name, secrets.token_urlsafe(12), int(time.time())), *others][:MOST_PEOPLE]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([astuple(device) for device in devices], salt=SALT),
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> list[Device]:
    try:
        held = signing.loads(request.COOKIES[settings.DEVICE_COOKIE_NAME], salt=SALT)
        devices = [Device(str(name), str(number), int(since)) for name, number, since in held]
    except (KeyError, TypeError, ValueError, signing.BadSignature):
        return []
    return [device for device in devices if time.time() - device.since < LIFE]


def _short(username: str) -> str:
    return name_hash("device", username)[:24]
