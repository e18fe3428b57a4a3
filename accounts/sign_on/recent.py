"""Recent authentication: sensitive actions need a recent sign-in, or a recent confirmation of an older one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import database_clock, next_page
from accounts.open_sessions import SIGNED_IN_AT, SIGNED_IN_BY
from accounts.sign_in_method import Method, noted

CONFIRMED_AT = "confirmed_at"
OF_FACTORS = 5 * 60  # seconds after a sign-in or its confirmation during which second factors may be changed
View = Callable[..., HttpResponseBase]


def note_confirmed(request: HttpRequest) -> None:
    """Note that the user has just authenticated again."""
    request.session[CONFIRMED_AT] = int(database_clock.seconds())


def note_signed_in(request: HttpRequest) -> None:
    """Note when the user authenticated at the provider; if the provider sends no time, sensitive actions need a confirmation.

    Signing out and in again must not count as a confirmation: the provider may let somebody in without authenticating them again.
    """
    request.session[CONFIRMED_AT] = noted(request).authenticated_at


def is_recent(request: HttpRequest, seconds: int) -> bool:
    """Whether the user authenticated within the last `seconds`.

    Always True if the user was signed in through the proxy: such users cannot be asked to authenticate again.
    """
    if request.session.get(SIGNED_IN_BY) == Method.PROXY:
        return True
    by_provider = request.session.get(SIGNED_IN_BY) == Method.PROVIDER
    proved = max(0 if by_provider else request.session.get(SIGNED_IN_AT, 0), request.session.get(CONFIRMED_AT, 0))
    return bool(database_clock.seconds() - proved < seconds)


def confirmed(view: View) -> View:
    """Decorator for views that change rights or credentials, or reveal hidden data.

    A user who has not authenticated (`is_recent`) in the last CDPVIEWER_CONFIRM_AFTER_MINUTES minutes is redirected to the confirmation
    page. If the setting is 0, the check is off.
    """
    return _confirmed(view, lambda: settings.SIGN_ON.confirm_after)


def confirmed_for_factors(view: View) -> View:
    """Decorator like `confirmed`, for views that change second factors. The limit is always five minutes."""
    return _confirmed(view, lambda: OF_FACTORS)


def ask(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the confirmation page, which leads back to the page the user is on. For a panel, the whole page is redirected."""
    address = reverse("confirm") + next_page.next_query(next_page.page_of(request))
    return next_page.go_to(request, address, _("First, confirm it’s you."))


def _confirmed(view: View, limit: Callable[[], int]) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        seconds = limit()
        if seconds and request.user.is_authenticated and not is_recent(request, seconds):
            return ask(request)
        return view(request, *args, **kwargs)

    return checked
