"""Time zone rules, taken from the pinned tzdata package and never from the machine's own directory.

That directory is as old as the machine's last update, and times in a country that has changed its rules since then would silently be
wrong by an hour. The package is pinned, so every process of an installation reads the same rules.
"""

from __future__ import annotations

import zoneinfo

import tzdata  # type: ignore[import-untyped]

VERSION: str = tzdata.IANA_VERSION


def use_pinned() -> None:
    """Read zones only from the tzdata package, regardless of PYTHONTZPATH; drop the zones read before."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
