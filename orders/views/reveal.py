"""What is hidden, shown to somebody who may: a field of a person, or an order's custom data. Refusals are recorded too."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.context import carried_by_redirect
from orders import problems
from orders.cdp import errors
from orders.cdp.records import Person
from orders.display.people import field_label
from orders.privacy import access_log
from orders.privacy.harmless import is_name
from orders.privacy.masking import PersonCard, card
from orders.problems import Problem
from orders.services.orders import load_contacts, load_custom_data
from orders.services.people import load_travellers
from orders.services.tenant import Tenant
from orders.views.access import MAY_REVEAL
from orders.views.cards import cards_of, context_of, items_of, told
from orders.views.cdp_view import cdp_view, choose_connection, show_problem, with_action
from orders.views.panels import render_panel, rows_of, starting, wants_part

ALL, CUSTOM = "all", "custom"
# The names `masking` gives to hidden fields; anything else was not posted by a form of ours and stands in no record.
FIELD = re.compile(r"all|date_of_birth|passport_number|passport_expiry|identifier_\d{1,3}|extra_[A-Za-z0-9_.-]{1,40}")


@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Show one hidden field of one person, or all of them, to somebody who may; refuse and record everybody else.

    Opened as an address, which a sign-in in between makes of the form, it leads back to the contacts.
    """
    if not request.user.has_perm(MAY_REVEAL):
        response: HttpResponseBase = _refuse(request, ref)
    elif request.method != "POST":
        response = redirect(reverse("order_contacts", args=[ref]) + carried_by_redirect(request))
    else:
        response = _reveal(request, ref)
    if response.status_code >= 400 and wants_part(request):
        # The reason goes below the card it is about, instead of in its place.
        response["HX-Reswap"] = "beforeend"
    return response


@cdp_view(panel="problem")
def _reveal(request: HttpRequest, tenant: Tenant, ref: str) -> HttpResponse:
    kind, field, wanted = _asked(request)
    if kind == CUSTOM:
        return _reveal_custom_data(request, tenant, ref)
    cards, context = _cards(request, tenant, ref, kind, wanted, field)
    chosen = next((shown for shown, _hidden in cards if shown.ref == wanted), None)
    hidden = next((names for shown, names in cards if shown.ref == wanted), frozenset[str]())
    if chosen is None or (field != ALL and field not in hidden):
        raise errors.NotFound("no such person on this order, or no such hidden field")
    access_log.record(
        request,
        access_log.What.FIELD_REVEALED,
        connection=tenant.connection,
        order_ref=ref,
        subject=access_log.hashed(wanted),
        outcome=f"shown: {kind} {field}",
    )
    if wants_part(request):
        said = (
            _("Hidden fields revealed") if field == ALL else _("%(field)s revealed") % {"field": _label(chosen, field)}
        )
        return render(request, "orders/_person.html", {**context, "card": chosen, "revealed": said})
    return render_panel(request, f"order_{kind}s", context)


def _label(chosen: PersonCard, field: str) -> str:
    """What the card calls the field; never its value."""
    return next((field_label(one.label) for one in chosen.fields if one.name == field), field)


def _reveal_custom_data(request: HttpRequest, tenant: Tenant, ref: str) -> HttpResponse:
    """The order's custom data with all its values."""
    groups, problem = load_custom_data(tenant, ref)
    what, outcome = access_log.What.FIELD_REVEALED, "shown: custom data"
    access_log.record(request, what, connection=tenant.connection, order_ref=ref, outcome=outcome)
    context = {"groups": groups, "problem": told(request, problem), "order_ref": ref, "reference": ref, "bare": True}
    context["rows"] = rows_of(request, tenant, "values", sum(len(values) for _label, values in groups))
    context["starting"] = partial(starting, request)
    return render_panel(request, "order_custom_data", context)


def _asked(request: HttpRequest) -> tuple[str, str, str]:
    kind = request.POST.get("kind", "")
    kind = kind if kind in {"traveller", CUSTOM} else "contact"
    return kind, request.POST.get("field", ALL)[:200], request.POST.get("person", "")[:200]


def _cards(
    request: HttpRequest, tenant: Tenant, ref: str, kind: str, wanted: str, field: str
) -> tuple[list[tuple[PersonCard, frozenset[str]]], dict[str, Any]]:
    """The order's people of one kind, with the wanted person's field shown; with each the names of what is hidden at first."""

    def shown(person: Person, position: int) -> set[str]:
        return {field} if (person.ref or f"n{position}") == wanted else set()

    country = tenant.connection.country
    if kind == "traveller":
        travellers = load_travellers(tenant, ref)
        masked, cards = cards_of(travellers, country=country), cards_of(travellers, shown, country)
        context = context_of(request, tenant, ref, kind, cards, travellers.loaded) | items_of(request, travellers)
    else:
        contacts = load_contacts(tenant, ref)
        numbered = list(enumerate(contacts.items, start=1))
        masked = [card(person, n, country=country) for n, person in numbered]
        cards = [card(person, n, reveal=shown(person, n), country=country) for n, person in numbered]
        context = context_of(request, tenant, ref, kind, cards, contacts)
    hidden = [frozenset(one.name for one in before.fields if one.masked) for before in masked]
    return list(zip(cards, hidden, strict=True)), context


def _refuse(request: HttpRequest, ref: str) -> HttpResponse:
    connection, _problem = choose_connection(request)
    kind, field, wanted = _asked(request)
    asked_for = f": {kind} {field if _is_ours(field) else 'unknown field'}" if request.method == "POST" else ""
    try:
        access_log.record(
            request,
            access_log.What.REVEAL_REFUSED,
            connection=connection,
            order_ref=ref,
            subject=access_log.hashed(wanted) if wanted else "",
            outcome=f"refused{asked_for}",
        )
    except access_log.LookNotRecorded:
        return show_problem(request, with_action(request, problems.not_recorded()), "problem")
    if wants_part(request):
        return show_problem(request, _may_not(), "problem")
    return render(request, "403.html", {"may_not_reveal": True}, status=403)


def _is_ours(field: str) -> bool:
    return bool(FIELD.fullmatch(field)) and (not field.startswith("extra_") or is_name(field.removeprefix("extra_")))


def _may_not() -> Problem:
    return Problem(
        "not-permitted",
        403,
        _("Not allowed"),
        _("Hidden fields need a permission you do not have. That you asked is recorded. Ask a supervisor."),
    )
