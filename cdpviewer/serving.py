"""The gunicorn worker: gevent, and a page with every security header for requests that never reach the application."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.workers import ggevent

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
"""What a person reads, by what gunicorn could not read."""


def refusal(error: Exception) -> tuple[HTTPStatus, str] | None:
    """Status and sentence for a request that cannot be read; None for anything else that went wrong."""
    if isinstance(error, errors.LimitRequestLine):
        return HTTPStatus.REQUEST_URI_TOO_LONG, TOO_LONG
    if isinstance(error, errors.LimitRequestHeaders):
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HEADERS_TOO_LARGE
    if isinstance(error, errors.ParseException):
        return HTTPStatus.BAD_REQUEST, NOT_HTTP
    return None


def answer(status: HTTPStatus, sentence: str, headers: dict[str, str]) -> bytes:
    """The whole answer, ready for the socket."""
    body = PAGE.format(status=status.value, title=status.phrase, sentence=sentence).encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Server(ggevent.StreamServer):  # type: ignore[misc]  # gunicorn has no types
    """Takes in all connections that have come, where gunicorn sets one at a time: a health check must not wait behind a crowd."""

    max_accept = property(lambda _self: 100, lambda _self, _set_by_gunicorn: None)


ggevent.StreamServer = Server


class Worker(ggevent.GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's gevent worker with our own words for unreadable requests; gunicorn's would quote the request."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer an unreadable request; everything else goes gunicorn's way."""
        refused = refusal(exc)
        if refused is None:
            super().handle_error(req, client, addr, exc)
            return
        from cdpviewer.middleware import standing_headers

        status, sentence = refused
        self.log.warning("a request could not be read: %s", type(exc).__name__)
        try:
            client.sendall(answer(status, sentence, standing_headers()))
        except OSError:
            self.log.debug("the client had gone")
