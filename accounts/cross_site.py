"""Refusal of requests that another site started, as the Sec-Fetch headers show. Requests without these headers are served as usual.

If a page on a neighbouring host name (same-site) embeds our URLs as images or frames, the browser sends the Lax session cookie with each
request. Without this check, such a page could cause access records in an agent's name. https://www.w3.org/TR/fetch-metadata/
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

OWN_REQUESTS = frozenset({"", "same-origin", "none"})  # "none": typed, a bookmark, or another program


def refuse_cross_site(get_response: GetResponse) -> GetResponse:
    """Middleware: serve a request that another site started only if it follows a link to a page. Placed after authentication.

    Any other request from another site gets a 403 before a view runs, an access record is written or the CDP is called, except on the
    sign-in page and the page for frames. A prefetch always gets a 403. A link to part of an order (such as contacts or raw data) is
    redirected to the order, and a link to the activity export to the activity page, so only views that somebody asked for are recorded.
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
    """Whether the request is a followed link: a top-level GET navigation."""
    headers = request.headers
    navigation = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    return request.method == "GET" and navigation


def is_ahead(request: Request) -> bool:
    """Whether the request is a prefetch, like those that Chromium sends while a URL is being typed."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))


def page_around(request: Request) -> str:
    """The path of the page to which the requested part belongs; "" if the URL is that of a whole page, or unknown."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    if match.url_name == "activity_csv":
        return reverse("activity")
    if "ref" in match.kwargs and match.url_name != "order":
        return reverse("order", args=[match.kwargs["ref"]])
    return ""
