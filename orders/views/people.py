"""The people on an order: the contacts panel and the travellers panel."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from orders.cdp.records import Loaded, Person
from orders.display.travellers import cards_of
from orders.http import Request
from orders.privacy import access_log, outcomes
from orders.privacy.masking import card
from orders.services.orders import load_contacts
from orders.services.people import Travellers, load_travellers
from orders.services.tenant import Tenant
from orders.views.cards import context_of, items_of
from orders.views.cdp_view import cdp_view
from orders.views.panels import render_panel
from orders.views.progress import with_progress


@cdp_view(panel="order_contacts", heading=_("Contacts"))
def order_contacts(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The order's contacts, with hidden fields masked."""

    def show(loaded: Loaded[Person]) -> HttpResponse:
        outcome, country = outcomes.shown(loaded), tenant.connection.country
        access_log.record(
            request, access_log.Action.CONTACTS_SEEN, connection=tenant.connection, order_ref=ref, outcome=outcome
        )
        cards = [card(person, position, country=country) for position, person in enumerate(loaded.items, start=1)]
        return render_panel(request, "order_contacts", context_of(request, tenant, ref, "contact", cards, loaded))

    return with_progress(request, tenant, "order_contacts", partial(load_contacts, tenant, ref), show, of="contacts")


@cdp_view(panel="order_travellers", heading=_("Travellers"))
def order_travellers(request: Request, tenant: Tenant, ref: str) -> HttpResponseBase:
    """The order's travellers with their passenger types, flights and extras, and with hidden fields masked."""

    def show(travellers: Travellers) -> HttpResponse:
        loaded, opened = travellers.loaded, travellers.opened
        access_log.record(
            request,
            access_log.Action.TRAVELLERS_SEEN,
            connection=tenant.connection,
            order_ref=ref,
            reference=opened.summary.reference if opened else "",
            route="–".join(opened.trip.route) if opened else "",
            outcome=outcomes.shown(loaded),
        )
        context = context_of(
            request, tenant, ref, "traveller", cards_of(travellers, country=tenant.connection.country), loaded
        )
        return render_panel(request, "order_travellers", context | items_of(request, travellers))

    return with_progress(
        request, tenant, "order_travellers", partial(load_travellers, tenant, ref), show, of="consumers"
    )
