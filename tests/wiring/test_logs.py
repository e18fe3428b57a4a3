"""Log lines are JSON, one for each request, and hold nothing personal or secret."""

from __future__ import annotations

import io
import json
import logging
import os
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
import structlog
from django.apps import apps

from cdpviewer import logs, sentry
from orders.cdp.errors import TimedOut
from tests.live import PROJECT, App


def line(message: str, **fields: object) -> dict[str, Any]:
    """The formatter's output for one event."""
    record = logging.LogRecord("orders.test", logging.INFO, __file__, 1, message, (), None)
    structlog_record = {"event": message, "_record": record, "_from_structlog": True, **fields}
    made = logs.exceptions(None, "info", structlog_record)
    made.pop("_record")
    made.pop("_from_structlog")
    return dict(logs.redact(None, "info", made))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("asked for anna.o'neill+vip@example.co.uk twice", "asked for [hidden] twice"),
        ("GET /orders/?q=B94TXY&ticket=1 failed", "GET /orders/?[hidden] failed"),
        ("https://cdp.example.com/v2/guests?email=a%40b.com", "https://cdp.example.com/v2/guests?[hidden]"),
        ("Authorization: Basic Y2xpZW50OnRva2Vu", "Authorization: Basic [hidden]"),
        *(
            (f"upstream refused {scheme} c2VjcmV0", f"upstream refused {scheme} [hidden]")
            for scheme in ("Basic", "basic", "BASIC", "bAsIc", "Bearer", "bearer", "BEARER", "BeArEr")
        ),
        ("BASICALLY well, the bearers went on", "BASICALLY well, the bearers went on"),
        ("row holds gAAAAABm-_x9kQ==", "row holds [hidden]"),
        ("is it well? yes", "is it well? yes"),
    ],
)
def test_texts_are_cleaned(text: str, cleaned: str) -> None:
    assert logs.clean(text) == cleaned


def test_fields_with_telling_names_are_blanked_however_deep() -> None:
    made = line(
        "x", token="t", client_key="k", Email="a", nested={"password": "p", "status": 200}, listed=["a@b.example", 3]
    )
    assert made == {
        "event": "x",
        "token": "[hidden]",
        "client_key": "[hidden]",
        "Email": "[hidden]",
        "nested": {"password": "[hidden]", "status": 200},
        "listed": ["[hidden]", 3],
    }


def test_an_exception_leaves_its_type_and_its_way_but_not_its_words() -> None:
    def fail() -> None:
        try:
            int("+353 1 555 0199")
        except ValueError as cause:
            raise TimedOut("GET /v2/orders/…: 6 s passed") from cause

    with pytest.raises(TimedOut) as caught:
        fail()
    made = line("failed", exc_info=caught.value)
    first, second = made["exception"]
    assert first["type"] == "orders.cdp.errors.TimedOut: GET /v2/orders/…: 6 s passed"
    assert second["type"] == "ValueError"
    assert second["at"][0].startswith("tests/wiring/test_logs.py:")
    assert "555" not in json.dumps(made)


def test_plain_logging_and_structlog_give_the_same_kind_of_line(caplog: pytest.LogCaptureFixture) -> None:
    formatter = logs.formatter()
    caplog.handler.setFormatter(formatter)
    structlog.contextvars.bind_contextvars(request_id="abcdefgh")
    try:
        logging.getLogger("orders.x").warning("slow: %s", "a@b.example")
        structlog.stdlib.get_logger("orders.y").warning("slow", ms=3)
    finally:
        structlog.contextvars.clear_contextvars()
    plain, structured = (json.loads(text) for text in caplog.text.splitlines())
    assert (plain["event"], plain["level"], plain["request_id"]) == ("slow: [hidden]", "warning", "abcdefgh")
    assert (structured["event"], structured["ms"], structured["request_id"]) == ("slow", 3, "abcdefgh")


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b[31m", "\x9b2J", "\x85", "\u2028", "\u202e", "\x00", '"}'])
def test_nothing_that_is_logged_begins_a_line_of_its_own(sign: str) -> None:
    assert_one_line_each(f'slow{sign}{{"event": "request", "status": 200}}')


def test_half_a_character_is_logged_as_what_it_is() -> None:
    assert_one_line_each("slow\ud800")


def assert_one_line_each(text: str) -> None:
    """Log `text` in both ways, through a logger that no other thread uses, and assert that each gives one line."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter())
    name = f"orders.lines{uuid.uuid4().hex}"
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    logger.propagate = False
    logger.warning(text)
    structlog.stdlib.get_logger(name).warning("slow", answer=text)
    lines = written.getvalue().splitlines()
    facts = [json.loads(line) for line in lines]
    # Compared one by one and as ASCII: the text of a failing test must not break the test report.
    assert len(lines) == 2
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert ascii(facts[0]["event"]) == ascii(text)
    assert ascii(facts[1]["answer"]) == ascii(text)


def test_a_request_leaves_one_line_without_path_and_query(live_app: App) -> None:
    mark = "request-id-of-this-test"
    requests.get(
        live_app.url + "/orders/someone@example.com/?q=Anna+Nagy",
        headers={"X-Request-ID": mark, "Referer": "http://tickets.example/?customer=Nagy", "User-Agent": "agent Nagy"},
        timeout=20,
        allow_redirects=False,
    )
    written = live_app.log.read_text()
    (entry,) = [json.loads(text) for text in written.splitlines() if mark in text]
    assert {name: entry[name] for name in ("event", "method", "route", "status", "level")} == {
        "event": "request",
        "method": "GET",
        "route": "order",
        "status": 302,
        "level": "info",
    }
    assert isinstance(entry["ms"], float)
    assert "Nagy" not in written
    assert "someone" not in written


def test_a_refusal_says_whom_it_was_for_by_number_and_not_by_name(live_app: App) -> None:
    agent = live_app.person("orla.agent")
    with live_app.signed_in("orla.agent") as session:
        refused = session.get(live_app.url + "/admin/orders/accessrecord/", timeout=20)
        unknown = session.get(live_app.url + "/connections/00000000-0000-4000-8000-000000000000/rename/", timeout=20)
    nobody = requests.get(live_app.url + "/activity/", timeout=20, allow_redirects=False)
    lines = [json.loads(text) for text in live_app.log.read_text().splitlines()]
    people = {entry["request_id"]: (entry["status"], entry["person"]) for entry in lines if entry["event"] == "request"}
    assert people[refused.headers["X-Request-ID"]] == (403, agent.pk)
    assert people[unknown.headers["X-Request-ID"]] == (404, agent.pk)
    assert people[nobody.headers["X-Request-ID"]] == (302, None)
    assert "orla" not in live_app.log.read_text()


def test_a_line_says_which_connection_was_asked_how_often_and_how_long_it_took(live_app: App) -> None:
    agent = live_app.person()
    (connection,) = agent.cdp_connections.all()
    with live_app.signed_in() as session:
        opened = session.get(live_app.url + "/orders/B94TXY/", timeout=20)
        own = session.get(live_app.url + "/connections/", timeout=20)
        live_app.sandbox.set_fault("*", "503")
        failed = session.get(live_app.url + "/orders/B94TXY/", timeout=20)
    lines = [json.loads(text) for text in live_app.log.read_text().splitlines()]
    of = {entry["request_id"]: entry for entry in lines if entry["event"] == "request"}
    asked = of[opened.headers["X-Request-ID"]]
    assert (asked["region"], asked["connection"]) == ("sandbox", str(connection.pk))
    assert asked["calls"] > 0
    assert 0 < asked["cdp_ms"] <= asked["ms"]
    assert not {"region", "connection", "calls", "cdp_ms"} & set(of[own.headers["X-Request-ID"]])
    (failure,) = [
        entry
        for entry in lines
        if entry["event"] == "the CDP failed" and entry["request_id"] == failed.headers["X-Request-ID"]
    ]
    assert (failure["region"], failure["connection"]) == ("sandbox", str(connection.pk))


@pytest.mark.parametrize("typed", ["+353861234567", "Jane Doyle", "PNR7Q2"])
def test_what_people_type_into_an_address_is_in_no_line(live_app: App, typed: str) -> None:
    mark = f"typed-{abs(hash(typed))}"
    before = live_app.log.stat().st_size
    requests.get(f"{live_app.url}/orders/{typed}/", headers={"X-Request-ID": mark}, timeout=20, allow_redirects=False)
    limit = time.monotonic() + 10
    while mark not in (written := live_app.log.read_bytes()[before:].decode()) and time.monotonic() < limit:
        time.sleep(0.05)
    # Lines of other requests may still arrive; this one has exactly one.
    assert [json.loads(text)["event"] for text in written.splitlines() if mark in text] == ["request"]
    for part in (typed, *typed.split(), "/orders/"):
        assert part not in written


def test_every_line_of_the_server_is_json(live_app: App) -> None:
    requests.get(live_app.url + "/no/such/page/", timeout=20)
    for text in live_app.log.read_text().splitlines():
        assert json.loads(text)["event"]


def test_an_error_in_a_frozen_module_goes_to_sentry_as_well() -> None:
    with pytest.raises(KeyError) as missing:
        os.environ["CDPVIEWER_NO_SUCH_NAME"]
    made = logs.exceptions(None, "error", {"event": "failed", "exc_info": missing.value})
    [sent] = sentry.event_of(dict(made))["exception"]["values"]
    assert sent["stacktrace"]["frames"][-1]["filename"] == "<frozen os>"
    assert sent["stacktrace"]["frames"][-1]["function"] == "__getitem__"


def test_sentry_tells_the_code_of_each_package_of_ours_from_that_of_others() -> None:
    ours = {Path(app.path).name for app in apps.get_app_configs() if Path(app.path).parent == PROJECT}
    assert {"accounts", "cdpviewer", "orders"} <= ours
    places = {
        f"{package}/module.py:1 function": package in ours for package in (*ours, "django", "tests", "<frozen os>")
    }
    line = {"event": "failed", "exception": [{"type": "KeyError", "at": [*places]}]}
    [sent] = sentry.event_of(line)["exception"]["values"]
    assert [frame["in_app"] for frame in sent["stacktrace"]["frames"]] == [*places.values()]


def test_what_cannot_be_sent_or_written_is_not_printed_as_it_is(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    handler = sentry.Handler("http://key@127.0.0.1:1/1")
    handler.setFormatter(logging.Formatter("%(message)s is no JSON"))
    handler.handle(logging.LogRecord("x", logging.ERROR, __file__, 1, "jane.doyle@example.com", (), None))
    stream = logging.StreamHandler(None)
    stream.setFormatter(logging.Formatter("%(missing)s"))
    stream.handle(logging.LogRecord("x", logging.ERROR, __file__, 1, "jane.doyle@example.com", (), None))
    printed = "".join(capsys.readouterr())
    assert "jane" not in printed + caplog.text
    assert "an error could not be sent to Sentry" in caplog.text
