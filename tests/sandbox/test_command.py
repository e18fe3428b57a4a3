"""`python -m sandbox`: starts, serves, ends at once on a signal, and states in one sentence why it cannot start."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sandbox.talking import basic

ROOT = Path(__file__).parents[2]
SEED = "/v2/orders/d680c9be-4c07-4731-857e-9602034b15f2"


@contextmanager
def running(*arguments: str, token: str = "") -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The command on a free port: its process, its address and the lines that it printed before that."""
    environment = {name: value for name, value in os.environ.items() if name != "SANDBOX_TOKEN"}
    if token:
        environment["SANDBOX_TOKEN"] = token
    command = [sys.executable, "-m", "sandbox", "--port", "0", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not (lines and lines[-1].startswith("sandbox: ")):
                line = process.stdout.readline()
                assert line, process.communicate()
                lines.append(line.strip())
            yield process, lines[-1].split()[1], lines[:-1]
        finally:
            process.kill()


def status(url: str, key: str, token: str) -> int:
    host, _, path = url.removeprefix("http://").partition("/")
    line = http.client.HTTPConnection(host, timeout=5)
    line.request("GET", f"/{path}", headers={"Authorization": basic(key, token)})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_even_while_callers_wait(number: signal.Signals) -> None:
    with running("--latency-ms", "60000", token="t") as (process, url, _):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f"GET {SEED} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            began = time.monotonic()
            process.send_signal(number)
            assert process.wait(5) == 0
            assert time.monotonic() - began < 2
            assert process.stderr is not None and process.stderr.read() == ""


def test_the_token_comes_from_the_environment_a_file_or_is_made_afresh(tmp_path: Path) -> None:
    kept = tmp_path / "token"
    kept.write_text("from-a-file\n")
    with running("--client-key", "K", token="from-the-environment") as (_, url, lines):
        assert lines == []
        assert status(url + SEED, "K", "from-the-environment") == 200
        assert status(url + SEED, "K", "from-a-file") == 401
    with running("--token-file", str(kept)) as (_, url, lines):
        assert lines == []
        assert status(url + SEED, "sandbox-key", "from-a-file") == 200
    with running() as (_, url, lines):
        assert status(url + SEED, "sandbox-key", lines[0].removeprefix("token: ")) == 200


def test_faults_and_modes_are_switched_from_the_command_line() -> None:
    with running("--fault", "503@contacts", "--no-expand", "--miss", "404", token="t") as (_, url, _lines):
        assert status(f"{url}{SEED}/contacts", "sandbox-key", "t") == 503
        assert status(url + SEED, "sandbox-key", "t") == 200
        assert status(f"{url}/v2/orders?referenceId=NOSUCH", "sandbox-key", "t") == 404


def test_refused_from_the_start_holds_the_port_and_takes_no_call() -> None:
    with running("--fault", "refused", token="t") as (_, url, _lines):
        host, port = url.removeprefix("http://").split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)))


def start_in_vain(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )


def test_a_taken_port_gives_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = start_in_vain("--port", str(port), "--token", "t")
    assert ended.returncode == 2
    assert ended.stderr == f"Port {port} is taken: end what listens there or choose another with --port.\n"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--fault", "nonsense"], "nonsense"),
        (["--fault", "503@kitchen"], "kitchen"),
        (["--token-file", "no-such-file"], "no-such-file"),
        (["--port", "99999"], "port"),
    ],
)
def test_a_wrong_argument_gives_one_clear_sentence(arguments: list[str], word: str) -> None:
    ended = start_in_vain("--port", "0", *arguments)
    assert ended.returncode == 2 and word in ended.stderr
    assert ended.stderr.count("\n") == 1 and "Traceback" not in ended.stderr


def test_a_world_of_ones_own_and_a_broken_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"_shows": "mine", "orders": [{"ref": "abc", "referenceId": "MINE"}]}')
    with running("--data", str(tmp_path), token="t") as (_, url, _lines):
        assert status(f"{url}/v2/orders/abc", "sandbox-key", "t") == 200
        assert status(url + SEED, "sandbox-key", "t") == 404
    (tmp_path / "broken.json").write_text('{"orders": [')
    ended = start_in_vain("--port", "0", "--data", str(tmp_path))
    assert ended.returncode == 2 and "broken.json" in ended.stderr and "Traceback" not in ended.stderr
