"""The template context of the panels in which hidden values can be revealed: contacts, travellers and custom data."""

from __future__ import annotations

from functools import partial
from typing import Any

from orders.cdp.records import Loaded
from orders.http import Request
from orders.privacy.masking import PersonCard
from orders.services.orders import CustomData
from orders.services.people import Travellers
from orders.services.tenant import Tenant
from orders.views.access import may_reveal
from orders.views.next_step import partial_problem
from orders.views.panels import rows_of, starting


def items_of(request: Request, travellers: Travellers) -> dict[str, Any]:
    """Additional context for the travellers panel: whether all items of the travellers could be read, and the problem, if any."""
    problem = travellers.items_problem
    return {
        "items_complete": travellers.items_complete,
        "items_problem": partial_problem(request, problem),
    }


def context_of(
    request: Request, tenant: Tenant, ref: str, kind: str, cards: list[PersonCard], loaded: Loaded[Any]
) -> dict[str, Any]:
    """The template context of the contacts or travellers panel; `kind` is "contact" or "traveller"."""
    return {
        "order_ref": ref,
        "reference": ref,
        "kind": kind,
        "people": cards,
        "persons": rows_of(request, tenant, "people", len(cards)),
        "starting": partial(starting, request),
        "loaded": len(cards),
        "missing": loaded.missing,
        "complete": loaded.complete,
        "problem": None,
        "partial": partial_problem(request, loaded.problem),
        "items_complete": True,
        "items_problem": None,
        "may_reveal": may_reveal(request),
        "calls": tenant.reader.calls,
        "seconds": tenant.reader.seconds,
    }


def custom_data_of(request: Request, tenant: Tenant, ref: str, loaded: CustomData) -> dict[str, Any]:
    """The template context of the custom data panel, whose hidden values are masked unless the caller adds `bare`."""
    count = sum(len(values) for _label, values in loaded.extensions)
    return {
        "groups": loaded.extensions,
        "problem": partial_problem(request, loaded.problem),
        "complete": loaded.complete,
        "may_reveal": may_reveal(request),
        "order_ref": ref,
        "reference": ref,
        "rows": rows_of(request, tenant, "values", count),
        "starting": partial(starting, request),
    }
