"""gunicorn's logger without its line per request."""

from __future__ import annotations

from gunicorn.glogging import Logger


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Never a line per request: gunicorn's holds the path, and the application writes its own.

    gunicorn takes `logconfig_dict` for a wish to have that line, whatever `accesslog` says, and preparing one costs every page.
    """

    access_log_enabled = False
