"""Refusal of most requests that another site started. Requests without a Sec-Fetch-Site header count as our own.

If a page on a neighbouring host name (same-site) embeds our URLs as images or frames, the browser sends the Lax session cookie with each
request. Without this check, such a page could cause views to be recorded in an agent's name. See https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse

from accounts.context import carried_by_redirect
from accounts.embedding import API
from orders.http import GetResponse, Request
from orders.problems.for_programs import problem_json

# "": no header; "none": the URL was typed, bookmarked, or opened from another program.
OWN_REQUESTS = frozenset({"", "same-origin", "none"})


def refuse_cross_site(get_response: GetResponse) -> GetResponse:
    """Middleware: refuse a request that another site started, unless it follows a link. Placed after authentication.

    A refused request gets a 403 before any view runs, so no access record is written and the CDP is not called. Requests for
    the sign-in page or the page for frames are served, whichever site started them. A prefetch is always refused, even one of our own.
    A link to part of an order (such as contacts or raw data) is redirected to the order, and a link to the activity export is redirected
    to the activity page, so that only views that somebody asked for are recorded.
    """

    def answer(request: Request) -> HttpResponseBase:
        if is_ahead(request):
            return refusal(request)
        if request.headers.get("Sec-Fetch-Site", "") in OWN_REQUESTS:
            return get_response(request)
        if request.path_info in {reverse("login"), reverse("embed")}:  # open to all
            return get_response(request)
        if not is_link(request):
            return refusal(request)
        page = page_around(request)
        return HttpResponseRedirect(page + carried_by_redirect(request)) if page else get_response(request)

    return answer


def refusal(request: Request) -> HttpResponse:
    """The 403 response: JSON for the API, an HTML page for a browser tab, and a line of text for anything else, such as an image."""
    if request.path_info.startswith(API):
        return problem_json(request.id, 403, "cross-site", "This URL is for programs, not for pages of other sites.")
    if request.headers.get("Sec-Fetch-Dest") != "document":
        return HttpResponse("Refused: asked for by another site.", status=403, content_type="text/plain; charset=utf-8")
    return render(request, "403.html", {"cross_site": True, "request_id": request.id}, status=403)


def is_link(request: Request) -> bool:
    """Whether the request counts as following a link: a top-level GET navigation."""
    headers = request.headers
    navigation = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    return request.method == "GET" and navigation


def is_ahead(request: Request) -> bool:
    """Whether the request is a prefetch, like those that Chromium sends while a URL is being typed."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))


def page_around(request: Request) -> str:
    """The path of the page to which the requested part belongs; "" for the URL of a whole page and for an unknown URL."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    if match.url_name == "activity_csv":
        return reverse("activity")
    if "ref" in match.kwargs and match.url_name != "order":
        return reverse("order", args=[match.kwargs["ref"]])
    return ""
