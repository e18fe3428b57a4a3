"""Two servers of ours behind the balancers whose samples are in deploy/, and agents who work while one server after the other restarts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import urllib3

from tests.cdp.certificates import Authority
from tests.live import PASSWORD, PROJECT, App, environment, free_port, wait_until_it_answers

NAME = "orders.example.com"
DRAIN = 5


def executable(program: str, package: str) -> str:
    """The path of a balancer. Without one the tests are left out, loudly; under CI=true that is a failure."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        reason = f"NO {program.upper()}: install Debian's {package}; the tests of its sample are left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass
class Host:
    """One of the servers: on a port of its own, as two machines have an address each."""

    port: int
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]
    read: int = 0  # bytes of the log that were there when it was last started

    @classmethod
    def started(cls, app: App, folder: Path, name: str) -> Host:
        port, log = free_port(), folder / f"{name}.log"
        env = app.environment | environment(
            CDPVIEWER_HTTPS="on", CDPVIEWER_ALLOWED_HOSTS=NAME, CDPVIEWER_TRUSTED_PROXIES="1", CDPVIEWER_WORKERS="1",
            CDPVIEWER_BIND=f"127.0.0.1:{port}", CDPVIEWER_DRAIN_SECONDS=str(DRAIN), CDPVIEWER_SIGN_IN_ADDRESS_TRIES="1000",
        )  # fmt: skip
        return cls(port, env, log, _gunicorn(env, log, port))

    def restart(self) -> None:
        """As a service manager does: SIGTERM, wait, start."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.read = self.log.stat().st_size
        self.process = _gunicorn(self.env, self.log, self.port)

    def is_in_the_balance(self) -> bool:
        """Whether it has shown pages since it was last started: only then may the next one stop."""
        with self.log.open("rb") as lines:
            lines.seek(self.read)
            return lines.read().count(b'"route": "order"') > 2

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)


def _gunicorn(env: dict[str, str], log: Path, port: int) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    wait_until_it_answers(process, port, log)
    return process


@contextmanager
def haproxy(folder: Path, ports: list[int]) -> Iterator[int]:
    """The port of HAProxy with the sample, in front of two servers."""
    program, port = executable("haproxy", "haproxy"), free_port()
    Authority(folder).context("127.0.0.1")
    changes = {
        "bind :443": f"bind 127.0.0.1:{port}",
        "bind :80": f"bind 127.0.0.1:{free_port()}",
        "/etc/haproxy/orders.example.com.pem": str(folder / "127.0.0.1.pem"),
        "192.0.2.11:8000": f"127.0.0.1:{ports[0]}",
        "192.0.2.12:8000": f"127.0.0.1:{ports[1]}",
    }
    with _running([program, "-db", "-f"], _changed("haproxy.cfg", folder, changes), port):
        yield port


@contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[int]:
    """The port of nginx with the sample, in front of two servers."""
    program, port = executable("nginx", "nginx-light"), free_port()
    Authority(folder).context("127.0.0.1")
    changes = {
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "server 127.0.0.1:8000;": "".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout=2s;" for one in ports),
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
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/main.log; events {{}} http {{ {temporary} include {site}; }}"
    )
    with _running([program, "-p", str(folder), "-c"], main, port):
        yield port


def _changed(sample: str, folder: Path, changes: dict[str, str]) -> Path:
    text = (PROJECT / "deploy" / sample).read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / sample).write_text(text)
    return folder / sample


@contextmanager
def _running(command: list[str], configuration: Path, port: int) -> Iterator[None]:
    log = configuration.parent / "balancer.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, str(configuration)], stdout=out, stderr=out)
    limit = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < limit:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    try:
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Traffic:
    """What agents got: `seen` by what they did and its status, `failed` what was no answer or not the right one."""

    seen: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.seen.values())

    def until(self, enough: Callable[[], bool]) -> None:
        limit = time.monotonic() + 60
        while not enough():
            assert time.monotonic() < limit, (self.seen, self.failed)
            time.sleep(0.05)


@contextmanager
def agents_at_work(port: int, names: list[str]) -> Iterator[Traffic]:
    """Each opens an order (GET), looks a reference up (POST), and signs in anew on a connection of its own (POST), in turn."""
    traffic, over = Traffic(), threading.Event()
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def work(name: str) -> None:
        with _signed_in(port, name) as session:
            while not over.is_set():
                for does in (_open_an_order, _search, _sign_in_anew):
                    kind = f"{does.__name__.strip('_')}"
                    try:
                        status = does(session, port, name)
                    except requests.RequestException as error:
                        traffic.failed.append(f"{kind}: {type(error).__name__}")
                        continue
                    traffic.seen[f"{kind}: {status}"] += 1
                    if status not in (200, 302, 303):
                        traffic.failed.append(f"{kind}: {status}")

    working = [threading.Thread(target=work, args=(name,)) for name in names]
    for one in working:
        one.start()
    try:
        yield traffic
    finally:
        over.set()
        for one in working:
            one.join(60)


def as_a_browser(port: int) -> requests.Session:
    """A session over TLS that takes any certificate, and names the host as people do."""
    session = requests.Session()
    session.trust_env, session.verify = False, False
    session.headers.update(
        {
            "Host": f"{NAME}:{port}",
            "Origin": f"https://{NAME}:{port}",
            "Referer": f"https://{NAME}:{port}/",
        }
    )
    return session


def _signed_in(port: int, name: str) -> requests.Session:
    session = as_a_browser(port)
    assert _post(session, port, "/accounts/login/", username=name, password=PASSWORD) == 302
    return session


def _open_an_order(session: requests.Session, port: int, _name: str) -> int:
    return session.get(f"https://127.0.0.1:{port}/orders/B94TXY/", timeout=30, allow_redirects=False).status_code


def _search(session: requests.Session, port: int, _name: str) -> int:
    return _post(session, port, "/", "/orders/", q="B94TXY")


def _sign_in_anew(_session_of_before: requests.Session, port: int, name: str) -> int:
    with as_a_browser(port) as session:
        return _post(session, port, "/accounts/login/", username=name, password=PASSWORD)


def _post(session: requests.Session, port: int, page: str, to: str = "", **fields: str) -> int:
    form = session.get(f"https://127.0.0.1:{port}{page}", timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    if token is None:
        return form.status_code if form.status_code != 200 else 0
    data = {"csrfmiddlewaretoken": token[1], **fields}
    return session.post(
        f"https://127.0.0.1:{port}{to or page}", data=data, timeout=30, allow_redirects=False
    ).status_code
