"""Logs as JSON lines on standard error, without personal data or secrets.

Three lines of defence: code does not log such data; `redact` blanks fields with sensitive names, and removes e-mail addresses,
query strings and credentials from all other text; an exception is reduced to its type and code locations, because its message may
quote values. Only exceptions of the types in PLAIN_SPOKEN keep their messages, which are harmless.
"""

from __future__ import annotations

import logging
import logging.config
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from orders.cdp.errors import CdpError

HIDDEN = "[hidden]"
TELLING_NAME = re.compile(
    r"token|passw|secret|authorization|cookie|session|csrf|credential|client_?key|e_?mail|phone|passport|birth|first_?name"
    r"|last_?name|address|query|body",
    re.IGNORECASE,
)
# Each run of characters that may belong to an address is matched once and then searched for an @: a pattern that searches from
# every character takes quadratic time. The possessive quantifiers keep backtracking from taking as long.
RUN = re.compile(r"[^\s<>\"()/?&=,;:]++")
ADDRESS = re.compile(r"\A.+(?:@|%40)[\w.-]++")
IN_TEXT = (
    (re.compile(r"(?<=[/\w])\?[^\s\"'<>]++"), "?" + HIDDEN),
    (RUN, lambda run: ADDRESS.sub(HIDDEN, run[0])),
    (re.compile(r"\b(Basic|Bearer)\s++\S++", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"gAAAA[\w-]++=*+"), HIDDEN),
)
MARKS = ("@", "%40", "?", "gAAAA")  # a text without them, "basic" and "bearer" has nothing that IN_TEXT would replace
# The messages of these name code, settings or tables, never personal data; for CdpError, see its module.
PLAIN_SPOKEN = (
    CdpError, ImproperlyConfigured, OperationalError, TemplateDoesNotExist, TemplateSyntaxError, ImportError, AttributeError, NameError,
)  # fmt: skip
PROJECT = str(Path(__file__).resolve().parent.parent)

Event = MutableMapping[str, Any]


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """structlog processor: blank fields whose names suggest secrets or personal data, and clean all other text."""
    for name, value in event.items():
        event[name] = HIDDEN if TELLING_NAME.search(name) else _cleaned(value)
    return event


def _cleaned(value: Any) -> Any:
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if TELLING_NAME.search(str(name)) else _cleaned(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(part) for part in value]
    return clean(str(value))


def clean(text: str) -> str:
    """The text with HIDDEN in place of each e-mail address, query string, Basic or Bearer credential, and encrypted value."""
    if any(mark in text for mark in MARKS) or any(scheme in text.lower() for scheme in ("basic", "bearer")):
        for pattern, instead in IN_TEXT:
            text = pattern.sub(instead, text)
    return text


def exceptions(_logger: Any, _method: str, event: Event) -> Event:
    """structlog processor: replace `exc_info` with `exception`, a list of the error and its causes, each with type and code locations."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    chain: list[dict[str, Any]] = []
    while isinstance(error, BaseException) and len(chain) < 8:
        chain.append({"type": _said(error), "at": _places(error.__traceback__)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if chain:
        event["exception"] = chain
    return event


def _said(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{kind}: {error}" if isinstance(error, PLAIN_SPOKEN) else kind


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = code.co_filename.removeprefix(PROJECT + "/").rpartition("site-packages/")[2]
        places.append(f"{file}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-25:]


def _plain_request_error(_logger: Any, _method: str, event: Event) -> Event:
    # Django writes the path into these messages, and paths may contain personal data.
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name.startswith("django.request"):
        event["event"] = "the request ended in an error"
        event["status"] = getattr(record, "status_code", None)
    elif isinstance(record, logging.LogRecord) and record.name.startswith("django.security"):
        event["event"] = "the request was refused: " + record.name.removeprefix("django.security.")
    return event


def settings(level: str, sentry: str = "") -> dict[str, Any]:
    """The `logging` configuration for both Django and gunicorn; `sentry` is the DSN that errors are also sent to, or ""."""
    handlers: dict[str, Any] = {"lines": {"class": "logging.StreamHandler", "formatter": "json"}}
    if sentry:
        handlers["sentry"] = {"()": "cdpviewer.sentry.Handler", "address": sentry}
    lines = {"handlers": [*handlers], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "cdpviewer.logs.formatter"}},
        "handlers": handlers,
        "root": {"handlers": [*handlers], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Below ERROR, these would only repeat the line that is logged for each request.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "django_auth_ldap": {
                "handlers": [],
                "level": "CRITICAL",
                "propagate": False,
            },  # its lines contain user names
            "gunicorn.error": lines,
            # Its lines contain paths. The application logs each request itself (cdpviewer/serverlog.py).
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """A formatter that writes each structlog or `logging` record as one line of JSON."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*COMMON, _plain_request_error],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            exceptions,
            redact,
            # ASCII only, so that no Unicode line separator or terminal code is written as it is.
            structlog.processors.JSONRenderer(),
        ],
    )


COMMON: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def configure(dictionary: dict[str, Any]) -> None:
    """Set up `logging` and structlog; Django calls this with the LOGGING setting."""
    # Optimizations from the manual of `logging`: our lines do not show what this leaves out.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001
    # Otherwise, a record that a handler cannot write would be printed unredacted.
    logging.raiseExceptions = False
    logging.config.dictConfig(dictionary)
    structlog.configure(
        processors=[*COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
