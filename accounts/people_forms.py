"""Forms for managing people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.roles import GROUPS, ROLES

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm


def role_choices() -> list[tuple[str, SafeString]]:
    """The choices of `RolesForm`: for each role whose group exists, the group's name, and the role's label and description as HTML."""
    there = set(Group.objects.filter(name__in=GROUPS).values_list("name", flat=True))
    return [
        (role.group, format_html("<span><b>{}</b> {}</span>", role.label, role.words))
        for role in ROLES
        if role.group in there
    ]


class RolesForm(forms.Form):
    """Form for a person's roles."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, choices=role_choices, widget=forms.CheckboxSelectMultiple
    )


class PersonForm(RolesForm, UserForm):
    """Form for adding a person. It has no field for a password."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name")
        help_texts = {"username": _("Letters, digits and @ . + - _ only.")}

    field_order = ("username", "first_name", "last_name", "roles")

    def clean_username(self) -> str:
        """Refuse a user name that is already taken, regardless of case."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("This user name is already taken."), code="taken")
        return name


valid_username = UnicodeUsernameValidator()
