"""gunicorn's settings: `python -m gunicorn` in the project folder needs nothing else."""

from __future__ import annotations

from gevent import monkey  # type: ignore[import-untyped]

monkey.patch_all()  # before all other imports: from here on, code that waits lets other pages run

import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any

from cdpviewer import bodies, environment, logs, modes, served, signals
from cdpviewer.databases import database
from cdpviewer.metrics.beginning import Metering

modes.for_the_owner_alone()
env = environment.find(Path(__file__).resolve().parent)
metering = Metering(env)
when_ready, child_exit, on_exit = metering.when_ready, metering.child_exit, metering.on_exit

wsgi_app = "cdpviewer.wsgi:application"
bind = env.text("CDPVIEWER_BIND", "127.0.0.1:" + env.text("PORT", "8000"))
worker_class = "cdpviewer.serving.Worker"
workers = env.number("CDPVIEWER_WORKERS", 2, least=1)
# However many pages wait for the CDP, there is room for sign-ins, for probes, and for browsers that keep a connection open.
worker_connections = env.number("CDPVIEWER_WAITING_PAGES", 1_000, least=1) + 1_000
# A waiting page has two files open, the client's connection and the one to the CDP; some pages have several to the CDP.
_files = 4 * worker_connections
_now, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
if resource.RLIM_INFINITY != _now < _files:
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (_files if _most == resource.RLIM_INFINITY else min(_files, _most), _most)
    )
# Each process has a queue of its own. From a shared queue, the first process to wake would take every connection, and browsers
# keep their connections.
reuse_port = not bind.startswith("unix:")  # not possible for a socket in the file system
# The application is loaded once, and the workers are forked from it: this saves memory, and a bad setting stops the start with a reason.
preload_app = True

# No page takes longer than 12 s, so this is enough for all that are in progress when a stop begins.
graceful_timeout = 15 + env.number("CDPVIEWER_DRAIN_SECONDS", 0)
timeout = 30
keepalive = 30

# After this many requests a worker is replaced, one worker at a time, and with it goes anything that hostile answers left in its
# memory.
max_requests = 50_000
max_requests_jitter = 10_000

limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190
pre_request = bodies.close_unread

# CDPVIEWER_TRUSTED_PROXIES alone decides whether a proxy is trusted; it must not be decided a second time here.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
# The control socket can shut the server down, and nothing uses it.
control_socket_disable = True

# The application logs each request itself; gunicorn's own line would contain the path, and people type names into paths.
accesslog = None
logger_class = "cdpviewer.serverlog.ServerLog"
logconfig_dict = logs.settings(level="INFO")


def post_worker_init(worker: Any) -> None:
    """Have the server's first process warn if this host may open too few files or connections."""
    if worker.age == 1:
        from cdpviewer import room  # needs Django, which is set up by now

        room.compare_later(2 * worker_connections)


def on_starting(arbiter: object) -> None:
    """Mark the database as served, and refuse to start on another server's port: the two would share it unnoticed."""
    signals.handle(arbiter)
    served.hold(database(env.text("DATABASE_URL"), Path(__file__).resolve().parent))
    host, _, port = bind.rpartition(":")
    if (
        not port.isdigit() or "GUNICORN_PID" in os.environ
    ):  # a socket file, or a server that takes over from its predecessor
        return
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            sys.exit(f"cdpviewer does not start: it cannot listen at {bind} ({error.strerror}).")
