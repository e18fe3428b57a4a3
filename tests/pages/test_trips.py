"""Lists of orders name the trip and its first day; a strip leads between a customer's orders, back and forth, without a further call."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.cdp.records import Loaded, Order, Person
from orders.models import AccessRecord, PinnedOrder
from orders.privacy import pinned_order
from orders.privacy.access_log import hashed
from orders.services.people import load_orders_of_contacts
from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import Answer, shown_order, text_of
from tests.recorded import recorded_views

JANE = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"
ANEW = {
    "reloaded": {"Cache-Control": "max-age=0"},
    "by its own link": {"Referer": f"http://testserver/orders/{SEED}/"},
    "by the link of its page under its reference": {"Referer": "http://testserver/orders/B94TXY/?ticket=ZD-1"},
}


def other(cdp: Sandbox) -> str:
    """The ref of another order of the seed's customer."""
    ref: str = cdp.service.world.references["JD2TRIP"][0].ref
    return ref


def later(page: Answer) -> str:
    """The address from which a list loads its trips afterwards."""
    match = re.search(r'data-hx-get="(/trips/[^"]*)" data-hx-trigger="load"', page.content.decode())
    assert match
    return unescape(match[1])


def calls(cdp: Sandbox) -> int:
    total: int = cdp.calls()["total"]
    return total


@pytest.mark.parametrize(
    ("method", "address", "typed", "trip"),
    [
        ("post", "/orders/", {"q": "brennan.family@example.com"}, "DUB–AGP–DUB–… · 27 Dec 2026"),
        ("post", "/orders/", {"q": "TWICE1"}, "DUB–LIS · 1 Jul 2023"),
        ("get", f"/orders/{SEED}/guests/{JANE}/orders/", {}, "DUB–LHR–LAS · 15 Aug 2025"),
        ("get", f"/orders/{SEED}/trips/", {}, "DUB–LHR–LAS · 15 Aug 2025"),
    ],
)
def test_a_list_of_orders_says_trip_and_date(
    method: str, address: str, typed: dict[str, str], trip: str, desk: Client
) -> None:
    page = getattr(desk, method)(f"{address}?ticket=ZD-1", typed)
    looks = AccessRecord.objects.count()
    if "/trips/" not in address:
        assert trip not in text_of(page)
        assert trip in text_of(desk.get(later(page)))
        page = desk.get(later(page), headers={"HX-Request": "true"})
    assert trip in text_of(page)
    assert AccessRecord.objects.count() == looks


def test_trips_that_come_later_go_into_their_rows(desk: Client) -> None:
    page = desk.post("/orders/", {"q": "TWICE1"})
    waiting = re.findall(r'data-trip="(\d+)"', page.text)
    part = unescape(desk.get(later(page), headers={"HX-Request": "true"}).text)
    assert len(waiting) == 2
    assert [f"[data-trip='{number}']" in part for number in waiting] == [True, True]
    assert 'id="listed-trips"' in page.text and 'id="listed-trips"' not in part


def test_trips_that_were_just_read_or_came_with_the_list_are_in_it_at_once(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/trips/")
    cdp.reset()
    page = desk.get(f"/orders/{SEED}/guests/{JANE}/orders/")
    assert "DUB–LHR–LAS · 15 Aug 2025" in text_of(page) and "listed-trips" not in page.text
    assert calls(cdp) == 0


def test_an_order_whose_items_do_not_load_is_listed_all_the_same_and_the_failure_said(
    desk: Client, cdp: Sandbox
) -> None:
    ref = other(cdp)
    cdp.set_fault(ref, "503", "order")
    page = desk.get(f"/orders/{SEED}/guests/{JANE}/orders/")
    assert "JD2TRIP" in text_of(page) and "B94TXY" in text_of(page)
    for headers in ({}, {"HX-Request": "true"}):
        trips = desk.get(later(page), headers=headers)
        assert "1 entry did not load" in text_of(trips) and "Try again" in text_of(trips)
        assert "DUB–LHR–LAS · 15 Aug 2025" in text_of(trips)
    cdp.clear_faults(ref)
    assert "did not load" not in text_of(desk.get(later(page), headers={"HX-Request": "true"}))


def test_only_who_was_shown_a_list_loads_its_trips_and_over_its_connection(
    desk: Client, cdp: Sandbox, agent: User
) -> None:
    address = later(desk.post("/orders/", {"q": "TWICE1"}))
    own, ben = address.partition("&of=")[2], User.objects.create_user("ben")
    connect(agent, cdp, "second")
    connect(ben, cdp, "his")
    his = Client()
    his.force_login(ben)
    cdp.reset()
    for client, query in (
        (his, f"?of={own}"),
        (desk, f"?connection=second&of={own}"),
        (desk, f"?of=x{own}"),
        (desk, ""),
    ):
        assert client.get(f"/trips/{query}").status_code == 404
    assert calls(cdp) == 0
    assert desk.get(address).status_code == 200


def test_the_strip_holds_the_customers_orders_and_marks_the_one_on_the_page(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/contacts/")
    for on, marked in (("", SEED), (f"?on={other(cdp)}", other(cdp))):
        page = desk.get(f"/orders/{SEED}/trips/{on}", headers={"HX-Request": "true"})
        assert page.text.count('aria-current="page"') == 1
        assert f'href="/orders/{marked}/"' not in page.text
        assert "JD2TRIP" in text_of(page)
    looks = recorded_views().filter(what="guest_orders_seen")
    assert {(look.order_ref, look.outcome) for look in looks} == {(SEED, "shown")}


def test_somebody_with_one_order_sees_no_strip(desk: Client, cdp: Sandbox) -> None:
    ref = cdp.service.world.references["UTCFED"][0].ref
    page = desk.get(f"/orders/{ref}/trips/", headers={"HX-Request": "true"})
    assert page.text.strip() == '<div id="order-trips"></div>'


NOBODY_ELSE = re.compile(r"The CDP has no other orders for [^.]*\.")


@pytest.mark.parametrize(
    ("guests", "sentence"),
    [
        ([JANE], "The CDP has no other orders for this customer."),
        ([JANE, JANE.upper()], "The CDP has no other orders for this customer."),
        ([JANE, "b"], "The CDP has no other orders for these contacts."),
        ([JANE, "b", "c"], "The CDP has no other orders for these contacts."),
        ([JANE, None], "Other orders of 1 contact are not included here."),
        ([JANE, "b", "c", "d"], "Other orders of 1 contact are not included here."),
        ([JANE, "b", "c", "d", "e", None], "Other orders of 3 contacts are not included here."),
        ([None, None], "The CDP does not say which guests the contacts are, so their other orders cannot be listed."),
        ([], "The CDP has no contacts for this order."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("extent", ["complete", "incomplete"])
def test_no_other_orders_is_said_only_of_contacts_who_were_all_looked_up(
    guests: list[str | None], sentence: str, extent: str, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = extent == "complete"
    nothing: Loaded[Order] = Loaded()
    contacts = Loaded(tuple(Person(guest_ref=guest) for guest in guests), complete=whole)
    monkeypatch.setattr("orders.cdp.client.CdpClient.list_contacts", lambda *_: contacts)
    monkeypatch.setattr("orders.services.people.load_guest_orders", lambda *_: nothing)
    page = text_of(desk.get(f"/orders/{SEED}/trips/"))
    assert ("Some entries may not have loaded." in page) is not whole
    if whole:
        assert sentence in page
    assert bool(NOBODY_ELSE.search(page)) is (whole and bool(NOBODY_ELSE.match(sentence)))
    in_place = desk.get(f"/orders/{SEED}/trips/", headers={"HX-Request": "true"}).text.strip()
    assert (in_place == '<div id="order-trips"></div>') is (whole or not any(guests))


def test_orders_that_did_not_load_are_not_left_out_in_silence(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/contacts/")
    cdp.set_fault("*", "503", "orders")
    page = desk.get(f"/orders/{SEED}/trips/", headers={"HX-Request": "true"})
    assert "Some entries may not have loaded." in text_of(page) and "Try again" in text_of(page)


def test_only_where_contacts_are_shown_in_place_is_the_strip_asked_for(desk: Client, cdp: Sandbox) -> None:
    asks = f'data-hx-get="/orders/{SEED}/trips/"'
    assert asks in desk.get(f"/orders/{SEED}/contacts/", headers={"HX-Request": "true"}).text
    assert asks not in desk.get(f"/orders/{SEED}/contacts/").text


@pytest.mark.parametrize("name", [SEED, "B94TXY"])
def test_switching_and_going_back_cost_no_call(name: str, desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{name}/")
    desk.get(f"/orders/{SEED}/contacts/")
    desk.get(f"/orders/{SEED}/trips/")
    cdp.reset()
    for address in (other(cdp), name, other(cdp), name):
        page = desk.get(f"/orders/{address}/", headers={"Referer": "http://testserver/orders/another/"})
        assert page.status_code == 200 and "0 API calls" in text_of(page)
        assert desk.get(f"/orders/{SEED}/trips/?on={page.context['order_ref']}").status_code == 200
    assert desk.get(f"/orders/{SEED}/contacts/").status_code == 200
    assert calls(cdp) == 0
    assert AccessRecord.objects.filter(what="order_opened").count() == 5


@pytest.mark.parametrize("how", ANEW)
def test_a_refresh_asks_anew_and_forgets_the_strip(how: str, desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/")
    desk.get(f"/orders/{SEED}/trips/")
    cdp.reset()
    assert shown_order(desk.get(f"/orders/{SEED}/", headers=ANEW[how])) == SEED
    assert calls(cdp) == 1
    desk.get(f"/orders/{other(cdp)}/")
    assert calls(cdp) == 2


def test_an_order_that_stands_in_no_strip_is_always_asked_for(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/trips/")
    cdp.reset()
    desk.get("/orders/UTCFED/")
    assert calls(cdp) > 0


def test_the_page_of_an_order_in_a_strip_leads_to_that_strip(desk: Client, cdp: Sandbox) -> None:
    assert "trips-place" not in desk.get(f"/orders/{SEED}/").text
    desk.get(f"/orders/{SEED}/trips/")
    page = desk.get(f"/orders/{other(cdp)}/")
    assert f'href="/orders/{SEED}/trips/?on={other(cdp)}"' in page.text


# --- the start page


def opened(client: Client, *references: str) -> None:
    for reference in references:
        assert client.get(f"/orders/{reference}/").status_code == 200


def listed(client: Client) -> list[str]:
    context = client.get("/").context
    return [look.reference for look, _address in context["recent"]]


def test_the_start_page_names_trip_and_date_of_the_last_five_orders(desk: Client) -> None:
    opened(desk, "B94TXY", "UTCFED", "FAM4OB", "LONGTR", "TIGHT1", "MIXST4")
    assert listed(desk) == ["MIXST4", "TIGHT1", "LONGTR", "FAM4OB", "UTCFED"]
    page = desk.get("/")
    assert [look.reference for look, _address in page.context["older"]] == ["B94TXY"]
    assert "DUB–LHR–LAS · 15 Aug 2025 B94TXY" in text_of(page)
    assert AccessRecord.objects.get(reference="B94TXY").departs == date(2025, 8, 15)


def pin(client: Client, look: AccessRecord, **more: str) -> int:
    return client.post("/pins/", {"order_ref": look.order_ref, "through": look.connection_id, **more}).status_code


def test_pinned_orders_come_first_and_stay_when_others_follow(desk: Client, agent: User) -> None:
    opened(desk, "B94TXY", "UTCFED")
    look = AccessRecord.objects.get(reference="B94TXY")
    for _twice in "12":
        assert pin(desk, look) == 302
    opened(desk, "FAM4OB", "LONGTR", "TIGHT1", "MIXST4", "PAYPND")
    assert listed(desk) == ["B94TXY", "PAYPND", "MIXST4", "TIGHT1", "LONGTR", "FAM4OB"]
    assert pin(desk, look, unpin="on") == 302
    assert listed(desk)[0] == "PAYPND" and not PinnedOrder.objects.exists()


def test_only_orders_of_ones_own_are_pinned_and_not_without_end(desk: Client, agent: User, cdp: Sandbox) -> None:
    ben = User.objects.create_user("ben")
    connect(ben, cdp)
    opened(desk, "B94TXY")
    look = AccessRecord.objects.get(reference="B94TXY")
    his = Client()
    his.force_login(ben)
    assert pin(his, look) == 302 and not PinnedOrder.objects.exists()
    for ref, through in (("\x00", "x"), ("NOSUCH", ""), (look.order_ref, "x")):
        assert desk.post("/pins/", {"order_ref": ref, "through": through}).status_code == 302
    assert not PinnedOrder.objects.exists()
    PinnedOrder.objects.bulk_create(
        PinnedOrder(user=agent, order_ref=f"r{number}") for number in range(pinned_order.MOST_PINNED)
    )
    assert "Not pinned" in text_of(
        desk.post("/pins/", {"order_ref": look.order_ref, "through": look.connection_id}, follow=True)
    )


def test_an_order_that_is_pinned_already_stays_pinned(desk: Client, agent: User) -> None:
    opened(desk, "B94TXY")
    look = AccessRecord.objects.get(reference="B94TXY")
    pin(desk, look)
    before = PinnedOrder.objects.values().get()
    PinnedOrder.objects.bulk_create(
        PinnedOrder(user=agent, order_ref=f"r{number}") for number in range(pinned_order.MOST_PINNED - 1)
    )
    posted = {"order_ref": look.order_ref, "through": look.connection_id}
    assert "Not pinned" not in text_of(desk.post("/pins/", posted, follow=True))
    assert PinnedOrder.objects.values().get(order_ref=look.order_ref) == before


def test_a_pin_that_is_refused_in_place_says_why(desk: Client, agent: User) -> None:
    PinnedOrder.objects.bulk_create(
        PinnedOrder(user=agent, order_ref=f"r{number}") for number in range(pinned_order.MOST_PINNED)
    )
    desk.get(f"/orders/{SEED}/")
    look = AccessRecord.objects.filter(what="order_opened").latest("at")
    posted = {"order_ref": look.order_ref, "through": look.connection_id}
    answer = desk.post("/pins/", posted, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "no more than 12" in text_of(answer) and "Pin to start page" in answer.content.decode()


def test_what_is_pinned_holds_no_names_and_goes_onward_with_connection_and_ticket(desk: Client) -> None:
    opened(desk, "B94TXY")
    look = AccessRecord.objects.get(reference="B94TXY")
    answer = desk.post("/pins/?ticket=ZD-1", {"order_ref": look.order_ref, "through": look.connection_id})
    assert answer["Location"] == "/?ticket=ZD-1"
    row = PinnedOrder.objects.values().get()
    assert {name for name, value in row.items() if isinstance(value, str)} == {
        "order_ref", "reference", "route", "connection_name",
    }  # fmt: skip
    assert (row["reference"], row["departs"]) == ("B94TXY", date(2025, 8, 15))


def test_the_strip_of_several_contacts_records_each_of_them(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    guests, load = ("first", "second", "third"), load_orders_of_contacts
    monkeypatch.setattr(
        "orders.views.trips.load_orders_of_contacts", lambda tenant, ref: replace(load(tenant, ref), guests=guests)
    )
    desk.get(f"/orders/{SEED}/trips/", headers={"HX-Request": "true"})
    looks = recorded_views().filter(what="guest_orders_seen")
    assert {look.subject for look in looks} == {hashed(guest) for guest in guests}
    assert {(look.order_ref, look.outcome) for look in looks} == {(SEED, "shown")}
