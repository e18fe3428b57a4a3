"""Orders in frames on other sites: the user's consent, and the token that a frame uses instead of a cookie.

No cookie, whatever its attributes, works in cross-site frames in all browsers. Instead, the frame creates a secret, the user allows
the frame (identified by the secret's hash) in a separate window, and the frame exchanges the secret for a token that it keeps in memory.
The token becomes invalid when the session in which the user allowed the frame ends, or after about 15 minutes without use. All times are
taken from the database's clock, as for sessions.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from accounts import database_clock, open_sessions
from accounts.models import EmbedGrant, EmbedSession
from accounts.session_store import SessionStore, stored_key
from orders.http import GetResponse, Request
from orders.privacy import account_events
from orders.privacy.record_kinds import Action

GRANTED_FOR = timedelta(seconds=60)
IDLE = timedelta(minutes=15)
NOTE_USE_EVERY = timedelta(minutes=1)
ORIGIN = re.compile(r"https://[a-z0-9.-]+(?::[0-9]+)?")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url
VERIFIER = re.compile(r"[A-Za-z0-9_-]{43,128}")

ORDERS = "/embed/orders/"
FRAMED = ("/embed/", "/embed/token/")
API = "/api/"


def is_listed(origin: str) -> bool:
    """Whether the operator allows pages of this origin to show orders in a frame."""
    return bool(ORIGIN.fullmatch(origin)) and any(_covers(listed, origin) for listed in settings.EMBED_ORIGINS)


def _covers(listed: str, origin: str) -> bool:
    start, star, end = listed.partition("*")
    return origin.startswith(start) and origin.endswith(end) and len(origin) > len(listed) if star else origin == listed


def allow(request: Request, challenge: str, origin: str) -> None:
    """Store and record the user's consent to a frame; `challenge` is the hash of the frame's secret.

    For a minute, the frame can exchange the secret for a token, which is bound to this user and session.
    """
    now = database_clock.now()
    EmbedGrant.objects.filter(until__lte=now).delete()
    EmbedSession.objects.filter(until__lte=now).delete()
    person = cast("User", request.user)  # the page needs a sign-in
    with transaction.atomic():
        EmbedGrant.objects.update_or_create(  # a button may be pressed twice
            challenge=challenge,
            defaults={
                "user": person,
                "session": stored_key(request.session.session_key or ""),
                "origin": origin,
                "until": now + GRANTED_FOR,
            },
        )
        account_events.record(Action.RIGHTS_GIVEN, about=person, detail=f"frame of {origin}")


def exchange(verifier: str) -> str:
    """Exchange the secret of an allowed frame for a new token. Return "" if the frame is not allowed or the user's session has ended.

    Each consent can be used only once, within a minute.
    """
    if not VERIFIER.fullmatch(verifier):
        return ""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    now = database_clock.now()
    grant = EmbedGrant.objects.filter(challenge=challenge, until__gt=now).first()
    # Only one of two concurrent requests deletes the row.
    if grant is None or EmbedGrant.objects.filter(pk=grant.pk).delete()[0] != 1:
        return ""
    session = open_sessions.good(grant.session)
    if session is None or session.person.pk != grant.user_id:
        return ""
    token = secrets.token_urlsafe(32)
    EmbedSession.objects.create(
        token_sha256=_hash(token),
        user_id=grant.user_id,
        session=grant.session,
        origin=grant.origin,
        seen_at=now,
        until=session.until,
    )
    return token


def of_token(token: str) -> tuple[User, str] | None:
    """The user and origin that a token belongs to. The time of use is stored, at most once a minute.

    None if the token is unknown or has not been used for about 15 minutes, if its origin is no longer listed, or if the session in which
    its frame was allowed has ended.
    """
    now = database_clock.now()
    embed_session = EmbedSession.objects.filter(
        token_sha256=_hash(token), seen_at__gt=now - IDLE, until__gt=now
    ).first()
    session = open_sessions.good(embed_session.session) if embed_session is not None else None
    if (
        embed_session is None
        or session is None
        or session.person.pk != embed_session.user_id
        or not is_listed(embed_session.origin)
    ):
        return None
    if now - embed_session.seen_at >= NOTE_USE_EVERY:
        EmbedSession.objects.filter(pk=embed_session.pk).update(seen_at=now)
    return session.person, embed_session.origin


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def takes_no_cookies(path: str) -> bool:
    """Whether the path is one for frames or for other programs, where cookies are ignored."""
    return path in FRAMED or path.startswith((ORDERS, API))


def without_cookies(get_response: GetResponse) -> GetResponse:
    """Middleware: drop the cookies on paths where they must be ignored. It must come before the session middleware.

    Browsers send cookies from a frame if the page around it is on the same site, for example on another subdomain of our domain.
    """

    def answer(request: Request) -> HttpResponseBase:
        if takes_no_cookies(request.path_info):
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return answer


def by_token(get_response: GetResponse) -> GetResponse:
    """Middleware: for orders in frames, set the request's user from the frame's token; 401 without a valid token.

    It must come after all other middleware that signs users in or out.
    """

    def answer(request: Request) -> HttpResponseBase:
        if not request.path_info.startswith(ORDERS):
            return get_response(request)
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        user_and_origin = of_token(token) if scheme == "Embed" and settings.EMBED_ORIGINS else None
        if user_and_origin is None:
            return HttpResponse(
                status=401, headers={"WWW-Authenticate": "Embed"}, content_type="text/plain; charset=utf-8"
            )
        person, origin = user_and_origin
        request.user = person
        request._cached_user = person  # type: ignore[attr-defined]  # noqa: SLF001  (Django's own name, which the log line reads)
        request.via = f"embed {origin}"
        # A temporary session for this response only; the real one, which has no user, stays unchanged.
        outside, request.session = request.session, SessionStore()
        try:
            return get_response(request)
        finally:
            request.session = outside

    return answer
