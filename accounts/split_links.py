"""Repair of ticket links whose value contains a `?` that the ticket system did not encode.

`/orders/paid? B94TXY/?ticket=RM-16` reaches the server as the path `/orders/paid` and the query `%20B94TXY/?ticket=RM-16`, and
`/orders/?B94TXY/?ticket=RM-16` looks like a search. In `/orders/?q=B94TXY?ticket=RM-16`, the second `?` comes from the ticket
system's link template, not from the value.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from django.http.response import HttpResponseBase

from orders.http import GetResponse, Request
from orders.privacy.impersonal_urls import CARRIED

_VALUE_IN_PATH = re.compile(r"/orders/(?:[^/].*)?", re.DOTALL)
_SEARCH = re.compile(r"(?:.*&)?q=", re.DOTALL)


def rejoin_split_links(get_response: GetResponse) -> GetResponse:
    """Middleware: repair a ticket link with an unencoded `?` in its value. It must precede anything that reads the query."""

    def answer(request: Request) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if query and request.method in {"GET", "HEAD"} and _VALUE_IN_PATH.fullmatch(request.path_info):
            value, parameters = split(request.path_info, query)
            request.META["QUERY_STRING"] = parameters
            if value:
                request.path_info += f"?{value}"
                request.path += f"?{value}"
                request.META["PATH_INFO"] = request.path_info
        return get_response(request)

    return answer


def split(path: str, query: str) -> tuple[str, str]:
    """Split `query` into the part that belongs to the value in `path` (returned decoded) and the parameters of the link.

    The parameters start after the last `?` if all their names are in CARRIED. A query without such a `?` belongs entirely to the
    value if `_goes_on` is true. If the part for the value is empty, "/" is returned, so that the `?` before it is not lost.

    In a search (`q=…`), the value is itself a parameter: return "" and the query with `&` in place of the last `?` or `/?`. If there is
    nothing to repair, return "" and the query unchanged.
    """
    head, mark, tail = query.rpartition("?")
    if _is_carried(query) and "/?" not in query:
        return "", query
    if path == "/orders/" and _SEARCH.match(query):
        return "", f"{head.removesuffix('/')}&{tail}" if tail and _is_carried(tail) else query
    if mark and _is_carried(tail):
        value, parameters = head, tail
    elif _goes_on(path, query):
        value, parameters = query, ""
    else:
        return "", query
    # Empty if the value in the link ends with `?`: then "/" stands in for it, so that the caller restores the `?`.
    return unquote(value, errors="replace") or "/", parameters


def _goes_on(path: str, query: str) -> bool:
    """Whether the whole query belongs to a value that starts in the path or, if the path is `/orders/`, in the query itself."""
    if path == "/orders/":
        return "=" not in query and query != "q"
    return not path.endswith("/") and (query.endswith("/") or "=" not in query)


def _is_carried(query: str) -> bool:
    return {name for name, _value in parse_qsl(query, keep_blank_values=True)} <= CARRIED
