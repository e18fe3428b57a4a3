"""Zone rules: those of the pinned tzdata package, never the machine's own.

A server's zone directory is as old as its last update, and a country that changed its clocks since would be an hour wrong without
a word. The package is pinned, so every process of an installation reads the same rules.
"""

from __future__ import annotations

import zoneinfo

import tzdata  # type: ignore[import-untyped]

VERSION: str = tzdata.IANA_VERSION


def use_pinned() -> None:
    """Look zones up in the tzdata package alone, whatever PYTHONTZPATH says; forget those read before."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
