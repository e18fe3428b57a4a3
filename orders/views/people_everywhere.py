"""Search the user's other connections, all in parallel, for a person who was not found on the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.context import carried_to
from orders.cdp import errors
from orders.cdp.records import Loaded, Person
from orders.http import Request
from orders.models import AnyConnection
from orders.privacy import access_log, outcomes
from orders.problems import describe
from orders.services.search import list_people
from orders.services.tenant import Tenant
from orders.views.cdp_view import cdp_view
from orders.views.everywhere import others_of
from orders.views.found_people import sought, subject_of


@cdp_view(fresh=True)
def search_people_everywhere(
    request: Request,
    tenant: Tenant,
    what: access_log.Action,
    *questions: Mapping[str, str],
    posted: Sequence[tuple[str, str]],
) -> HttpResponseBase:
    """List how many matching people were found on each of the other connections.

    A button shows the people found on a connection: it repeats the search there, with the fields in `posted`. 404 if nobody was found.
    Each search is recorded with its connection.
    """
    connections, not_asked = others_of(request, tenant)
    results = tenant.reader.run_parallel([partial(_search, request, each, questions) for each in connections])
    answers = []
    for connection, people in zip(connections, results, strict=True):
        if isinstance(people, errors.CdpError):
            problem, count, partly = describe(people), 0, False
            outcome = problem.outcome
        else:
            problem, count, partly = None, len(people.items), not people.complete
            outcome = outcomes.found(count, more=partly)
        access_log.record(request, what, connection=connection, subject=subject_of(questions), outcome=outcome)
        address = request.path + carried_to(request, connection.name)
        answers.append(
            {"name": connection.name, "problem": problem, "count": count, "partial": partly, "address": address}
        )
    context = {"sought": sought(questions), "answers": answers, "not_asked": not_asked, "posted": posted}
    return render(
        request, "orders/people_everywhere.html", context, status=200 if any(a["count"] for a in answers) else 404
    )


def _search(request: Request, connection: AnyConnection, questions: Sequence[Mapping[str, str]]) -> Loaded[Person]:
    return list_people(Tenant(connection, session_key=request.session.session_key or ""), *questions)
