"""`make demo` from start to end: real processes, real ports, and no process left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from cdpviewer.demo.demo import WORTH_SEEING, CannotStart, hold
from tests.live import PROJECT, environment, free_port, sign_in


@dataclass
class Demo:
    """A demo run by `make`, until `make` ends."""

    make: subprocess.Popen[str]
    port: int
    sandbox_port: int
    printed: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        match = re.search(r"^password: (\S+)$", self.printed, re.MULTILINE)
        assert match, self.printed
        return match[1]

    def agent(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        assert sign_in(session, self.url, "agent", self.password).status_code == 302
        return session


def command(folder: Path) -> list[str]:
    # -o setup: this environment is set up already, or the test would not run.
    return ["make", "-o", "setup", "demo", f"ARGS=--folder={folder}", f"BIN={Path(sys.executable).parent}"]


def surroundings(port: int, sandbox_port: int) -> dict[str, str]:
    env = environment(PORT=str(port), SANDBOX_PORT=str(sandbox_port), CDPVIEWER_HTTPS="on", DATABASE_URL="nonsense")
    return {name: value for name, value in env.items() if not name.startswith(("MAKE", "MFLAGS"))}


def start(folder: Path) -> Demo:
    """Start it, and read its output until it states how to end it."""
    port, sandbox_port = free_port(), free_port()
    make = subprocess.Popen(
        command(folder), env=surroundings(port, sandbox_port), cwd=PROJECT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    assert make.stdout
    printed = ""
    for line in make.stdout:
        printed += line
        if "Ctrl-C ends it" in line:
            return Demo(make, port, sandbox_port, printed)
    pytest.fail(f"the demo did not start:\n{printed}")


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    processes, layer = set[int](), {pid}
    while layer := {child for child, parent in parents.items() if parent in layer}:
        processes |= layer
    return processes


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the condition becomes true in time."""
    limit, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        if time.monotonic() > limit:
            return False
        pause.wait(0.05)
    return True


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "kept"


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    running = start(folder)
    yield running
    if running.make.poll() is None:
        os.killpg(running.make.pid, signal.SIGTERM)
    if running.make.stdout:
        running.make.stdout.close()
    running.make.wait(20)


def test_the_demo_starts_says_how_to_use_it_and_ends_with_make(demo: Demo, folder: Path) -> None:
    assert f"cdpviewer is running at {demo.url}/" in demo.printed
    assert re.search(r"^agent: agent$", demo.printed, re.MULTILINE)
    with demo.agent() as agent:
        links = re.findall(rf"^  ({demo.url}/orders/\S+)$", demo.printed, re.MULTILINE)
        assert len(links) == len(WORTH_SEEING) == 5
        for link in links:
            order = agent.get(link, timeout=20)
            assert order.status_code == 200
            assert link.rstrip("/").rpartition("/")[2] in order.text
    # Keys and data are readable by the owner only.
    assert stat.S_IMODE((folder / "settings.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert demo.password not in (folder / "app.log").read_text() + (folder / "sandbox.log").read_text()

    # The same ports again: one clear sentence for each.
    for port, other, name in ((demo.port, free_port(), "PORT"), (free_port(), demo.sandbox_port, "SANDBOX_PORT")):
        taken = demo.port if name == "PORT" else demo.sandbox_port
        refused = subprocess.run(
            [sys.executable, "-m", "cdpviewer.demo", "--folder", str(folder)],
            env=surroundings(port, other), cwd=PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert refused.returncode == 1
        assert refused.stderr == (
            f"Port {taken} is taken: end what listens there, or choose another with {name}=NUMBER make demo.\n"
        )

    below = descendants(demo.make.pid)
    assert len(below) >= 4  # the launcher, the sandbox, gunicorn and its workers
    demo.make.terminate()
    assert until(lambda: not any(runs(pid) for pid in below))
    assert not listens(demo.port)
    assert not listens(demo.sandbox_port)


def test_a_second_start_keeps_the_data_and_a_killed_make_leaves_nobody_behind(demo: Demo, folder: Path) -> None:
    keys = (folder / "settings.env").read_text()
    assert keys.count("CDPVIEWER_SECRET_KEY=") == 1
    with demo.agent() as agent:
        # The orders opened at the first start are still among the recent ones.
        assert "HOLIDY" in agent.get(demo.url + "/", timeout=20).text
        assert agent.get(f"{demo.url}/orders/B94TXY/", timeout=20).status_code == 200
    assert (folder / "settings.env").read_text() == keys
    below = descendants(demo.make.pid)
    demo.make.kill()
    assert until(lambda: not any(runs(pid) for pid in below))
    assert not listens(demo.port)
    assert not listens(demo.sandbox_port)


def test_ctrl_c_ends_every_child(folder: Path) -> None:
    running = start(folder)
    below = descendants(running.make.pid)
    os.killpg(running.make.pid, signal.SIGINT)
    assert running.make.stdout
    assert "Ended." in running.make.stdout.read()
    running.make.stdout.close()
    running.make.wait(20)
    assert until(lambda: not any(runs(pid) for pid in below))


@pytest.mark.parametrize(("name", "value"), [("PORT", "many"), ("PORT", "70000"), ("SANDBOX_PORT", "-1")])
def test_a_port_that_is_none_is_said_in_one_sentence(name: str, value: str, folder: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "cdpviewer.demo", "--folder", str(folder)],
        env=environment(**{name: value}), cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (refused.returncode, refused.stderr) == (1, f"{name} must be a port number from 1 to 65535.\n")


def test_two_demos_never_share_a_folder(folder: Path) -> None:
    with hold(folder), pytest.raises(CannotStart, match="is running from this folder already"):
        hold(folder)
    hold(folder).close()
