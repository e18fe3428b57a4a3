"""The preferences page: language, time zone, clock, theme and shortcuts."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import next_page, zones
from accounts import preferences as choices
from accounts.context import carried
from accounts.models import Preferences


class PreferencesForm(forms.Form):
    """The form for preferences. Every field is a closed list or a checkbox, so no other value can reach the database."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy(
            "Applies to timestamps from the CDP and cdpviewer. Flight times are in the airport’s local time."
        ),
    )
    clock = forms.ChoiceField(
        label=gettext_lazy("Time format"),
        choices=[("24", gettext_lazy("24-hour, 16:00")), ("12", gettext_lazy("12-hour, 4:00 pm"))],
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
        help_text=gettext_lazy(
            "The keys / c i n p r and ? act as shortcuts. Turn them off if they interfere with a screen reader."
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("Browser language")),
            *choices.offered_languages().items(),
        ]
        self.fields["time_zone"].choices = zones.choices(timezone.now())  # type: ignore[attr-defined]


@require_POST
def time_zone(request: HttpRequest) -> HttpResponse:
    """Save the browser's time zone, or UTC if the user chose to keep UTC or the zone is unknown.

    After that, the browser's zone is not offered again.
    """
    name = zones.canonical(request.POST.get("time_zone", "")) or zones.FIRST
    chosen = choices.current()
    chosen.time_zone = name
    choices.keep(request, chosen)
    if name != zones.FIRST:
        messages.success(
            request,
            _("Timestamps are now shown in the %(zone)s time zone.") % {"zone": name.replace("_", " ")},
        )
    return redirect(next_page.own_path(next_page.requested(request, default=reverse("home"))))


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the user's preferences as a form. POST saves them, and they apply from the next page on."""
    chosen_now = choices.current()
    initial = {
        **model_to_dict(chosen_now, choices.FIELDS),
        "time_zone": zones.canonical(chosen_now.time_zone) or zones.FIRST,
    }
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = Preferences(**form.cleaned_data)
        choices.keep(request, chosen)
        with translation.override(choices.language_for(request, chosen)):
            messages.success(request, _("Your preferences were saved."))
        return redirect(reverse("preferences") + carried(request))
    return render(request, "preferences.html", {"form": form}, status=422 if form.is_bound else 200)
