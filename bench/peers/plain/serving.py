"""gunicorn's settings of the plain peer: whatever serves requests is as in the app's own settings, by reading them."""

from pathlib import Path
from runpy import run_path

_theirs = run_path(str(Path(__file__).resolve().parents[3] / "gunicorn.conf.py"))
worker_class = "gthread"
threads = _theirs["threads"]
preload_app = _theirs["preload_app"]
keepalive = _theirs["keepalive"]
timeout = _theirs["timeout"]
graceful_timeout = _theirs["graceful_timeout"]
backlog = _theirs.get("backlog", 2048)
worker_connections = _theirs.get("worker_connections", 1000)
control_socket_disable = True
accesslog = None
