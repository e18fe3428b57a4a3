"""gunicorn's settings: `python -m gunicorn` in the project folder needs nothing else."""

from __future__ import annotations

from pathlib import Path

from cdpviewer import bodies, environment, logs, modes

modes.for_the_owner_alone()
env = environment.find(Path(__file__).resolve().parent)

wsgi_app = "cdpviewer.wsgi:application"
bind = env.text("CDPVIEWER_BIND", "127.0.0.1:" + env.text("PORT", "8000"))
worker_class = "cdpviewer.serving.Worker"
workers = env.number("CDPVIEWER_WORKERS", 2, least=1)
# One thread for each page that may wait on the CDP at a time, and four that never do. Threads are made when needed.
threads = env.number("CDPVIEWER_THREADS", 132, least=8)
# The application is loaded once and the workers are forked from it: less memory, and a bad setting stops the start with its reason.
preload_app = True

# No page takes longer than 12 s, so this is enough for every one that is under way when the server is told to stop.
graceful_timeout = 15
timeout = 30
keepalive = 30

limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190
pre_request = bodies.close_unread

# Whether a proxy is believed is decided in one place, CDPVIEWER_TRUSTED_PROXIES, and not a second time here.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
# The control socket can shut the server down, and nothing here uses it.
control_socket_disable = True

# The application writes a line for each request; gunicorn's own would hold the path, and people type names into those.
accesslog = None
logger_class = "cdpviewer.serverlog.ServerLog"
logconfig_dict = logs.settings(level="INFO")
