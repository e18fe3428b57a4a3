"""A real pgbouncer for tests, on a socket in a folder of its own, in transaction mode."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.live import free_port
from tests.postgres_server import Server

SETTINGS = """
[databases]
* = host={server}
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
logfile = {folder}/log
pidfile = {folder}/pid
"""


def executable() -> str:
    """The path of pgbouncer. Without one, the tests are skipped with a notice; under CI=true they fail."""
    path = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if path is None:
        reason = "NO PGBOUNCER: install Debian's pgbouncer; the tests of a pooler are left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def pooling(server: Server, database: str, user: str, *, size: int) -> Iterator[str]:
    """The URL of `database` through a pgbouncer that keeps at most `size` connections to the server."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bouncer-") as name:
        folder = Path(name)
        settings = folder / "pgbouncer.ini"
        databases = SETTINGS.replace("* =", f"{database} =").replace(
            "host={server}", f"host={{server}} user={user} dbname={database}"
        )
        settings.write_text(databases.format(server=server.folder, port=port, folder=folder, size=size))
        owner = "postgres" if os.geteuid() == 0 else None  # like the server, it refuses to run as root
        if owner:
            for path in (folder, settings):
                os.chown(path, pwd.getpwnam(owner).pw_uid, pwd.getpwnam(owner).pw_gid)
        folder.chmod(0o755)
        process = subprocess.Popen(
            [executable(), "-q", settings],
            user=owner, group=owner, extra_groups=[] if owner else None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for(folder, port, database, user, process)
            yield f"postgres://{user}@{quote(name, safe='')}:{port}/{database}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(folder: Path, port: int, database: str, user: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit and process.poll() is None:
        try:
            psycopg.connect(host=str(folder), port=port, dbname=database, user=user).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    log = folder / "log"
    pytest.fail(f"pgbouncer did not start: {log.read_text()[-1000:] if log.exists() else ''}")
