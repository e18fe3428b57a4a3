"""Metrics under gunicorn: create their folder before the app is loaded, start the process that answers Prometheus, and clean up."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from cdpviewer.environment import Environment

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the client's own name
NEEDS = "CDPVIEWER_METRICS_BIND needs the package prometheus-client: make setup LOCK=prod, or leave it unset."


def bind(env: Environment) -> tuple[str, int] | None:
    """The host and port in CDPVIEWER_METRICS_BIND, such as `127.0.0.1:9464` or `[::1]:9464`; None if it is not set.

    Raises ImproperlyConfigured if the value is malformed, or if the package prometheus-client is not installed.
    """
    text = env.text("CDPVIEWER_METRICS_BIND")
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65_536:
        raise ImproperlyConfigured("CDPVIEWER_METRICS_BIND must be an address and a port, as in 127.0.0.1:9464.")
    if find_spec("prometheus_client") is None:
        raise ImproperlyConfigured(NEEDS)
    return host.strip("[]"), int(port)


class Metering:
    """gunicorn hooks for metrics. They do nothing unless CDPVIEWER_METRICS_BIND is set."""

    def __init__(self, env: Environment) -> None:
        """Create a new folder for this server's metrics: in an old one, an earlier server's figures would be counted again.

        Raises ImproperlyConfigured in the same cases as `bind`.
        """
        os.environ.pop(FOLDER, None)  # left by the previous server, if that one started this one
        self._folder = tempfile.mkdtemp(prefix="cdpviewer-metrics-") if bind(env) else ""
        if self._folder:
            os.environ[FOLDER] = self._folder
        self._pid = os.getpid()

    def when_ready(self, _arbiter: Any) -> None:
        """Start the process that answers Prometheus, without `subprocess`: gevent's version takes over a signal that gunicorn needs."""
        if self._folder:
            command = [sys.executable, "-m", "cdpviewer.metrics.server"]
            os.posix_spawn(sys.executable, command, os.environ)

    def child_exit(self, _arbiter: Any, worker: Any) -> None:
        """Remove a dead worker's gauges from the totals."""
        if self._folder:
            from prometheus_client.multiprocess import mark_process_dead

            mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

    def on_exit(self, _arbiter: Any) -> None:
        """Remove the folder, if this process made it. The process that answers Prometheus ends with its parent."""
        if self._folder and os.getpid() == self._pid:
            shutil.rmtree(self._folder, ignore_errors=True)
