"""The page for a request that gunicorn cannot read and does not pass on. gunicorn's own page would quote the request."""

from __future__ import annotations

from http import HTTPStatus

from gunicorn.http import errors

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{status} · cdpviewer</title></head>
<body><main><h1>{title}</h1><p>{sentence}</p><p><a href="/">Go to the start page</a></p></main></body>
</html>
"""
TOO_LONG = (
    "The address is longer than this server reads. Nothing was looked up. Put only the order reference into the link."
)
HEADERS_TOO_LARGE = (
    "The browser sent more headers than this server reads. Delete the cookies of this site and try again."
)
NOT_HTTP = "The request could not be read. Nothing was looked up."
"""The page has one of three sentences, depending on the kind of error: TOO_LONG, HEADERS_TOO_LARGE or NOT_HTTP."""


def answer(error: Exception) -> bytes:
    """The complete HTTP response if `error` is one that gunicorn raises for a request it cannot read; b"" for any other error."""
    refused = _refusal(error)
    return _page(*refused) if refused else b""


def _refusal(error: Exception) -> tuple[HTTPStatus, str] | None:
    if isinstance(error, errors.LimitRequestLine):
        return HTTPStatus.REQUEST_URI_TOO_LONG, TOO_LONG
    if isinstance(error, errors.LimitRequestHeaders):
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HEADERS_TOO_LARGE
    if isinstance(error, errors.ParseException):
        return HTTPStatus.BAD_REQUEST, NOT_HTTP
    return None


def _page(status: HTTPStatus, sentence: str) -> bytes:
    from cdpviewer.middleware import all_headers  # imported here: gunicorn needs this module before Django is set up

    body = PAGE.format(status=status.value, title=status.phrase, sentence=sentence).encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in all_headers().items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
