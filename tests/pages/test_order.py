"""The order page over a real socket: found, read as a whole, with one call, nothing shifted, nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import shown_order, text_of
from tests.recorded import recorded_views

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def test_the_seed_order_is_read_from_one_call(desk: Client, cdp: Sandbox) -> None:
    page = desk.get(f"/orders/{SEED}/")
    assert page.status_code == 200
    text = text_of(page)
    for detail in (
        "B94TXY",
        "PURCHASED",
        "Card",
        "Visa",
        "16:00",
        "17:20",
        "20:00",
        "22:40",
        "DUB",
        "LHR",
        "LAS",
        "459",
        "460",
    ):
        assert detail in text, detail
    assert "100.00" in text and "EUR" in text.replace("€", "EUR")
    assert "112.00" in text
    assert cdp.calls()["total"] == 1


def test_nothing_but_get_leaves(desk: Client, cdp: Sandbox) -> None:
    for path in ("", "contacts/", "travellers/", "raw/", "custom-data/", "itinerary.ics"):
        assert desk.get(f"/orders/{SEED}/{path}").status_code == 200
    assert set(cdp.calls()["by_method"]) == {"GET"}


def test_opening_is_recorded_with_reference_route_and_ticket(desk: Client) -> None:
    desk.get(f"/orders/{SEED}/?ticket=ZD-1234")
    look = recorded_views().get()
    assert (look.what, look.order_ref, look.reference, look.route, look.ticket) == (
        "order_opened",
        SEED,
        "B94TXY",
        "DUB–LHR–LAS",
        "ZD-1234",
    )


def test_all_120_items_are_shown(desk: Client, cdp: Sandbox) -> None:
    page = desk.get("/orders/?q=GRP120", follow=True)
    assert page.status_code == 200
    assert "120 of 120" in text_of(page)


@pytest.mark.parametrize(
    "typed", ["B94TXY", " b94txy ", '"B94TXY"', "#B94TXY", "{B94TXY}", SEED, SEED.upper(), "Re: booking B94TXY, please"]
)
def test_whatever_was_pasted_leads_to_the_order(desk: Client, typed: str) -> None:
    posted, linked = desk.post("/orders/", {"q": typed}, follow=True), desk.get("/orders/", {"q": typed})
    assert posted.redirect_chain[-1][0].lower() == f"/orders/{SEED}/"
    for page in (posted, linked):
        assert page.status_code == 200
        assert shown_order(page) == SEED
        assert "B94TXY" in text_of(page)


def test_a_whole_api_address_leads_to_the_order(desk: Client) -> None:
    address = f"https://api-engage-eu.sitecorecloud.io/v2/orders/{SEED}?expand=orderItems"
    assert desk.post("/orders/", {"q": address}, follow=True).redirect_chain[-1][0] == f"/orders/{SEED}/"


def test_a_booking_reference_in_the_path_leads_to_its_order(desk: Client) -> None:
    page = desk.get("/orders/B94TXY/?ticket=ZD-9")
    assert page.status_code == 200
    assert shown_order(page) == SEED
    for part in ("raw/", "contacts/", "travellers/", "custom-data/", "itinerary.ics", ""):
        assert f'href="/orders/{SEED}/{part}?ticket=ZD-9"' in page.text
    assert f'/orders/{SEED}/"' in page.text.partition("data-copy-link=")[2][:120]
    assert list(recorded_views().values_list("what", "order_ref", "reference", "ticket")) == [
        ("order_opened", SEED, "B94TXY", "ZD-9")
    ]


def test_an_unclean_value_in_the_path_goes_to_the_search(desk: Client) -> None:
    page = desk.get("/orders/%23B94TXY%20/", follow=True)
    assert shown_order(page) == SEED


def test_not_found_names_the_connection_and_offers_the_others(desk: Client, agent: User, cdp: Sandbox) -> None:
    connect(agent, cdp, "second tenant")
    page = desk.post("/orders/", {"q": "NOSUCH9"})
    assert page.status_code == 404
    text = text_of(page)
    assert "sandbox" in text and "second tenant" in text and "NOSUCH9" in text
    form = page.content.decode().partition('action="/orders/?connection=second+tenant"')[2]
    assert form.partition("</form>")[0].count('name="q" value="NOSUCH9"') == 1
    missed = recorded_views().get(what="searched_reference")
    assert (missed.reference, missed.outcome, missed.subject) == ("NOSUCH9", "0 found", "")


def test_both_readings_are_tried_at_the_same_time(desk: Client, cdp: Sandbox) -> None:
    desk.post("/orders/", {"q": "nosuch9"})
    paths = cdp.calls()["by_path"]
    assert any("nosuch9" in path for path in paths)
    assert cdp.calls()["total"] == 3  # as a ref, as a reference, and that in capitals


def test_a_placeholder_is_named_and_nothing_is_asked(desk: Client, cdp: Sandbox) -> None:
    page = desk.get("/orders/%7B%7Bticket.custom_field_7%7D%7D/", follow=True)
    assert page.status_code == 400
    assert "link template was not filled in" in text_of(page)
    assert cdp.calls()["total"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "../../v2/guests",
        "%2e%2e%2f%2e%2e%2fv2%2fguests",
        "..%2f..",
        "a%0d%0aHost:%20evil",
        "x" * 10_000,
        "%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7",
        "%00",
        "a%2f..%2fb",
    ],
)
def test_a_hostile_reference_is_refused_before_any_call(desk: Client, cdp: Sandbox, path: str) -> None:
    page = desk.get(f"/orders/{path}/", follow=True)
    assert page.status_code in {400, 404}
    if page.status_code == 404:  # "../" is folded by the client before it is sent; it must not have become an order
        assert "/orders/" not in page.request["PATH_INFO"] or cdp.calls()["total"] == 0
    assert cdp.calls()["total"] == 0


def test_an_unknown_connection_is_said_and_never_replaced(desk: Client, cdp: Sandbox) -> None:
    page = desk.get(f"/orders/{SEED}/?connection=other")
    assert page.status_code == 404
    assert "other" in text_of(page)
    assert cdp.calls()["total"] == 0


def test_without_a_connection_the_page_leads_to_adding_one_and_back(db: None, client: Client) -> None:
    client.force_login(User.objects.create_user("new"))
    page = client.get(f"/orders/{SEED}/")
    assert page.status_code == 409
    assert f"/connections/add/?next=%2Forders%2F{SEED}%2F" in page.content.decode()


def test_the_raw_view_shows_the_json_as_it_came(desk: Client) -> None:
    page = desk.get(f"/orders/{SEED}/raw/")
    assert "100.00" in text_of(page)
    assert "flightSegments" in text_of(page)


def test_panels_opened_right_after_read_what_the_page_read(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/")
    desk.get(f"/orders/{SEED}/raw/")
    desk.get(f"/orders/{SEED}/itinerary.ics")
    assert cdp.calls()["total"] == 1
    desk.get(f"/orders/{SEED}/")
    assert cdp.calls()["total"] == 2


def test_refresh_asks_for_the_panels_anew_and_a_failed_one_shows_nothing_older(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/contacts/")
    desk.get(f"/orders/{SEED}/")
    desk.get(f"/orders/{SEED}/contacts/")
    assert cdp.calls()["total"] == 3
    cdp.set_fault(SEED, "500")
    assert desk.get(f"/orders/{SEED}/").status_code == 502
    assert desk.get(f"/orders/{SEED}/raw/").status_code == 502
    cdp.clear_faults(SEED)


def test_the_raw_view_says_when_its_answers_were_read(desk: Client) -> None:
    page = desk.get(f"/orders/{SEED}/").context["as_of"]
    raw = desk.get(f"/orders/{SEED}/raw/").context["as_of"]
    assert raw <= page


def test_the_calendar_file_is_named_after_the_reference(desk: Client) -> None:
    answer = desk.get(f"/orders/{SEED}/itinerary.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert "B94TXY.ics" in answer["Content-Disposition"]
    assert b"BEGIN:VTIMEZONE" in answer.content


def test_an_unknown_connection_is_said_on_the_start_page_too(desk: Client) -> None:
    assert desk.get("/?connection=nope").status_code == 404
    assert desk.head("/").status_code == 200


@pytest.mark.parametrize("ref", ["a/b", "../../x", "..", "x\ny", "x" * 10_000, "заказ", "a b"])
def test_an_odd_ref_in_an_answer_costs_neither_the_page_nor_the_order(desk: Client, settings: Any, ref: str) -> None:
    order = {"ref": ref, "referenceId": "ODDREF", "status": "CONFIRMED", "orderItems": {"items": [], "limit": 10}}
    with Sandbox() as odd:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": odd.url}
        odd.answer_with(f"/v2/orders/{UNKNOWN}", json.dumps(order).encode())
        odd.answer_with("/v2/orders", json.dumps({"items": [order], "offset": 0, "limit": 100}).encode())
        page = desk.get(f"/orders/{UNKNOWN}/")
        assert page.status_code == 200
        assert "ODDREF" in text_of(page)
        answer = desk.get("/orders/?q=ODDREF")
        assert answer.status_code == 200
        assert "cannot be opened" in text_of(answer)


@pytest.mark.parametrize("page", ["contacts/", "travellers/", "raw/", "custom-data/", "itinerary.ics"])
def test_the_pages_of_an_order_are_found_by_its_booking_reference_too(desk: Client, page: str) -> None:
    answer = desk.get(f"/orders/B94TXY/{page}?ticket=ZD-5")
    assert answer.status_code == 200
    assert recorded_views().get().order_ref == SEED
    assert desk.get(f"/orders/NOSUCH9/{page}").status_code == 404
