"""How long a sign-in lasts, and what happens when it is over.

Ten hours at most, thirty minutes without a click. The time of the last click is written at most once a minute, so a page costs
no session write; the idle limit is therefore 29 to 30 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import next_page, own_password
from accounts.session_store import SessionStore
from orders.storage import session_answers

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
MUST_CHANGE = "password_set_by_somebody_else"
WRITE_EVERY_SECONDS = 60
# All that is left to a person whose password somebody else set.
BEFORE_CHANGING = frozenset({"password_change", "logout"})


@receiver(user_logged_in, dispatch_uid="accounts.sessions.start")
def start(request: HttpRequest, user: AbstractBaseUser, **_kwargs: Any) -> None:
    """Start both clocks, in whole seconds since 1970, and note a password that has to be changed first."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())
    if own_password.must_change(user):
        request.session[MUST_CHANGE] = True


@receiver(user_logged_out, dispatch_uid="accounts.sessions.forget")
def forget(request: HttpRequest, **_kwargs: Any) -> None:
    """What is still remembered of the session's orders goes at once, not a minute later."""
    if request.session.session_key:
        session_answers.answers().forget(request.session.session_key)


@receiver(post_save, sender=User, dispatch_uid="accounts.sessions.end_all")
def end_all(instance: User, **_kwargs: Any) -> None:
    """Remove the sessions of somebody who is inactive, so that none comes back to life should the person be active again."""
    if instance.is_active:
        return
    decode, number = SessionStore().decode, str(instance.pk)
    for row in Session.objects.iterator():
        if decode(row.session_data).get(SESSION_KEY) == number:
            row.delete()


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: end a session that is too old or was left alone. Comes right after authentication."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            if is_over(request, now):
                request.session_over = True  # type: ignore[attr-defined]  # for the record of the sign-out
                logout(request)
            elif now - request.session[SEEN_AT] >= WRITE_EVERY_SECONDS:
                request.session[SEEN_AT] = now
        return get_response(request)

    return answer


def is_over(request: HttpRequest, now: int) -> bool:
    """Has the session of a signed-in person passed one of its limits? One without clocks has."""
    signed_in, seen = request.session.get(SIGNED_IN_AT), request.session.get(SEEN_AT)
    if not isinstance(signed_in, int) or not isinstance(seen, int):
        return True
    return now - signed_in >= settings.SESSION_COOKIE_AGE or now - seen >= settings.SESSION_IDLE_SECONDS


def own_password_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: send people whose password somebody else set to the page where they choose their own."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.session.get(MUST_CHANGE) and request.user.is_authenticated and not _may_before(request):
            return _go_to(request, resolve_url("password_change"), _("Choose a password of your own first."))
        return get_response(request)

    return answer


def _may_before(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).url_name in BEFORE_CHANGING
    except Resolver404:
        return False


def _go_to(request: HttpRequest, address: str, words: str) -> HttpResponse:
    """Redirect to `address`; htmx gets a 401 with HX-Redirect, so that the whole page goes there and not a panel."""
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    response = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    response["HX-Redirect"] = address
    response["Vary"] = "HX-Request"
    return response


class SignInRequired(LoginRequiredMiddleware):
    """Everything needs a sign-in unless its view says otherwise. A panel says so with 401 and sends the whole page to sign-in."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know only the redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Redirect to sign-in with `next`; htmx gets a 401 with HX-Redirect, and `next` is then the page, not the panel."""
        page = next_page.page_of(request)
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"
        return _go_to(request, address, _("You are signed out. Sign in again."))
