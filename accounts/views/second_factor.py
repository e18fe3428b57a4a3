"""Pages for second factors: the second step at sign-in, and adding and removing one's own factors.

If second factors are off, every page except the second step is a 404.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.account.stages import LoginStageController
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import devices, next_page, throttling
from accounts.forms import too_many
from accounts.rights import sign_in_failed
from accounts.session_store import stored_key
from accounts.sign_in_method import Method, SignIn, note
from accounts.sign_on import factors, second_step
from accounts.sign_on.choices import SecondFactor
from accounts.sign_on.recent import confirmed_for_factors
from orders.privacy.outcomes import Fixed
from orders.privacy.record_kinds import Action
from orders.privacy.sealing import CredentialUnreadable

LONGEST_NAME = 60


class CodeForm(forms.Form):
    """A form for a code from the authenticator app, or for a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )


class JsonObject(forms.CharField):
    """A form field for a JSON object.

    Text that is nested too deeply or has an overlong number is invalid; Django's JSONField would raise an unexpected exception.
    """

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            sent = json.loads(super().clean(value))
        except (ValueError, RecursionError):
            sent = None
        if not isinstance(sent, dict):
            raise ValidationError("no object", code="shape")
        return sent


class PasskeyForm(forms.Form):
    """A form for a passkey: an optional name, and the browser's response as JSON."""

    name = forms.CharField(max_length=LONGEST_NAME, required=False)
    credential = JsonObject()


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code or a passkey after the password, then sign the user in. After too many failed attempts, answer 429.

    Redirect to the sign-in page if the user is already signed in, or if the password step has not been done or was more than 15 minutes
    ago. Do the same after a correct code or passkey if, since the password step, the user was deactivated or their password was changed.
    """
    stage = LoginStageController.enter(request, second_step.Stage.key)
    if stage is None or request.user.is_authenticated:
        return redirect("login")
    person = stage.login.user
    if request.method == "POST":
        try:
            # No form accepts a NUL in a user name, so only these attempts count here, and no stranger can add to them.
            with throttling.attempt(request, f"\x00second step {person.pk}"):
                _check(request, person)
        except throttling.TryLater as limit:
            text = _("Too many failed attempts. Wait %(time)s and try again; your account is not locked.")
            words = too_many(limit, person.get_username(), text)
            wait = _show(request, stage, words, 503 if limit.crowded else 429)
            wait["Retry-After"] = str(limit.seconds())
            return wait
        except CredentialUnreadable:
            unreadable = _("Your code cannot be checked on this server. Contact your cdpviewer administrator.")
            return _show(request, stage, unreadable, 503)
        except ValidationError as error:
            sign_in_failed(Action.SIGN_IN_FAILED, person.get_username(), Fixed.SECOND_FACTOR)
            return _show(request, stage, error.messages[0], 422)
        person.refresh_from_db()
        if not person.is_active or stage.state.get("proof") != person.get_session_auth_hash():
            return redirect("login")  # deactivated, or with a new password, since the first step
        note(request, SignIn(Method(stage.state["by"]), second_step_done=True))
        response: HttpResponse = stage.exit()
        if request.user.is_authenticated:
            devices.remember(request, response, person.get_username())  # type: ignore[unreachable]  # the exit signs in
        return response
    return _show(request, stage)


def _check(request: HttpRequest, person: Any) -> None:
    """Check the posted code or passkey.

    Raises ValidationError if it is wrong, or CredentialUnreadable if no key opens the stored secret.
    """
    if "credential" in request.POST:
        form = PasskeyForm(request.POST)
        if form.is_valid() and factors.accepts_passkey(person, form.cleaned_data["credential"]):
            return
        raise ValidationError(_("This passkey was not accepted. Try again, or enter a code."))
    code = CodeForm(request.POST)
    if not (code.is_valid() and factors.accepts(person, code.cleaned_data["code"])):
        raise ValidationError(_("This code is wrong or has already been used. Try the next one."))


def _show(request: HttpRequest, stage: Any, problem: str = "", status: int = 200) -> HttpResponse:
    person = stage.login.user
    has_codes = any(row.type != factors.Kind.WEBAUTHN for row in factors.of(person))
    context = {
        "form": CodeForm() if has_codes else None,
        "challenge": factors.passkey_challenge(person),
        "problem": problem,
        "next": stage.login.redirect_url or "",
    }
    return render(request, "registration/second_step.html", context, status=status)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the user's own second factors, and how many recovery codes are left."""
    _only_where_used()
    rows = factors.of(request.user)
    context = {
        "rows": [row for row in rows if row.type != factors.Kind.RECOVERY_CODES],
        "names": {row.pk: row.data.get("name", "") for row in rows},
        "codes_left": next((factors.codes_left(row) for row in rows if row.type == factors.Kind.RECOVERY_CODES), None),
        "required": settings.SIGN_ON.second_factor is SecondFactor.REQUIRED,
        "missing": second_step.MUST_ADD in request.session,
    }
    return render(request, "registration/second_factors.html", context)


@confirmed_for_factors
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app with a QR code or by hand; the first code from the app confirms the setup."""
    _only_where_used()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if factors.add_app(request, request.user, form.cleaned_data["code"]):
            return _added(request, _("Your authenticator app is set up."))
        form.add_error("code", ValidationError(_("That code is wrong. Enter the one the app is showing now.")))
    secret = factors.pending_secret(request)
    context = {"form": form, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}
    return render(request, "registration/second_factor_app.html", context, status=422 if form.is_bound else 200)


@confirmed_for_factors
@require_safe
def app_picture(request: HttpRequest) -> HttpResponse:
    """The QR code for the app. It has its own URL because the content security policy forbids `data:` images."""
    _only_where_used()
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(request.user, factors.pending_secret(request)))
    return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")


@confirmed_for_factors
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey, stored on the user's current device, on a phone or on a security key."""
    _only_where_used()
    problem = ""
    if request.method == "POST":
        form = PasskeyForm(request.POST)
        if form.is_valid():
            name = form.cleaned_data["name"].strip() or _("Passkey")
            if factors.add_passkey(request.user, name, form.cleaned_data["credential"]):
                return _added(request, _("Your passkey was added."))
        problem = _("This passkey was not accepted. Try again.")
    context = {"challenge": webauthn.begin_registration(request.user, False), "problem": problem}
    return render(request, "registration/second_factor_passkey.html", context, status=422 if problem else 200)


@confirmed_for_factors
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make ten new recovery codes and show them once. A user without a second factor is redirected to the list of factors."""
    _only_where_used()
    if not factors.exist(request.user):
        return redirect("second_factors")
    return _codes(request)


@confirmed_for_factors
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of the user's own second factors."""
    _only_where_used()
    if factors.remove(request.user, pk, here=stored_key(request.session.session_key or "")):
        second_step.note_missing(request)
        messages.success(request, _("The app or passkey was removed."))
    return redirect("second_factors")


def _added(request: HttpRequest, sentence: str) -> HttpResponse:
    """After a factor is added, show new recovery codes if the user has none; otherwise redirect to the list of factors."""
    request.session.pop(second_step.MUST_ADD, None)
    messages.success(request, sentence)
    if any(row.type == factors.Kind.RECOVERY_CODES for row in factors.of(request.user)):
        return redirect("second_factors")
    return _codes(request)


def _codes(request: HttpRequest) -> HttpResponse:
    context = {"codes": factors.new_recovery_codes(request.user), "next": next_page.requested(request, default="/")}
    return render(request, "registration/recovery_codes.html", context)


def _only_where_used() -> None:
    if settings.SIGN_ON.second_factor is SecondFactor.OFF:
        raise Http404
