"""The page for confirming the sign-in before rights, credentials or second factors are changed or hidden data is revealed."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import next_page
from accounts.forms import Limited
from accounts.open_sessions import SIGNED_IN_BY
from accounts.sign_in_method import Method
from accounts.sign_on.recent import note_confirmed
from accounts.sign_on.refusals import NotSignedIn, not_let_in


class ConfirmForm(Limited, forms.Form):
    """A form that asks for the user's password again, with the same limit on guessing as at sign-in."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: object, request: HttpRequest, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.request = request

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        username = self.request.user.get_username()
        wrong = ValidationError(_("Wrong password."), code="wrong")
        with self.limited(self.request, username):
            person = authenticate(self.request, username=username, password=password)
            if person is None or person.pk != self.request.user.pk:
                raise wrong
        return password


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password, or for another sign-in with the provider, then return to the page that required the confirmation.

    A user whom the directory now refuses is signed out.
    """
    page = next_page.requested(request, default="/")
    by_provider = request.session.get(SIGNED_IN_BY) == Method.PROVIDER and settings.SIGN_ON.provider is not None
    form = ConfirmForm(request.POST if request.method == "POST" else None, request=request)
    try:
        confirmed = not by_provider and form.is_bound and form.is_valid()
    except NotSignedIn as refused:  # the directory now refuses the user
        logout(request)
        return not_let_in(request, refused)
    if confirmed:
        note_confirmed(request)
        return redirect(next_page.own_path(page))
    context = {"form": form, "next": page, "provider": settings.SIGN_ON.provider if by_provider else None}
    return form.refuse(render(request, "registration/confirm.html", context, status=422 if form.is_bound else 200))
