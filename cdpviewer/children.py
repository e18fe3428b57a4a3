"""Child processes that end with their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 8.0


class Ended(Exception):
    """Raised when a signal stops the program; `str(error)` is the signal's name."""


def end_on_signals() -> None:
    """Make Ctrl-C, SIGTERM or a closed terminal raise `Ended`. Further such signals are ignored while the program stops."""

    def end(number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Ended(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, end)


def follow_parent() -> None:
    """Have this process receive SIGTERM when its parent ends, even if the parent is killed. Linux only: elsewhere this does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: Sequence[str], *, env: Mapping[str, str], log: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start a command in `folder`. Its output and error messages go to the file `log`, which is overwritten."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # In a session of its own: Ctrl-C then reaches only the launcher, which ends the children in order.
        return subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=follow_parent,  # noqa: PLW1509  (unsafe with threads; the launcher has none)
        )
    finally:
        os.close(target)


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Terminate all children; kill those that are still running after GRACE_SECONDS."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    limit = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def watch(children: Mapping[str, subprocess.Popen[bytes]], parent: int) -> str:
    """Wait until a child ends, and return its name; "" if this process's own parent (`make`) ends first.

    A parent that is killed sends no signal, so the process id of the current parent is compared with `parent` about twice a second.
    """
    while os.getppid() == parent:
        for name, child in children.items():
            try:
                child.wait(0.5 / len(children))
            except subprocess.TimeoutExpired:
                continue
            return name
    return ""
