"""The last release, with which tests compare this version. All three values are updated at a release: `check` fails until then."""

from __future__ import annotations

import re

from tests.live import PROJECT

VERSION = "0.2.0"
COMMIT = "703e3bf"
# Its last migrations. Databases of a release have its migrations applied by name, so none of them may be renamed or removed.
MIGRATIONS = {"orders": "0015_actions_without_migrations", "accounts": "0002_frames_of_other_sites"}


def check() -> None:
    """Assert that VERSION is the newest release in the changelog."""
    newest = re.search(r"^## (\d\S*) \(", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest and newest[1] == VERSION, "name the new release in tests/last_release.py"
