"""CPU of an order page by stage: the functions of a stage are timed while pages are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

# Each stage by its function. What runs inside of another stage counts only for that one.
STAGES: dict[str, tuple[str, ...]] = {
    "session and person": ("accounts.session_store.SessionStore.load", "accounts.session_store.Backend.get_user"),
    "connection, credential, count of views": (
        "orders.views.cdp_view.choose_connection",
        "orders.services.tenant.Tenant.__init__",
    ),
    "the call": ("orders.cdp.transport.fetching.Transport.get",),
    "decoding": ("orders.cdp.client.CdpClient.get_order",),
    "trip and summary": ("orders.services.orders.journeys.plan", "orders.services.orders.summarize"),
    "access record": ("orders.privacy.access_log.record",),
    "template": ("django.template.backends.jinja2.Template.render",),
    "compression": ("django.middleware.gzip.GZipMiddleware.process_response",),
}


def stages(page: Callable[[], object], count: int = 200) -> dict[str, float]:
    """CPU milliseconds per page by stage, averaged over `count` calls of `page`. "the rest" is middleware, the log line and Django."""
    spent = dict.fromkeys((*STAGES, "the rest"), 0.0)
    running = ["the rest"]
    last = time.process_time()

    def turn() -> None:
        nonlocal last
        now = time.process_time()
        spent[running[-1]] += now - last
        last = now

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            turn()
            running.append(stage)
            try:
                return function(*args, **kwargs)
            finally:
                turn()
                running.pop()

        return run

    with replaced({name: timed(stage, resolve_name(name)) for stage, names in STAGES.items() for name in names}):
        last = time.process_time()
        for _ in range(count):
            page()
        turn()
    return {stage: 1000 * seconds / count for stage, seconds in spent.items()}


@contextmanager
def replaced(values: Mapping[str, object]) -> Iterator[None]:
    """Replace functions and constants, by their full dotted names, inside the block."""
    with ExitStack() as stack:
        for name, value in values.items():
            stack.enter_context(patch(name, value))
        yield
