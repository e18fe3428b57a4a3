"""Where a person goes next: only ever to a page of this site."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

# Pages that make no sense as a goal: signing in again, or a page that only takes a POST.
NO_GOALS = frozenset({"login", "logout"})


def checked(request: HttpRequest, address: str | None, *, default: str = "/") -> str:
    """`address` as a path with its query if it leads to this site, else `default`. Never another host or scheme."""
    if not address or not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return default
    parts = urlsplit(address)
    path = parts.path or "/"
    # A path that starts with two slashes would be read as a host once scheme and host are cut off.
    if not path.startswith("/") or path.startswith("//") or _names(path) in NO_GOALS:
        return default
    return urlunsplit(("", "", path, parts.query, ""))


def wanted(request: HttpRequest, *, default: str = "") -> str:
    """The checked `next` of this request, from the form or the address."""
    return checked(request, request.POST.get("next") or request.GET.get("next"), default=default)


def and_back(address: str) -> str:
    """The query that carries `address` along to the next page, "" where there is nothing to carry."""
    return "?" + urlencode({"next": address}) if address else ""


def page_of(request: HttpRequest) -> str:
    """The page a person is on, for coming back to it after signing in.

    That is the address asked for, but for a panel the page around it, and for a POST the page its form stood on.
    """
    if request.headers.get("HX-Request") == "true":
        return checked(request, request.headers.get("HX-Current-URL"))
    if request.method not in {"GET", "HEAD"}:
        return checked(request, request.headers.get("Referer"))
    return request.get_full_path()


def _names(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""
