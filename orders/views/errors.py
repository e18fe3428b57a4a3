"""Error pages: 400, 403, 404, 413, 500, 503, and one for a form with an invalid CSRF token."""

from __future__ import annotations

import sys
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static

from accounts import next_page, preferences
from accounts.embedding import API
from accounts.language import activate, language
from accounts.views import sign_in
from orders.http import Request
from orders.problems import DATABASE_AWAY
from orders.problems.for_programs import problem_json
from orders.search_text import lookup
from orders.storage.lock_timeout import is_away

SEARCHES = frozenset({"orders", "find_person"})
PLAIN = "Something went wrong on this server. Nothing was changed. Go back and try again."


def bad_request(request: Request, exception: Exception) -> HttpResponse:
    """400: a malformed or suspicious request."""
    return render(request, "400.html", {"request_id": request_id(request)}, status=400)


def permission_denied(request: Request, exception: Exception) -> HttpResponse:
    """403: a request that is not permitted."""
    return render(request, "403.html", {"request_id": request_id(request)}, status=403)


def page_not_found(request: Request, exception: Exception) -> HttpResponse:
    """404: no such page. A different page is shown for an order that the CDP does not have."""
    return render(request, "404.html", {"request_id": request_id(request)}, status=404)


def csrf_failure(request: Request, reason: str = "") -> HttpResponseBase:
    """The response to a form with a missing or invalid CSRF token: usually a 403 page, which keeps the text of a search.

    The usual cause is a form loaded before the user signed in, or a browser that blocks cookies. A sign-in form is shown again, but a
    user who has since signed in is redirected. A search by a signed-out user, or the button to sign in with the provider, leads to the
    sign-in page.
    """
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name == "login":
        return sign_in.sign_in_again(request)
    if name == "oidc_begin":
        return redirect_to_login(next_page.requested(request, default="/"))
    if name in SEARCHES and not request.user.is_authenticated:
        return redirect_to_login(next_page.page_of(request))
    context: dict[str, Any] = {
        "request_id": request_id(request),
        "q": request.POST.get("q", "") if name in SEARCHES else "",
    }
    if name == "find_person":
        first, last = (request.POST.get(part, "")[:100] for part in ("first_name", "last_name"))
        context["also"] = [lookup.Lookup(lookup.Kind.NAME, first_name=first, last_name=last)] if last else []
    return render(request, "403_csrf.html", context, status=403)


def body_too_large(request: Request) -> HttpResponse:
    """413: the body is larger than that of any form, or its length is unknown. The body is not read, and the user is not known yet."""
    with activate(preferences.language_for(request, preferences.DEFAULT)):
        return HttpResponse(render_to_string("413.html", _bare(request)), status=413)


def server_error(request: Request) -> HttpResponse:
    """500: an error in this program; 503 with Retry-After if the database is unavailable. JSON for API paths, a page for all others.

    The page needs no database, session or context processors, because they may be broken. If even this page fails, the response is PLAIN.
    """
    status = 503 if is_away(sys.exception()) else 500
    if request.path_info.startswith(API):
        return _for_program(request, status)
    try:
        response = HttpResponse(render_to_string(f"{status}.html", _bare(request)), status=status)
    except Exception:  # noqa: BLE001 (the user gets a sentence even if the error page fails)
        response = HttpResponse(PLAIN, status=status, content_type="text/plain; charset=utf-8")
    if status == 503:
        response["Retry-After"] = str(DATABASE_AWAY)
    return response


def _for_program(request: Request, status: int) -> HttpResponse:
    if status == 503:
        detail = "The database of cdpviewer is not responding, or does not accept changes."
        return problem_json(request_id(request), status, "database-away", detail, DATABASE_AWAY)
    return problem_json(request_id(request), status, "server-error", "Something went wrong on this server.")


def _bare(request: Request) -> dict[str, Any]:
    """The context of a page that needs neither session nor database."""
    return {
        "stylesheets": [static("base.css"), static("components.css")],
        "favicon": static("favicon.svg"),
        "request_id": request_id(request),
        "language_code": language(),
    }


def request_id(request: Request) -> str:
    """The request id to quote when asking for help."""
    return request.id
