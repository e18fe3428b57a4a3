"""Forms for signing in and for changing one's own password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import own_password, throttling
from accounts.access import may_use_password
from accounts.rights import sign_in_failed
from accounts.sign_on.choices import Passwords
from orders.privacy.access_log import hashed
from orders.privacy.record_kinds import Action
from orders.problems import duration_words


def too_many(limit: throttling.TryLater) -> ValidationError:
    """The error with the time to wait."""
    return ValidationError(
        _("Too many wrong passwords at the moment. Wait %(time)s and try again: nothing is locked."),
        code="wait",
        params={"time": duration_words(limit.seconds())},
    )


def too_many_codes(limit: throttling.TryLater) -> str:
    """The sentence that says how long to wait with the next code."""
    said = _("Too many wrong codes at the moment. Wait %(time)s and try again: nothing is locked.")
    return str(said) % {"time": duration_words(limit.seconds())}


def not_checked() -> ValidationError:
    """The error for a directory that is unreachable."""
    return ValidationError(
        _("Your company’s directory does not answer, so the password could not be checked. Try again in a minute."),
        code="down",
    )


def locked_out(username: str) -> None:
    """Record that attempts on a name are throttled: once per 15 minutes and process, or a stranger could fill the records."""
    if cache.add(f"locked-out-{hashed(username)}", 1, throttling.WINDOW.total_seconds()):
        sign_in_failed(Action.LOCKED_OUT, username)


class SignInForm(AuthenticationForm):
    """Django's sign-in form, with a limit on guessing. `wait` is in seconds if the limit is reached."""

    wait: int | None = None
    not_checked = False

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("Wrong user name or password. Both are case-sensitive."),
    }

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if self.request is None or username is None or not password:
            return super().clean()
        try:
            with throttling.attempt(self.request, username):
                return super().clean()
        except throttling.NotChecked:
            self.not_checked = True
            raise not_checked() from None
        except throttling.TryLater as limit:
            self.wait = limit.seconds()
            locked_out(username)
            raise too_many(limit) from None

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse inactive people, and a password that somebody else set and that was used before."""
        super().confirm_login_allowed(user)
        if settings.SIGN_ON.passwords is Passwords.STAFF and not may_use_password(user, Passwords.STAFF):
            sign_in_failed(Action.SIGN_IN_FAILED, user.get_username(), "passwords are for administrators")
            raise ValidationError(
                _("Here only administrators sign in with a password. Use the button above."), code="provider"
            )
        if not own_password.use(user):
            sign_in_failed(Action.SIGN_IN_FAILED, user.get_username(), "password used before")
            raise ValidationError(
                _("This password was set for you and works only once. Ask your administrator for a new one."),
                code="used",
            )


class OwnPasswordForm(PasswordChangeForm):
    """Django's form to change one's password, with the same limit, because an open session must not allow guessing either."""

    wait: int | None = None

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        username = self.user.get_username()
        try:
            with throttling.attempt(self.request, username):
                return super().clean_old_password()
        except throttling.TryLater as limit:
            self.wait = limit.seconds()
            locked_out(username)
            raise too_many(limit) from None

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
