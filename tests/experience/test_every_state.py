"""Every page in every state, light and dark, from a wide screen to a ticket's side panel; and its HTML before the Nu checker.

One file, because the tests are shared out among the processes by file and the walk is to be made once.
"""

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

Visits = dict[str, Visit]


def noted(visits: Visits, what: str) -> dict[str, object]:
    """What was noted of one kind, by the state's name; nothing where all is well."""
    return {name: found for name, visit in visits.items() if (found := getattr(visit, what))}


def test_every_state_is_reached(visits: Visits) -> None:
    assert noted(visits, "trouble") == {}


def test_axe_objects_to_nothing(visits: Visits) -> None:
    assert noted(visits, "axe") == {}


def test_nothing_scrolls_sideways(visits: Visits) -> None:
    assert noted(visits, "sideways") == {}


def test_no_words_are_cut_off_by_wide_spacing_or_large_letters(visits: Visits) -> None:
    assert noted(visits, "clipped") == {}


def test_the_console_is_silent(visits: Visits) -> None:
    assert noted(visits, "said") == {}


def test_the_policy_has_nothing_to_refuse(visits: Visits) -> None:
    assert noted(visits, "refused") == {}


def test_no_other_host_is_asked(visits: Visits) -> None:
    assert noted(visits, "elsewhere") == {}


def test_the_browser_keeps_nothing(visits: Visits) -> None:
    assert noted(visits, "kept") == {}


def test_nothing_is_for_the_mouse_alone(visits: Visits) -> None:
    assert noted(visits, "only_for_the_mouse") == {}


def test_the_html_checker_finds_no_error(visits: dict[str, Visit]) -> None:
    """Warnings are printed, not counted."""
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
