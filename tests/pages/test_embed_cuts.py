"""Content that does not fit into a frame: the frame states how much more there is, and links to the page that has all of it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.test_embed import listed, read, token_for
from tests.pages.test_pagination import REF, answer, serve
from tests.pages.test_scaling import flown, segment

__all__ = ["listed"]

MORE = re.compile(r'<a href="([^"]+)"[^>]*>\s*… and (\d+) more</a>')


def cuts(page: str) -> list[tuple[str, int]]:
    """The address and the number of each "… and N more"."""
    return [(address.replace("&amp;", "&"), int(count)) for address, count in MORE.findall(page)]


@pytest.mark.parametrize(("flights", "slow", "bags"), [(6, 6, 14), (7, 7, 14), (61, 7, 1), (70, 12, 40)])
def test_what_is_cut_is_counted_and_leads_to_all_of_it(
    desk: Client, cdp: Sandbox, flights: int, slow: int, bags: int
) -> None:
    """Each flight is a journey of its own; the slow ones are impossible, which gives an alert for each."""
    legs = [segment(at, 3 * 1440 * at, at, minutes=900 if at < slow else 80) for at in range(flights)]
    carried: list[dict[str, object]] = [{"type": "BAG", "name": f"bag {number}"} for number in range(bags)]
    serve(cdp, [*map(flown, legs), *carried])
    page = read(token_for(desk), REF, ticket="ZD-7").text
    whole = f"/orders/{REF}/?ticket=ZD-7"
    days = re.search('<nav class="days".*?</nav>', page, re.DOTALL)
    shown = days[0].count("<b>") if days else flights
    expected = [(whole, slow - 6), ("#journey-", flights - shown), (f"{whole}#money", flights + bags - 20)]
    links = [(re.sub("(#journey-).*", r"\1", address), count) for address, count in cuts(page)]
    assert links == [(address, count) for address, count in expected if count]
    assert page.count('<section class="journey"') == flights
    for anchor in re.findall('<a href="#([^"]+)"', page):
        assert page.count(f'id="{anchor}"') == 1
    assert 'id="money"' in desk.get(whole).text


def test_an_extra_at_its_flight_leads_to_its_price(desk: Client, cdp: Sandbox) -> None:
    """In the frame, or on the whole page if the frame leaves its row out."""
    bags: list[dict[str, object]] = [{"type": "BAG", "name": f"bag {number}"} for number in range(21)]
    for at in (0, 20):
        bags[at]["productId"] = "BRU-ZRH"
    serve(cdp, [flown(segment(1)), *bags])
    whole = f"/orders/{REF}/?ticket=ZD-7"
    frame, page = read(token_for(desk), REF, ticket="ZD-7").text, desk.get(whole).text
    for shown, links in ((frame, ["#item-2", f"{whole}#item-22"]), (page, ["#item-2", "#item-22"])):
        extras = re.search('<ul class="facts-extras".*?</ul>', shown, re.DOTALL)
        assert extras
        assert re.findall('<a href="([^"]+)"', extras[0]) == links
        assert shown.count('id="item-2"') == 1
    assert page.count('id="item-22"') == 1


@pytest.mark.parametrize("count", [20, 21, 45])
def test_of_many_orders_the_rest_is_one_link_away(desk: Client, cdp: Sandbox, count: int) -> None:
    orders = [json.loads(answer(ref=REF[:-2] + f"{number:02}")) for number in range(count)]
    cdp.answer_with("/v2/orders", json.dumps({"items": orders, "offset": 0, "limit": 100}).encode())
    page = read(token_for(desk), "#HOSTIL", ticket="ZD-7").text
    assert page.count("data-order=") == min(count, 20)
    assert cuts(page) == ([("/orders/?q=HOSTIL&ticket=ZD-7", count - 20)] if count > 20 else [])
