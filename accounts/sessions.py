"""Sessions: their time limits, and the middleware that requires a sign-in, a password of one's own and a second factor.

A session lasts at most ten hours, and ends after 29 to 30 minutes without a request. The limit is not exact because the time of the
last request is stored at most once a minute, so that most pages cost no session write. All times are by the database's clock, so that
a wrong clock on one of several hosts cannot end anybody's session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import database_clock, next_page, open_sessions, own_password
from accounts.open_sessions import SEEN_AT, SIGNED_IN_AT, SIGNED_IN_BY
from accounts.sign_in_method import Method
from accounts.sign_on import recent
from accounts.sign_on.second_step import MUST_ADD, note_missing
from orders.http import GetResponse, Request
from orders.storage import session_answers

MUST_CHANGE = "password_set_by_somebody_else"
WRITE_EVERY_SECONDS = 60
# The only pages open to a user who must first replace a password that somebody else set.
BEFORE_CHANGING = frozenset({"password_change", "logout"})
# The only pages open to a user who still needs a second factor.
BEFORE_ADDING = frozenset(
    {"second_factors", "second_factor_app", "second_factor_picture", "second_factor_passkey", "confirm", "logout"}
)


@receiver(user_logged_in, dispatch_uid="accounts.sessions.start")
def start(request: Request, user: AbstractBaseUser, **_kwargs: Any) -> None:
    """Store the time (whole seconds since 1970) and kind of the sign-in, the browser, and the client's address in the new session.

    If the user must change their password or add a second factor before anything else, note that too.
    """
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(database_clock.seconds())
    open_sessions.describe(request)
    if request.session[SIGNED_IN_BY] == Method.PASSWORD and own_password.must_change(user):
        request.session[MUST_CHANGE] = True
    if request.session[SIGNED_IN_BY] == Method.PROVIDER:
        recent.note_signed_in(request)
    note_missing(request)


@receiver(user_logged_out, dispatch_uid="accounts.sessions.forget")
def forget(request: Request, **_kwargs: Any) -> None:
    """Drop the session's cached CDP answers when the user is signed out, rather than keep them until they expire."""
    if request.session.session_key:
        session_answers.answers().forget(request.session.session_key)


@receiver(post_save, sender=User, dispatch_uid="accounts.sessions.end_all")
def end_all(instance: User, created: bool, update_fields: Iterable[str] | None, **_kwargs: Any) -> None:
    """Delete the sessions that a new password or a deactivation has made invalid, so that they cannot be used or listed again."""
    if not created and (update_fields is None or {"password", "is_active"} & set(update_fields)):
        open_sessions.end_invalid(instance)


def session_limits(get_response: GetResponse) -> GetResponse:
    """Middleware: sign the user out if the session is over (`open_sessions.is_over`).

    Otherwise, store the time of the request, at most once a minute. This must come after Django's authentication middleware.
    """

    def answer(request: Request) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(database_clock.seconds())
            if open_sessions.is_over(request.session, now):
                request.session_over = True
                logout(request)
            elif now - request.session[SEEN_AT] >= WRITE_EVERY_SECONDS:
                request.session[SEEN_AT] = now
        return get_response(request)

    return answer


def own_password_first(get_response: GetResponse) -> GetResponse:
    """Middleware: if a user must replace a password that somebody else set, redirect them to the page for choosing a new one.

    A user who only needs to add a second factor is redirected to the page for adding one. The pages listed in
    BEFORE_CHANGING and BEFORE_ADDING are exempt.
    """

    def answer(request: Request) -> HttpResponseBase:
        if request.session.get(MUST_CHANGE) and request.user.is_authenticated:
            if not _is_one_of(request, BEFORE_CHANGING):
                return next_page.go_to(
                    request, resolve_url("password_change"), _("Before you continue, choose a password of your own.")
                )
        elif request.session.get(MUST_ADD) and request.user.is_authenticated and not _is_one_of(request, BEFORE_ADDING):
            return next_page.go_to(
                request, resolve_url("second_factors"), _("Before you continue, set up two-step sign-in.")
            )
        return get_response(request)

    return answer


def _is_one_of(request: Request, names: frozenset[str]) -> bool:
    try:
        return resolve(request.path_info).url_name in names
    except Resolver404:
        return False


class SignInRequired(LoginRequiredMiddleware):
    """Middleware: require a sign-in unless the view opts out. For a panel, the whole page is redirected to the sign-in page."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know only the redirect
        self, request: Request, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Redirect to the sign-in page, with the page to return to in `next`.

        An htmx request gets a 401 with HX-Redirect instead.
        """
        page = next_page.page_of(request)
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"
        return next_page.go_to(request, address, _("You are signed out. Sign in again."))
