"""After a failure: the same request is repeated without retyping, the connection page leads back, and the log has one line."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import text_of
from tests.recorded import recorded_views

ON_THE_ORDER = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/orders/{SEED}/"}
LINES = "orders.cdp"


@pytest.fixture
def faulty(cdp: Sandbox) -> Any:
    """Sets faults that end with the test."""
    yield cdp.set_fault
    for target in (SEED, "GRP120", "*"):
        cdp.clear_faults(target)


@pytest.mark.parametrize("panel", ["contacts", "travellers", "custom-data"])
def test_a_failed_panel_asks_again_in_its_own_place(desk: Client, faulty: Any, panel: str) -> None:
    faulty(SEED, "500")
    answer = desk.get(f"/orders/{SEED}/{panel}/", headers=ON_THE_ORDER)
    assert answer.status_code == 502
    links = re.findall(r"<a [^>]*>Try again", answer.content.decode())
    assert [re.findall(r'data-hx-(?:get|target|swap)="([^"]*)"', link) for link in links] == [
        [f"/orders/{SEED}/{panel}/", f"#order-{panel}", "outerHTML"]
    ]
    assert f'id="order-{panel}"' in answer.content.decode()


def test_a_refused_panel_leads_to_the_connections_and_back_to_the_order(desk: Client, faulty: Any) -> None:
    faulty(SEED, "401")
    answer = desk.get(f"/orders/{SEED}/contacts/", headers=ON_THE_ORDER)
    assert answer.status_code == 403
    assert f'href="/connections/?next=%2Forders%2F{SEED}%2F"' in answer.content.decode()


def test_a_failed_search_is_asked_again_with_what_was_typed(desk: Client, faulty: Any, cdp: Sandbox) -> None:
    faulty("*", "503", "guests")
    failed = desk.post("/orders/?ticket=ZD-1", {"q": "jane.doyle@example.com"})
    assert failed.status_code == 502
    (form,) = re.findall(
        r'<form class="inline-form" method="post" action="([^"]*)">(.*?)</form>', failed.content.decode()
    )
    assert form[0] == "/orders/?ticket=ZD-1"
    typed = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert typed.pop("csrfmiddlewaretoken")
    assert typed == {"q": "jane.doyle@example.com"}
    cdp.clear_faults("*")
    assert desk.post(form[0], typed).status_code == 200


def test_a_failed_search_by_name_keeps_both_names(desk: Client, faulty: Any) -> None:
    faulty("*", "503", "guests")
    failed = desk.post("/find-person/", {"first_name": "Jane", "last_name": "Doyle"}).content.decode()
    assert 'name="first_name" value="Jane"' in failed and 'name="last_name" value="Doyle"' in failed


def test_an_order_read_in_part_says_so_where_its_passengers_are_counted(desk: Client, faulty: Any) -> None:
    faulty("GRP120", "500", "items:2")
    page = desk.get("/orders/?q=GRP120", follow=True)
    header = text_of(page).split("things to check")[0]
    assert re.search(r"at least \d+ ", header)
    assert "100 items loaded; there may be more · Try again" in header


def test_an_item_that_fails_is_no_limit(desk: Client, faulty: Any) -> None:
    faulty("GRP120", "no-expand", "items")
    faulty("GRP120", "500", "item:3")
    page = text_of(desk.get("/orders/?q=GRP120", follow=True))
    assert "119 of at least 120 items loaded · Try again" in page
    assert (
        "No other items could be loaded." in page
        and "limit reached" not in page
        and "cannot load any more items" not in page
    )


@pytest.mark.parametrize(("version", "left_out"), [("v2.1", True), ("v2", False)])
@pytest.mark.parametrize("has_some", [True, False])
def test_custom_data_may_be_missing_where_the_lists_of_items_contradict_each_other(
    agent: User, desk: Client, cdp: Sandbox, version: str, left_out: bool, has_some: bool
) -> None:
    connect(agent, cdp, "other", version=version)
    inline = {"offset": 0, "limit": 1, "items": [{"ref": "i-1", "type": "BAG", "name": "Bag"}]}
    order = json.dumps({"ref": SEED, "status": "CONFIRMED", "orderItems": inline})
    cdp.answer_with(f"/{version}/orders/{SEED}", order.encode())
    cdp.answer_with(f"/{version}/orders/{SEED}/orderItems", b'{"offset": 0, "limit": 100, "items": []}')
    for path in ("extExt", "extensions/ext"):
        body = b'{"name": "ext", "tripType": "OW"}' if has_some else b"{}"
        cdp.answer_with(f"/{version}/orders/{SEED}/{path}", body, status=200 if has_some else 404)
    page = desk.get(f"/orders/{SEED}/custom-data/?connection=other")
    assert page.status_code == 200
    assert ("OW" in text_of(page)) is has_some
    assert ("Some entries may not have loaded." in text_of(page)) is left_out
    assert ("has no custom data" in text_of(page)) is not (has_some or left_out)


def failures(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    lines: list[Any] = [record.msg for record in caplog.records if record.name == LINES]
    return [dict(line) for line in lines]


def test_a_failure_leaves_one_line_without_anybody_in_it(
    desk: Client, faulty: Any, caplog: pytest.LogCaptureFixture
) -> None:
    faulty("*", "500", "guests")
    desk.post("/orders/", {"q": "jane.doyle@example.com"}, headers={"X-Request-ID": "the-number-of-this"})
    (line,) = failures(caplog)
    assert line.pop("ms") >= 0 and line.pop("at")
    UUID(line.pop("connection"))
    assert line == {
        "event": "the CDP failed", "level": "warning", "request_id": "the-number-of-this", "code": "broken", "error": "HTTP 500",
        "route": "orders", "region": "sandbox", "calls": 3, "failed": 1, "whole": True,
    }  # fmt: skip


def test_a_failure_in_part_leaves_one_line_and_an_answer_of_none(
    desk: Client, faulty: Any, caplog: pytest.LogCaptureFixture
) -> None:
    faulty("GRP120", "500", "items:2")
    desk.get("/orders/?q=GRP120", follow=True)
    (line,) = failures(caplog)
    assert (line["code"], line["route"], line["failed"], line["whole"]) == ("broken", "orders", 1, False)
    caplog.clear()
    assert desk.get("/orders/NOSUCH9/").status_code == 404
    assert failures(caplog) == []


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_is_not_waited_for_beyond_the_promise(agent: User, client: Client) -> None:
    if database.vendor == "postgresql":
        pytest.skip("PostgreSQL locks tables and rows; tests/faults/test_postgresql.py waits for those")
    client.force_login(agent)
    client.get(f"/orders/{SEED}/")
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        page = client.get(f"/orders/{SEED}/")
        took = time.monotonic() - began
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert page.status_code == 503
    assert "could not be logged" in text_of(page)
    assert took < 4
    assert recorded_views().count() == 1
