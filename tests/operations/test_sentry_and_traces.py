"""Data sent to Sentry and to an OpenTelemetry collector: enough to find a fault, and nothing about a person or a secret."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from cdpviewer import sentry, traces, urls
from cdpviewer.environment import Environment
from tests.live import PROJECT, App, environment, free_port, wait_until_it_answers
from tests.operations.collector import Collector, collecting
from tests.operations.test_metrics import SECRETS, use


def failing(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    """Fail with personal data and a credential in reach: in the address, in a header and in the exception's message."""
    token = SECRETS[-1]
    try:
        raise KeyError(token)
    except KeyError as cause:
        raise ValueError(f"{request.POST['name']} of {request.path}") from cause


urlpatterns = [path("fail/<ref>/", login_not_required(failing), name="fails"), *urls.urlpatterns]
handler500 = urls.handler500


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture
def sent(collector: Collector) -> Iterator[Collector]:
    handler = sentry.Handler(f"http://key@127.0.0.1:{collector.port}/1")
    logging.getLogger().addHandler(handler)
    yield collector
    logging.getLogger().removeHandler(handler)


@override_settings(ROOT_URLCONF=__name__)
def test_sentry_learns_the_type_and_the_places_of_an_error_and_nothing_else(db: None, sent: Collector) -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies["canary"] = SECRETS[-1]
    answer = browser.post(
        "/fail/B94TXY/?ticket=ZD-4711", {"name": "canary-agent"}, HTTP_AUTHORIZATION=f"Bearer {SECRETS[-1]}"
    )
    assert answer.status_code == 500
    (body,) = sent.until(lambda came: len(came) == 1)
    assert sent.paths == ["/api/1/envelope/"]
    event = json.loads(body.splitlines()[-1])
    cause, error = event["exception"]["values"]
    assert (cause["type"], error["type"], error["value"]) == ("KeyError", "ValueError", "")
    assert error["stacktrace"]["frames"][-1]["function"] == "failing"
    assert event["tags"]["request_id"] == answer["X-Request-ID"]
    assert not [secret for secret in SECRETS if secret.encode() in body]
    assert not {"request", "user", "breadcrumbs", "server_name", "modules", "extra"} & {
        name for name in event if event[name]
    }
    assert b'"vars"' not in body and b"context_line" not in body


def test_a_warning_is_not_sent(sent: Collector) -> None:
    logging.getLogger("orders.cdp").warning("the CDP failed")
    logging.getLogger("orders.cdp").error("an access could not be recorded")
    (body,) = sent.until(lambda came: len(came) == 1)
    assert b"an access could not be recorded" in body


@pytest.mark.operations
def test_a_trace_has_a_span_for_the_request_and_one_in_it_for_each_call(
    live_app: App, collector: Collector, gathered_static: Path, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "app.log"
    env = live_app.environment | environment(
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.port}",
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        use(App(f"http://127.0.0.1:{port}", log, process, live_app.sandbox, env))
        came = collector.until(lambda bodies: b"other order" in b"".join(bodies))
    finally:
        process.terminate()
        process.wait(20)
    assert set(collector.paths) == {"/v1/traces"}
    all_spans = [span for body in came for span in spans(body)]
    (order,) = [span for span in all_spans if span.name == "GET order" and status(span) == 200]
    calls = [span for span in all_spans if span.parent_span_id == order.span_id]
    assert {span.name for span in calls} == {"CDP call"} and len(calls) > 1
    assert all(order.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano for span in calls)
    assert not [secret for secret in SECRETS if secret.encode().lower() in b"".join(came).lower()]
    names = {pair.key for span in all_spans for pair in span.attributes}
    assert names == {
        "http.request.method", "http.route", "http.response.status_code", "cdpviewer.request_id", "cdpviewer.region", "cdpviewer.outcome",
    }  # fmt: skip


def spans(body: bytes) -> list[Span]:
    request = ExportTraceServiceRequest.FromString(body)
    return [span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]


def status(span: Span) -> int:
    return next((pair.value.int_value for pair in span.attributes if pair.key == "http.response.status_code"), 0)


@pytest.mark.parametrize(
    "address", ["sentry.example.com/1", "https://sentry.example.com/1", "https://hidden-key@sentry.example.com"]
)
def test_a_dsn_that_is_none_stops_the_start_and_is_not_repeated(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CDPVIEWER_SENTRY_DSN") as caught:
        sentry.dsn(Environment({"CDPVIEWER_SENTRY_DSN": address}, {}))
    assert "sentry.example" not in str(caught.value)


@pytest.mark.parametrize("address", ["collector:4318", "grpc://collector:4317", "http://key@collector:4318"])
def test_an_endpoint_that_is_none_stops_the_start(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CDPVIEWER_OTLP_ENDPOINT"):
        traces.endpoint(Environment({"CDPVIEWER_OTLP_ENDPOINT": address}, {}))
