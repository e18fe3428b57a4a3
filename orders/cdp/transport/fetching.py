"""GET requests with a deadline, a size limit, and a few retries: the only route to the CDP."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from http.client import HTTPException

from requests import PreparedRequest
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from orders.cdp import errors
from orders.cdp.errors import CdpError
from orders.cdp.limits import Limits
from orders.cdp.outbound import Outbound
from orders.cdp.transport.bulkhead import Bulkhead
from orders.cdp.transport.connections import SharedAdapter
from orders.cdp.transport.deadline import Deadline
from orders.cdp.transport.fanout import T, run_side_by_side
from orders.cdp.transport.retry import LEAST, Failure, failure_of, pause_after, refusal
from orders.cdp.transport.size_cap import drain, read_body

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "cdpviewer"}


class Transport:
    """The HTTP client for the CDP, one per process (see `shared`). It keeps no CDP credential: each call passes its own."""

    def __init__(self, limits: Limits | None = None, outbound: Outbound | None = None) -> None:
        self.limits = limits or Limits()
        self._adapter = SharedAdapter(self.limits.connections, outbound)
        self._bulkhead = Bulkhead(self.limits.waiting_pages)
        self._pool = ThreadPoolExecutor(self.limits.pool_threads, "cdp-calls")  # starts threads on demand

    def get(
        self, origin: str, target: str, authorization: str, deadline: Deadline, *, count: Callable[[], None]
    ) -> bytes:
        """The decompressed body of GET `origin` + `target`; `count` is called before each request, retries included.

        `authorization` is the value of the header of that name. The call ends at `deadline` or after `limits.call` seconds, whichever is
        earlier. Raises CdpError, for example NotFound for a 404.
        """
        request = PreparedRequest()
        request.method, request.url = "GET", origin + target
        request.prepare_headers({**_HEADERS, "Authorization": authorization})
        with self._bulkhead.hold():
            deadline = deadline.within(self.limits.call)
            outcome, tries = self._try(request, deadline, count), 1
            while isinstance(outcome, Failure):
                pause = pause_after(outcome, tries, deadline, self.limits)
                if pause is None:
                    break
                time.sleep(pause)
                outcome, tries = self._try(request, deadline, count), tries + 1
        if isinstance(outcome, Failure):
            # Raised outside every except block, so that no library error is chained to it: those contain the URL, which may be personal.
            raise outcome.error
        return outcome

    def side_by_side(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | CdpError]:
        """Run `tasks` as in `run_side_by_side`, all in one slot of the bulkhead. Raises TooBusy if there are tasks and no slot is free."""
        if not tasks:
            return []
        with self._bulkhead.hold():
            return run_side_by_side(tasks, deadline, self.limits, self._pool)

    def close(self) -> None:
        self._adapter.close()
        self._pool.shutdown(wait=False)

    def _try(self, request: PreparedRequest, deadline: Deadline, count: Callable[[], None]) -> bytes | Failure:
        left = deadline.left()
        if left <= LEAST:
            return Failure(errors.TimedOut("no time left for the call"))
        count()
        try:
            return self._exchange(request, Timeout(total=left, connect=self.limits.connect))
        except CdpError as error:
            return Failure(error.with_traceback(None))
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            return failure_of(error)

    def _exchange(self, request: PreparedRequest, timeout: Timeout) -> bytes | Failure:
        response = self._adapter.send(request, stream=True, timeout=timeout)  # type: ignore[arg-type]  # the stubs allow no Timeout
        raw, status = response.raw, response.status_code
        try:
            if 200 <= status < 300:
                encoding = (response.headers.get("Content-Encoding") or "").strip().lower()
                body = read_body(raw, encoding, self.limits)
                raw.release_conn()
                return body
            with suppress(HTTPError, HTTPException, OSError):  # a refusal stays a refusal, even if its body breaks off
                if drain(raw, self.limits):
                    raw.release_conn()
            return refusal(status, response.headers.get("Retry-After"))
        finally:
            raw.close()  # also closes a connection not released: unread bytes would be taken for the next answer


@cache
def shared(limits: Limits, outbound: Outbound) -> Transport:
    """The process's transport for these settings. In production they never change, so each process has only one."""
    return Transport(limits, outbound)
