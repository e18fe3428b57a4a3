"""The warnings of a server that starts with too low a limit of open files or database connections."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests import on_postgres
from tests.live import PROJECT, free_port, wait_until_it_answers
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]


def warnings(env: dict[str, str], log: Path, *, files: int) -> list[dict[str, Any]]:
    """The server's warnings about its limits, with `files` as the hard limit of open files. Read once every process is ready."""
    port = free_port()
    command = ["prlimit", f"--nofile={files}:{files}", sys.executable, "-m", "gunicorn"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**env, "CDPVIEWER_BIND": f"127.0.0.1:{port}"}, cwd=PROJECT, stdout=out, stderr=out
        )
    try:
        wait_until_it_answers(process, port, log)
        time.sleep(2)  # a line that is missing cannot be waited for
    finally:
        process.terminate()
        process.wait(40)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if "hint" in line]


@pytest.mark.parametrize(
    ("more", "files", "sentences"),
    [
        ({}, 4096, []),
        (
            {"CDPVIEWER_DB_CONNECTIONS": "48"},
            3999,
            ["a process may open fewer files", "may open 99 connections to PostgreSQL, which allows 97"],
        ),
        ({"DATABASE_URL": "postgres://nobody@%2Fnowhere/none"}, 4096, []),
    ],
    ids=["enough", "too little", "database away"],
)
def test_a_server_warns_once_of_each_limit_that_does_not_suffice(
    postgres: Server,
    running_sandbox: Sandbox,
    gathered_static: Path,
    tmp_path: Path,
    more: dict[str, str],
    files: int,
    sentences: list[str],
) -> None:
    env = on_postgres.settings(running_sandbox, gathered_static, DATABASE_URL=postgres.url())
    lines = warnings({**env, "CDPVIEWER_WORKERS": "2", **more}, tmp_path / "log", files=files)
    assert len(lines) == len(sentences), lines
    for line, words in zip(lines, sentences, strict=True):
        assert line["level"] == "warning" and words in line["event"] and line["hint"]
