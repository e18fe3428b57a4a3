"""The gunicorn worker: gevent, with a page of ours for requests that cannot be read."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from gunicorn.workers import ggevent

from cdpviewer import unreadable

# All connections that have come are taken in, where gunicorn sets one at a time: a health check must not wait behind a crowd.
ggevent.StreamServer.max_accept = property(lambda _self: 100, lambda _self, _set_by_gunicorn: None)


class Worker(ggevent.GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's gevent worker with our own words for unreadable requests; gunicorn's would quote the request."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer an unreadable request; everything else goes gunicorn's way."""
        refused = unreadable.refusal(exc)
        if refused is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("a request could not be read: %s", type(exc).__name__)
        with suppress(OSError):  # the client has gone
            client.sendall(unreadable.answer(*refused))
