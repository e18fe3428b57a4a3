"""The results page of a search for people: each person found, with their orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from orders.cdp import errors
from orders.cdp.records import Loaded
from orders.display.rows import Rows
from orders.http import Request
from orders.privacy import access_log, outcomes
from orders.privacy.masking import card
from orders.privacy.outcomes import Outcome
from orders.problems import describe
from orders.search_text.lookup import Lookup
from orders.services.search import GuestOrders, find_people
from orders.services.tenant import Tenant
from orders.views.links import other_connections
from orders.views.listed import trips_context

SOUGHT = ("first_name", "last_name", "email", "phone_number")  # in the order on the page


def show_people(
    request: Request,
    tenant: Tenant,
    what: access_log.Action,
    *questions: dict[str, str],
    also: Sequence[Lookup] = (),
) -> HttpResponse:
    """The page that lists the guests who match any of `questions`, each with their orders; 404 if nobody was found.

    The search is recorded as `what`, with a keyed hash of the first question. The page also offers the other readings of the search
    text (`also`). Raises a CdpError if nobody was found and the search failed or was incomplete; the failure is recorded. Raises
    AccessNotRecorded if the search cannot be recorded.
    """
    subject = subject_of(questions)
    try:
        people = find_people(tenant, *questions)
    except errors.CdpError as error:
        outcome = describe(error).outcome
        access_log.record(request, what, connection=tenant.connection, subject=subject, outcome=outcome)
        raise
    access_log.record(request, what, connection=tenant.connection, subject=subject, outcome=_outcome(people))
    guests = [
        {
            "card": card(person.guest, position, country=tenant.connection.country),
            "orders": person.orders.items,
            "complete": person.orders.complete,
            "missing": person.orders.missing,
            "partial": describe(person.orders.problem) if person.orders.problem is not None else None,
        }
        for position, person in enumerate(people.items, start=1)
    ]
    context: dict[str, Any] = {
        "guests": guests,
        **trips_context(request, tenant, (order for person in people.items for order in person.orders.items)),
        "persons": Rows(in_time=tenant.in_time),
        "rows": Rows(in_time=tenant.in_time),
        "by": str(what),
        "sought": sought(questions),
        "also": also,
        "countries": (),
        "missing": people.missing,
        "complete": people.complete,
        "partial": describe(people.problem) if people.problem is not None else None,
        "again": _posted(request) if _failed(people) else [],
        "other_connections": [] if guests else other_connections(request, tenant.connection, request.path),
        "everywhere": request.path,
        "posted": _posted(request),
        "asked": {"name": tenant.connection.name, "region": tenant.connection.region},
    }
    return render(request, "orders/people_found.html", context, status=200 if guests else 404)


def subject_of(questions: Sequence[Mapping[str, str]]) -> str:
    """A keyed hash of the search terms in the first question, for the access record."""
    return access_log.hashed(" ".join(questions[0].values()).strip().lower())


def sought(questions: Sequence[Mapping[str, str]]) -> str:
    """The search terms of the first question, as the page shows them: a name, an e-mail address or a phone number."""
    return " ".join(questions[0][name] for name in SOUGHT if name in questions[0])


def _outcome(people: Loaded[GuestOrders]) -> Outcome:
    incomplete = sum(1 for person in people.items if not person.orders.complete)
    return outcomes.found(len(people.items), missing=people.missing, more=not people.complete, incomplete=incomplete)


def _failed(people: Loaded[GuestOrders]) -> bool:
    """Whether another attempt may find more, because some people or orders could not be read. Finding too many people is not a failure."""
    listed = people.complete or isinstance(people.problem, errors.TooMany)
    return not (listed and all(person.orders.complete for person in people.items))


def _posted(request: Request) -> list[tuple[str, str]]:
    """The fields of the posted search, for the forms that repeat it: the search text must not be in a URL."""
    return [
        (name, request.POST[name])
        for name in ("q", "country", "exactly", "first_name", "last_name")
        if name in request.POST
    ]
