"""The page to go to next: always on this site, and never with a URL that names a person."""

from __future__ import annotations

from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from orders.privacy.impersonal_urls import carried, page_at, search_again, search_not_sent, without_person

# Pages that make no sense as a target, such as the sign-in page or a URL that only accepts POST. A redirect from this site to `embed_allow`
# would pass for a request by our own page: if a stranger had made the challenge in that URL, the stranger would get the token.
NO_GOALS = frozenset(
    {
        "login",
        "logout",
        "oidc_begin",
        "oidc_callback",
        "signed_out",
        "second_step",
        "confirm",
        "recovery_codes",
        "second_factor_remove",
        "embed_allow",
        "embed_token",
    }
)
MOST_DECODINGS = 8  # no legitimate path is encoded more often


def safe_url(request: HttpRequest, address: str | None, *, default: str = "/") -> str:
    """The path and query of `address`; `default` if `address` is empty or malformed, not on this site, or that of a page in NO_GOALS."""
    if not address or not _is_plain(address):
        return default
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return default
    parts = urlsplit(address)
    own = urlunsplit(("", "", parts.path or ("/" if parts.netloc else ""), parts.query, ""))
    match = page_at(own)
    return own if is_own_path(own) and (match is None or match.url_name not in NO_GOALS) else default


def is_own_path(address: str) -> bool:
    """Whether `address` is a path on this host, and certain to be read as the same path by every browser.

    False for another host or scheme, for characters that should be encoded but are not, and for backslashes, control characters and dot
    segments, even if they are encoded several times.
    """
    if not _is_plain(address):
        return False
    path = address.partition("?")[0].partition("#")[0]
    for _turn in range(MOST_DECODINGS):
        decoded = unquote(path, errors="replace")
        if decoded == path:
            break
        path = decoded
    else:
        return False
    odd = "\\" in path or not path.replace(" ", "").isprintable()
    return path.startswith("/") and not path.startswith("//") and not odd and not {".", ".."} & set(path.split("/"))


def own_path(address: str) -> str:
    """`address` for a link or redirect, checked once more; "/" (the start page) if it is not certain to be on this site."""
    return address if is_own_path(address) else "/"


def requested(request: HttpRequest, *, default: str = "") -> str:
    """The `next` parameter of the form or the URL, checked and without personal data; `default` if it is missing or refused."""
    page = safe_url(request, request.POST.get("next") or request.GET.get("next"), default=default)
    return without_person(page) if page else page


def next_query(address: str) -> str:
    """`?next=<address>`, or "" if `address` is empty."""
    return "?" + urlencode({"next": address}) if address else ""


def go_to(request: HttpRequest, address: str, words: str) -> HttpResponse:
    """Redirect to `address`.

    An htmx request gets a 401 with `words` and HX-Redirect instead, so that the whole page is redirected, not just a panel.
    """
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    response = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    response["HX-Redirect"] = address
    response["Vary"] = "HX-Request"
    return response


def page_of(request: HttpRequest) -> str:
    """The URL of the page the user is on, without personal data, to return to after signing in, for example.

    For a panel, this is the page around it; for any other GET, the requested URL; for a posted search for references, the same search as
    a link; for any other posted search for orders, the start page, usually with a notice; for any other POST, the page with the form.
    """
    if request.headers.get("HX-Request") == "true":
        return without_person(safe_url(request, request.headers.get("HX-Current-URL")))
    if request.method in {"GET", "HEAD"}:
        return without_person(request.get_full_path())
    query = request.META.get("QUERY_STRING", "")
    name = request.resolver_match.url_name if request.resolver_match else None
    if name == "orders":
        return search_again(request.POST.get("q", ""), carried(request.POST.urlencode()) | carried(query))
    if name == "find_person":
        return search_not_sent(carried(query))
    return without_person(safe_url(request, request.headers.get("Referer")))


def _is_plain(address: str) -> bool:
    """Whether `address` is printable ASCII without spaces or backslashes, like every URL made by a browser or this program."""
    return address.isascii() and address.isprintable() and not set(" \\") & set(address)
