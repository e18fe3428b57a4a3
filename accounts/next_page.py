"""The page to go to next: always of this site, and never with a URL that names a person."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.split_links import CARRIED
from orders.privacy.personal import holds_address, is_personal, without_address
from orders.search_text import lookup

# Pages that make no sense as a target: signing in again, or a page that only accepts POST. A redirect of ours to `embed_allow` would
# arrive as from our own page: with a challenge of somebody else's, they would get the token.
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
NOT_SENT = {"search": "not-sent"}  # marks a search that could not be carried in a URL, for the start page
MOST_DECODINGS = 8  # no legitimate path is encoded more often


def safe_url(request: HttpRequest, address: str | None, *, default: str = "/") -> str:
    """`address` as a path with its query if it is on this site, else `default`. Never another host or scheme."""
    if not address or not _is_plain(address):
        return default
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return default
    parts = urlsplit(address)
    own = urlunsplit(("", "", parts.path or ("/" if parts.netloc else ""), parts.query, ""))
    match = _match(own)
    return own if is_own_path(own) and (match is None or match.url_name not in NO_GOALS) else default


def is_own_path(address: str) -> bool:
    """Whether every browser reads `address` as a path on this host, and as this very path.

    False for another host or scheme, backslashes, control characters, white space, and dot segments however often encoded.
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
    """`address` for a link or redirect, checked again on output; the start page if it is not of this site."""
    return address if is_own_path(address) else "/"


def requested(request: HttpRequest, *, default: str = "") -> str:
    """The checked `next` of this request, from the form or the URL, without personal data."""
    page = safe_url(request, request.POST.get("next") or request.GET.get("next"), default=default)
    return without_person(page) if page else page


def next_query(address: str) -> str:
    """`?next=<address>`, or "" if `address` is empty."""
    return "?" + urlencode({"next": address}) if address else ""


def go_to(request: HttpRequest, address: str, words: str) -> HttpResponse:
    """Redirect to `address`; htmx gets a 401 with HX-Redirect, so that the whole page goes there and not a panel."""
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    response = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    response["HX-Redirect"] = address
    response["Vary"] = "HX-Request"
    return response


def page_of(request: HttpRequest) -> str:
    """The page the user is on, to return to after signing in.

    This is the requested URL; for a panel the page around it, for a posted search the same search as a link, and for any other POST
    the page with its form. A search for a person is never put into a URL; the start page says so.
    """
    if request.headers.get("HX-Request") == "true":
        return without_person(safe_url(request, request.headers.get("HX-Current-URL")))
    if request.method in {"GET", "HEAD"}:
        return without_person(request.get_full_path())
    query = request.META.get("QUERY_STRING", "")
    name = request.resolver_match.url_name if request.resolver_match else None
    if name == "orders":
        return _search_again(request.POST.get("q", ""), _carried(request.POST.urlencode()) | _carried(query))
    if name == "find_person":
        return _address("home", {**NOT_SENT, **_carried(query)})
    return without_person(safe_url(request, request.headers.get("Referer")))


def _search_again(text: str, carried: dict[str, str]) -> str:
    """The posted search as a link, if it is only for references; the start page otherwise."""
    found = lookup.read(text)
    if found.kind is lookup.Kind.EMPTY:
        return _address("home", carried)
    if found.kind is not lookup.Kind.REFERENCE or is_personal(text):
        return _address("home", {**NOT_SENT, **carried})
    # Only the references of several words: the others may be a name.
    words = text.split()
    return _address("orders", {"q": words[0] if len(words) == 1 else " ".join(found.candidates), **carried})


def without_person(address: str) -> str:
    """`address`, unless it names a person (then the start page) or its value is not a valid ref (then the search for it).

    E-mail addresses and phone numbers are removed from parameters; the form for names keeps only ticket and connection.
    """
    path, _mark, query = address.partition("?")
    match = _match(path)
    if match is None:
        return address
    text = match.kwargs.get("ref") or match.kwargs.get("text", "").removesuffix("/")
    if match.url_name == "orders":
        text = dict(parse_qsl(query)).get("q", "")
    if not text and match.url_name == "order_unclean":
        return _address("home", _carried(query))
    if text and is_personal(text):
        return _address("home", {**NOT_SENT, **_carried(query)})
    if match.url_name == "order_unclean" or (match.url_name == "order" and not lookup.is_ref(text)):
        return _address("orders", {"q": text[: lookup.LONGEST + 1], **_carried(query)})
    if match.url_name == "find_person":
        return _address("find_person", _carried(query))
    pairs = parse_qsl(query, keep_blank_values=True)
    harmless = [(name, without_address(value)) for name, value in pairs if not holds_address(name)]
    return address if harmless == pairs else path + ("?" + urlencode(harmless) if harmless else "")


def _carried(query: str) -> dict[str, str]:
    return {name: without_address(value) for name, value in parse_qsl(query) if name in CARRIED}


def _address(name: str, query: dict[str, str]) -> str:
    return reverse(name) + ("?" + urlencode(query) if query else "")


def _match(address: str) -> ResolverMatch | None:
    try:
        return resolve(unquote(address.partition("?")[0]))
    except Resolver404:
        return None


def _is_plain(address: str) -> bool:
    """Whether it is printable ASCII without space and backslash, as every URL made by a browser or this program."""
    return address.isascii() and address.isprintable() and not set(" \\") & set(address)
