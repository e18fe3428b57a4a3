"""Two middlewares: `in_line`, and the outermost one, which sets security headers (even on static files and errors) and logs requests."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse

from orders.cdp.transport.bulkhead import wait_in_line
from orders.http import GetResponse, Request, prepare

ACCEPTED_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# Browser features that our pages do not use; copying to the clipboard and passkeys are used.
PERMISSIONS_POLICY = "clipboard-write=(self), publickey-credentials-get=(self), " + ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
        "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

NOT_STORED = "no-store, private"

log = structlog.stdlib.get_logger("cdpviewer.request")


def policy(directives: Mapping[str, Sequence[str]]) -> str:
    """The value of the Content-Security-Policy header for a setting in the form of Django 6's SECURE_CSP."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def accepted_id(sent: str | None) -> str:
    """The request id that was sent with the request, if it is well-formed; otherwise a new one."""
    return sent if sent and ACCEPTED_REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex


def framed_headers() -> dict[str, str]:
    """`own_headers`, changed for pages that EMBED_ORIGINS may show in frames; Django's `xframe_options_exempt` marks such pages."""
    framed = {**settings.SECURE_CSP, "frame-ancestors": settings.EMBED_ORIGINS or ("'none'",)}
    return {**own_headers(), "Content-Security-Policy": policy(framed)}


def own_headers() -> dict[str, str]:
    """The security headers that Django's middleware does not set."""
    return {
        "Content-Security-Policy": policy(settings.SECURE_CSP),
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def all_headers() -> dict[str, str]:
    """All security headers, for a response made outside Django."""
    headers = {
        **own_headers(),
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Cache-Control": NOT_STORED,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return headers


@receiver(user_logged_out)
def _note_sign_out(request: HttpRequest | None, **_kwargs: Any) -> None:
    if request is not None:
        request.META["cdpviewer.signed_out"] = True


def response_headers_and_log(get_response: GetResponse) -> GetResponse:
    """Middleware, the first in the list: set our request attributes, add headers, and log one line without path, query or user name."""
    usual, framed = own_headers(), framed_headers()

    def answer(request: Request) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = accepted_id(request.META.get("HTTP_X_REQUEST_ID"))
        prepare(request, request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = get_response(request)
            headers = framed if getattr(response, "xframe_options_exempt", False) else usual
            for name, value in headers.items():
                response.headers[name] = value
            response.headers["X-Request-ID"] = request_id
            if not isinstance(response, WhiteNoiseFileResponse):
                # Signed-out pages too, because they may repeat what the user typed.
                response.headers["Cache-Control"] = NOT_STORED
            if "cdpviewer.signed_out" in request.META:
                response.headers["Clear-Site-Data"] = '"cache", "storage"'
            log.info(
                "request",
                method=request.method,
                route=route(request, response),
                status=response.status_code,
                person=person(request),
                ms=round((time.perf_counter() - started) * 1000, 1),
                **asked(request),
            )
            return response
        finally:
            structlog.contextvars.clear_contextvars()

    return answer


def route(request: HttpRequest, response: HttpResponseBase) -> str:
    """The name of the matched URL pattern, "static" for a static file, or "" if no pattern matched.

    This is never the path, which may contain personal data.
    """
    if isinstance(response, WhiteNoiseFileResponse):
        return "static"
    return request.resolver_match.view_name if request.resolver_match else ""


def person(request: HttpRequest) -> int | None:
    """The id (not the name) of the user whose session or token came with the request; None if nobody is signed in or no user was loaded."""
    # Not request.user, which may query the database: the line must be written even if that failed.
    number: int | None = getattr(getattr(request, "_cached_user", None), "pk", None)
    return number


def asked(request: Request) -> dict[str, Any]:
    """For the log: the connection's region and ID, the number of CDP requests, and the time they took (ms); {} without a connection."""
    connection, reader = request.connection, request.reader
    if connection is None or reader is None:
        return {}
    return {
        "region": connection.region,
        "connection": str(connection.pk),
        "calls": reader.calls,
        "cdp_ms": round(reader.seconds * 1000, 1),
    }


def in_line(get_response: GetResponse) -> GetResponse:
    """Middleware: let other work that is ready run before each page (see `wait_in_line`). Probes and static files do not wait."""

    def answer(request: Request) -> HttpResponseBase:
        wait_in_line()
        return get_response(request)

    return answer
