"""A panel that takes long says so while it waits: how many records there are, and how many came.

Short work is answered as a whole, with an honest status. Only when the number is known and 0.3 s have passed is the answer
begun, as a 200 that streams a line for each step (an HTML comment, which the script reads) and ends with the panel itself.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from orders.services.tenant import Tenant
from orders.views.cdp_view import in_words
from orders.views.panels import wants_part

T = TypeVar("T")

PATIENCE = 0.3  # seconds after which a person wonders
STEP = 0.1  # seconds between two lines, so that 60 contacts do not become 60 lines


class BackgroundLoad(threading.Thread):
    """The asking, on a thread of its own and without the database; what it tells goes into a queue, None at the end."""

    def __init__(self, tenant: Tenant, of: str, load: Callable[[], T]) -> None:
        super().__init__(name="panel", daemon=True)
        self.told: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self._context, self._load = copy_context(), load
        self._result: object = None
        self._error: BaseException | None = None
        tenant.client.tell(of, lambda came, of_all: self.told.put((came, of_all)))

    def run(self) -> None:
        try:
            self._result = self._context.run(self._load)
        except BaseException as error:  # noqa: BLE001 (whatever it is, it belongs to the one who asked)
            self._error = error  # raised again where the request is answered
        finally:
            self.told.put(None)

    def first_told(self) -> tuple[int, int] | None:
        """How many of how many had come when patience ended and the number was known; None where all was done before that."""
        ends, last = monotonic() + PATIENCE, None
        while True:
            try:
                told = self.told.get(timeout=None if last is None else max(0.0, ends - monotonic()))
            except queue.Empty:
                return last
            if told is None:
                return None
            last = told

    def result(self) -> object:
        if self._error is not None:
            raise self._error
        return self._result


def with_progress(
    request: HttpRequest,
    tenant: Tenant,
    panel: str,
    load: Callable[[], T],
    show: Callable[[T], HttpResponse],
    *,
    of: str,
) -> HttpResponseBase:
    """`show(load())`, with progress for htmx when it takes long: how many records `of` that kind came. A late failure is told in
    the `panel` of that name."""
    if not wants_part(request):
        return show(load())
    work = BackgroundLoad(tenant, of, load)
    work.start()
    last = work.first_told()
    if last is None:
        return show(work.result())  # type: ignore[arg-type]
    # Language, zone and preferences, which the middleware has put back by the time this is sent.
    context = copy_context()
    finish = partial(context.run, in_words, request, tenant.connection, panel, lambda: show(work.result()))  # type: ignore[arg-type]
    answer = StreamingHttpResponse(_lines(work, last, finish))
    # Compressing would hold the lines back; "identity" is how Django's middleware is told to leave an answer alone.
    answer["Content-Encoding"] = "identity"
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _lines(work: BackgroundLoad, first: tuple[int, int], finish: Callable[[], HttpResponseBase]) -> Iterator[bytes]:
    told: tuple[int, int] | None = first
    sent = 0.0
    while told is not None:
        if monotonic() - sent >= STEP:
            sent = monotonic()
            yield b"<!-- %d/%d -->\n" % told
        told = work.told.get()
    yield finish().getvalue()
