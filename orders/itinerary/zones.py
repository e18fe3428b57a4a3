"""Time zone rules, taken from the pinned tzdata package and never from the machine's own zoneinfo directory.

That directory is as old as the machine's last update. If a country has changed its rules since then, times there could silently be
wrong by an hour. The package is pinned, so every process of an installation reads the same rules.
"""

from __future__ import annotations

import zoneinfo

import tzdata  # type: ignore[import-untyped]

VERSION: str = tzdata.IANA_VERSION


def use_pinned() -> None:
    """Make `zoneinfo` read zones only from the tzdata package, whatever PYTHONTZPATH says, and clear the cache of zones already read."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
