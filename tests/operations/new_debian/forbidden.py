"""Attempts that an attacker in a cdpviewer service might make on the machine. Prints `{name: "done" or the error}` as JSON.

Run with the units' sandbox and without it: every answer must differ.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_USER, _ADDR_NO_RANDOMIZE, _TRACE_ME = 0x10000000, 0x0040000, 0
_STATE = Path("/var/lib/cdpviewer")


def _call(name: str, *values: int) -> None:
    if _libc[name](*values) == -1:
        raise OSError(ctypes.get_errno(), name)


def _write(path: str) -> None:
    Path(path).write_text("x")


def _execute(file: Path) -> None:
    shutil.copy("/usr/bin/true", file)
    try:
        subprocess.run([file], check=True)
    finally:
        file.unlink()


def _set_uid_bit() -> None:
    file = _STATE / "made-by-forbidden"
    file.touch()
    try:
        file.chmod(0o4755)
    finally:
        file.unlink()


ATTEMPTS: dict[str, Callable[[], object]] = {
    "write into the program": lambda: _write("/opt/cdpviewer/new"),
    "write into /etc": lambda: _write("/etc/new"),
    "write into another's state": lambda: _write("/var/lib/new"),
    "write into /dev/shm": lambda: _write("/dev/shm/new"),  # noqa: S108
    "read what others leave in /tmp": lambda: Path("/tmp/left-by-another").read_text(),  # noqa: S108
    "list /home": lambda: list(Path("/home").iterdir()),
    "see process 1": lambda: Path("/proc/1").stat(),
    "read about the machine": lambda: Path("/proc/meminfo").read_text(),
    "memory to write and execute": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "memory to write into and then execute": lambda: os.close(os.memfd_create("made-by-forbidden")),
    "execute what it wrote": lambda: _execute(_STATE / "made-by-forbidden"),
    "execute what it wrote into /tmp": lambda: _execute(Path("/tmp/made-by-forbidden")),  # noqa: S108
    "a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "a namespace of its own": lambda: _call("unshare", _NEW_USER),
    "another personality": lambda: _call("personality", _ADDR_NO_RANDOMIZE),
    "be traced": lambda: _call("ptrace", _TRACE_ME, 0, 0, 0),
    "a set-user-id bit": _set_uid_bit,
}
ALLOWED: dict[str, Callable[[], object]] = {
    "write into its state": lambda: _write("/var/lib/cdpviewer/made-by-forbidden"),
    "remove from its state": (_STATE / "made-by-forbidden").unlink,
    "write into a /tmp of its own": lambda: _write("/tmp/made-by-forbidden"),  # noqa: S108
}


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


if __name__ == "__main__":
    json.dump({name: outcome(attempt) for name, attempt in (ATTEMPTS | ALLOWED).items()}, sys.stdout)
