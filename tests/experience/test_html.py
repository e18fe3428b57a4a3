"""The Nu HTML checker over every page and every swapped part: no error. Warnings are printed, not counted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.experience.tour import Visit
from tests.live import PROJECT

CHECKER = PROJECT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

pytestmark = pytest.mark.django_db


def test_the_html_checker_finds_no_error(visits: dict[str, Visit]) -> None:
    java = shutil.which("java")
    if java is None or not CHECKER.exists():
        said = "NO HTML CHECKER: it needs Java and the npm tools, which `make test` installs; no page's HTML is checked until then"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    pages = {
        str(file.resolve()): name
        for name, visit in visits.items()
        for file in (visit.served, visit.swapped)
        if file is not None and file.exists()
    }
    assert len(pages) > 100
    done = subprocess.run(
        [java, "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--stdout", "--exit-zero-always", *pages],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    errors: dict[str, list[str]] = {}
    warnings = set[str]()
    for message in json.loads(done.stdout)["messages"]:
        told = f"line {message.get('lastLine', 0)}: {message['message']} … {message.get('extract', '')}"
        if message["type"] == "info":
            warnings.add(message["message"])
        else:
            errors.setdefault(pages[message["url"].removeprefix("file:")], []).append(told)
    print("Warnings of the HTML checker:", *sorted(warnings), sep="\n  ")
    assert errors == {}
