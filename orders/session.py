"""How long a sign-in lasts, and what happens when it is over.

Ten hours at most, thirty minutes without a click. The time of the last click is written at most once a minute, so a page costs
no session write; the idle limit is therefore 29 to 30 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from orders import memory, onward

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
WRITE_EVERY_SECONDS = 60


@receiver(user_logged_in, dispatch_uid="orders.session.start")
def start(request: HttpRequest, **_kwargs: Any) -> None:
    """Start both clocks, in whole seconds since 1970."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())


@receiver(user_logged_out, dispatch_uid="orders.session.forget")
def forget(request: HttpRequest, **_kwargs: Any) -> None:
    """What is still remembered of the session's orders goes at once, not a minute later."""
    if request.session.session_key:
        memory.answers().forget(request.session.session_key)


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: end a session that is too old or was left alone. Comes right after authentication."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            if is_over(request, now):
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


class SignInRequired(LoginRequiredMiddleware):
    """Everything needs a sign-in unless its view says otherwise. A panel says so with 401 and sends the whole page to sign-in."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know only the redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Redirect to sign-in with `next`; htmx gets a 401 with HX-Redirect, and `next` is then the page, not the panel."""
        page = onward.page_of(request)
        if request.headers.get("HX-Request") != "true":
            return redirect_to_login(page)
        response = HttpResponse(
            _("You are signed out. Sign in again."), status=401, content_type="text/plain; charset=utf-8"
        )
        response["HX-Redirect"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"
        response["Vary"] = "HX-Request"
        return response
