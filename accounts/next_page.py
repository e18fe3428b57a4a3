"""The page to go to next, for example after signing in: finding its URL, checking it, and redirecting."""

from __future__ import annotations

from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from orders.privacy.impersonal_urls import carried, page_at, search_again, search_not_sent, without_person

# Pages that are never a target. Most would make no sense as one, such as the sign-in page or a URL that accepts only POST. `embed_allow`
# is unsafe: a redirect to it from this site would pass for a request by our own page, and a stranger who had created the challenge in its
# URL would get the token.
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
MOST_DECODINGS = 8  # no legitimate path is encoded this many times


def safe_url(request: HttpRequest, address: str | None, *, default: str = "/") -> str:
    """The path and query of `address`; `default` if it is not certain to be on this site, or is the URL of a page in NO_GOALS."""
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
    """Whether `address` is a path on this host, with or without a query, that every browser is certain to read as the same path.

    False for an address with a host or scheme, or with spaces or non-ASCII characters that are not encoded. False also for backslashes,
    control characters and dot segments in the path, even if they are encoded several times.
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
    """`address` if it is certain to be on this site, else "/" (the start page): the last check before a link or redirect."""
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

    An htmx request gets a 401 instead, with an HX-Redirect header and `words` as its text, so that the whole page is redirected, not just
    a panel.
    """
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    response = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    response["HX-Redirect"] = address
    response["Vary"] = "HX-Request"
    return response


def page_of(request: HttpRequest) -> str:
    """The URL of the page the user is on, without personal data, for example to return to it after signing in.

    For a panel, this is the page around it; for any other GET, the requested URL. A posted search for references becomes the URL that
    repeats it, and any other posted search becomes the start page, usually with a notice. For any other POST, this is the page that the
    form was on. If the page around the panel or the page with the form is unknown or refused by `safe_url`, the start page is
    returned.
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
    """Whether `address` is printable ASCII without spaces or backslashes.

    This is true of every URL that this program makes, and of nearly every one that a browser sends.
    """
    return address.isascii() and address.isprintable() and not set(" \\") & set(address)
