"""A real PostgreSQL for tests: on a socket in a folder of its own, without waiting for the disk.

`python -m tests.postgres_server COMMAND …` runs a command with TESTS_DATABASE_URL set to such a server, and stops the server afterwards.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

LOST = "NO POSTGRESQL: install Debian's postgresql; the tests that need it are left out until then"
SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 100
shared_buffers = 64MB
log_min_messages = fatal
"""


class Missing(Exception):
    """Raised if this machine has no PostgreSQL."""


@dataclass
class Server:
    """A PostgreSQL whose superuser `owner` connects through its socket without a password."""

    folder: Path
    programs: Path
    user: str | None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, name: str = "postgres", user: str = "owner") -> str:
        """The value of DATABASE_URL for a database and a user."""
        return f"postgres://{user}@{quote(str(self.folder), safe='')}/{name}"

    def connect(self, name: str = "postgres", user: str = "owner", **options: Any) -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(host=str(self.folder), dbname=name, user=user, autocommit=True, **options)

    def new_database(self, name: str) -> str:
        """Create an empty database; returns its URL."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    @property
    def pids(self) -> list[int]:
        """The pids of the server and its child processes, which include one for each connection."""
        main = self._main().pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *map(int, children)]

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder],
                stdout=log,
                stderr=log,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                start_new_session=True,
            )
        limit = time.monotonic() + 60
        while time.monotonic() < limit and self._main().poll() is None:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT closes all connections, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Within the block, the server is stopped."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Within the block, the server accepts connections and bytes, but answers nothing."""
        pids = self.pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(
                    ProcessLookupError
                ):  # a process that was ending ends as soon as its server continues
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def standby(self) -> Iterator[Server]:
        """Run a copy of the server that follows it within the block, as a standby."""
        with _folder_of(self.user) as folder:
            _as(
                self.user, folder, self.programs / "pg_basebackup", "-h", self.folder, "-U", "owner", "-D", folder / "data",
                "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
            )  # fmt: skip
            copy = Server(folder, self.programs, self.user)
            copy.start()
            try:
                yield copy
            finally:
                copy.stop(signal.SIGQUIT)

    def _main(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the server is not running"
        return self._process


@contextmanager
def _folder_of(user: str | None) -> Iterator[Path]:
    """A folder for the data and the socket of a server that runs as `user`."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:  # a socket's path must be short
        folder = Path(name)
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        folder.chmod(0o755)  # the socket is open to all on this machine: under root, the server has its own user
        yield folder


def _as(user: str | None, folder: Path, *command: str | Path) -> None:
    """Run a command as `user` in the folder."""
    subprocess.run(
        command, user=user, group=user, extra_groups=[] if user else None, cwd=folder, check=True, capture_output=True
    )


def installed() -> Path | None:
    """The folder of the newest PostgreSQL's programs; None if this machine has none."""
    paths = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    newest = paths[-1] if paths else shutil.which("postgres")
    return Path(newest).parent if newest else None


@contextmanager
def serving() -> Iterator[Server]:
    """Run a PostgreSQL for the block. Raises `Missing` without Debian's package."""
    programs = installed()
    if programs is None:
        raise Missing(LOST)
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with _folder_of(user) as folder:
        server = Server(folder, programs, user)
        _as(
            user, folder, programs / "initdb", "-D", folder / "data", "-U", "owner", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "-N",
        )  # fmt: skip
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of the tests' own. Without PostgreSQL, they are skipped with a notice; under CI=true they fail."""
    try:
        with serving() as server:
            yield server
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def main(command: list[str]) -> int:
    """Run `command` beside a server; returns its exit status."""
    try:
        with serving() as server:
            return subprocess.run(
                command, env={**os.environ, "TESTS_DATABASE_URL": server.url()}, check=False
            ).returncode
    except Missing as missing:
        print(f"{'=' * 70}\n{missing}\n{'=' * 70}", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
