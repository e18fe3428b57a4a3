"""Progress of slow panels: how many records there are, and how many are loaded.

A panel that loads quickly is returned as an ordinary response with its own status. If loading takes more than 0.3 s and the total is known,
the response has status 200: it streams progress lines (HTML comments, which the script reads), at most one every 0.1 s, and ends with
the panel.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import Generic, TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from orders.http import Request
from orders.services.tenant import Tenant
from orders.views.cdp_view import respond
from orders.views.panels import wants_part

T = TypeVar("T")

PATIENCE = 0.3  # seconds before progress is shown
STEP = 0.1  # seconds between two lines, so that 60 contacts do not become 60 lines


class BackgroundLoad(threading.Thread, Generic[T]):
    """A thread that loads a panel's records; it does not use the database.

    The queue `progress` receives (loaded, total) when the total is known and after each record, and None at the end.
    """

    def __init__(self, tenant: Tenant, of: str, load: Callable[[], T]) -> None:
        super().__init__(name="panel", daemon=True)
        self.progress: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self._context, self._load = copy_context(), load
        self._results: list[T] = []
        self._error: BaseException | None = None
        tenant.reader.report_progress(of, lambda loaded, total: self.progress.put((loaded, total)))

    def run(self) -> None:
        try:
            self._results.append(self._context.run(self._load))
        except BaseException as error:  # noqa: BLE001 (raised again where the request is answered)
            self._error = error
        finally:
            self.progress.put(None)

    def first_progress(self) -> tuple[int, int] | None:
        """Wait for progress, and return the latest (loaded, total); None if the load ends first.

        Unless the load ends, the wait takes PATIENCE seconds, or longer if there has been no progress by then.
        """
        ends, last = monotonic() + PATIENCE, None
        while True:
            try:
                step = self.progress.get(timeout=None if last is None else max(0.0, ends - monotonic()))
            except queue.Empty:
                return last
            if step is None:
                return None
            last = step

    def result(self) -> T:
        """The result of the finished load. If the load failed, its error is raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]


def with_progress(
    request: Request, tenant: Tenant, panel: str, load: Callable[[], T], show: Callable[[T], HttpResponse], *, of: str
) -> HttpResponseBase:
    """Return `show(load())`; if only a fragment is wanted and loading is slow, stream progress lines before the fragment.

    `of` names the records that are counted (see `Reader.report_progress`). A failure before streaming begins is raised; a later one is
    shown in the `panel`.
    """
    if not wants_part(request):
        return show(load())
    work = BackgroundLoad(tenant, of, load)
    work.start()
    first = work.first_progress()
    if first is None:
        return show(work.result())
    # Keeps language, time zone and preferences, which the middleware has reset by the time this is sent.
    context = copy_context()
    finish = partial(context.run, respond, request, tenant.connection, panel, work.result, show)
    response = StreamingHttpResponse(_lines(work, first, finish))
    # Compression would buffer the lines; "identity" makes Django's middleware skip the response.
    response["Content-Encoding"] = "identity"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _lines(work: BackgroundLoad[T], first: tuple[int, int], finish: Callable[[], HttpResponseBase]) -> Iterator[bytes]:
    step: tuple[int, int] | None = first
    sent = 0.0
    while step is not None:
        if monotonic() - sent >= STEP:
            sent = monotonic()
            yield b"<!-- %d/%d -->\n" % step
        step = work.progress.get()
    yield finish().getvalue()
