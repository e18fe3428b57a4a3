"""Forms for users' own connections, and the parts that the forms for shared connections reuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.display import countries
from orders.display.unfit import flaw_sentence
from orders.models import AnyUser, Connection, SharedConnection
from orders.services.credential_text import Unfit, clean_client_key, clean_connection_name, clean_token

if TYPE_CHECKING:
    ConnectionModelForm = forms.ModelForm[Connection]
else:
    ConnectionModelForm = forms.ModelForm

# The error of a form with `save_anyway` whose credential did not pass the test.
NOT_SAVED = _(
    "Nothing was saved. Check the client key and re-enter the token. To save anyway, also tick “Save even if the test fails”."
)


def cleaned(clean: Callable[[str], str], value: str) -> str:
    """The value as `clean` returns it. Raises ValidationError, with the reason in words, if `clean` refuses it as Unfit."""
    try:
        return clean(value)
    except Unfit as error:
        raise ValidationError(flaw_sentence(error.flaw), code=error.flaw) from None


def region_choices() -> list[tuple[str, str]]:
    """The CDP regions that are set up on this server, as (name, "name (host)")."""
    return [(name, f"{name} ({url.partition('://')[2]})") for name, url in settings.CDP_REGIONS.items()]


def country_choices() -> list[tuple[str, str]]:
    """The countries to choose from, as (code, name): first ("", "none"), then all countries by name."""
    return [("", gettext("none")), *countries.choices()]


def country_field() -> forms.ChoiceField:
    """The form field for the country to assume for a tenant's phone numbers without a country code."""
    return forms.ChoiceField(
        label=_("Default country for phone numbers"),
        choices=country_choices,
        required=False,
        help_text=_("Phone numbers without a country code are treated as numbers from this country."),
    )


class AdvancedFields:
    """Mixin for connection forms. It folds away two settings that few people change: the API version, and how segment times are read."""

    advanced = ("version", "clock")

    def advanced_open(self) -> bool:
        """Whether to show the advanced fields unfolded, because one has an error or a value other than its default."""
        fields: Any = self
        usual = {name: fields.instance._meta.get_field(name).default for name in self.advanced}  # noqa: SLF001  (Django's own name)
        return any(fields[name].errors or fields[name].value() != value for name, value in usual.items())


class ConnectionNameForm(AdvancedFields, ConnectionModelForm):
    """Form for the settings that need no new credential: name, API version, and how segment times and national phone numbers are read."""

    country = country_field()

    class Meta:
        model = Connection
        fields = ("name", "version", "clock", "country")

    def __init__(self, *args: Any, user: AnyUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["version"].help_text = _("Choose v2.1 only if your tenant is on the 2.1 data model.")
        self.fields["clock"].help_text = _("Choose UTC only if you know that this tenant’s feed sends UTC.")

    def clean_name(self) -> str:
        name = cleaned(clean_connection_name, self.cleaned_data["name"])
        if Connection.objects.for_user(self.user).filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("You already have a connection with this name."), code="taken")
        if name != self.initial.get("name") and SharedConnection.objects.filter(name=name).exists():
            raise ValidationError(
                _("A shared connection already has this name. Choose a different name."), code="shared"
            )
        return name


class CredentialForm(forms.Form):
    """The region, client key and token of a connection, entered together because a credential is bound to its region.

    If the form is shown again, a client key that looks valid stays in its password field; the token is never sent back.
    """

    region = forms.ChoiceField(label=_("Region"), choices=region_choices)
    client_key = forms.CharField(
        label=_("Client key"),
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Find it in Sitecore CDP under Settings → API access."),
    )
    token = forms.CharField(
        label=_("API token"),
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Stored encrypted. Nobody can view it again."),
    )
    save_anyway = forms.BooleanField(
        label=_("Save even if the test fails"),
        required=False,
        help_text=_("Useful if the CDP is down or the token is not active yet."),
    )

    def full_clean(self) -> None:
        """Clean the fields; if the form is shown again, text that looks like a client key stays in its field.

        Other text is not sent back, because it may be a token.
        """
        super().full_clean()
        widget = cast(forms.PasswordInput, self.fields["client_key"].widget)
        widget.render_value = "client_key" in getattr(self, "cleaned_data", {})

    def clean_client_key(self) -> str:
        return cleaned(clean_client_key, self.cleaned_data["client_key"])

    def clean_token(self) -> str:
        return cleaned(clean_token, self.cleaned_data["token"])


class ReplaceCredentialForm(CredentialForm):
    """A new credential; the country is asked for again, because the credential may be for another tenant."""

    country = country_field()
    field_order = ("region", "client_key", "token", "country", "save_anyway")


class ConnectionForm(CredentialForm, ConnectionNameForm):
    """A new connection: its settings, its credential, and whether it becomes the user's default."""

    make_default = forms.BooleanField(label=_("Make this my default connection"), required=False)
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
