"""Two servers of ours behind the balancers whose sample configurations are in deploy/."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cdp.certificates import Authority
from tests.live import PROJECT, environment, free_port, wait_until_it_answers

NAME = "orders.example.com"
DRAIN = 5


def executable(program: str, package: str) -> str:
    """The path of a balancer. Without one, the tests are skipped with a notice; under CI=true they fail."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        reason = f"NO {program.upper()}: install Debian's {package}; the tests of its sample are left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@dataclass
class Host:
    """One of the servers, on its own port, as two machines would have an address each."""

    port: int
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]
    read: int = 0  # size of the log in bytes when the server was last started

    @classmethod
    def started(cls, settings: dict[str, str], folder: Path, name: str, **more: str) -> Host:
        port, log = free_port(), folder / f"{name}.log"
        env = settings | environment(
            CDPVIEWER_HTTPS="on", CDPVIEWER_ALLOWED_HOSTS=NAME, CDPVIEWER_TRUSTED_PROXIES="1", CDPVIEWER_WORKERS="1",
            CDPVIEWER_BIND=f"127.0.0.1:{port}", CDPVIEWER_DRAIN_SECONDS=str(DRAIN), CDPVIEWER_SIGN_IN_ADDRESS_TRIES="1000",
            **more,
        )  # fmt: skip
        return cls(port, env, log, _gunicorn(env, log, port))

    def restart(self) -> None:
        """Restart it as a service manager does: SIGTERM, wait, start."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.start()

    def die(self) -> None:
        """Kill it with all its processes, as a power failure does; `start` brings it back."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def start(self) -> None:
        self.read = self.log.stat().st_size
        self.process = _gunicorn(self.env, self.log, self.port)

    @property
    def worker(self) -> int:
        """The pid of the process that answers."""
        main = self.process.pid
        (worker,) = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return int(worker)

    def is_in_the_balance(self) -> bool:
        """Whether it has served order pages since it was last started: only then may the next one stop."""
        with self.log.open("rb") as lines:
            lines.seek(self.read)
            return lines.read().count(b'"route": "order"') > 2

    def end(self) -> None:
        if self.process.poll() is None:
            self.die()


def _gunicorn(env: dict[str, str], log: Path, port: int) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out, start_new_session=True
        )
    wait_until_it_answers(process, port, log)
    return process


@dataclass
class Balancer:
    """A running HAProxy or nginx, at `port` of loopback."""

    port: int
    command: list[str]
    log: Path
    reloads_at: signal.Signals
    process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return Path(self.command[0]).name

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out, start_new_session=True)
        limit = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < limit:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def reload(self) -> None:
        """Reload the configuration as its package does: pages in progress are finished."""
        assert self.process is not None
        self.process.send_signal(self.reloads_at)

    def die(self) -> None:
        """Kill it with all its processes."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@contextmanager
def haproxy(folder: Path, ports: list[int]) -> Iterator[Balancer]:
    """HAProxy with the sample, in front of two servers."""
    program, port = executable("haproxy", "haproxy"), free_port()
    Authority(folder).context("127.0.0.1")
    changes = {
        "bind :443": f"bind 127.0.0.1:{port}",
        "bind :80": f"bind 127.0.0.1:{free_port()}",
        "/etc/haproxy/orders.example.com.pem": str(folder / "127.0.0.1.pem"),
        "192.0.2.11:8000": f"127.0.0.1:{ports[0]}",
        "192.0.2.12:8000": f"127.0.0.1:{ports[1]}",
    }
    command = [program, "-W", "-db", "-f", str(_changed("haproxy.cfg", folder, changes))]
    with _running(Balancer(port, command, folder / "balancer.log", signal.SIGUSR2)) as running:
        yield running


@contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[Balancer]:
    """nginx with the sample's lines for two servers enabled, without those for IPv6, which not every machine has."""
    program, port = executable("nginx", "nginx-light"), free_port()
    Authority(folder).context("127.0.0.1")
    changes = {
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "    server 127.0.0.1:8000;\n": "",
        "# server 192.0.2.11:8000 ": f"server 127.0.0.1:{ports[0]} ",
        "# server 192.0.2.12:8000 ": f"server 127.0.0.1:{ports[1]} ",
        "/etc/ssl/orders.example.com.pem": str(folder / "127.0.0.1.pem"),
        "/etc/ssl/orders.example.com.key": str(folder / "127.0.0.1.pem"),
        "/var/log/nginx": str(folder),
    }
    site = _changed("nginx.conf", folder, changes)
    site.write_text(re.sub(r"^ *listen \[::\].*\n", "", site.read_text(), flags=re.MULTILINE))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    main = folder / "main.conf"
    main.write_text(
        f"user {getpass.getuser()}; daemon off; pid {folder}/pid; error_log {folder}/main.log; events {{}} http {{ {temporary} include {site}; }}"
    )
    command = [program, "-p", str(folder), "-c", str(main)]
    with _running(Balancer(port, command, folder / "balancer.log", signal.SIGHUP)) as running:
        yield running


def _changed(sample: str, folder: Path, changes: dict[str, str]) -> Path:
    text = (PROJECT / "deploy" / sample).read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / sample).write_text(text)
    return folder / sample


@contextmanager
def _running(balancer: Balancer) -> Iterator[Balancer]:
    balancer.start()
    try:
        yield balancer
        assert balancer.process is not None and balancer.process.poll() is None, balancer.log.read_text()
    finally:
        if balancer.process is not None and balancer.process.poll() is None:
            balancer.die()
