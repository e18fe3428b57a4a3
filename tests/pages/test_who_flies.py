"""The travellers in the header: those who are booked and, beside them, who and what is cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.reading import text_in
from tests.pages.world_of import open_order, sandbox_with

OUT = "BX{} DUB 2027-01-27 06:40 > AGP 10:40 Economy/Plus/Y/320"
BACK = "BX{} AGP 2027-02-03 11:40 > DUB 13:40 Economy/Plus/Y/320"


def item(*flights: str, status: str = "CONFIRMED", kind: str = "ADT", **more: Any) -> dict[str, Any]:
    return {"price": 10, "passengerTypeCode": kind, "status": status, "_flights": list(flights), **more}


FIRST, LAST = OUT.format(582), BACK.format(583)
BOTH = (FIRST, LAST)
# The items of an order, and the words of the header.
CASES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "WF01": ([item(*BOTH), item(*BOTH)], "2 adults"),
    "WF02": ([item(*BOTH)] * 3 + [item(*BOTH, status="CANCELLED")], "3 adults 1 adult cancelled"),
    "WF03": (
        [item(*BOTH), item(*BOTH, kind="CHD", status="CANCELLED"), item(*BOTH, status="CANCELLED", quantity=2)],
        "1 adult 1 child, 2 adults cancelled",
    ),
    "WF04": ([item(*BOTH), item(*BOTH, status="DECLINED")], "1 adult 1 adult not booked"),
    "WF11": ([item(*BOTH), item(*BOTH, status="BROWSED")], "1 adult 1 adult not booked"),
    # One of them does not fly back.
    "WF05": (
        [item(FIRST), item(FIRST), item(LAST), item(LAST, status="CANCELLED")],
        "2 adults",
    ),
    "WF06": ([item(FIRST), item(LAST, status="CANCELLED")], "1 adult 1 of 2 flights cancelled"),
    # Booked anew, on another flight of the same day.
    "WF07": ([item(FIRST, status="CANCELLED"), item(OUT.format(590))], "1 adult 1 of 2 flights cancelled"),
    # One of a party that splits up.
    "WF08": ([item(FIRST), item(OUT.format(590)), item(OUT.format(590), status="CANCELLED")], "2 adults"),
    "WF09": ([item(*BOTH, status="CANCELLED")] * 2, "2 adults"),
    "WF10": ([item(*BOTH, status="DECLINED")] * 2, "2 adults"),
}


@pytest.fixture(scope="module")
def cdp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    orders = [
        {"referenceId": name, "status": "CONFIRMED", "price": 100, "items": items}
        for name, (items, _said) in CASES.items()
    ]
    with sandbox_with(tmp_path_factory.mktemp("world"), orders) as running:
        yield running


@pytest.mark.parametrize("reference", CASES)
def test_who_flies_and_who_does_not(desk: Client, reference: str) -> None:
    html = open_order(desk, reference).content.decode()
    line = re.search(r'<p class="trip-line">(.*?)</p>', html, re.DOTALL)
    assert line
    assert text_in(re.sub(r"<span>\w+ \d+ \w+ \d+</span>", "", line[1])) == CASES[reference][1]
