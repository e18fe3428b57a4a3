"""docs/drill.md as commands: its numbered steps, a shell that they are pasted into, and the table of the time they took."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.live import PROJECT

PAGE = PROJECT / "docs" / "drill.md"
START, END = "<!-- timed: written by `make test-operations ARGS='-k drill' WRITE=1` -->", "<!-- end of timed -->"
ALL = "steps 2 to 8"
LONGEST = 240  # time limit of a step, in seconds


def steps(database: str, replaced: Mapping[str, str]) -> dict[str, str]:
    """The commands of each step for a database, by the step's title (`3. Restore`), with words of the page replaced.

    A block below a line that begins with `On SQLite` or `On PostgreSQL` is for that database only.
    """
    parts = re.split(r"^## (?=(\d+\..+)$)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pasted = {}
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        blocks = re.findall(r"^([^\n]*)\n```\n(.*?)^```$", text.partition("\n## ")[0], re.DOTALL | re.MULTILINE)
        commands = "".join(
            block for line, block in blocks if not line.startswith("On ") or line.startswith(f"On {database}")
        )
        for word, own in replaced.items():
            commands = commands.replace(word, own)
        pasted[title] = commands
    return pasted


@dataclass
class Shell:
    """A bash without a terminal that keeps its variables from one paste to the next. All its output is in `log`."""

    folder: Path
    bash: subprocess.Popen[bytes]
    reports: tuple[int, int]  # a pipe, with a line for each command that failed and an empty one at the end of a paste

    @property
    def log(self) -> Path:
        return self.folder / "shell.log"

    @property
    def child(self) -> int | None:
        """The pid of the command that the shell is waiting for, if there is one."""
        children = Path(f"/proc/{self.bash.pid}/task/{self.bash.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def paste(self, commands: str) -> tuple[str, list[str]]:
        """Run commands until they end; returns what they printed, and the failed ones."""
        before = self.log.stat().st_size
        self.begin(commands)
        failed = self.ended()
        return self.log.read_bytes()[before:].decode(), failed

    def begin(self, commands: str) -> None:
        """Start commands, which may run until they are stopped."""
        pasted = self.folder / "pasted.sh"
        pasted.write_text(f"{commands}\n:\n")  # so that a failing last command is reported once, not again for the file
        self._type(f". {pasted}\necho >&{self.reports[1]}")

    def ended(self) -> list[str]:
        """Wait until the commands have ended; returns the failed ones."""
        reported = b""
        while not f"\n{reported.decode()}".endswith("\n\n"):
            ready, _, _ = select.select([self.reports[0]], [], [], LONGEST)
            assert ready, f"no end:\n{self.log.read_text()[-3000:]}"
            reported += os.read(self.reports[0], 10_000)
        return reported.decode().splitlines()[:-1]

    def settings(self) -> dict[str, str]:
        """The environment of the pasted commands."""
        printed, _failed = self.paste("env --null\n")
        return dict(setting.split("=", 1) for setting in printed.split("\0") if setting)

    def _type(self, line: str) -> None:
        assert self.bash.stdin is not None
        self.bash.stdin.write(line.encode() + b"\n")
        self.bash.stdin.flush()


@contextmanager
def shell(folder: Path, env: Mapping[str, str]) -> Iterator[Shell]:
    """A shell for the block; at the end, a command that is still running is ended too."""
    reports = os.pipe()
    with (folder / "shell.log").open("wb") as log:
        bash = subprocess.Popen(
            ["/bin/bash"], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, env=env, pass_fds=reports[1:]
        )
    opened = Shell(folder, bash, reports)
    try:
        opened._type(f"""trap 'echo "${{BASH_COMMAND%%$'"'\\n'"'*}}" >&{reports[1]}' ERR""")
        yield opened
    finally:
        if bash.poll() is None and (child := opened.child):
            os.kill(child, signal.SIGTERM)
        bash.communicate(timeout=60)
        for end in reports:
            os.close(end)


@dataclass
class Timed:
    """A completed drill: seconds by step, and sizes in bytes."""

    records: int
    people: int
    database: int = 0
    backup: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    backed_up: float = 0

    @contextmanager
    def of_the_backup(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.backed_up = time.monotonic() - began

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[title] = time.monotonic() - began


def table(timed: Mapping[str, Timed]) -> str:
    """The table of times by database, for the page."""
    first, *_ = timed.values()
    heads = ["step", *(f"{name}, {each.database / 1e6:.0f} MB" for name, each in timed.items())]
    times = [[each.backed_up, *each.seconds.values(), sum(each.seconds.values())] for each in timed.values()]
    rows = [
        [title, *(f"{number:.1f} s" for number in numbers)]
        for title, *numbers in zip(titles(timed), *times, strict=True)
    ]
    backups = " and ".join(f"{each.backup / 1e6:.0f} MB ({name})" for name, each in timed.items())
    return (
        f"{first.records:,} records and {first.people} people, in a backup of {backups};"
        f" {datetime.now(UTC):%-d %B %Y}, {os.cpu_count()} cores with a load average of {os.getloadavg()[2]:.1f}:\n\n"
        + "".join(f"| {' | '.join(line)} |\n" for line in (heads, ["---"] * len(heads), *rows))
        + "\n"
    )


def titles(timed: Mapping[str, Timed]) -> list[str]:
    """The first column of the new table."""
    return ["the backup, under load", *next(iter(timed.values())).seconds, ALL]


def write(timed: Mapping[str, Timed]) -> None:
    """Put the table into the page."""
    before, _start, rest = PAGE.read_text(encoding="utf-8").partition(START)
    PAGE.write_text(f"{before}{START}\n{table(timed)}{END}{rest.partition(END)[2]}", encoding="utf-8")


def titles_on_the_page() -> list[str]:
    """The first column of the table that is on the page."""
    rows = PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    return re.findall(r"^\| (\w[^|]*?) \|", rows, re.MULTILINE)[1:]
