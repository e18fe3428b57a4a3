"""The zone rules are those of the pinned tzdata, whatever the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zoneinfo
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from orders.itinerary.airports import place
from orders.itinerary.clocks import read_local, zone
from orders.itinerary.zones import VERSION

ROOT = Path(__file__).resolve().parents[2]

HOURS = [
    # British Columbia stays at -07 from March 2026, Alberta at -06, Morocco goes back to +00.
    *((code, -7, day) for code in ("YVR", "YYJ", "YLW", "YXS", "YXX", "YXT") for day in ("2026-07-01", "2026-12-05", "2027-01-15")),
    *((code, -6, day) for code in ("YYC", "YEG", "YMM", "YQL", "YZF") for day in ("2026-07-01", "2026-12-06", "2027-01-15")),
    *((code, 0, day) for code in ("CMN", "RAK", "AGA", "FEZ", "TNG", "EUN") for day in ("2026-10-15", "2026-12-05", "2027-02-01")),
    # The earlier offsets still apply to the flights of those days.
    ("YVR", -8, "2025-12-05"),
    ("YYC", -7, "2025-12-05"),
    ("CMN", 1, "2025-12-05"),
    # Changes of earlier years: Kazakhstan, Mexico with its border cities, southern Chile, Jordan, Greenland, Paraguay.
    ("NQZ", 5, "2024-07-01"),
    ("ALA", 5, "2024-07-01"),
    ("ALA", 6, "2023-07-01"),
    ("GDL", -6, "2026-06-01"),
    ("GDL", -5, "2013-06-01"),
    ("CJS", -6, "2026-06-01"),
    ("CJS", -7, "2026-01-10"),
    ("CUU", -6, "2026-01-10"),
    ("TIJ", -7, "2026-06-01"),
    ("NLD", -5, "2026-06-01"),
    ("BBA", -3, "2026-06-10"),
    ("PUQ", -3, "2026-06-10"),
    ("SCL", -4, "2026-06-10"),
    ("AMM", 3, "2026-01-10"),
    ("GOH", -2, "2026-01-10"),
    ("ASU", -3, "2026-07-01"),
    ("BUA", 11, "2026-01-10"),
    ("POM", 10, "2026-01-10"),
    # In timetables all of China uses the capital's time, including Xinjiang.
    *((code, 8, "2026-06-01") for code in ("URC", "KHG", "HTN", "YIN", "AAT", "AKU", "HMI", "KRL", "PEK", "XIY")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "hours", "day"), HOURS)
def test_the_clock_of_a_place_on_a_day(code: str, hours: int, day: str) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00")
    assert read_local(noon, place(code).zone).offset == timedelta(hours=hours)


def test_no_directory_of_the_machine_is_searched() -> None:
    assert zoneinfo.TZPATH == ()
    assert VERSION >= "2026f"


OLD = "America/Vancouver"
SEVEN_BEHIND = f"""
import zoneinfo
from datetime import datetime, timedelta
old = datetime(2026, 12, 5, 12, tzinfo=zoneinfo.ZoneInfo({OLD!r}))
assert old.utcoffset() == timedelta(0), "the odd file is not in place"
from orders.itinerary import clocks
assert clocks.read_local(datetime(2026, 12, 5, 12), {OLD!r}).offset == timedelta(hours=-7)
from orders.cdp.records import FlightSegment, Order, OrderItem
from orders.itinerary.journeys import plan
there = FlightSegment(origin="LHR", destination="YVR", departure=datetime(2026, 12, 5, 17, 15), arrival=datetime(2026, 12, 5, 19, 55))
items = [OrderItem(flight_segments=(there,))]
trip = plan(items)
assert trip.flights[0].minutes == 580
import django
django.setup()
from orders.display.calendar import calendar_file
text = calendar_file(trip, Order(items=tuple(items))).decode()
assert "TZOFFSETTO:-0700" in text
from babel.dates import get_timezone
assert datetime(2026, 12, 5, 12, tzinfo=get_timezone({OLD!r})).utcoffset() == timedelta(hours=-7)
"""


@pytest.fixture
def odd_machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a process on a machine whose zone directory has Greenwich's rules for Vancouver."""
    (tmp_path / "America").mkdir()
    with (files("tzdata") / "zoneinfo" / "Etc" / "GMT").open("rb") as there, (tmp_path / OLD).open("wb") as here:
        shutil.copyfileobj(there, here)
    return {**os.environ, "PYTHONTZPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}


def test_a_process_that_read_the_machines_rules_first_goes_by_the_pinned_ones(odd_machine: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEVEN_BEHIND], env=odd_machine, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_command_goes_by_the_pinned_rules(odd_machine: dict[str, str], tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text(
        "origin,destination,departure,arrival\nLHR,YVR,2026-12-05T17:15Z,2026-12-05T19:55Z\n", encoding="utf-8"
    )
    command = [sys.executable, "manage.py", "check_feed", str(feed)]
    done = subprocess.run(command, env=odd_machine, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ",local,580," in done.stdout, done.stdout + done.stderr


def test_every_place_has_a_zone_that_the_rules_know() -> None:
    from orders.itinerary.airports import all_places

    assert [known.code for known in all_places().values() if zone(known.zone) is None] == []
