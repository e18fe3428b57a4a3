"""The gain from each optimization: the CPU time of an order page with and without it. Also the CPU time of each stage.

Runs in its own process with the app's environment: `python -m bench.pieces COOKIE ROUNDS`. The last line printed is JSON. Only the CPU
time of this process is measured. Pages with and without an optimization alternate, so other programs on the machine affect both alike.
"""
# ruff: noqa: E402, SLF001  (patched before anything else is imported; what is replaced is private)

from __future__ import annotations

from gevent import monkey

monkey.patch_all()  # before anything else is imported, as gunicorn.conf.py does

import io
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from inspect import signature
from types import ModuleType
from typing import Any
from unittest.mock import patch

from bench import world
from bench.stages import replaced, stages

PAGES = 10  # in a turn
Without = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Piece:
    """CPU milliseconds of a page with a piece of the app and without it (medians), and the share it saves (median of all turns)."""

    name: str
    with_it: float
    without: float
    saves: float


class Pages:
    """The order page of one agent, requested by calling the WSGI application as gunicorn does."""

    def __init__(self, cookie: str) -> None:
        from cdpviewer.wsgi import application

        self.application: Callable[..., Any] = application
        self.environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/orders/{world.ref(world.AGENT, 0)}/",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT": "text/html",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": cookie,
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
        }

    def page(self) -> bytes:
        """The body of the page as sent. Raises ValueError unless the status is 200."""
        status: list[str] = []
        environ = {**self.environ, "wsgi.input": io.BytesIO()}
        answer = self.application(environ, lambda line, *_: status.append(line))
        body = b"".join(answer)
        answer.close()
        if not status[0].startswith("200"):
            raise ValueError(f"the page answered {status[0]}")
        return body

    def cpu(self, pages: int = PAGES) -> float:
        """CPU milliseconds per page, averaged over `pages` pages."""
        began = time.process_time()
        for _ in range(pages):
            self.page()
        return 1000 * (time.process_time() - began) / pages


def compare(pages: Pages, name: str, without: Without, rounds: int) -> Piece:
    """Measure with the piece, twice without it, and with it again, `rounds` times. A first turn of each kind does not count."""
    pages.cpu()
    with without():
        pages.cpu()
    withs, withouts = [], []
    for _ in range(rounds):
        first = pages.cpu()
        with without():
            alone = pages.cpu(2 * PAGES)
        withs.append((first + pages.cpu()) / 2)
        withouts.append(alone)
    shares = [1 - with_it / without_it for with_it, without_it in zip(withs, withouts, strict=True)]
    return Piece(name, statistics.median(withs), statistics.median(withouts), statistics.median(shares))


def statements_written_anew() -> AbstractContextManager[object]:
    """Session, person and connection read by the ORM's own queries."""
    from django.contrib.auth.models import User
    from django.contrib.sessions.models import Session
    from django.db import connections
    from django.utils import timezone

    from accounts import session_store
    from orders.models import AnyConnection, AnyUser, Connection

    def load(store: session_store.SessionStore) -> dict[str, Any]:
        key = session_store.stored_key(store.session_key or "")
        data: dict[str, Any] = store.decode(
            Session.objects.get(session_key=key, expire_date__gt=timezone.now()).session_data
        )
        return data

    def get_user(_backend: object, user_id: int) -> User:
        return User.objects.get(pk=user_id)

    def chosen(user: AnyUser, _name: str, change: Any = None) -> tuple[AnyConnection | None, Any]:
        counts = change.run(connections["default"]) if change is not None else ()
        return Connection.objects.for_user(user).filter(is_default=True).first(), counts

    return replaced(
        {
            "accounts.session_store.SessionStore.load": load,
            "accounts.session_store.Backend.get_user": get_user,
            "orders.views.cdp_view.chosen": chosen,
        }
    )


@contextmanager
def templates_for_all_languages() -> Iterator[None]:
    """Templates that look up each phrase whenever they render it."""
    import jinja2
    from django.template import engines

    environment = engines.all()[0].env  # type: ignore[attr-defined]
    with (
        patch.object(type(environment), "preprocess", jinja2.Environment.preprocess),
        patch.object(environment, "cache", _plain_templates),
    ):
        yield


_plain_templates: dict[Any, Any] = {}


def records_by_the_orm() -> AbstractContextManager[object]:
    """Access records written by the ORM."""
    from orders.models import AccessRecord

    def insert(connection: Any, *records: Any, change: None = None) -> tuple[()]:
        for record in records:
            AccessRecord.objects.using(connection.alias).create(**record)
        return ()

    return replaced({"orders.privacy.append_only.insert": insert})


def phrases_looked_up_anew() -> AbstractContextManager[object]:
    """The language and the phrases of Python code, looked up by Django's functions alone."""
    from django.utils.translation import gettext

    return replaced(
        {
            "accounts.language._translated": lambda _language, phrase: gettext(phrase),
            "accounts.language._held": _Nothing(),
        }
    )


class _Nothing:
    def get(self) -> str:
        return ""

    def set(self, _value: str) -> None:
        return None

    def reset(self, _token: None) -> None:
        return None


def not_remembered(package: str) -> AbstractContextManager[object]:
    """The functions of a package without their caches of results. Tables that are read once stay cached."""
    return replaced(
        {
            f"{module.__name__}.{name}": kept.__wrapped__
            for module in _modules("orders")
            for name, kept in vars(module).items()
            if hasattr(kept, "cache_info") and kept.__module__.startswith(package) and signature(kept).parameters
        }
    )


def _modules(package: str) -> list[ModuleType]:
    return [module for name, module in sorted(sys.modules.items()) if name == package or name.startswith(f"{package}.")]


def files_opened_anew() -> AbstractContextManager[object]:
    """The SQLite file opened anew by every request, and again after each wait for the CDP."""
    return replaced({"cdpviewer.sqlite.base.MOST_IDLE": 0})


def preferences_from_the_database() -> AbstractContextManager[object]:
    """A query for the person's preferences on every page."""
    from accounts import preferences
    from accounts.models import Preferences

    return replaced({"accounts.preferences.of": lambda request: Preferences(**preferences._read(request.user.pk))})


PIECES: dict[str, Without] = {
    "nothing (how far chance goes)": ExitStack,
    "SQLite's files kept open (`cdpviewer.sqlite`)": files_opened_anew,
    "what formats values is remembered (`orders.display`)": lambda: not_remembered("orders.display"),
    "statements for session, person and connection written once (`orders.storage.prepared_query`)": statements_written_anew,
    "language held, phrases remembered (`accounts.language`)": phrases_looked_up_anew,
    "templates compiled once per language (`orders.display.jinja`)": templates_for_all_languages,
    "preferences held in the session (`accounts.preferences`)": preferences_from_the_database,
    "facts about flights are cached (`orders.itinerary`)": lambda: not_remembered("orders.itinerary"),
    "access records by a plain INSERT, as migrations write them": records_by_the_orm,
}


def main() -> None:
    cookie, rounds = sys.argv[1], int(sys.argv[2])
    logging.disable(logging.CRITICAL)  # the line of each page would come between the figures
    pages = Pages(cookie)
    pages.cpu(100)
    pieces = [compare(pages, name, without, rounds) for name, without in PIECES.items()]
    print(json.dumps({"pieces": [asdict(piece) for piece in pieces], "stages": stages(pages.page)}))


if __name__ == "__main__":
    main()
