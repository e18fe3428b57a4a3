"""Forms for connections that are shared with groups, and for integrations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import Integration, SharedConnection
from orders.models.integrations import A_MINUTE, LONGEST_DAYS, MOST_A_MINUTE, USUAL_DAYS
from orders.services.credential_text import clean_client_key, clean_connection_name, clean_networks, clean_token
from orders.views.connection_forms import AdvancedFields, CredentialForm, cleaned, country_field

if TYPE_CHECKING:
    SharedModelForm = forms.ModelForm[SharedConnection]
    GroupChoice = forms.ModelChoiceField[Group]
    GroupChoices = forms.ModelMultipleChoiceField[Group]
    SharedChoice = forms.ModelChoiceField[SharedConnection]
else:
    SharedModelForm = forms.ModelForm
    GroupChoice, GroupChoices, SharedChoice = (
        forms.ModelChoiceField,
        forms.ModelMultipleChoiceField,
        forms.ModelChoiceField,
    )


class SharedSettingsForm(AdvancedFields, SharedModelForm):
    """A shared connection's settings: name, API version, and how segment times and national phone numbers are read."""

    country = country_field()

    class Meta:
        model = SharedConnection
        fields = ("name", "version", "clock", "country")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on unchanged
        self.fields["version"].help_text = _("Choose v2.1 only if your tenant is on the 2.1 data model.")
        self.fields["clock"].help_text = _("Choose UTC only if you know that this tenant’s feed sends UTC.")

    def clean_name(self) -> str:
        name = cleaned(clean_connection_name, self.cleaned_data["name"])
        if SharedConnection.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("A shared connection already has this name. Choose a different name."), code="taken"
            )
        return name


class SharedConnectionForm(CredentialForm, SharedSettingsForm):
    """A new shared connection, with the groups that may use it."""

    groups = GroupChoices(
        label=_("Groups"),
        queryset=Group.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Everybody in these groups, including people who join later, can read orders with this connection."
        ),
    )
    is_default = forms.BooleanField(
        label=_("Default for these groups"),
        required=False,
        help_text=_("Used for people with no connection of their own, unless they choose another or a link names one."),
    )
    field_order = (
        "name",
        "region",
        "client_key",
        "token",
        "groups",
        "is_default",
        "version",
        "clock",
        "country",
        "save_anyway",
    )


class ReplaceTokenForm(forms.Form):
    """A new token, and a new client key if that has changed too. Neither is ever sent back to the browser."""

    token = forms.CharField(
        label=_("New API token"),
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Find it in Sitecore CDP under Settings → API access."),
    )
    client_key = forms.CharField(
        label=_("Client key"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Leave this field empty if the client key has not changed."),
    )

    def clean_client_key(self) -> str:
        key = self.cleaned_data["client_key"]
        return cleaned(clean_client_key, key) if key else ""

    def clean_token(self) -> str:
        return cleaned(clean_token, self.cleaned_data["token"])


class GrantForm(forms.Form):
    """A grant of a shared connection to a group: its last day, if any, and whether the connection is the group's default."""

    group = GroupChoice(label=_("Group"), queryset=Group.objects.order_by("name"))
    until = forms.DateField(
        label=_("Last day of access"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave this field empty for no end date."),
    )
    is_default = forms.BooleanField(label=_("Default for this group"), required=False)

    def clean_until(self) -> datetime | None:
        """The end of the chosen day, as an aware datetime in the user's time zone; None if no day was chosen.

        Raises ValidationError if the day is in the past or too far in the future.
        """
        day: date | None = self.cleaned_data["until"]
        if day is None:
            return None
        if not timezone.localdate() <= day < date.max - timedelta(days=1):
            raise ValidationError(_("This date is in the past, or too far in the future."), code="past")
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())


class IntegrationForm(forms.Form):
    """A program, the shared connection that it uses, and the limits of its key: days until it expires, requests a minute, and networks."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("The program’s name, such as “Help desk widget”.")
    )
    shared = SharedChoice(
        label=_("Shared connection"), queryset=SharedConnection.objects.filter(active=True).order_by("name")
    )

    days = forms.IntegerField(
        label=_("Days until the key expires"), required=False, min_value=1, max_value=LONGEST_DAYS, initial=USUAL_DAYS
    )
    per_minute = forms.IntegerField(
        label=_("Maximum requests per minute"), required=False, min_value=1, max_value=MOST_A_MINUTE, initial=A_MINUTE
    )
    networks = forms.CharField(
        label=_("Allowed networks"),
        required=False,
        help_text=_(
            "The program’s networks, such as 203.0.113.0/24, separated by spaces or commas. Leave this field empty to allow any address."
        ),
    )

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or USUAL_DAYS

    def clean_per_minute(self) -> int:
        return self.cleaned_data["per_minute"] or A_MINUTE

    def clean_networks(self) -> str:
        return cleaned(clean_networks, self.cleaned_data["networks"])

    def clean_name(self) -> str:
        name = cleaned(clean_connection_name, self.cleaned_data["name"])
        if Integration.objects.filter(name=name, revoked_at=None).exists():
            raise ValidationError(_("An integration already has this name. Choose a different name."), code="taken")
        return name
