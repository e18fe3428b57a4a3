"""Which failures are tried again, and which error each one raises: statuses, Retry-After, places."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

import pytest
import requests
import responses
from urllib3.exceptions import NewConnectionError

from orders.cdp import errors
from orders.cdp.errors import CdpError
from orders.cdp.transport import Deadline, Limits, Transport
from orders.cdp.transport.retry import seconds_of
from tests.cdp.conftest import BASE

URL = f"{BASE}/v2/x"
Transports = Callable[..., Transport]


def get(transport: Transport, deadline: float = 5.0) -> bytes:
    return transport.get(BASE, "/v2/x", "Basic eDp5", Deadline.after(deadline), count=lambda: None)


def failure(transport: Transport, deadline: float = 5.0) -> CdpError:
    with pytest.raises(CdpError) as caught:
        get(transport, deadline)
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "calls"),
    [
        (300, errors.Broken, 1), (301, errors.Broken, 1), (302, errors.Broken, 1), (304, errors.Broken, 1), (308, errors.Broken, 1),
        (400, errors.RequestRefused, 1), (401, errors.CredentialRefused, 1), (403, errors.NotPermitted, 1),
        (404, errors.NotFound, 1), (408, errors.RequestRefused, 1), (409, errors.RequestRefused, 1),
        (415, errors.RequestRefused, 1), (418, errors.RequestRefused, 1), (429, errors.RateLimited, 3),
        (500, errors.Broken, 3), (501, errors.Broken, 1), (502, errors.Broken, 3), (503, errors.Broken, 3),
        (504, errors.Broken, 3), (599, errors.Broken, 1), (999, errors.Broken, 1),
    ],
)  # fmt: skip
def test_each_status_has_its_error_and_its_number_of_calls(
    cdp: responses.RequestsMock, transports: Transports, quick: Limits, status: int, error: type[CdpError], calls: int
) -> None:
    cdp.get(URL, status=status, body="canary-body", headers={"Location": "https://evil.example/"})
    raised = failure(transports(quick))
    assert type(raised) is error and str(status) in str(raised) and "canary-body" not in str(raised)
    assert len(cdp.calls) == calls


@pytest.mark.parametrize("status", [200, 201, 206, 299])
def test_any_2xx_is_an_answer(cdp: responses.RequestsMock, transports: Transports, quick: Limits, status: int) -> None:
    cdp.get(URL, status=status, body=b"{}")
    assert get(transports(quick)) == b"{}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_one_bad_moment_is_not_seen(
    cdp: responses.RequestsMock, transports: Transports, quick: Limits, status: int
) -> None:
    cdp.get(URL, status=status)
    cdp.get(URL, body=b"{}")
    assert get(transports(quick)) == b"{}"


@pytest.mark.parametrize(
    ("raised", "error", "calls"),
    [
        (requests.ConnectionError("reset"), errors.Unreachable, 3),
        (requests.ConnectTimeout("slow"), errors.Unreachable, 3),
        (requests.ReadTimeout("slow"), errors.TimedOut, 1),
        (requests.exceptions.SSLError(ssl.SSLError("handshake")), errors.Unreachable, 1),
        (NewConnectionError(None, "refused"), errors.Unreachable, 3),  # type: ignore[arg-type]
        (OSError("odd"), errors.Unreachable, 3),
    ],
)
def test_a_broken_way_is_tried_again_and_a_slow_answer_is_not(
    cdp: responses.RequestsMock,
    transports: Transports,
    quick: Limits,
    raised: Exception,
    error: type[CdpError],
    calls: int,
) -> None:
    cdp.get(URL, body=raised)
    assert type(failure(transports(quick))) is error
    assert len(cdp.calls) == calls


def test_503_is_tried_again_at_once(cdp: responses.RequestsMock, transports: Transports) -> None:
    cdp.get(URL, status=503)
    cdp.get(URL, body=b"{}")
    began = monotonic()
    assert get(transports(Limits(backoff=60))) == b"{}"
    assert monotonic() - began < 1


def test_nothing_is_tried_again_when_the_wait_does_not_fit(
    cdp: responses.RequestsMock, transports: Transports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda _, high: high)
    cdp.get(URL, status=500)
    began = monotonic()
    assert isinstance(failure(transports(Limits(backoff=60))), errors.Broken)
    assert len(cdp.calls) == 1 and monotonic() - began < 1


def test_retry_after_is_kept_where_it_fits(cdp: responses.RequestsMock, transports: Transports) -> None:
    cdp.get(URL, status=429, headers={"Retry-After": "1"})
    cdp.get(URL, body=b"{}")
    began = monotonic()
    assert get(transports(Limits())) == b"{}"
    assert 1 <= monotonic() - began < 3


@pytest.mark.parametrize("header", ["30", "21600", "999999999"])
def test_a_longer_retry_after_is_told_and_not_waited_for(
    cdp: responses.RequestsMock, transports: Transports, header: str
) -> None:
    cdp.get(URL, status=429, headers={"Retry-After": header})
    raised = failure(transports(Limits()))
    assert isinstance(raised, errors.RateLimited) and raised.retry_after == float(header)
    assert len(cdp.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_that_says_when_to_come_back_is_believed(
    cdp: responses.RequestsMock, transports: Transports, status: int
) -> None:
    cdp.get(URL, status=status, headers={"Retry-After": "30"})
    raised = failure(transports(Limits()))
    assert isinstance(raised, errors.Broken) and raised.retry_after == 30
    assert len(cdp.calls) == 1


def test_a_retry_after_as_a_date_counts_from_now() -> None:
    seconds = seconds_of(format_datetime(datetime.now(UTC) + timedelta(hours=6), usegmt=True))
    assert seconds is not None and 21_590 < seconds <= 21_600
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-5", "1.5", "9" * 400, "٣", "Wed, 99 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 99999"]
)
def test_a_retry_after_that_says_nothing_is_none(header: str | None) -> None:
    assert seconds_of(header) is None


@pytest.mark.parametrize("target", ["http://api.example", "ftp://127.0.0.1", "http://169.254.169.254"])
def test_no_plain_http_leaves_this_machine(transports: Transports, quick: Limits, target: str) -> None:
    with pytest.raises(CdpError):
        transports(quick).get(target, "/v2/x", "Basic eDp5", Deadline.after(1), count=lambda: None)


def test_a_page_beyond_the_places_is_told_so_and_sends_nothing(transports: Transports) -> None:
    transport = transports(Limits(waiting_pages=1))
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        def wait() -> None:
            held.set()
            go.wait(5)

        transport.side_by_side([wait], Deadline.after(5))

    page = threading.Thread(target=hold)
    page.start()
    held.wait(5)
    counted: list[int] = []
    began = monotonic()
    with pytest.raises(errors.TooBusy):
        transport.get(BASE, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: counted.append(1))
    assert not counted and monotonic() - began < 1
    go.set()
    page.join(5)


def test_a_crowd_beyond_the_places_hears_so_at_once(transports: Transports) -> None:
    """No page queues: one that waits for a place would take time from those that can still be served."""
    transport = transports(Limits(waiting_pages=1))
    go = threading.Event()
    took: list[float] = []

    def page() -> None:
        began = monotonic()
        try:
            transport.side_by_side([lambda: go.wait(5)], Deadline.after(5))
        except errors.TooBusy:
            took.append(monotonic() - began)

    crowd = [threading.Thread(target=page) for _ in range(20)]
    for thread in crowd:
        thread.start()
    while len(took) < 19:
        threading.Event().wait(0.01)
    go.set()
    for thread in crowd:
        thread.join(5)
    assert len(took) == 19 and max(took) < 1


def test_a_page_with_a_fan_out_holds_one_place(cdp: responses.RequestsMock, transports: Transports) -> None:
    cdp.get(URL, body=b"{}")
    transport = transports(Limits(waiting_pages=1))
    answers = transport.side_by_side([lambda: get(transport)] * 60, Deadline.after(5))
    assert answers == [b"{}"] * 60
    assert get(transport) == b"{}"


def test_a_place_is_given_back_after_a_failure(cdp: responses.RequestsMock, transports: Transports) -> None:
    cdp.get(URL, status=401)
    transport = transports(Limits(waiting_pages=1))
    for _ in range(5):
        assert isinstance(failure(transport), errors.CredentialRefused)
