"""Draining: stopping a server without losing a request. The load balancer learns from `/readyz` that the server is stopping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent  # type: ignore[import-untyped]
from django.conf import settings
from gevent.exceptions import BlockingSwitchOutError  # type: ignore[import-untyped]
from gunicorn.workers import ggevent

from cdpviewer import health

LAST_REQUEST = 1.0  # seconds for which an open connection may bring another request after its server has begun to stop


class Server(ggevent.StreamServer):  # type: ignore[misc]  # gevent has no types
    """Listener that accepts up to 100 waiting connections at a time, so that a burst does not delay a health probe.

    With several workers, gunicorn's own listener accepts only one at a time.
    """

    max_accept = property(lambda _self: 100, lambda _self, _set_by_gunicorn: None)

    def close(self) -> None:
        """Close the listener, but first accept the waiting connections: otherwise they would be reset, and forms sent on them lost."""
        self._stop_event.set()
        self.stop_accepting()
        # There may be no file descriptor left for another connection; and gevent may call this itself, where waiting is impossible.
        with suppress(OSError, BlockingSwitchOutError):
            while not self.closed:
                gevent.sleep(0)  # lets the accepted connection start, for which gunicorn still needs the listener
                if not (accepted := self.do_read()):
                    break
                self.do_handle(*accepted)
        super().close()


ggevent.StreamServer = Server


class DrainingWorker(ggevent.GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """A gevent worker that waits DRAIN_SECONDS before stopping, to give the load balancer time to react. Pages in progress are finished."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: dict[gevent.Greenlet, gevent.Timeout] = {}
        self._draining = False

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Limit the wait for a connection's next request to gunicorn's `keepalive` or, while the worker is stopping, to LAST_REQUEST.

        `_end_idle` can end the wait earlier.
        """
        limit = super().timeout_ctx() if self.alive else gevent.Timeout(LAST_REQUEST, False)
        here = gevent.getcurrent()
        self._idle[here] = limit
        try:
            with limit:
                yield
        finally:
            del self._idle[here]

    def handle_request(self, listener: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer a request; while draining, close the connection afterwards."""
        if self._draining:
            req.force_close()
        super().handle_request(listener, req, sock, addr)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop after DRAIN_SECONDS, or at once on a second signal.

        Pages in progress are finished; idle connections are closed, because they would delay the stop.
        """
        health.stop()
        if settings.DRAIN_SECONDS and not self._draining:
            # The load balancer needs time to notice `/readyz`. Until then pages are served, each on a connection that is then closed.
            self._draining = True
            gevent.spawn_later(settings.DRAIN_SECONDS, self.handle_exit, sig, frame)
            return
        super().handle_exit(sig, frame)
        gevent.spawn_later(LAST_REQUEST, self._end_idle)

    def _end_idle(self) -> None:
        for connection, limit in self._idle.items():
            gevent.kill(connection, limit)
