"""The last release, which tests compare this version with. At a release all three are renewed: `check` fails until then."""

from __future__ import annotations

import re

from tests.live import PROJECT

VERSION = "0.2.0"
COMMIT = "703e3bf"
# The last migrations of it. Databases of a release have its migrations applied by name, so none of them may be renamed or removed.
MIGRATIONS = {"orders": "0015_actions_without_migrations", "accounts": "0002_frames_of_other_sites"}


def check() -> None:
    """Assert that it is the newest release of the changelog."""
    newest = re.search(r"^## (\d\S*) \(", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest and newest[1] == VERSION, "name the new release in tests/last_release.py"
