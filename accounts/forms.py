"""Forms for signing in and for changing one's own password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import own_password, throttling
from accounts.access import may_use_password
from accounts.rights import sign_in_failed
from accounts.sign_on.choices import Passwords
from orders.privacy.access_log import hashed
from orders.privacy.outcomes import Fixed
from orders.privacy.record_kinds import Action
from orders.problems import duration_words


class Limited:
    """Mixin that limits guessing in a form that checks a password.

    If the password cannot be checked, `status` is the HTTP status 429 or 503, and `wait` is the number of seconds to wait, if known.
    """

    status: int | None = None
    wait: int | None = None

    @contextmanager
    def limited(self, request: HttpRequest, username: str) -> Iterator[None]:
        """Apply the limit on guessing to the block, which checks a password.

        Raises ValidationError if the password cannot be checked now.
        """
        try:
            with throttling.attempt(request, username):
                yield
        except throttling.NotChecked:
            self.status = 503
            raise not_checked() from None
        except throttling.TryLater as limit:
            self.status, self.wait = (503 if limit.crowded else 429), limit.seconds()
            text = _("Too many wrong passwords. Wait %(time)s and try again; the account is not locked.")
            raise ValidationError(too_many(limit, username, text), code="wait") from None

    def refuse(self, response: HttpResponse) -> HttpResponse:
        """Return the response, with `status` if the password could not be checked, and with Retry-After if `wait` is known."""
        if self.status is not None:
            response.status_code = self.status
        if self.wait is not None:
            response["Retry-After"] = str(self.wait)
        return response


def too_many(limit: throttling.TryLater, username: str, text: Any) -> str:
    """The message for an attempt that must wait.

    If too many attempts have failed, this is `text` with the waiting time filled in, and `locked_out` is called.
    """
    if limit.crowded:
        return gettext("Too many sign-in attempts are in progress. Try again in a few seconds.")
    locked_out(username)
    return str(text) % {"time": duration_words(limit.seconds())}


def not_checked() -> ValidationError:
    """The error for a password that the directory could not check."""
    return ValidationError(
        _("The password could not be checked against your company’s directory. Try again in a minute."),
        code="down",
    )


def locked_out(username: str) -> None:
    """Record, at most once every 15 minutes per process, that attempts for this user name are throttled.

    Without that limit, anybody could flood the records.
    """
    if cache.add(f"locked-out-{hashed(username)}", 1, throttling.WINDOW.total_seconds()):
        sign_in_failed(Action.LOCKED_OUT, username)


class SignInForm(Limited, AuthenticationForm):
    """Django's sign-in form, with the limit on guessing and the rules on who may use a password."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("Wrong user name or password. Both are case-sensitive."),
    }

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if self.request is None or username is None or not password:
            return super().clean()
        with self.limited(self.request, username):
            return super().clean()

    def confirm_login_allowed(self, user: User) -> None:
        """Raise ValidationError for a user who is inactive, or who has a password stored here but may not use it.

        Also raise it if the password was set by somebody else and has already been used.
        """
        super().confirm_login_allowed(user)
        chosen = settings.SIGN_ON
        # The directory has checked the password of anybody who has none here; the setting does not apply to them.
        if user.has_usable_password() and not may_use_password(user, chosen.passwords):
            message = gettext(
                "Only people with access to the administration pages may sign in with a cdpviewer password."
            )
            why = Fixed.STAFF_ONLY
            if chosen.passwords is Passwords.OFF:
                message, why = gettext("Signing in with a cdpviewer password is switched off."), Fixed.SWITCHED_OFF
            sign_in_failed(Action.SIGN_IN_FAILED, user.get_username(), why)
            if chosen.provider:
                message += " " + gettext("Sign in with the button above.")
            raise ValidationError(message, code="provider")
        if own_password.is_used(user):
            sign_in_failed(Action.SIGN_IN_FAILED, user.get_username(), Fixed.USED_BEFORE)
            raise ValidationError(
                _(
                    "This password works only once and has already been used. Ask your cdpviewer administrator for a new one."
                ),
                code="used",
            )


class OwnPasswordForm(Limited, PasswordChangeForm):
    """Django's form for changing one's password. The limit on guessing applies here too, in case somebody else finds an open session."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        with self.limited(self.request, self.user.get_username()):
            return super().clean_old_password()

    def clean(self) -> dict[str, Any] | None:
        """Refuse the old password as the new one, because somebody else may know it."""
        cleaned = super().clean()
        if self.cleaned_data.get("new_password1") and self.cleaned_data.get("old_password") == self.cleaned_data.get(
            "new_password1"
        ):
            self.add_error(
                "new_password1", ValidationError(_("This is your current password. Choose another."), code="same")
            )
        return cleaned
