"""Time zones to choose from, each under its current name and with its current offset from UTC."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files

FIRST = "UTC"


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The names of the zones: UTC, then the zones of all countries, sorted by name. Former names are left out."""
    lines = (line for line in _lines("zone.tab") if not line.startswith("#"))
    return (FIRST, *sorted({line.split("\t")[2] for line in lines} & zoneinfo.available_timezones()))


@lru_cache(maxsize=1)
def _present_names() -> dict[str, str]:
    """A mapping of former and alternative zone names to the names in `zones`."""
    offered = set(zones())
    links = [line.split()[1:3] for line in _lines("tzdata.zi") if line.startswith("L ")]
    return {name: target for target, name in links if target in offered}


def canonical(name: str) -> str:
    """The name in `zones` for the zone that a browser calls `name`; "" if none is found."""
    if name in zones():
        return name
    return _present_names().get(name, "")


def choices(now: datetime) -> list[tuple[str, str]]:
    """The zones as (name, label). A label gives the offset at `now` (aware): "Asia/Kolkata (UTC+5:30)". The label of UTC is just "UTC"."""
    return [(name, f"{name.replace('_', ' ')} ({_offset(name, now)})" if name != FIRST else FIRST) for name in zones()]


def _offset(name: str, now: datetime) -> str:
    offset = now.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _lines(name: str) -> Iterator[str]:
    return iter((files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines())
