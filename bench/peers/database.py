"""Sessions and access records of the FastAPI peers, in SQLite with WAL and synchronous=NORMAL, as in the app, and a timeout of 20 s.

`python -m bench.peers.database COUNT` creates the file that BENCH_DATABASE names, with COUNT agents and a session for each, and prints
their cookies.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

COOKIE = "session"
IDLE_SECONDS, LIFE_SECONDS = 30 * 60, 10 * 60 * 60
SCHEMA = """
CREATE TABLE agent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_active INTEGER NOT NULL);
CREATE TABLE session (
  key TEXT PRIMARY KEY, agent_id INTEGER NOT NULL REFERENCES agent, csrf TEXT NOT NULL, signed_in REAL NOT NULL, seen REAL NOT NULL
);
CREATE TABLE access_record (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, user_id INTEGER, user_name TEXT NOT NULL, what TEXT NOT NULL, order_ref TEXT NOT NULL,
  reference TEXT NOT NULL, route TEXT NOT NULL, connection_name TEXT NOT NULL, outcome TEXT NOT NULL, request_id TEXT NOT NULL,
  ticket TEXT NOT NULL, subject TEXT NOT NULL
);
CREATE INDEX record_at ON access_record (at);
CREATE INDEX record_ref ON access_record (order_ref);
CREATE INDEX record_reference ON access_record (reference);
CREATE INDEX record_ticket ON access_record (ticket);
CREATE INDEX record_own ON access_record (user_id, at DESC);
"""
_local = threading.local()
_writer = ThreadPoolExecutor(1, "writer")


class Agent(NamedTuple):
    """The signed-in agent."""

    id: int
    name: str
    csrf: str


def connection() -> sqlite3.Connection:
    """This thread's connection, opened once and kept."""
    opened: sqlite3.Connection | None = getattr(_local, "connection", None)
    if opened is None:
        opened = sqlite3.connect(os.environ["BENCH_DATABASE"], timeout=20, isolation_level=None)
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=NORMAL")
        _local.connection = opened
    return opened


def signed_in(key: str) -> Agent | None:
    """The agent of a session; None if the session is unknown, too old or idle for too long, or the agent is not active.

    The time of the last request is written at most once a minute.
    """
    row = (
        connection()
        .execute(
            "SELECT agent.id, agent.name, session.csrf, session.signed_in, session.seen FROM session "
            "JOIN agent ON agent.id = session.agent_id WHERE session.key = ? AND agent.is_active",
            (key,),
        )
        .fetchone()
    )
    now = time.time()
    if row is None or now - row[3] >= LIFE_SECONDS or now - row[4] >= IDLE_SECONDS:
        return None
    if now - row[4] >= 60:
        connection().execute("UPDATE session SET seen = ? WHERE key = ?", (now, key))
    return Agent(*row[:3])


def record(agent: Agent, *, order_ref: str, reference: str, route: str, request_id: str, ticket: str) -> None:
    """Write an access record; it is committed before the page is shown."""
    connection().execute(
        "INSERT INTO access_record (at, user_id, user_name, what, order_ref, reference, route, connection_name, outcome, "
        "request_id, ticket, subject) VALUES (?, ?, ?, 'order_opened', ?, ?, ?, 'Bench (bench)', 'shown', ?, ?, '')",
        (datetime.now(UTC).isoformat(), agent.id, agent.name, order_ref, reference, route, request_id, ticket),
    )


async def in_turn(write: Callable[..., None], *values: Any, **named: Any) -> None:
    """Run a write on the process's one writing thread.

    On the event loop, every wait for the file's lock would stop all pages; on many threads, writes would wait for one another in
    SQLite's coarse sleeps. Both were measured, and were slower.
    """
    await asyncio.get_running_loop().run_in_executor(_writer, partial(write, *values, **named))


def main() -> None:
    connection().executescript(SCHEMA)
    now = time.time()
    for number in range(int(sys.argv[1])):
        key = secrets.token_urlsafe(24)
        connection().execute("INSERT INTO agent VALUES (?, ?, 1)", (number, f"agent{number:03d}"))
        connection().execute(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?)", (key, number, secrets.token_urlsafe(24), now, now)
        )
        print(f"{COOKIE}={key}")


if __name__ == "__main__":
    main()
