"""Within two days of a flight, each of its places shows its current local time, and only then is a flight "Next" or "Later"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.reading import text_of

DUBLIN, SINGAPORE = ZoneInfo("Europe/Dublin"), ZoneInfo("Asia/Singapore")
PHASE = re.compile(r'class="phase phase-(\w+)"')
NOW_THERE = re.compile(r"(?<!is )\bnow (\d\d:\d\d)")


def flight(hours: float, number: int = 77) -> str:
    """A flight of 13 hours from Dublin to Singapore that leaves so many hours from now."""
    leaves = datetime.now(UTC) + timedelta(hours=hours)
    departs, arrives = leaves.astimezone(DUBLIN), (leaves + timedelta(hours=13)).astimezone(SINGAPORE)
    days = (arrives.date() - departs.date()).days
    return f"BX{number} DUB {departs:%Y-%m-%d} {departs:%H:%M} > SIN {arrives:%H:%M}{days:+d} Economy"


def opened(desk: Client, cdp: Sandbox, *hours: float) -> tuple[str, list[str]]:
    """The words of the page, and the phases that it names."""
    flights = [flight(each, 70 + at) for at, each in enumerate(hours)]
    cdp.change_order({"referenceId": "SOON01", "status": "CONFIRMED", "items": [{"price": 9, "_flights": flights}]})
    page = desk.get("/orders/SOON01/")
    assert page.status_code == 200
    return text_of(page), PHASE.findall(page.content.decode())


def times(zone: ZoneInfo) -> set[str]:
    """The time now, and a minute ago."""
    now = datetime.now(zone)
    return {f"{now:%H:%M}", f"{now - timedelta(minutes=1):%H:%M}"}


def test_each_place_of_a_flight_soon_has_its_time_now(desk: Client, cdp: Sandbox) -> None:
    words, phases = opened(desk, cdp, 20)
    here, there = NOW_THERE.findall(words)
    assert here in times(DUBLIN) and there in times(SINGAPORE)
    # And for screen readers, from which the two places are hidden.
    assert f"It is now {here} in Dublin. It is now {there} in Singapore." in words
    assert phases == ["next"]


@pytest.mark.parametrize("hours", [49, 24 * 30, -24 * 30])
def test_no_time_and_no_phase_to_come_is_given_beyond_two_days(desk: Client, cdp: Sandbox, hours: float) -> None:
    words, phases = opened(desk, cdp, hours)
    assert NOW_THERE.findall(words) == []
    assert " in Dublin now" not in words
    assert not {"next", "later"} & set(phases)


def test_only_flights_within_two_days_are_next_or_later(desk: Client, cdp: Sandbox) -> None:
    words, phases = opened(desk, cdp, 10, 400)
    assert phases == ["next"]
    assert len(NOW_THERE.findall(words)) == 2


def test_a_flight_that_landed_yesterday_still_has_the_time_there(desk: Client, cdp: Sandbox) -> None:
    words, phases = opened(desk, cdp, -30)
    assert len(NOW_THERE.findall(words)) == 2
    assert phases == ["departed"]
