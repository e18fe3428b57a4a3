"""The one way out: GET, inside a deadline, a size and a number of places, with few and short retries."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import NamedTuple, TypeVar

from requests import RequestException
from requests.exceptions import ConnectTimeout, ReadTimeout, SSLError
from urllib3.exceptions import HTTPError, ReadTimeoutError

from orders.cdp import errors
from orders.cdp.errors import CdpError
from orders.cdp.transport.connections import Outgoing, SharedAdapter
from orders.cdp.transport.fanout import run_side_by_side
from orders.cdp.transport.limits import Deadline, Limits
from orders.cdp.transport.places import Places
from orders.cdp.transport.reading import drain, read_body
from orders.cdp.transport.threads import Threads
from orders.cdp.transport.turns import TURNS
from orders.cdp.transport.watchdog import WATCHDOG

T = TypeVar("T")

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "cdpviewer"}
_LEAST = 0.05  # a try with less time than this cannot succeed


class _Failure(NamedTuple):
    """A try that failed: whether another may help, how long the CDP asked to wait, and whether it gave a status at all."""

    error: CdpError
    again: bool = False
    wait: float | None = None
    at_once: bool = False
    answered: bool = False


class Transport:
    """Bytes from the CDP. One per process (`shared`); knows no credential beyond the header of the call in hand."""

    def __init__(self, limits: Limits | None = None, *, ca_file: str | None = None) -> None:
        self.limits = limits or Limits()
        self._adapter = SharedAdapter(self.limits.connections, ca_file)
        self._places = Places(self.limits)
        self._threads = Threads(self.limits.pool_threads, "cdp-calls")

    def get(
        self, origin: str, target: str, authorization: str, deadline: Deadline, *, count: Callable[[], None]
    ) -> bytes:
        """The decoded body of GET `origin` + `target`; `count` is called for every request that leaves.

        Raises the CdpErrors of the tree in `orders.cdp.errors`, NotFound for 404 among them.
        """
        request = Outgoing(origin, target, {**_HEADERS, "Authorization": authorization})
        with TURNS.aside(), self._places.hold():
            deadline = deadline.within(self.limits.call)
            turn = 0
            while isinstance(outcome := self._try(request, deadline, count), _Failure):
                pause = self._pause(outcome, turn, deadline)
                if pause is None:
                    break
                time.sleep(pause)
                turn += 1
            else:
                return outcome
        # Raised here, outside every except block: the library's own errors name the URL, and its query may be personal.
        raise outcome.error

    def side_by_side(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | CdpError]:
        """Run `tasks`, at most `limits.side_by_side` at a time, holding one place; see `run_side_by_side`."""
        if not tasks:
            return []
        with TURNS.aside(), self._places.hold():
            return run_side_by_side(tasks, deadline, self.limits, self._threads)

    def close(self) -> None:
        self._adapter.close()

    def _try(self, request: Outgoing, deadline: Deadline, count: Callable[[], None]) -> bytes | _Failure:
        left = deadline.left()
        if left <= _LEAST:
            return _Failure(errors.TimedOut("no time left for the call"))
        count()
        call = WATCHDOG.begin(deadline.ends)
        try:
            outcome = self._exchange(request, deadline, left)
        except CdpError as error:
            outcome = _Failure(error.with_traceback(None))
        except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            outcome = _failure_of(error)
        finally:
            WATCHDOG.end(call)
        if call.cut and not (isinstance(outcome, _Failure) and outcome.answered):
            # A cut connection looks like an end: of the headers, of the body. What it looks like is of no interest.
            return _Failure(errors.TimedOut("the answer did not come in time"))
        return outcome

    def _exchange(self, request: Outgoing, deadline: Deadline, left: float) -> bytes | _Failure:
        timeout = (min(self.limits.connect, left), left)
        response = self._adapter.send(request, stream=True, timeout=timeout)
        raw, status, whole = response.raw, response.status_code, False
        try:
            if 200 <= status < 300:
                encoding = (response.headers.get("Content-Encoding") or "").strip().lower()
                body = read_body(raw, encoding, deadline, self.limits)
                whole = True
                return body
            with suppress(HTTPError, HTTPException, OSError):  # a refusal stays one, however its body ends
                whole = drain(raw, deadline, self.limits)
            return _refusal(status, response.headers.get("Retry-After"))._replace(answered=True)
        finally:
            if whole:
                raw.release_conn()
            else:
                raw.close()  # what is left unread would be taken for the next answer

    def _pause(self, failure: _Failure, turn: int, deadline: Deadline) -> float | None:
        """Seconds to wait before the next try, None when there is none."""
        if not failure.again or turn >= self.limits.retries:
            return None
        if failure.wait is not None:
            pause = failure.wait
        elif failure.at_once and turn == 0:
            pause = 0.0
        else:
            pause = random.uniform(0, self.limits.backoff * 2**turn)  # noqa: S311 - full jitter, no secret depends on it
        return pause if pause + _LEAST < deadline.left() else None


def _failure_of(error: Exception) -> _Failure:
    """What a broken exchange means. Only the kind of `error` is told, never its text."""
    if isinstance(error, ConnectTimeout):
        return _Failure(errors.Unreachable("no connection within the time for it"), again=True)
    if isinstance(error, ReadTimeout | ReadTimeoutError | TimeoutError):
        return _Failure(errors.TimedOut("the answer did not come in time"))
    if isinstance(error, SSLError):
        return _Failure(errors.Unreachable("no trusted TLS connection"))
    return _Failure(errors.Unreachable(f"the connection failed or broke off ({type(error).__name__})"), again=True)


def _refusal(status: int, retry_after: str | None) -> _Failure:
    """The error for an HTTP status other than 2xx; messages hold the number and nothing of the body."""
    said = f"HTTP {status}"
    if status == 429:
        wait = seconds_of(retry_after)
        return _Failure(errors.RateLimited(said, wait), again=True, wait=wait)
    if status in (500, 502, 503, 504):
        wait = seconds_of(retry_after)
        return _Failure(errors.Broken(said, wait), again=True, wait=wait, at_once=status == 503)
    if status == 401:
        return _Failure(errors.CredentialRefused(said))
    if status == 403:
        return _Failure(errors.NotPermitted(said))
    if status == 404:
        return _Failure(errors.NotFound(said))
    if 400 <= status < 500:
        return _Failure(errors.RequestRefused(said))
    if 300 <= status < 400:
        return _Failure(errors.Broken(f"{said}: a redirect, which the API does not document"))
    return _Failure(errors.Broken(said))


def seconds_of(retry_after: str | None) -> float | None:
    """Seconds from now of a Retry-After header (a number or an HTTP date); None when it says nothing usable."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


_shared: dict[Limits, Transport] = {}
_sharing = threading.Lock()


def shared(limits: Limits) -> Transport:
    """The process's transport for these limits; in production there is one value of them, hence one transport."""
    transport = _shared.get(limits)
    if transport is None:
        with _sharing:
            transport = _shared.get(limits)
            if transport is None:
                transport = _shared[limits] = Transport(limits)
    return transport
