"""Reveal hidden fields of people, and hidden custom data, to users with the right to see them. Refusals are recorded too."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.context import carried_by_redirect
from accounts.sign_on.recent import confirmed
from orders import problems
from orders.cdp import errors
from orders.cdp.records import Person
from orders.display.people import revealed
from orders.display.travellers import cards_of
from orders.http import Request
from orders.privacy import access_log, outcomes
from orders.privacy.harmless import is_name
from orders.privacy.masking import PersonCard, card
from orders.privacy.outcomes import Fixed, Whose
from orders.services.orders import load_contacts, load_custom_data
from orders.services.people import load_travellers
from orders.services.tenant import Tenant
from orders.views.access import may_reveal
from orders.views.cards import context_of, custom_data_of, items_of
from orders.views.cdp_view import cdp_view, choose_connection, show_problem
from orders.views.next_step import with_action
from orders.views.panels import PROBLEM, render_panel, wants_part

ALL = "all"
# What our forms post: "all", or the name of a hidden field in `masking`. A refusal records anything else as "unknown field".
FIELD = re.compile(r"all|date_of_birth|passport_number|passport_expiry|identifier_\d{1,3}|extra_[A-Za-z0-9_.-]{1,40}")


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: Request, ref: str) -> HttpResponseBase:
    """Show one or all hidden fields of a person, or the hidden custom data, if the user may reveal them; otherwise refuse.

    Reveals and refusals are both recorded. After a sign-in, a GET can arrive in place of the POST. It reveals nothing: a user who may
    reveal these fields is only redirected to the contacts.
    """
    if not may_reveal(request):
        response: HttpResponseBase = _refuse(request, ref)
    elif request.method != "POST":
        response = redirect(reverse("order_contacts", args=[ref]) + carried_by_redirect(request))
    else:
        response = _reveal(request, ref)
    if response.status_code >= 400 and wants_part(request):
        # The reason is shown below the card, not in its place.
        response["HX-Reswap"] = "beforeend"
    return response


@cdp_view(panel=PROBLEM)
def _reveal(request: Request, tenant: Tenant, ref: str) -> HttpResponse:
    kind, field, person_ref = _asked(request)
    if kind is Whose.CUSTOM:
        return _reveal_custom_data(request, tenant, ref)
    cards, context = _cards(request, tenant, ref, kind, person_ref, field)
    chosen = next((card for card in cards if card.ref == person_ref), None)
    if chosen is None or (field != ALL and field not in chosen.hidden):
        raise errors.NotOnOrder("no such person on this order, or no such hidden field")
    access_log.record(
        request,
        access_log.Action.FIELD_REVEALED,
        connection=tenant.connection,
        order_ref=ref,
        subject=access_log.hashed(person_ref),
        outcome=outcomes.revealed(kind, field),
    )
    if wants_part(request):
        sentence = revealed(chosen, "" if field == ALL else field)
        return render(request, "orders/_person.html", {**context, "card": chosen, "revealed": sentence})
    return render_panel(request, f"order_{kind}s", context)


def _reveal_custom_data(request: Request, tenant: Tenant, ref: str) -> HttpResponse:
    """Show the order's custom data with its hidden values, and record this."""
    loaded = load_custom_data(tenant, ref)
    what = access_log.Action.FIELD_REVEALED
    access_log.record(request, what, connection=tenant.connection, order_ref=ref, outcome=Fixed.CUSTOM_DATA)
    context = custom_data_of(request, tenant, ref, loaded) | {"bare": True}
    return render_panel(request, "order_custom_data", context)


def _asked(request: Request) -> tuple[Whose, str, str]:
    posted = request.POST.get("kind", "")
    kind = Whose(posted) if posted in set(Whose) else Whose.CONTACT
    return kind, request.POST.get("field", ALL)[:200], request.POST.get("person", "")[:200]


def _cards(
    request: Request, tenant: Tenant, ref: str, kind: Whose, person_ref: str, field: str
) -> tuple[list[PersonCard], dict[str, Any]]:
    """The cards of the order's contacts or travellers, with `field` revealed on one person's card, and the context of the panel.

    `person_ref` is that person's ref or, if the person has none, "n" followed by the person's position in the list (from 1), such as "n2".
    """

    def shown(person: Person, position: int) -> set[str]:
        return {field} if (person.ref or f"n{position}") == person_ref else set()

    country = tenant.connection.country
    if kind is Whose.TRAVELLER:
        travellers = load_travellers(tenant, ref)
        cards = cards_of(travellers, shown, country)
        return cards, context_of(request, tenant, ref, kind, cards, travellers.loaded) | items_of(request, travellers)
    contacts = load_contacts(tenant, ref)
    cards = [
        card(person, position, reveal=shown(person, position), country=country)
        for position, person in enumerate(contacts.items, start=1)
    ]
    return cards, context_of(request, tenant, ref, kind, cards, contacts)


def _refuse(request: Request, ref: str) -> HttpResponse:
    connection, _problem = choose_connection(request)
    kind, field, person_ref = _asked(request)
    asked_for = outcomes.not_revealed(kind, field if _is_ours(field) else "unknown field")
    try:
        access_log.record(
            request,
            access_log.Action.REVEAL_REFUSED,
            connection=connection,
            order_ref=ref,
            subject=access_log.hashed(person_ref) if person_ref else "",
            outcome=asked_for if request.method == "POST" else Fixed.REFUSED,
        )
    except access_log.AccessNotRecorded:
        return show_problem(request, with_action(request, problems.not_recorded()), PROBLEM)
    if wants_part(request):
        return show_problem(request, problems.may_not_reveal(), PROBLEM)
    return render(request, "403.html", {"may_not_reveal": True}, status=403)


def _is_ours(field: str) -> bool:
    return bool(FIELD.fullmatch(field)) and (not field.startswith("extra_") or is_name(field.removeprefix("extra_")))
