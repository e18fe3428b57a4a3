"""Fixtures: users, connections, and a small CDP that answers over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django.fixtures import Settings

from orders.models import Connection

REGION, OTHER_REGION = "eu", "us"
CLIENT_KEY, TOKEN = "ck-canary-7d1f", "tok-canary-93b2e6"
PASSWORD = "a long enough passphrase"


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", password=PASSWORD)


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", password=PASSWORD)


@pytest.fixture
def auditor(db: None) -> User:
    user = User.objects.create_user("audrey", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Auditors"))
    return user


@pytest.fixture
def as_anna(anna: User) -> Client:
    client = Client()
    client.force_login(anna)
    return client


@pytest.fixture
def as_ben(ben: User) -> Client:
    client = Client()
    client.force_login(ben)
    return client


def connect(user: User, name: str = "main", *, region: str = REGION, token: str = TOKEN) -> Connection:
    """Store a connection of this user."""
    connection = Connection(user=user, name=name)
    connection.set_credentials(region=region, client_key=CLIENT_KEY, token=token)
    connection.keep()
    return connection


class Cdp(ThreadingHTTPServer):
    """A CDP that answers every call with `status` and `body`, and keeps the calls: (method, path, headers)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.body = 200, b'{"items": []}'
        self.calls: list[tuple[str, str, Message]] = []

    def says(self, status: int, body: str = "{}") -> None:
        self.status, self.body = status, body.encode()


class _Answer(BaseHTTPRequestHandler):
    server: Cdp

    def do_GET(self) -> None:
        self.server.calls.append((self.command, self.path, self.headers))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_arguments: Any) -> None:
        """Write nothing to the log."""


@pytest.fixture
def cdp(settings: Settings) -> Iterator[Cdp]:
    """The CDP of both regions; `us` reaches it under another name of the same machine."""
    with Cdp() as server:
        port = server.server_address[1]
        settings.CDP_REGIONS = {REGION: f"http://127.0.0.1:{port}", OTHER_REGION: f"http://localhost:{port}"}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def dead_cdp(cdp: Cdp) -> Cdp:
    """A CDP that no longer accepts connections."""
    cdp.socket.close()
    return cdp
