"""The process that answers Prometheus: `python -m cdpviewer.metrics.server`. gunicorn starts it, and it ends soon after gunicorn does."""

from __future__ import annotations

import os
import signal
import sys
import threading

BETWEEN_CHECKS = 1.0  # seconds


def main() -> None:
    """Answer Prometheus at CDPVIEWER_METRICS_BIND, with figures from PROMETHEUS_MULTIPROC_DIR and the database, until gunicorn ends."""
    parent = os.getppid()
    os.closerange(3, 1024)  # the server's own sockets, which gunicorn lets programs inherit
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdpviewer.settings")

    import django

    django.setup()

    import structlog
    from django.conf import settings
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    from cdpviewer.databases import wait_like_pages
    from cdpviewer.metrics.gathered import Gathered

    for database in settings.DATABASES.values():
        wait_like_pages(database)  # a scrape must end in time, even if a table is locked
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Gathered())
    host, port = settings.METRICS_BIND or sys.exit("CDPVIEWER_METRICS_BIND is not set.")
    answers = warned = False
    while os.getppid() == parent and not ended.is_set():
        if not answers:
            try:
                start_http_server(port, host, registry)
                answers = True
            except OSError as error:  # the previous server may still be shutting down
                if not warned:
                    structlog.stdlib.get_logger("cdpviewer.metrics").warning("the port is held", error=error.strerror)
                warned = True
        ended.wait(BETWEEN_CHECKS)


if __name__ == "__main__":
    main()
