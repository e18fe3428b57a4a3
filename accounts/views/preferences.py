"""The page of preferences: language, time zone, clock, theme, shortcuts."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import preferences as choices
from accounts.context import carried
from accounts.models import Preferences


class PreferencesForm(forms.Form):
    """The choices as a form; every field is a closed list, so nothing else reaches the database."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("For the CDP’s own stamps. Flight times are always local to the airport."),
    )
    clock = forms.ChoiceField(
        label=gettext_lazy("Clock"),
        choices=[("24", gettext_lazy("24 hours, 16:00")), ("12", gettext_lazy("12 hours, 4:00 pm"))],
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        choices=[
            ("system", gettext_lazy("Match system")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ],
        widget=forms.RadioSelect,
    )
    shortcuts = forms.BooleanField(
        label=gettext_lazy("Keyboard shortcuts"),
        required=False,
        help_text=gettext_lazy("Single keys: / c r ? – switch them off if they interfere with a screen reader."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("Browser language")),
            *choices.offered_languages().items(),
        ]
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in zones()]  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """UTC first, then every time zone named after a place, in alphabetical order."""
    places = (
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return ("UTC", *sorted(places))


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the user's preferences; POST saves them, in force from the next page on."""
    form = PreferencesForm(request.POST or None, initial=model_to_dict(choices.current(), choices.FIELDS))
    if request.method == "POST" and form.is_valid():
        chosen = Preferences(**form.cleaned_data)
        choices.keep(request, chosen)
        with translation.override(choices.language_for(request, chosen)):
            messages.success(request, _("Your preferences are saved."))
        return redirect(reverse("preferences") + carried(request))
    return render(request, "preferences.html", {"form": form}, status=422 if form.is_bound else 200)
