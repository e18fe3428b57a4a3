"""Rows that do not fit on a page: each is on exactly one page, links lead to it, and omissions are stated."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from orders.display.rows import Rows, fitting, size_of, start_of
from sandbox.server import Sandbox
from tests.pages.test_scaling import flown, segment

REF = "0f0e0d0c-0b0a-0908-0706-050403020100"


@pytest.mark.parametrize("room", [1, 25, 100, 10**6])
def test_every_row_stands_on_exactly_one_page(room: int) -> None:
    seen: list[int] = []
    start, pages = 1, 0
    while start:
        rows = Rows(start, room=room)
        for number in range(1, 51):
            if rows.wants():
                rows.add("x" * 10)
                seen.append(number)
        pages += 1
        assert rows.total == 50 and rows.whole == (rows.shown == 50)
        assert [rows.holds(rows.first - 1), rows.holds(rows.first), rows.holds(rows.last)] == [False, True, True]
        start = rows.last + 1 if rows.left else 0
    assert seen == list(range(1, 51))
    assert pages == -(-500 // -(-room // 10) // 10)


@pytest.mark.parametrize(
    ("asked", "start"),
    [("", 1), ("1", 1), ("50", 50), ("51", 1), ("0", 1), ("-3", 1), ("x", 1), ("²", 1), ("9" * 5_000, 1), ("٣", 1)],
)
def test_an_address_that_asks_for_no_row_starts_at_the_first(asked: str, start: int) -> None:
    assert start_of(asked, 50) == start


@pytest.mark.parametrize("text", ["a" * 9_000, '"' * 9_000, "é" * 9_000, "𝕏" * 9_000, "<" * 9_000, "a"])
def test_the_beginning_of_a_text_fits(text: str) -> None:
    for room in (3, 4_000, 20_000, 10**6):
        shown = fitting(text, room)
        assert text.startswith(shown) and (shown == text or len(shown) % 2_000 == 0)
        assert size_of(shown) <= room + 2_000 * 5


def answer(**fields: object) -> str:
    """The JSON of an order."""
    order = {"ref": REF, "referenceId": "HOSTIL", "status": "CONFIRMED", "price": 1, "currencyCode": "EUR"}
    return json.dumps(order | fields, ensure_ascii=False)


def serve(cdp: Sandbox, items: list[dict[str, object]]) -> None:
    """Serve the order and the listing of its items, all in one answer."""
    listing = {"limit": len(items) + 1, "items": items}
    cdp.answer_with(f"/v2/orders/{REF}", answer(orderItems=listing).encode())
    cdp.answer_with(f"/v2/orders/{REF}/orderItems", json.dumps(listing).encode())


def test_an_alert_leads_to_the_page_that_its_flight_is_on(desk: Client, cdp: Sandbox) -> None:
    flights = [segment(number, 1440 * number, number, minutes=80 if number != 380 else 900) for number in range(400)]
    items = [flown(flight) for flight in flights]
    serve(cdp, items)
    page = desk.get(f"/orders/{REF}/", {"ticket": "T1"}).content.decode()
    shown = re.search(r"Showing flights 1 to (\d+) of 400", page)
    assert shown and int(shown[1]) < 380
    link = re.search(r'href="(/orders/[^"]*\?flights=381&amp;ticket=T1)#(flight-[^"]+)"', page)
    assert link
    there = desk.get(link[1].replace("&amp;", "&")).content.decode()
    assert f'id="{link[2]}"' in there and "Showing flights 381 to" in there and "First page" in there


def test_a_group_of_500_stands_whole_on_its_page(desk: Client, cdp: Sandbox) -> None:
    items = [flown(segment(1), segment(2, 600, 1), passengerTypeCode="ADT", name=f"seat {n}") for n in range(500)]
    serve(cdp, items)
    page = desk.get(f"/orders/{REF}/").content.decode()
    assert page.count('<li class="order-item"') == 500
    assert "Next page" not in page and "Showing " not in page


def test_segments_beyond_the_bound_are_said_on_the_page(desk: Client, cdp: Sandbox) -> None:
    cdp.answer_with(
        f"/v2/orders/{REF}", answer(orderItems=[{"type": "FLIGHT", "flightSegments": [{}] * 8_000}]).encode()
    )
    page = desk.get(f"/orders/{REF}/").content.decode()
    assert (
        "Only the first 2,000 of 8,000 flight segments were read." in page
        and "Some flights are missing from this page" in page
    )


def test_items_beyond_the_bound_are_said_and_the_sum_is_not_checked(desk: Client, cdp: Sandbox) -> None:
    items = [{"type": "BAG", "price": 1, "quantity": 1, "currencyCode": "EUR", "name": f"{n}"} for n in range(8_000)]
    cdp.answer_with(f"/v2/orders/{REF}", answer(price=1_000, orderItems=items).encode())
    page = desk.get(f"/orders/{REF}/").content.decode()
    assert "1000 of at least 8000 items loaded" in page and "limit reached" in page
    assert "some items may be missing" in page and "add up" not in page


@pytest.mark.parametrize("reference", ["R" * 5_000, "é" * 5_000, '"\u202e' * 500, "\U0001d54f" * 5_000])
def test_a_long_reference_gives_a_short_file_name(reference: str, desk: Client, cdp: Sandbox) -> None:
    cdp.answer_with(f"/v2/orders/{REF}", answer(referenceId=reference, orderItems=[flown(segment(1))]).encode())
    sent = desk.get(f"/orders/{REF}/itinerary.ics")
    assert sent.status_code == 200 and sent["Content-Disposition"].endswith(".ics")
    assert sum(len(name) + len(value) for name, value in sent.headers.items()) < 3_000
    assert "\u202e" not in sent.content.decode()


def test_a_direction_control_is_a_mark_on_page_and_in_text_and_calendar(desk: Client, cdp: Sandbox) -> None:
    flight = segment(1, fareClass="ECO\u202eNOMY")
    body = json.loads(answer(referenceId="AB\u2067CD", orderItems=[flown(flight, name="x\u202ey")]))
    body["channel"] = "we\u202db"
    cdp.answer_with(f"/v2/orders/{REF}", json.dumps(body, ensure_ascii=False).encode())
    pages = [desk.get(f"/orders/{REF}/{part}").content.decode() for part in ("", "itinerary.ics", "raw/")]
    assert not any(re.search("[\u202a-\u202e\u2066-\u2069]", page) for page in pages)
    assert pages[0].count("ECO[U+202E]NOMY") >= 2 and "AB[U+2067]CD" in pages[1]
