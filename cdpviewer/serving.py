"""The gunicorn worker: gevent, with a page of ours for requests that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import gevent  # type: ignore[import-untyped]
from django.conf import settings
from gevent.exceptions import BlockingSwitchOutError  # type: ignore[import-untyped]
from gunicorn.workers import ggevent

from cdpviewer import bodies, health, unreadable

LAST_REQUEST = 1.0  # seconds in which a kept connection may bring another request after its server has begun to stop


class Server(ggevent.StreamServer):  # type: ignore[misc]  # gevent has no types
    """Accepts all waiting connections at once, where gunicorn sets one at a time: a probe must not wait behind a crowd."""

    max_accept = property(lambda _self: 100, lambda _self, _set_by_gunicorn: None)

    def close(self) -> None:
        """Stop listening, but serve those who have connected: the system would reset them, and lose the forms they sent."""
        self._stop_event.set()
        self.stop_accepting()
        # No file may be left for another connection; and gevent itself may close, where nothing can wait.
        with suppress(OSError, BlockingSwitchOutError):
            while not self.closed:
                gevent.sleep(0)  # what was accepted begins, for which gunicorn needs the listener
                if not (accepted := self.do_read()):
                    break
                self.do_handle(*accepted)
        super().close()


ggevent.StreamServer = Server


class Worker(ggevent.GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's gevent worker with our own words for unreadable requests; gunicorn's would quote the request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: dict[gevent.Greenlet, gevent.Timeout] = {}
        self._draining = False

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """How long a browser may keep a connection without asking anything."""
        limit = super().timeout_ctx() if self.alive else gevent.Timeout(LAST_REQUEST, False)
        here = gevent.getcurrent()
        self._idle[here] = limit
        try:
            with limit:
                yield
        finally:
            del self._idle[here]

    def handle_request(self, listener: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer a request; a connection that then closes (gunicorn's StopIteration) stays open until the answer has arrived."""
        if self._draining:
            req.force_close()
        try:
            super().handle_request(listener, req, sock, addr)
        except StopIteration:
            bodies.read_off(sock, req)
            raise

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop, after DRAIN_SECONDS. Pages under way are finished; kept connections end, or stopping would take as long as those."""
        health.stop()
        if settings.DRAIN_SECONDS and not self._draining:
            # The balancer needs time to see that `/readyz` says no. Until then pages go on, each on a connection that then ends.
            self._draining = True
            gevent.spawn_later(settings.DRAIN_SECONDS, self.handle_exit, sig, frame)
            return
        super().handle_exit(sig, frame)
        gevent.spawn_later(LAST_REQUEST, self._end_idle)

    def _end_idle(self) -> None:
        for connection, limit in self._idle.items():
            gevent.kill(connection, limit)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer an unreadable request; everything else goes gunicorn's way."""
        if answer := unreadable.answer(exc):
            self.log.warning("a request could not be read: %s", type(exc).__name__)
            with suppress(OSError):  # the client has gone
                client.sendall(answer)
        else:
            super().handle_error(req, client, addr, exc)
