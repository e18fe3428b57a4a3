"""The wait for a connection to PostgreSQL is reported, with the error if it fails: in use, refused, or without an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import gevent  # type: ignore[import-untyped]
import psycopg
import psycopg_pool
import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from cdpviewer.awaited import connection_awaited, reported
from cdpviewer.databases import FREE_CONNECTION, POOLS, database
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

ALIAS = "awaited"
Connect = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def reports() -> Iterator[list[tuple[float, BaseException | None]]]:
    """Seconds and error of each wait."""
    seen: list[tuple[float, BaseException | None]] = []

    def note(seconds: float, error: BaseException | None, **_kwargs: object) -> None:
        seen.append((seconds, error))

    connection_awaited.connect(note)
    yield seen
    connection_awaited.disconnect(note)


@pytest.fixture
def connect(postgres: Server, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Open the only connection that is allowed, by a pool or by the role, until the end of the block."""
    with postgres.connect() as superuser:
        superuser.execute("DROP ROLE IF EXISTS single")
        superuser.execute("CREATE ROLE single LOGIN CONNECTION LIMIT 1")
    entry = database(postgres.url(user="single"), Path(), pool=request.param, most_connections=1)
    first = ConnectionHandler({"default": {}, ALIAS: entry})[ALIAS]

    @contextmanager
    def connected() -> Iterator[None]:
        with closing(first.copy(ALIAS)) as another:
            another.ensure_connection()
            yield

    with django_db_blocker.unblock():
        yield connected
        first.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper


@contextmanager
def held(_server: Server, connect: Connect) -> Iterator[None]:
    with connect():
        yield


@contextmanager
def refused(server: Server, _connect: Connect) -> Iterator[None]:
    with server.stopped():
        yield


@contextmanager
def hanging(server: Server, _connect: Connect) -> Iterator[None]:
    with server.hanging():
        yield


Fault = Callable[[Server, Connect], AbstractContextManager[None]]


@pytest.mark.parametrize("connect", POOLS, indirect=True)
def test_a_connection_that_is_there_is_reported_without_an_error(
    connect: Connect, reports: list[tuple[float, BaseException | None]]
) -> None:
    with connect():
        pass
    assert reports and {error for _seconds, error in reports} == {None}
    assert all(seconds > 0 for seconds, _error in reports)


@pytest.mark.parametrize(
    ("connect", "fault", "error", "least"),
    [
        ("psycopg", held, psycopg_pool.PoolTimeout, FREE_CONNECTION),
        ("psycopg", refused, psycopg_pool.PoolTimeout, FREE_CONNECTION),
        ("psycopg", hanging, psycopg_pool.PoolTimeout, FREE_CONNECTION),
        ("external", held, psycopg_pool.PoolTimeout, FREE_CONNECTION),
        ("external", refused, psycopg_pool.PoolTimeout, FREE_CONNECTION),
        ("none", held, psycopg.OperationalError, 0),
        ("none", refused, psycopg.OperationalError, 0),
        ("none", hanging, psycopg.errors.ConnectionTimeout, 2),
    ],
    indirect=["connect"],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_connection_that_cannot_be_had_is_reported_with_its_error(
    postgres: Server,
    connect: Connect,
    reports: list[tuple[float, BaseException | None]],
    fault: Fault,
    error: type[Exception],
    least: float,
) -> None:
    with fault(postgres, connect):
        reports.clear()
        with pytest.raises(OperationalError), connect():
            pass
    ((seconds, reason),) = reports
    assert type(reason) is error
    assert seconds > 0.9 * least


@pytest.mark.parametrize(
    "error", [ValueError, psycopg.OperationalError, gevent.Timeout, gevent.GreenletExit, KeyboardInterrupt]
)
def test_whatever_ends_a_wait_is_reported(
    error: type[BaseException], reports: list[tuple[float, BaseException | None]]
) -> None:
    @reported()
    def wait() -> None:
        raise error

    with pytest.raises(error):
        wait()
    ((_seconds, reason),) = reports
    assert type(reason) is error
