"""URLs of this site without personal data: a search for a person is sent by POST and never becomes part of a URL."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlencode

from django.urls import Resolver404, ResolverMatch, resolve, reverse

from orders.cdp.refs import is_ref
from orders.privacy.personal import holds_address, is_personal, without_address
from orders.search_text import lookup

CARRIED = frozenset({"ticket", "connection"})  # parameters that every link passes on


def search_again(text: str, parameters: dict[str, str]) -> str:
    """The URL that repeats a posted search for references; the start page's URL if the text is anything else or may identify somebody.

    The start page then shows a notice, unless the search was empty. `parameters` are added to the URL.
    """
    reading = lookup.read(text)
    if reading.kind is lookup.Kind.EMPTY:
        return _address("home", parameters)
    if reading.kind is not lookup.Kind.REFERENCE or is_personal(text):
        return search_not_sent(parameters)
    # If there are several words, only the references among them are kept: the others may be a name.
    words = text.split()
    return _address("orders", {"q": words[0] if len(words) == 1 else " ".join(reading.candidates), **parameters})


def search_not_sent(parameters: dict[str, str]) -> str:
    """The URL of the start page with a notice that the search was not sent, because URLs must not contain personal data."""
    return _address("home", {"search": "not-sent", **parameters})


def without_person(address: str) -> str:
    """`address`, a URL of this site, without personal data; unchanged if this site has no such page.

    If its ref or search text seems to be personal, the result is the URL of the start page. An order's URL with an invalid ref
    becomes the URL of a search for that ref, and the URL of the form for a search by name keeps only `ticket` and `connection`.
    A parameter value that contains an e-mail address or phone number becomes "…" (see `holds_address`), and a parameter whose name
    contains one is left out.
    """
    path, _mark, query = address.partition("?")
    match = page_at(path)
    if match is None:
        return address
    text = match.kwargs.get("ref") or match.kwargs.get("text", "").removesuffix("/")
    if match.url_name == "orders":
        text = dict(parse_qsl(query)).get("q", "")
    if not text and match.url_name == "order_unclean":
        return _address("home", carried(query))
    if text and is_personal(text):
        return search_not_sent(carried(query))
    if match.url_name == "order_unclean" or (match.url_name == "order" and not is_ref(text)):
        return _address("orders", {"q": text[: lookup.LONGEST + 1], **carried(query)})
    if match.url_name == "find_person":
        return _address("find_person", carried(query))
    pairs = parse_qsl(query, keep_blank_values=True)
    harmless = [(name, without_address(value)) for name, value in pairs if not holds_address(name)]
    return address if harmless == pairs else path + ("?" + urlencode(harmless) if harmless else "")


def carried(query: str) -> dict[str, str]:
    """The parameters in `query` that every link passes on; a value with an e-mail address or phone number becomes "…"."""
    return {name: without_address(value) for name, value in parse_qsl(query) if name in CARRIED}


def _address(name: str, query: dict[str, str]) -> str:
    return reverse(name) + ("?" + urlencode(query) if query else "")


def page_at(address: str) -> ResolverMatch | None:
    """The page of this site at `address` (a path, with or without a query); None if there is no such page."""
    try:
        return resolve(unquote(address.partition("?")[0]))
    except Resolver404:
        return None
