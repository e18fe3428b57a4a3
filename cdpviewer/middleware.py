"""The outermost layer: request id, the headers that every answer carries (static files and errors too), one log line."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse

from orders.cdp.transport.fairness import wait_in_line

if TYPE_CHECKING:  # it needs the models, which are not loaded when the settings name this module
    from orders.services.tenant import Tenant

ACCEPTED_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# Everything a page could ask for and none of ours does; copying to the clipboard is the one thing used.
PERMISSIONS_POLICY = "clipboard-write=(self), " + ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
        "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

log = structlog.stdlib.get_logger("cdpviewer.request")
Answer = Callable[[HttpRequest], HttpResponseBase]


def policy(directives: Mapping[str, Sequence[str]]) -> str:
    """The Content-Security-Policy of a setting in the shape of Django 6's SECURE_CSP."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def accepted_id(sent: str | None) -> str:
    """The request id the proxy sent, if it is a harmless one; a new one otherwise."""
    return sent if sent and ACCEPTED_REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex


def standing_headers() -> dict[str, str]:
    """Every security header, for an answer that is made outside of Django."""
    headers = {
        "Content-Security-Policy": policy(settings.SECURE_CSP),
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Cache-Control": "no-store, private",
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return headers


@receiver(user_logged_out)
def _note_sign_out(request: HttpRequest | None, **_kwargs: Any) -> None:
    if request is not None:
        request.META["cdpviewer.signed_out"] = True


def frame(get_response: Answer) -> Answer:
    """Middleware, the first in the list. Sets `request.id`; adds headers; writes one line without path, query or name."""
    headers = (
        ("Content-Security-Policy", policy(settings.SECURE_CSP)),
        ("Permissions-Policy", PERMISSIONS_POLICY),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )

    def answer(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = accepted_id(request.META.get("HTTP_X_REQUEST_ID"))
        request.id = request_id  # type: ignore[attr-defined]  # read by error pages and access records
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = get_response(request)
            for name, value in headers:
                response.headers[name] = value
            response.headers["X-Request-ID"] = request_id
            if not isinstance(response, WhiteNoiseFileResponse):
                # Not only signed-in pages: what a person sees signed out may hold what they typed.
                response.headers["Cache-Control"] = "no-store, private"
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
    """The name of the route that answered, "static" for files, "" where none did: never the path, which people type into."""
    if isinstance(response, WhiteNoiseFileResponse):
        return "static"
    return request.resolver_match.view_name if request.resolver_match else ""


def person(request: HttpRequest) -> int | None:
    """The number of the signed-in person, never the name; None if nobody is signed in or no session was read."""
    # Not request.user, which may ask the database: a line is written even when that is what failed.
    number: int | None = getattr(getattr(request, "_cached_user", None), "pk", None)
    return number


def asked(request: HttpRequest) -> dict[str, Any]:
    """Region and number of the connection that was asked, calls made and the time they took; {} where the CDP was not asked."""
    tenant: Tenant | None = getattr(request, "tenant", None)
    if tenant is None:
        return {}
    return {
        "region": tenant.connection.region,
        "connection": str(tenant.connection.pk),
        "calls": tenant.calls,
        "cdp_ms": round(tenant.seconds * 1000, 1),
    }


def in_line(get_response: Answer) -> Answer:
    """Middleware: pages begin one after the other. Comes after the probes and the static files, which wait for nobody."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        wait_in_line()
        return get_response(request)

    return answer
