"""Locked dependencies: every one with hashes, and nowhere the address of an index."""

from __future__ import annotations

import importlib.metadata
import json
import re

import pytest

from tests.live import PROJECT

LOCKS = ["requirements/app.lock", "requirements/prod.lock", "requirements/dev.lock", "requirements/bench.lock"]
SYSTEMS = ["requirements/helpdesk.lock", "requirements/roundup.lock"]


@pytest.mark.parametrize("name", [*LOCKS, *SYSTEMS])
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    text = (PROJECT / name).read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(packages) > 10 or name in SYSTEMS
    assert packages
    for package in packages:
        assert re.match(r"[\w.\[\]-]+==\S+ +(--hash=sha256:[0-9a-f]{64} *)+$", package), package[:80]


@pytest.mark.parametrize(
    "name", [*LOCKS, *SYSTEMS, "package-lock.json", "package.json", ".npmrc", "pyproject.toml", "Makefile"]
)
def test_no_index_is_named(name: str) -> None:
    # Options that switch the addresses off (`emit-index-url = false`, `--no-emit-index-url`) contain no address.
    text = re.sub(r"(--no-)?emit-(index-url|find-links|trusted-host)", "", (PROJECT / name).read_text())
    assert not re.search(r"--(extra-)?index-url|find-links|trusted-host|\"resolved\"|^registry *=", text, re.MULTILINE)


def test_every_npm_package_has_a_hash() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert all(entry.get("integrity") for path, entry in packages.items() if path and not entry.get("link"))


@pytest.mark.parametrize("name", ["requirements/app.lock", "requirements/prod.lock"])
def test_what_serves_people_has_all_that_the_server_imports(name: str) -> None:
    """gunicorn's gevent worker needs more than gunicorn, and the test environment would hide the lack of it."""
    needed = [
        requirement
        for requirement in importlib.metadata.requires("gunicorn") or []
        if requirement.endswith('extra == "gevent"')
    ]
    locked = set(re.findall(r"^([\w.-]+)==", (PROJECT / name).read_text(), re.MULTILINE))
    assert len(needed) > 1
    assert {re.split(r"[^\w.-]", requirement)[0] for requirement in needed} <= locked
