"""The real server: gunicorn with the production settings on a real socket, with the test's own database and the sandbox."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection

from cdpviewer.hashing import Argon2
from orders.models import Connection
from sandbox.server import Sandbox
from tests.canary import CANARY

PROJECT = Path(__file__).resolve().parent.parent
PASSWORD = "a long enough passphrase"


@cache
def hashed_password() -> str:
    """The hash of PASSWORD as the server stores it, computed once."""
    hasher = Argon2()
    return hasher.encode(PASSWORD, hasher.salt())


def free_port() -> int:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def database_url() -> str:
    """The DATABASE_URL of the tests' own database, for processes that a test starts."""
    setting = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{setting['NAME']}"
    return f"postgres://{setting['USER']}@{quote(setting['HOST'], safe='')}/{setting['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without settings of ours, plus what every started server needs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CDPVIEWER_", "DATABASE_URL"))}
    for name in (
        "DJANGO_SETTINGS_MODULE",
        "DJANGO_ALLOW_ASYNC_UNSAFE",
    ):  # for the tests themselves; a driven browser needs the second
        kept.pop(name, None)
    return kept | {
        "CDPVIEWER_ENV_FILE": "",
        "CDPVIEWER_SECRET_KEY": settings.SECRET_KEY,
        "CDPVIEWER_CREDENTIAL_KEYS": ",".join(settings.CREDENTIAL_KEYS),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 120) -> None:
    """Wait until `/livez` answers. Fails with the end of the log if the process ends or the time is up."""
    limit = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < limit:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            link.request("GET", "/livez")
            link.getresponse().read()
        except OSError:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
        finally:
            link.close()
    pytest.fail(f"the server did not answer:\n{log.read_text()[-3000:]}")


@dataclass
class App:
    """A running server. `url` has no trailing slash; `log` is the file with all its output."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]
    sandbox: Sandbox
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    people: list[str] = field(default_factory=list)

    def person(self, name: str = "agent", *, groups: tuple[str, ...] = ("Agents",), connected: bool = True) -> User:
        """Create a person with PASSWORD and, by default, a connection named Sandbox."""
        user = User(username=name, password=hashed_password())
        user.save()
        user.groups.set(Group.objects.filter(name__in=groups))
        if connected:
            way = Connection(user=user, name="Sandbox")
            way.set_credentials(region="sandbox", client_key=CANARY.client_key, token=CANARY.token)
            way.keep()
        return user

    def signed_in(self, name: str = "agent", **headers: str) -> requests.Session:
        """A plain HTTP session, signed in through the form."""
        session = requests.Session()
        session.trust_env = False
        sign_in(session, self.url, name, **headers)
        return session


def sign_in(
    session: requests.Session, url: str, name: str, password: str = PASSWORD, **headers: str
) -> requests.Response:
    """Fetch the form and post it with its token; returns the answer, without following redirects."""
    form = session.get(f"{url}/accounts/login/", headers=headers, timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token, form.text[:500]
    return session.post(
        f"{url}/accounts/login/",
        data={"csrfmiddlewaretoken": token[1], "username": name, "password": password},
        headers={"Referer": f"{url}/accounts/login/", "Origin": url, **headers},
        timeout=20,
        allow_redirects=False,
    )


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(client_key=CANARY.client_key, token=CANARY.token, drip=0.2) as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox CDP, which accepts the canary credential: counters start at zero; faults set for all orders are cleared afterwards."""
    running_sandbox.reset()
    yield running_sandbox
    running_sandbox.clear_faults("*")


@pytest.fixture(scope="session")
def gathered_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files as production serves them: hashed and compressed."""
    folder = tmp_path_factory.mktemp("static")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        env=environment(CDPVIEWER_STATIC_ROOT=str(folder)),
        cwd=PROJECT,
        check=True,
    )
    return folder


@pytest.fixture(scope="session")
def running_app(
    django_db_setup: None,
    running_sandbox: Sandbox,
    gathered_static: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[App]:
    port, log = free_port(), tmp_path_factory.mktemp("app") / "app.log"
    env = environment(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_BIND=f"127.0.0.1:{port}",
        CDPVIEWER_STATIC_ROOT=str(gathered_static),
        CDPVIEWER_EXTRA_REGIONS=f"sandbox={running_sandbox.url}",
        CDPVIEWER_EMBED_ORIGINS="https://desk.example.test",
        CDPVIEWER_VIEWS_A_MINUTE="0",  # a test sends requests faster than a person
        DATABASE_URL=database_url(),
    )
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    try:
        wait_until_it_answers(process, port, log)
        yield App(f"http://127.0.0.1:{port}", log, process, running_sandbox, env)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def live_app(transactional_db: None, running_app: App, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> App:
    """The running server with an empty database, which the test's own process also reads and writes."""
    monkeypatch.setitem(settings.CDP_REGIONS, "sandbox", sandbox.url)
    return running_app
