"""The last part of every sign-in, whether by password, provider, directory or proxy: any second step, then the session."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth import login
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from accounts import next_page, own_password
from accounts.rights import sign_in_failed
from accounts.sign_in_method import Method, SignIn, note, noted
from accounts.sign_on import refusals
from accounts.sign_on.refusals import Kind, NotSignedIn
from orders.privacy.outcomes import Fixed
from orders.privacy.record_kinds import Action

BACKEND = "accounts.session_store.Backend"  # loads the user of every session, whatever the kind of sign-in


def enter(request: HttpRequest, person: AbstractBaseUser, page: str, *, by: Method) -> HttpResponse:
    """Sign in a user who has proved who they are, and redirect to `page`. If a second step is due, redirect to that first.

    `by` is never PROVIDER, because allauth itself completes a sign-in with the provider. If the password works only once and has been
    used, return the page that says so. Raises NotSignedIn if the user is inactive.
    """
    note(request, SignIn(by))
    response: HttpResponse = perform_login(request, person, redirect_url=page)
    return response


class Adapter(DefaultAccountAdapter):
    """The account adapter that allauth calls: it adds our second step, and suppresses allauth's e-mails and messages."""

    def get_login_stages(self) -> list[str]:
        return ["accounts.sign_on.second_step.Stage"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Start the session. A password that somebody else set is used up only now, after any second step.

        If such a password has already been used, raise ImmediateHttpResponse with the page that says so.
        """
        if noted(request).method is Method.PASSWORD and not own_password.use(user):
            sign_in_failed(Action.SIGN_IN_FAILED, user.get_username(), Fixed.USED_BEFORE)
            refused = NotSignedIn(Kind.PASSWORD_USED, person=user.get_username())
            raise ImmediateHttpResponse(refusals.page(request, refused))
        login(request, user, backend=BACKEND)  # type: ignore[arg-type]  # people here are Django's users

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: allauth's messages are suppressed, and our own pages say what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: allauth's e-mails are suppressed."""

    def is_safe_url(self, url: str) -> bool:
        return next_page.safe_url(self.request, url, default="") != ""

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        raise NotSignedIn(Kind.INACTIVE, person=user.get_username())
