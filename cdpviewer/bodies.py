"""Limits on request bodies. Only short forms are expected, so a large body, or one of unknown length, is refused unread (413)."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import get_resolver

from orders.http import GetResponse, Request

LARGEST = 65_536  # bytes; the largest form, a new connection, has 5,000
LINGER = 2.0  # seconds for a browser to notice that the rest of its body is not read


def is_refused(length: str, transfer_encoding: str) -> bool:
    """Whether to refuse a request with these headers ("" if missing).

    It is refused if its Content-Length is over LARGEST bytes, or if it has a Transfer-Encoding.
    """
    return bool(transfer_encoding) or (length.isdecimal() and int(length) > LARGEST)


def only_small(get_response: GetResponse) -> GetResponse:
    """Middleware: answer 413 if `is_refused` is true.

    It must precede the session and CSRF middleware, which read the database and the form.
    """

    def answer(request: Request) -> HttpResponseBase:
        if is_refused(request.META.get("CONTENT_LENGTH") or "", request.META.get("HTTP_TRANSFER_ENCODING", "")):
            return get_resolver().resolve_error_handler(413)(request)
        return get_response(request)

    return answer


def close_unread(_worker: Any, request: Any) -> None:
    """gunicorn's `pre_request` hook: if the body is refused, have the connection closed after the answer rather than reused."""
    headers = {name.upper(): value for name, value in request.headers}
    if is_refused(headers.get("CONTENT-LENGTH", ""), headers.get("TRANSFER-ENCODING", "")):
        request.force_close()


def read_off(link: socket.socket, request: Any) -> None:
    """Read and discard the rest of a request's body before its connection closes, for LINGER seconds at most.

    A connection that is closed with bytes unread is reset, and the browser may never show the answer.
    """
    if not any(name.upper() in {"CONTENT-LENGTH", "TRANSFER-ENCODING"} for name, _value in request.headers):
        return
    until = time.monotonic() + LINGER
    with suppress(OSError):  # the browser has disconnected, or sends for too long
        link.shutdown(socket.SHUT_WR)
        while (left := until - time.monotonic()) > 0:
            link.settimeout(left)
            if not link.recv(65_536):
                break
