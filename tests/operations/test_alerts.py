"""The alerts as Debian's promtool reads them: their syntax, and what triggers each of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest

from tests.live import PROJECT

FOLDER = PROJECT / "deploy" / "prometheus"


def executable() -> str:
    """The path of promtool. Without one, the tests are skipped with a notice; under CI=true they fail."""
    path = shutil.which("promtool")
    if path is None:
        reason = "NO PROMTOOL: install Debian's prometheus; the alerts are not tried until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.mark.parametrize("command", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_the_alerts_are_read_and_answer_to_what_they_should(command: tuple[str, ...]) -> None:
    done = subprocess.run([executable(), *command], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_paper_says_what_to_do_about_each_alert() -> None:
    alerts = set(re.findall(r"alert: (\w+)", (FOLDER / "alerts.yml").read_text()))
    paper = (PROJECT / "docs" / "operating.md").read_text()
    assert alerts == set(re.findall(r"^#### (Cdpviewer\w+)$", paper, re.MULTILINE))
    tried = (FOLDER / "alerts_test.yml").read_text()
    assert all(f'alertname="{alert}"' in tried for alert in alerts)


def test_the_dashboard_draws_each_figure_of_a_source_that_is_chosen() -> None:
    board = json.loads((PROJECT / "deploy" / "grafana" / "cdpviewer.json").read_text())
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["datasource"]["uid"] == "${source}" and panel["targets"] for panel in panels)
    assert not {"__inputs", "id"} & set(board)
