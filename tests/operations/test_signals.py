"""The table of signals in docs/operating.md, row by row, sent to a real server and to the successors that SIGUSR2 starts."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from cdpviewer.signals import NOT_RELOADED
from tests.live import PROJECT, database_url, environment, free_port, wait_until_it_answers

COMMANDS = {"module": [sys.executable, "-m", "gunicorn"], "script": [str(Path(sys.executable).with_name("gunicorn"))]}
# A form whose body is still to come: the page has begun, and waits.
FORM = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: cdpviewer-csrf=%s\r\nExpect: 100-continue\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n" % (b"a" * 32)
)


@dataclass
class Running:
    """A server of one process, and its successors. Signals are sent to `pid`."""

    port: int
    log: Path
    key: Path
    process: subprocess.Popen[bytes]
    pid: int = field(init=False)

    def __post_init__(self) -> None:
        self.pid = self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal and wait until the log reports that it is handled."""
        before = self.lines("Handling signal")
        os.kill(self.pid, number)
        until(lambda: self.lines("Handling signal") > before)

    def get(self, path: str = "/accounts/login/") -> int:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=30).status_code

    def children(self, pid: int | None = None) -> list[int]:
        """The pids of the workers and of a successor."""
        pid = pid or self.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def lines(self, text: str) -> int:
        return self.log.read_text().count(text)

    def succeed(self) -> None:
        """Send SIGUSR2 and, once the successor serves, switch to it."""
        before, booted = set(self.children()), self.lines("Booting worker")
        self.send(signal.SIGUSR2)
        until(lambda: self.lines("Booting worker") > booted)
        (successor,) = set(self.children()) - before
        self.pid = successor

    @contextmanager
    def visited(self) -> Iterator[list[str]]:
        """Request pages without a pause, and collect the failures."""
        failed: list[str] = []
        enough = threading.Event()

        def visit() -> None:
            while not enough.is_set():
                try:
                    status = self.get()
                    failed.extend([str(status)] if status != 200 else [])
                except requests.RequestException as error:
                    failed.append(type(error).__name__)

        visitors = [threading.Thread(target=visit) for _ in range(2)]
        for visitor in visitors:
            visitor.start()
        try:
            yield failed
        finally:
            enough.set()
            for visitor in visitors:
                visitor.join(60)

    def page_under_way(self) -> socket.socket:
        """A connection whose page has started and is waiting for the rest of its form."""
        link = socket.create_connection(("127.0.0.1", self.port), 30)
        link.sendall(FORM)
        assert link.recv(1000).startswith(b"HTTP/1.1 100 ")
        return link


@pytest.fixture
def running(
    transactional_db: None, gathered_static: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Running]:
    port, log, key = free_port(), tmp_path / "app.log", tmp_path / "secret-key"
    key.write_text(secrets.token_urlsafe(50))
    env = environment(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_WORKERS="1",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        CDPVIEWER_SECRET_KEY_FILE=str(key),
        DATABASE_URL=database_url(),
    )
    del env["CDPVIEWER_SECRET_KEY"]
    with log.open("wb") as out:
        process = subprocess.Popen(COMMANDS[request.param], env=env, cwd=PROJECT, stdout=out, stderr=out)
    started = Running(port, log, key, process)
    try:
        wait_until_it_answers(process, port, log)
        yield started
    finally:
        for pid in {started.pid, process.pid}:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        process.wait(20)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.mark.operations
@pytest.mark.parametrize("at_once", [signal.SIGINT, signal.SIGQUIT], ids=["SIGINT", "SIGQUIT"])
@pytest.mark.parametrize("running", COMMANDS, indirect=True)
def test_each_signal_does_what_the_paper_says(running: Running, at_once: signal.Signals) -> None:
    (worker,) = running.children()
    running.key.write_text("too short")

    # SIGHUP, SIGUSR1, SIGWINCH: no effect; for the first, the log says so.
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGWINCH):
        running.send(number)
    assert running.get() == 200
    assert running.lines(NOT_RELOADED) == 1
    assert running.children() == [worker]

    # SIGTTIN, SIGTTOU: one process more or fewer, but never none: otherwise the next SIGTTIN would lead to one process, not two.
    more, fewer = (signal.SIGTTIN, 2), (signal.SIGTTOU, 1)
    for number, processes in (more, fewer, fewer, more, fewer):
        running.send(number)
        until(lambda count=processes: len(running.children()) == count)  # type: ignore[misc]
    assert running.get() == 200

    # SIGUSR2: a successor reads settings and keys afresh. If one of them is unusable it ends, and this server goes on.
    workers = running.children()
    running.send(signal.SIGUSR2)
    until(lambda: running.lines("cdpviewer does not start.") == 1)
    until(lambda: running.children() == workers)
    assert running.get() == 200

    # SIGUSR2, then SIGTERM: the successor keeps serving, without any failure.
    running.key.write_text(secrets.token_urlsafe(50))
    with running.visited() as failed:
        running.succeed()
        running.process.terminate()
        assert running.process.wait(60) == 0
        assert running.get() == 200
    assert failed == []

    # SIGINT, SIGQUIT: an immediate end, without an answer to a page in progress.
    with running.page_under_way() as link:
        running.send(at_once)
        until(lambda: not is_running(running.pid))
        assert answer(link) == b""
    assert running.lines("graceful timeout") == 0  # which SIGTERM waits for


def answer(link: socket.socket) -> bytes:
    try:
        return link.recv(1000)
    except ConnectionResetError:
        return b""


def test_the_paper_names_each_of_them() -> None:
    paper = (PROJECT / "docs" / "operating.md").read_text().partition("### Signals")[2].partition("\n## ")[0]
    named = set(
        re.findall(r"SIG[A-Z0-9]+", "\n".join(line.split("|")[1] for line in paper.splitlines() if line[:3] == "| S"))
    )
    assert named == {"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGTTIN", "SIGTTOU"}
