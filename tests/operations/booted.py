"""A Debian in a folder, booted by systemd-nspawn: systemd is its process 1, and it shares this machine's network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = {"systemd-nspawn": "systemd-container", "nsenter": "util-linux"}
GROUPS = Path("/sys/fs/cgroup")
PATIENCE = 120.0  # seconds to boot, and to halt


def program(name: str) -> str:
    """The path of one of this machine's programs. Ends the process with a notice if it is missing."""
    path = shutil.which(name)
    if path is None:
        sys.exit(f"NO {name.upper()}: install Debian's package {PACKAGES.get(name, name)}; nothing is tried until then")
    return path


class Machine:
    """A booted Debian; `leader` is the pid of its process 1 on this machine."""

    def __init__(self, leader: int, environment: dict[str, str]) -> None:
        self.leader = leader
        self.environment = environment

    def run(self, *command: str, **more: str) -> int:
        """Run a command there as root, with `more` in its environment; returns the exit status."""
        settings = [f"{name}={value}" for name, value in {**self.environment, **more}.items()]
        into = [program("nsenter"), f"--target={self.leader}", "--mount", "--uts", "--ipc", "--pid", "--cgroup"]
        done = subprocess.run(
            [*into, "env", "-i", "--chdir=/root", *settings, *command], check=False, stdin=subprocess.DEVNULL
        )
        return done.returncode


@contextmanager
def booted(root: Path, folders: list[str], environment: dict[str, str]) -> Iterator[Machine]:
    """Boot the Debian in `root`, which sees `folders` of this machine read-only, and halt it afterwards.

    Commands get `environment` and nothing of this process's own. Console output is added to `console.log` next to `root`.
    """
    name = f"new-debian-{os.getpid()}"
    command = [
        program("systemd-nspawn"), "--boot", f"--directory={root}", f"--machine={name}", "--register=no",
        "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=read-only",
        *(f"--bind-ro={folder}" for folder in folders),
    ]  # fmt: skip
    groups: list[Path] = []
    if not Path("/run/systemd/system").is_dir():
        # This machine has no systemd to create a control group for it.
        command.append("--keep-unit")
        groups = [path / name for path in (GROUPS / "systemd", GROUPS / "unified") if path.is_dir()] or [GROUPS / name]
    joining = " && ".join([*(f"mkdir {group} && echo $$ > {group}/cgroup.procs" for group in groups), 'exec "$@"'])
    shell = [program("sh"), "-c", joining, "boot", *command]
    with (root.parent / "console.log").open("ab") as console:
        process = subprocess.Popen(shell, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    try:
        yield _up(process, environment, Path(console.name))
    finally:
        process.terminate()  # nspawn halts what runs in it
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for group in groups:
            for folder, _inner, _files in os.walk(group, topdown=False):
                Path(folder).rmdir()


def _up(process: subprocess.Popen[bytes], environment: dict[str, str], console: Path) -> Machine:
    """Wait for the machine to boot. If it never does, end the process with the console output."""
    ends = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < ends:
        if children := Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            machine = Machine(int(children[0]), environment)
            # "degraded": a unit failed, which is left to the checks.
            if machine.run("sh", "-c", "systemctl is-system-running | grep --quiet -e running -e degraded") == 0:
                return machine
        time.sleep(0.5)
    sys.exit(f"The new Debian did not boot:\n{console.read_text(errors='replace')[-3000:]}")
