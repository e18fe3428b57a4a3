"""URLs of this site without personal data: a search for a person is sent by POST and never becomes part of a URL."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlencode

from django.urls import Resolver404, ResolverMatch, resolve, reverse

from orders.cdp.refs import is_ref
from orders.privacy.personal import holds_address, is_personal, without_address
from orders.search_text import lookup

CARRIED = frozenset({"ticket", "connection"})  # parameters that every link carries on


def search_again(text: str, parameters: dict[str, str]) -> str:
    """The URL that repeats a posted search for references; for any other search, the URL of the start page."""
    found = lookup.read(text)
    if found.kind is lookup.Kind.EMPTY:
        return _address("home", parameters)
    if found.kind is not lookup.Kind.REFERENCE or is_personal(text):
        return search_not_sent(parameters)
    # If there are several words, only the references among them: the others may be a name.
    words = text.split()
    return _address("orders", {"q": words[0] if len(words) == 1 else " ".join(found.candidates), **parameters})


def search_not_sent(parameters: dict[str, str]) -> str:
    """The URL of the start page with a notice that the search was not sent: no personal data may be in a URL."""
    return _address("home", {"search": "not-sent", **parameters})


def without_person(address: str) -> str:
    """`address` without personal data.

    If it names a person, it becomes the URL of the start page; if it is an order's URL with an invalid ref, the URL of a search for that
    ref. E-mail addresses and phone numbers in parameters are replaced or left out (see `holds_address`). The URL of the form for names
    keeps only `ticket` and `connection`. An address that belongs to no page of this site is returned unchanged.
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
    """The parameters in `query` that every link carries on, with e-mail addresses and phone numbers replaced (see `without_address`)."""
    return {name: without_address(value) for name, value in parse_qsl(query) if name in CARRIED}


def _address(name: str, query: dict[str, str]) -> str:
    return reverse(name) + ("?" + urlencode(query) if query else "")


def page_at(address: str) -> ResolverMatch | None:
    """The page of this site at `address` (a path, with or without a query); None if there is no such page."""
    try:
        return resolve(unquote(address.partition("?")[0]))
    except Resolver404:
        return None
