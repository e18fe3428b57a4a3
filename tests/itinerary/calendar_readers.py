"""Calendar files as read by four programs that take a time zone only from the file's own VTIMEZONE.

Each reader takes texts and returns, for each, the (start, end) of its events in Unix seconds; None for no time, or for one without a zone.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = PROJECT / "tests/itinerary/readers"
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's packages serve the system's own Python

Times = list[tuple[int | None, int | None]]


def ical_js(texts: Sequence[str]) -> list[Times]:
    """Thunderbird's reader, on Node."""
    node = shutil.which("node")
    if node is None or not (PROJECT / "node_modules/ical.js").is_dir():
        _leave_out("NO ICAL.JS: npm ci brings it; calendar files are not read with it until then")
    return _run([str(node), str(SCRIPTS / "ical_js.mjs")], texts)


def libical(texts: Sequence[str]) -> list[Times]:
    """The reader of Evolution and KOrganizer, on the system's Python."""
    probe = "import gi; gi.require_version('ICalGLib', '3.0')"
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode
    ):
        _leave_out(
            "NO LIBICAL: install Debian's python3-gi and gir1.2-ical-3.0; calendar files are not read with it until then"
        )
    return _run([SYSTEM_PYTHON, str(SCRIPTS / "libical.py")], texts)


def icalendar(texts: Sequence[str]) -> list[Times]:
    """The library that writes the files, without its own knowledge of time zones."""
    return [_read(text, lambda zone: zone.to_tz(lookup_tzid=False)) for text in texts]


def dateutil(texts: Sequence[str]) -> list[Times]:
    """dateutil's time zones, which vobject and others use."""

    def zone_of(zone: Any) -> tzinfo:
        text = zone.to_ical().decode().replace("\r\n", "\n")
        made: tzinfo = tzical(io.StringIO(text)).get(str(zone["tzid"]))
        return made

    return [_read(text, zone_of) for text in texts]


READERS: dict[str, Callable[[Sequence[str]], list[Times]]] = {
    reader.__name__: reader for reader in (ical_js, libical, icalendar, dateutil)
}


def _leave_out(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _run(command: list[str], texts: Sequence[str]) -> list[Times]:
    done = subprocess.run(
        command, input=json.dumps(texts), cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [[(start, end) for start, end in events] for events in json.loads(done.stdout)]


def _read(text: str, zone_of: Callable[[Any], tzinfo]) -> Times:
    calendar = Calendar.from_ical(text)
    zones = {str(zone["tzid"]): zone_of(zone) for zone in calendar.walk("VTIMEZONE")}
    return [
        (_seconds(event.get("dtstart"), zones), _seconds(event.get("dtend"), zones))
        for event in calendar.walk("VEVENT")
    ]


def _seconds(field: Any, zones: dict[str, tzinfo]) -> int | None:
    if field is None or not isinstance(field.dt, datetime):
        return None
    zone = zones[field.params["TZID"]] if "TZID" in field.params else field.dt.tzinfo
    if zone is None:
        return None
    # These zones can be off at a clock change if they are given an aware value of another zone, so they are given the plain local time.
    return int(field.dt.replace(tzinfo=zone).astimezone(UTC).timestamp())
