"""Traces to an OpenTelemetry collector (CDPVIEWER_OTLP_ENDPOINT): one span for each request, and one for each call to the CDP.

The spans are made here because the ready-made instrumentation records URLs, query strings and SQL. Besides times, our spans hold only
methods, routes, status codes, request ids, regions and outcomes.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http.response import HttpResponseBase

from cdpviewer import environment
from cdpviewer.environment import Environment
from orders.http import GetResponse, Request

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

NEEDS = "CDPVIEWER_OTLP_ENDPOINT needs opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http: install them, or leave it unset."


def endpoint(env: Environment) -> str:
    """The address in CDPVIEWER_OTLP_ENDPOINT, without a final slash; "" if it is not set.

    Raises ImproperlyConfigured if it is not an http(s) URL, contains a user name, or needs packages that are not installed.
    """
    address = env.text("CDPVIEWER_OTLP_ENDPOINT").rstrip("/")
    if not address:
        return ""
    parts = environment.address("CDPVIEWER_OTLP_ENDPOINT", address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ImproperlyConfigured("CDPVIEWER_OTLP_ENDPOINT must be a URL such as http://collector:4318.")
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise ImproperlyConfigured(NEEDS)
    return address


def traced(get_response: GetResponse) -> GetResponse:
    """Middleware: put a span around each request, named after its method and route."""
    from opentelemetry.trace import SpanKind

    from cdpviewer.middleware import route
    from orders.cdp import watching

    watching.watchers.append(Calls())

    def answer(request: Request) -> HttpResponseBase:
        tracer = _tracer(settings.OTLP_ENDPOINT, os.getpid())
        with tracer.start_as_current_span(
            "request", kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            response = get_response(request)
            name = route(request, response) or "none"
            method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
            span.update_name(f"{method} {name}")
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.route": name,
                    "http.response.status_code": response.status_code,
                    "cdpviewer.request_id": request.id,
                }
            )
            return response

    return answer


class Calls:
    """A `Watcher` that makes a span for each call to the CDP."""

    def called(self, origin: str, outcome: str, began: float, seconds: float) -> None:
        from opentelemetry.trace import SpanKind

        region = next((name for name, url in settings.CDP_REGIONS.items() if url.rstrip("/") == origin), "other")
        span = _tracer(settings.OTLP_ENDPOINT, os.getpid()).start_span(
            "CDP call",
            kind=SpanKind.CLIENT,
            start_time=int(began * 1e9),
            attributes={"cdpviewer.region": region, "cdpviewer.outcome": outcome},
        )
        span.end(int((began + seconds) * 1e9))

    def tried(self, origin: str) -> None:
        """No span: a call has one span for all its attempts."""

    def remembered(self, hit: bool) -> None:
        """No span: reading the cache takes hardly any time."""

    def place(self, change: int) -> None:
        """No span: the metrics count the slots."""

    def refused(self) -> None:
        """No span here: if a single call is refused, `called` makes its span (outcome TooBusy). A refused group of calls has no span."""


@cache
def _tracer(address: str, _process: int) -> Tracer:
    """The tracer of this process. Each process creates its own when first needed, because the exporter's thread does not survive a fork."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource: Any = Resource({"service.name": "cdpviewer"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
    return provider.get_tracer("cdpviewer")
