"""The checks that every state must pass; the subclasses list the states.

There are two subclasses, in files of their own, because the tests are distributed among the processes by file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import ClassVar

import pytest

from tests.experience.excused import EXCUSED, excuse
from tests.experience.states import State
from tests.experience.widths import Visit
from tests.live import PROJECT

CHECKER = PROJECT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

Visits = dict[str, Visit]


def noted(visits: Visits, kind: str) -> dict[str, list[str]]:
    """The findings of one kind, by the state's name, without the excused ones; empty if all is well."""
    findings = {
        name: [finding for finding in getattr(visit, kind) if not excuse(name, kind, finding)]
        for name, visit in visits.items()
    }
    return {name: texts for name, texts in findings.items() if texts}


@pytest.mark.django_db
class EveryState:
    """Every state of a list, light and dark, from a wide screen to a ticket's side panel; the Nu checker checks its HTML."""

    states: ClassVar[tuple[State, ...]]

    def test_every_state_is_reached(self, visits: Visits) -> None:
        assert {name: visit.trouble for name, visit in visits.items() if visit.trouble} == {}
        assert list(visits) == [state.name for state in self.states]

    def test_axe_objects_to_nothing(self, visits: Visits) -> None:
        assert noted(visits, "axe") == {}

    def test_nothing_scrolls_sideways(self, visits: Visits) -> None:
        assert noted(visits, "sideways") == {}

    def test_no_words_are_cut_off_by_wide_spacing_or_large_letters(self, visits: Visits) -> None:
        assert noted(visits, "clipped") == {}

    def test_no_markup_stands_among_the_words(self, visits: Visits) -> None:
        assert noted(visits, "markup") == {}

    def test_the_console_is_silent(self, visits: Visits) -> None:
        assert noted(visits, "said") == {}

    def test_the_policy_has_nothing_to_refuse(self, visits: Visits) -> None:
        assert noted(visits, "refused") == {}

    def test_no_other_host_is_asked(self, visits: Visits) -> None:
        assert noted(visits, "elsewhere") == {}

    def test_the_browser_keeps_nothing(self, visits: Visits) -> None:
        assert noted(visits, "kept") == {}

    def test_nothing_is_for_the_mouse_alone(self, visits: Visits) -> None:
        assert noted(visits, "only_for_the_mouse") == {}

    def test_the_html_checker_finds_no_error(self, visits: Visits) -> None:
        """Warnings are printed, not counted."""
        pages = {
            str(file.resolve()): visit
            for visit in visits.values()
            for file in (visit.served, visit.swapped)
            if file is not None and file.exists()
        }
        assert {id(visit) for visit in pages.values()} == {id(visit) for visit in visits.values()}
        warnings = set[str]()
        for message in checked(list(pages)):
            finding = f"line {message.get('lastLine', 0)}: {message['message']} … {message.get('extract', '')}"
            if message["type"] == "info":
                warnings.add(message["message"])
            else:
                pages[message["url"].removeprefix("file:")].html.append(finding)
        print("Warnings of the HTML checker:", *sorted(warnings), sep="\n  ")
        assert noted(visits, "html") == {}

    def test_every_exception_is_still_needed(self, visits: Visits) -> None:
        """Runs after the HTML checker, which adds its findings to the visits."""
        needed = {
            excuse(name, kind, finding)
            for name, visit in visits.items()
            for kind in ("html", "axe", "said", "kept")
            for finding in getattr(visit, kind)
        }
        assert [
            exception
            for exception in EXCUSED
            if not exception.sometimes
            and exception not in needed
            and any(name.startswith(exception.state) for name in visits)
        ] == []


def checked(files: list[str]) -> list[dict[str, str]]:
    """The Nu checker's messages about these files. Without the checker the test is skipped with a reason, or fails under CI=true."""
    java = shutil.which("java")
    if java is None or not CHECKER.exists():
        reason = "NO HTML CHECKER: it needs Java and the npm tools, which `make test` installs; no page's HTML is checked until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(
        [java, "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--stdout", "--exit-zero-always", *files],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    messages: list[dict[str, str]] = json.loads(done.stdout)["messages"]
    return messages
