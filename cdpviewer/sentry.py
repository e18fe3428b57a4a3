"""Report errors to Sentry, or to a service that accepts its protocol, if CDPVIEWER_SENTRY_DSN is set.

Only data from the redacted log lines is sent. Sentry's integrations are all switched off: they would add local variables, URLs, headers
and earlier log lines.
"""

from __future__ import annotations

import json
import logging
import os
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ImproperlyConfigured

from cdpviewer import environment, logs
from cdpviewer.environment import Environment

if TYPE_CHECKING:
    from sentry_sdk import Client

_log = structlog.stdlib.get_logger("cdpviewer.sentry")

OURS = ("accounts/", "cdpviewer/", "orders/")  # the packages of the program, as code locations begin
TAGS = ("request_id", "route", "status", "region", "code")


def dsn(env: Environment) -> str:
    """The value of CDPVIEWER_SENTRY_DSN; "" if it is not set.

    Raises ImproperlyConfigured if it is malformed or the package sentry-sdk is not installed. The message does not repeat the DSN, which
    contains a key.
    """
    address = env.text("CDPVIEWER_SENTRY_DSN")
    if not address:
        return ""
    parts = environment.address("CDPVIEWER_SENTRY_DSN", address)
    if parts.scheme not in {"http", "https"} or not parts.username or not parts.path.strip("/"):
        raise ImproperlyConfigured("CDPVIEWER_SENTRY_DSN must be as Sentry shows it: https://key@host/number.")
    if find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured(
            "CDPVIEWER_SENTRY_DSN needs the package sentry-sdk: pip install sentry-sdk, or leave it unset."
        )
    return address


class Handler(logging.Handler):
    """Logging handler that sends records of level ERROR and above to Sentry; created from the LOGGING setting."""

    def __init__(self, address: str) -> None:
        super().__init__(logging.ERROR)
        self._address = address
        self.setFormatter(logs.formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Make an event from the record's log line and pass it to the client, which sends it in a separate thread. Never raises."""
        try:
            _client(self._address, os.getpid()).capture_event(event_of(json.loads(self.format(record))))
        except Exception as error:  # noqa: BLE001 (a record that cannot be sent is still in the log)
            _log.warning("an error could not be sent to Sentry", error=type(error).__name__)

    def flush(self) -> None:
        """Wait up to two seconds for pending events to be sent."""
        if _client.cache_info().currsize:
            _client(self._address, os.getpid()).flush(2.0)


@cache
def _client(address: str, _process: int) -> Client:
    """The Sentry client of this process, created at the first error. Processes cannot share one: its thread does not survive a fork."""
    from sentry_sdk import Client

    return Client(
        dsn=address,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
    )


def event_of(line: dict[str, Any]) -> Any:
    """The Sentry event for a log line: its level, its message, its exceptions with code locations, and the fields named in TAGS."""
    # Sentry expects the first cause first.
    chain = [_exception(exception) for exception in reversed(line.get("exception", []))]
    return {
        "level": line.get("level", "error"),
        "platform": "python",
        "logentry": {"message": str(line["event"])},
        "tags": {name: str(line[name]) for name in TAGS if line.get(name) is not None},
        **({"exception": {"values": chain}} if chain else {}),
    }


def _exception(exception: dict[str, Any]) -> dict[str, Any]:
    kind, _, words = exception["type"].partition(": ")
    return {"type": kind, "value": words, "stacktrace": {"frames": [_frame(place) for place in exception["at"]]}}


def _frame(place: str) -> dict[str, Any]:
    where, _, function = place.rpartition(" ")  # the name of a file may contain spaces: <frozen os>
    file, _, number = where.rpartition(":")
    return {
        "filename": file,
        "function": function,
        "lineno": int(number),
        "in_app": file.startswith(OURS),
    }
