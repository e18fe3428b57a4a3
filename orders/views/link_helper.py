"""The page that creates link templates for ticket systems, and tests which page a ticket's link opens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import for_managers_of_connections
from accounts.split_links import split
from orders.display.link_destination import leads_to
from orders.display.link_recipes import BY_CODE, RECIPES, Recipe, Shape
from orders.http import Request
from orders.search_text import lookup

LONGEST = 2000  # characters of a value to test


class LinkForm(forms.Form):
    """A ticket system and its field, the connection and format of the link, and a value to test."""

    system = forms.ChoiceField(label=_("Ticket system"), choices=[(recipe.code, recipe.name) for recipe in RECIPES])
    field = forms.CharField(
        label=_("Field"),
        required=False,
        max_length=100,
        help_text=_("The field’s name or number in the ticket system. Leave this empty to see an example."),
    )
    connection = forms.CharField(
        label=_("Connection"),
        required=False,
        max_length=60,
        help_text=_("The name of the connection to use. Needed only if your agents work with several tenants."),
    )
    shape = forms.ChoiceField(
        label=_("Link format"),
        required=False,
        choices=[
            ("", _("the usual one for this ticket system")),
            (Shape.PATH, _("value in the path (for a field that holds only a reference)")),
            (Shape.QUERY, _("value in ?q= (for any other field)")),
        ],
    )
    value = forms.CharField(
        label=_("Value from a ticket"),
        required=False,
        max_length=LONGEST,
        strip=False,
        help_text=_("Paste the field’s value from a ticket to see where the link goes. Nothing is sent to the CDP."),
    )


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a link leads: the search text that reaches this server, how it is read, and a sentence about the result.

    `cut` is True if a "#" cuts off the rest of the link, `elsewhere` if ".." makes the browser open a different path.
    """

    text: str
    reading: lookup.Lookup
    cut: bool = False
    elsewhere: bool = False

    @property
    def sentence(self) -> str:
        return leads_to(self.reading, elsewhere=self.elsewhere)


def leads(recipe: Recipe, value: str, shape: Shape | None = None) -> Leads:
    """Where the link leads for a ticket field with this `value`, as a browser and this server read the link."""
    address, mark, _gone = re.sub(r"[\t\r\n]", "", recipe.fill(value, shape)).partition("#")
    path, _mark, query = address.partition("?")
    path = path.replace("\\", "/")
    elsewhere = any(part.lower().replace("%2e", ".") == ".." for part in path.split("/"))
    path = unquote(path, errors="replace")
    in_path, parameters = split(path, query)
    text = f"{path}?{in_path}" if in_path else path
    if text == "/orders/" or text.startswith("/orders//?"):
        text = parse_qs(parameters, keep_blank_values=True).get("q", [""])[0]
    else:
        text = text.removeprefix("/orders/").removesuffix("/")
    return Leads(text, lookup.read(text), cut=bool(mark), elsewhere=elsewhere)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers_of_connections
def links(request: Request) -> HttpResponse:
    """Show the link template for the chosen system and, if a value was posted, where the link with that value leads.

    The value is posted rather than put in the URL, because it may be personal.
    """
    form = LinkForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if not form.is_bound or form.is_valid():
        chosen: dict[str, str] = form.cleaned_data if form.is_bound else {}
        recipe = BY_CODE[chosen.get("system") or RECIPES[0].code]
        shape = Shape(chosen["shape"]) if chosen.get("shape") else None
        base = request.build_absolute_uri("/").removesuffix("/")
        template = recipe.template(base, chosen.get("field", ""), chosen.get("connection", ""), shape)
        tried = leads(recipe, chosen["value"], shape) if "value" in request.POST else None
        context |= {"recipe": recipe, "template": template, "leads": tried, "encodes": recipe.kept is not None}
    return render(request, "links.html", context, status=422 if form.is_bound and not form.is_valid() else 200)
