"""gunicorn's logger, without its log line for each request."""

from __future__ import annotations

from gunicorn.glogging import Logger


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Logger without access lines: gunicorn's contain the path, and the application writes its own.

    gunicorn enables them if `logconfig_dict` is set, even without `accesslog`, and preparing a line costs time on every page.
    """

    access_log_enabled = False
