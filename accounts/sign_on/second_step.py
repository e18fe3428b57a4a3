"""The second step, after the password, for users with a second factor."""

from __future__ import annotations

from allauth.account.stages import LoginStage
from allauth.mfa.internal.constants import LoginStageKey
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.open_sessions import SIGNED_IN_BY
from accounts.sign_in_method import Method, noted
from accounts.sign_on import factors
from accounts.sign_on.choices import SecondFactor

MUST_ADD = "second_factor_missing"


class Stage(LoginStage):
    """The second step as a stage of allauth's sign-in. Until it is done, the user is not signed in."""

    key = LoginStageKey.MFA_AUTHENTICATE.value
    urlname = "second_step"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """If a user with a second factor has signed in with a password, redirect to the second step, unless second factors are off.

        A sign-in by provider or proxy has no second step here: that is up to the provider or proxy. Return a pair, as allauth expects:
        the redirect (None if no second step is due) and True.
        """
        by = noted(self.request).method
        self.state["by"] = by.value
        self.state["proof"] = self.login.user.get_session_auth_hash()
        applies = settings.SIGN_ON.second_factor is not SecondFactor.OFF and by.has_second_step
        if applies and factors.exist(self.login.user):
            return redirect("second_step"), True
        return None, True


def note_missing(request: HttpRequest) -> None:
    """If a second factor is required and a user who signed in with a password has none, note in the session that they must add one."""
    required = settings.SIGN_ON.second_factor is SecondFactor.REQUIRED
    if required and Method(request.session[SIGNED_IN_BY]).has_second_step and not factors.exist(request.user):
        request.session[MUST_ADD] = True
