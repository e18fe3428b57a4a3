"""The gunicorn worker: gevent, with our own page for unreadable requests."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from cdpviewer import bodies, unreadable
from cdpviewer.draining import DrainingWorker


class Worker(DrainingWorker):
    """Gevent worker with our own page for unreadable requests; gunicorn's page would quote the request."""

    def handle_request(self, listener: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer a request.

        If gunicorn is about to close the connection (StopIteration), first read the rest of the request's body: otherwise the browser
        may never show the answer.
        """
        try:
            super().handle_request(listener, req, sock, addr)
        except StopIteration:
            bodies.read_off(sock, req)
            raise

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer an unreadable request; leave every other error to gunicorn."""
        if answer := unreadable.answer(exc):
            self.log.warning("a request could not be read: %s", type(exc).__name__)
            with suppress(OSError):  # the client has disconnected
                client.sendall(answer)
        else:
            super().handle_error(req, client, addr, exc)
