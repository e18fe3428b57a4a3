"""The servers of a run: the stand-in, the app with its production command, and the peers.

Every process started here is ended by its process id, and every file is in the one temporary folder of the run.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.load import ask, fetch
from cdpviewer import children

if TYPE_CHECKING:  # `make bench` installs it; tests of what does not measure go without
    import psutil

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parent.parent
CLIENT_KEY, TOKEN = "bench-key", "bench-token"  # open nothing but the stand-in on this machine
PASSWORD = "of the benchmark, 41 marmots"  # pragma: allowlist secret - of agents in the database of the run alone
START_SECONDS = 40.0


class CannotMeasure(Exception):
    """A program is missing, does not start or gives no usable result. The message has the reason or the end of the program's log."""


def carry_out(measure: Callable[[], T]) -> T | None:
    """The result of `measure`; None, with a message on standard error, if it raises CannotMeasure or is ended by a signal."""
    children.end_on_signals()
    try:
        return measure()
    except CannotMeasure as problem:
        print(problem, file=sys.stderr)
    except children.Ended:
        print("\nEnded.", file=sys.stderr)
    return None


@dataclass(slots=True)
class Server:
    """A running server: its port, its agents' cookies, and its processes."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    command: str
    cookies: list[str] = field(default_factory=list)
    memory_at_start: list[float] = field(default_factory=list)

    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests: the children, or the process itself if it has none."""
        import psutil

        parent = psutil.Process(self.process.pid)
        return [child for child in parent.children(recursive=True) if _serves(child)] or [parent]

    def cpu(self) -> float:
        """CPU seconds (user and system) that the server's running processes have used so far."""
        import psutil

        parent = psutil.Process(self.process.pid)
        total = 0.0
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                spent = process.cpu_times()
                total += spent.user + spent.system
        return total

    def memory(self) -> list[float]:
        """Resident memory of each worker, in MB, in the order of their process ids."""
        return [process.memory_info().rss / 1e6 for process in sorted(self.workers(), key=lambda process: process.pid)]


def _serves(process: psutil.Process) -> bool:
    import psutil

    # multiprocessing's own bookkeeper is a child of uvicorn too, and answers nothing.
    with contextlib.suppress(psutil.NoSuchProcess):
        return "resource_tracker" not in " ".join(process.cmdline())
    return False


def free_port() -> int:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings(folder: Path, **ours: str) -> dict[str, str]:
    """The environment of the servers, without the settings of a real installation."""
    kept = {
        name: value
        for name, value in os.environ.items()
        # requests.get would take a proxy of the environment even for loopback.
        if not name.startswith(("CDPVIEWER_", "BENCH_")) and not name.lower().endswith("_proxy")
    }
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DJANGO_SETTINGS_MODULE", "GUNICORN_CMD_ARGS", "PORT"):
        kept.pop(name, None)
    return kept | {"CDPVIEWER_ENV_FILE": "", "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)} | ours


class Servers:
    """All servers of one run; a context manager that ends them."""

    def __init__(self, folder: Path, agents: int) -> None:
        self.folder = folder
        self.agents = agents
        self.running: list[subprocess.Popen[bytes]] = []
        self.workers = 0
        self.latency = 0

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        children.end(self.running[::-1])
        self.running.clear()

    def _start(
        self, name: str, command: list[str], env: dict[str, str], port: int, cookies: list[str], path: str
    ) -> Server:
        log = self.folder / f"{name.replace(' ', '-')}.log"
        process = children.start([sys.executable, "-m", *command], env=env, log=log, folder=PROJECT)
        self.running.append(process)
        limit = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < limit:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            try:
                link.request("GET", path)
                link.getresponse().read()
                return Server(name, port, process, " ".join(command), cookies)
            except OSError:
                time.sleep(0.1)
            finally:
                link.close()
        raise CannotMeasure(f"{name} did not start. The end of its log:\n{log.read_text(errors='replace')[-3000:]}")

    def prepare(self, command: list[str], env: dict[str, str]) -> list[str]:
        """Run a module with the stand-in's token on standard input. Return the lines that it prints. Raises CannotMeasure if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", *command], env=env, cwd=PROJECT, input=TOKEN.encode(), capture_output=True, check=False
        )  # fmt: skip
        if done.returncode:
            raise CannotMeasure(f"{command[0]} failed:\n{done.stderr.decode(errors='replace').strip()[-3000:]}")
        return done.stdout.decode().splitlines()

    def start_standin(self) -> Server:
        """Start the lean stand-in. At first, it has no latency. Raises CannotMeasure if it does not start."""
        port = free_port()
        self.standin = self._start(
            "stand-in", ["bench.standin", "--port", str(port)], surroundings(self.folder), port, [], "/__calls__"
        )
        return self.standin

    @property
    def upstream(self) -> str:
        """The stand-in's address."""
        return f"http://127.0.0.1:{self.standin.port}"

    def set_latency(self, milliseconds: int) -> None:
        """Set the stand-in's latency."""
        if milliseconds != self.latency:
            fetch(self.standin.port, ask(f"/__latency__?ms={milliseconds}", host="127.0.0.1"))
            self.latency = milliseconds

    def calls(self) -> int:
        """The number of calls that the stand-in has received."""
        body = fetch(self.standin.port, ask("/__calls__", host="127.0.0.1"))[2]
        return int(body.partition(b":")[2].strip(b" }"))

    def start_app(self) -> Server:
        """Start the app with its production command. Raises CannotMeasure if it does not start.

        HTTPS is off, because there is none on loopback. The limits on views are too high to be reached.
        """
        port = free_port()
        self.workers = int(os.environ.get("CDPVIEWER_WORKERS", "2"))
        env = surroundings(
            self.folder,
            CDPVIEWER_WORKERS=str(self.workers),
            CDPVIEWER_HTTPS="off",
            # Counted as for people, and never reached: an agent of the load is quicker.
            CDPVIEWER_VIEWS_A_MINUTE="1000000",
            CDPVIEWER_VIEWS_A_DAY="1000000",
            CDPVIEWER_SECRET_KEY=secrets.token_urlsafe(50),
            CDPVIEWER_CREDENTIAL_KEYS=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            CDPVIEWER_EXTRA_REGIONS=f"bench={self.upstream}",
            CDPVIEWER_BIND=f"127.0.0.1:{port}",
            DATABASE_URL=f"sqlite:///{self.folder / 'app.sqlite3'}",
        )
        self.app_environment = env
        cookies = self.prepare(["bench.prepare_app", str(self.agents)], env)
        app = self._start("this app", ["gunicorn", "cdpviewer.wsgi"], env, port, cookies, "/livez")
        # The first worker answers before the last one is forked; the peers get as many as there will be.
        limit = time.monotonic() + 10
        while len(app.workers()) < self.workers:
            if time.monotonic() > limit:
                raise CannotMeasure(f"the app has not started its {self.workers} workers")
            time.sleep(0.1)
        return app

    def pieces(self, app: Server, rounds: int) -> dict[str, Any]:
        """The results of `bench.pieces`, run in a separate process. Raises CannotMeasure if it fails."""
        lines = self.prepare(["bench.pieces", app.cookies[0], str(rounds)], self.app_environment)
        return dict(json.loads(lines[-1]))

    def start_peer(self, name: str) -> Server:
        """Start a peer of bench/peers by its name, with as many processes as the app has workers.

        Raises CannotMeasure if it does not start.
        """
        port = free_port()
        env = surroundings(
            self.folder,
            BENCH_DATABASE=str(self.folder / f"{name.replace(' ', '-')}.sqlite3"),
            BENCH_UPSTREAM=self.upstream,
            BENCH_CLIENT_KEY=CLIENT_KEY,
            BENCH_TOKEN=TOKEN,
            BENCH_SECRET_KEY=secrets.token_urlsafe(50),
        )
        if name == "plain Django":
            env["DJANGO_SETTINGS_MODULE"] = "bench.peers.plain.settings"
            cookies = self.prepare(["bench.peers.plain.prepare", str(self.agents)], env)
            command = ["gunicorn", "bench.peers.plain.wsgi", "--config", "python:bench.peers.plain.serving"]
            command += ["--workers", str(self.workers), "--bind", f"127.0.0.1:{port}"]
        else:
            cookies = self.prepare(["bench.peers.database", str(self.agents)], env)
            module = {"FastAPI + httpx": "with_httpx", "FastAPI + aiohttp": "with_aiohttp"}[name]
            command = ["uvicorn", f"bench.peers.{module}:app", "--workers", str(self.workers), "--no-access-log"]
            command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--backlog", "2048"]
        return self._start(name, command, env, port, cookies, "/livez")
