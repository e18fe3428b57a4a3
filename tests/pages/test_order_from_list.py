"""An order from a list with all its items: the same page as under its ref, its raw data, and no second request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from orders.cdp.refs import is_ref
from orders.models import Connection
from sandbox.server import Sandbox
from sandbox.world import Order
from tests.pages.conftest import SEED, connect
from tests.pages.reading import text_of

REFERENCE = re.compile(r"[A-Z0-9]{5,12}")
MOST_ITEMS = 60  # a higher number only takes longer


@pytest.fixture(scope="module")
def whole() -> Iterator[Sandbox]:
    with Sandbox(list_items=True) as cdp:
        yield cdp


@pytest.fixture(params=["v2", "v2.1"])
def desk(request: pytest.FixtureRequest, whole: Sandbox, agent: User, client: Client, settings: Any) -> Client:
    settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": whole.url}
    Connection.objects.for_user(agent).delete()
    connect(agent, whole, version=request.param)
    client.force_login(agent)
    whole.reset()
    return client


def orders_of(cdp: Sandbox) -> Iterator[tuple[str, Order]]:
    """Orders with a booking reference that no other order has, and one of each kind that differs only by number."""
    for reference, orders in cdp.service.world.references.items():
        order, copy = orders[0], re.fullmatch(r"AGENT\d+|COMM(0[2-9]|1\d)", reference)
        plain = len(orders) == 1 and not order.faults and len(order.items) <= MOST_ITEMS and is_ref(order.ref)
        if plain and not copy and REFERENCE.fullmatch(reference):
            yield reference, order


def article(page: Any) -> str:
    """The text of the page, without the words on how and when it was read."""
    text = text_of(page).partition("Close")[0]
    return re.sub(r"As of .*? Refresh|Read from the CDP on .*? (?=http)", "", text)


def test_every_order_looks_the_same_under_its_reference_and_its_ref(
    desk: Client, whole: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A current trip has its places' local time on the page, and minutes pass while the pages are read.
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    seen = 0
    for reference, order in orders_of(whole):
        by_reference, by_ref = desk.get(f"/orders/{reference}/"), desk.get(f"/orders/{order.ref}/")
        seen += 1
        shown = by_reference.status_code, article(by_reference)
        assert shown == (by_ref.status_code, article(by_ref)), reference
    assert seen > 40


def test_the_raw_data_of_the_page_are_the_list_it_was_made_of(desk: Client, whole: Sandbox) -> None:
    assert "2 API calls ·" in text_of(desk.get("/orders/B94TXY/"))  # one for each reading of the value
    asked = whole.calls()["total"]
    raw = desk.get(f"/orders/{SEED}/raw/")
    text = text_of(raw)
    assert whole.calls()["total"] == asked
    assert "/orders?referenceId=B94TXY" in text
    assert '"flightSegments"' in text and '"paymentType": "Card"' in text


def test_a_panel_takes_the_order_from_the_list_and_a_refresh_asks_for_it_by_its_ref(
    desk: Client, whole: Sandbox
) -> None:
    desk.get("/orders/B94TXY/")
    whole.reset()
    assert desk.get(f"/orders/{SEED}/itinerary.ics").status_code == 200
    assert whole.calls()["total"] == 0
    assert desk.get(f"/orders/{SEED}/").status_code == 200
    assert f"/orders/{SEED}" in " ".join(whole.calls()["by_path"])


def test_a_list_of_several_orders_is_no_document_of_one_of_them(desk: Client, whole: Sandbox) -> None:
    page = desk.get("/orders/TWICE1/")
    assert "2 orders match" in text_of(page)
    ref = next(order.ref for order in whole.service.world.references["TWICE1"])
    assert "referenceId=TWICE1" not in text_of(desk.get(f"/orders/{ref}/raw/"))
