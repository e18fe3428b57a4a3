"""Forms about a person's own things: signing in, and their connections."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import own_password, throttling
from orders.credential_text import clean_client_key, clean_token
from orders.display import countries
from orders.looks import hashed
from orders.models import Connection, Person
from orders.record_kinds import What
from orders.rights import sign_in_failed

if TYPE_CHECKING:
    ConnectionModelForm = forms.ModelForm[Connection]
else:
    ConnectionModelForm = forms.ModelForm

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def region_choices() -> list[tuple[str, str]]:
    """The regions this server knows, as (name, name and host): picked, never typed."""
    return [(name, f"{name} ({url.partition('://')[2]})") for name, url in settings.CDP_REGIONS.items()]


def clean_connection_name(value: str) -> str:
    """A name fit for a link and a heading; `ValidationError` otherwise."""
    value = value.strip()
    if not value or len(value) > 60 or _CONTROL.search(value):
        raise ValidationError(_("A name has 1 to 60 characters and no line breaks."), code="name")
    return value


def too_many(limit: throttling.TryLater) -> ValidationError:
    """The sentence that says until when to wait, in UTC and in minutes."""
    return ValidationError(
        _("Too many attempts with a wrong password. Try again at %(time)s UTC, in %(minutes)s min."),
        code="locked",
        params={"time": f"{limit.until.astimezone(UTC):%H:%M:%S}", "minutes": -(-limit.seconds() // 60)},
    )


def locked_out(username: str) -> None:
    """Put a lock-out on record: once for a name in a quarter of an hour and process, so that a stranger cannot fill the records."""
    if cache.add(f"locked-out-{hashed(username)}", 1, throttling.WINDOW.total_seconds()):
        sign_in_failed(What.LOCKED_OUT, username)


class SignInForm(AuthenticationForm):
    """Django's sign-in form, with a limit on guessing. `wait` is in seconds when the limit is reached."""

    wait: int | None = None

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This name and password do not belong together. Mind capitals in both."),
    }

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if self.request is None or username is None or not password:
            return super().clean()
        try:
            attempt = throttling.begin(self.request, username)
        except throttling.TryLater as limit:
            self.wait = limit.seconds()
            locked_out(username)
            raise too_many(limit) from None
        cleaned = super().clean()
        throttling.succeeded(attempt)
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse inactive people, and a password that somebody else set and that was used before."""
        super().confirm_login_allowed(user)
        if not own_password.use(user):
            sign_in_failed(What.SIGN_IN_FAILED, user.get_username(), "password used before")
            raise ValidationError(
                _("This password was set for you and works once only. Ask your administrator for a new one."),
                code="used",
            )


class OwnPasswordForm(PasswordChangeForm):
    """Django's form to change one's password, with the same limit: a session left open is no place for guessing either."""

    wait: int | None = None

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        try:
            attempt = throttling.begin(self.request, self.user.get_username())
        except throttling.TryLater as limit:
            self.wait = limit.seconds()
            raise too_many(limit) from None
        old = super().clean_old_password()
        throttling.succeeded(attempt)
        return old

    def clean(self) -> dict[str, Any] | None:
        """Refuse the old password as the new one: one that somebody else knows must go."""
        cleaned = super().clean()
        if self.cleaned_data.get("new_password1") and self.cleaned_data.get("old_password") == self.cleaned_data.get(
            "new_password1"
        ):
            self.add_error(
                "new_password1", ValidationError(_("This is your present password. Choose another."), code="same")
            )
        return cleaned


def country_choices() -> list[tuple[str, str]]:
    """No country, then all of them by name."""
    return [("", gettext("none")), *countries.choices()]


def country_field() -> forms.ChoiceField:
    """The country in which the phone numbers of a tenant are read, wherever a connection's tenant is entered or changed."""
    return forms.ChoiceField(
        label=_("Country of phone numbers"),
        choices=country_choices,
        required=False,
        help_text=_("Phone numbers without a country code are searched for as numbers of this country."),
    )


class ConnectionNameForm(ConnectionModelForm):
    """What can be changed without the credential: the name, the API version, how segment times and national phone numbers are read."""

    country = country_field()

    class Meta:
        model = Connection
        fields = ("name", "version", "clock", "country")

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["version"].help_text = _("v2 unless your tenant is on the 2.1 data model.")
        self.fields["clock"].help_text = _("Local unless you know that this tenant's feed sends UTC.")

    def clean_name(self) -> str:
        name = clean_connection_name(self.cleaned_data["name"])
        if Connection.objects.for_user(self.user).filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("You already have a connection of this name."), code="taken")
        return name


class CredentialForm(forms.Form):
    """Region, client key and token belong together: the credential is bound to its region. Never filled in again."""

    region = forms.ChoiceField(label=_("Region"), choices=region_choices)
    client_key = forms.CharField(
        label=_("Client key"),
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("In Sitecore CDP under Settings, API access."),
    )
    token = forms.CharField(
        label=_("API token"),
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Kept sealed, and never shown again, to you or to anybody else."),
    )
    save_anyway = forms.BooleanField(
        label=_("Save it even if the CDP does not accept it now"),
        required=False,
        help_text=_("For when the CDP is down or the token is switched on later."),
    )

    def clean_client_key(self) -> str:
        return clean_client_key(self.cleaned_data["client_key"])

    def clean_token(self) -> str:
        return clean_token(self.cleaned_data["token"])


class ReplaceCredentialForm(CredentialForm):
    """Another credential, perhaps of another tenant, whose customers live in another country."""

    country = country_field()
    field_order = ("region", "client_key", "token", "country", "save_anyway")


class ConnectionForm(CredentialForm, ConnectionNameForm):
    """A new connection."""

    make_default = forms.BooleanField(label=_("Use it when a link names no connection"), required=False)
    field_order = (
        "name",
        "region",
        "client_key",
        "token",
        "version",
        "clock",
        "country",
        "make_default",
        "save_anyway",
    )
