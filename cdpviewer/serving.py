"""The gunicorn worker: gevent, with our own page for unreadable requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent  # type: ignore[import-untyped]
from django.conf import settings
from gunicorn.workers import ggevent

from cdpviewer import bodies, health, unreadable

# Accept all pending connections at once; gunicorn sets one at a time, and a health check would wait behind a crowd.
ggevent.StreamServer.max_accept = property(lambda _self: 100, lambda _self, _set_by_gunicorn: None)


class Worker(ggevent.GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's gevent worker with our own page for unreadable requests; gunicorn's would quote the request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: dict[gevent.Greenlet, gevent.Timeout] = {}
        self._draining = False

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Time limit for an idle connection."""
        limit, here = super().timeout_ctx(), gevent.getcurrent()
        self._idle[here] = limit
        try:
            with limit:
                yield
        finally:
            del self._idle[here]

    def handle_request(self, listener: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer a request. If the connection closes then (gunicorn's StopIteration), read the rest of the body first."""
        try:
            super().handle_request(listener, req, sock, addr)
        except StopIteration:
            bodies.read_off(sock, req)
            raise

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop after DRAIN_SECONDS. Pages in progress are finished; idle connections are closed, because they would delay the stop."""
        health.stop()
        if settings.DRAIN_SECONDS and not self._draining:
            # The load balancer needs time to notice `/readyz`. Until then pages are served, each on a connection that is then closed.
            self._draining = True
            self.cfg.set("keepalive", 0)
            gevent.spawn_later(settings.DRAIN_SECONDS, self.handle_exit, sig, frame)
            return
        super().handle_exit(sig, frame)
        for connection, limit in self._idle.items():
            gevent.kill(connection, limit)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer an unreadable request; leave everything else to gunicorn."""
        if answer := unreadable.answer(exc):
            self.log.warning("a request could not be read: %s", type(exc).__name__)
            with suppress(OSError):  # the client is gone
                client.sendall(answer)
        else:
            super().handle_error(req, client, addr, exc)
