"""A customer and all their orders, found by a search or through a person on an order. A failure is never shown as "nobody"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord, Connection
from orders.privacy import access_log
from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import text_of
from tests.recorded import recorded_views

JANE = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"
TOM = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e02"
SHARED = "brennan.family@example.com"


@pytest.fixture
def plain_cdp(agent: User, settings: object) -> Iterator[Sandbox]:
    """The agent's only connection leads to a CDP that does not expand, so every guest takes a call of its own."""
    Connection.objects.for_user(agent).delete()
    with Sandbox(expand=False) as cdp:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
        connect(agent, cdp, "plain")
        yield cdp


def test_guests_that_do_not_load_are_a_failure_and_not_nobody(plain_cdp: Sandbox, desk: Client) -> None:
    plain_cdp.set_fault("*", "503", "guest")
    page = desk.post("/orders/", {"q": SHARED})
    assert page.status_code == 502
    assert "Nobody found" not in text_of(page)
    look = recorded_views().get()
    assert (look.what, look.outcome, look.subject) == ("searched_email", "failed: broken", access_log.hashed(SHARED))


@pytest.mark.parametrize(
    ("address", "asked", "what"),
    [
        ("/orders/", {"q": SHARED}, "searched_email"),
        ("/orders/", {"q": "+353 1 555 0123"}, "searched_phone"),
        ("/find-person/", {"last_name": "Doyle"}, "searched_name"),
    ],
)
def test_a_search_that_fails_is_recorded_too(
    address: str, asked: dict[str, str], what: str, desk: Client, cdp: Sandbox
) -> None:
    cdp.set_fault("*", "503", "guests")
    assert desk.post(address, asked).status_code == 502
    assert recorded_views().values_list("what", "outcome").get() == (what, "failed: broken")


def test_orders_that_do_not_load_are_not_counted_and_can_be_tried_again(desk: Client, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503", "orders")
    page = desk.post("/orders/?ticket=ZD-1", {"q": SHARED})
    assert page.status_code == 200
    assert "Orders 0" not in text_of(page)
    assert recorded_views().get().outcome == "2 found, orders of 2 incomplete"
    form = next(form for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if "Try again" in form)
    assert "action=" not in form  # the address of the page itself, including the ticket
    asked = {name: unescape(value) for name, value in re.findall(r'name="(q|\w+_name)" value="([^"]*)"', form)}
    cdp.clear_faults("*")
    again = desk.post("/orders/?ticket=ZD-1", asked)
    assert "ORLA01" in text_of(again)
    assert "Try again" not in text_of(again)


def test_a_guest_that_does_not_load_is_counted_in_the_record(plain_cdp: Sandbox, desk: Client) -> None:
    plain_cdp.set_fault(TOM, "503", "guest")
    page = desk.post("/orders/", {"q": SHARED})
    assert page.status_code == 200
    assert "1 entry did not load" in text_of(page)
    assert recorded_views().get().outcome == "1 found, 1 not loaded"


def test_the_orders_of_a_guest_on_the_order_with_the_order_itself_marked(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/")
    desk.get(f"/orders/{SEED}/contacts/")
    cdp.reset()
    page = desk.get(f"/orders/{SEED}/guests/{JANE.upper()}/orders/")
    assert cdp.calls()["total"] == 1  # the list; trips that were not just read are loaded after it
    assert "JD2TRIP" in text_of(page) and "JD3OLD" in text_of(page)
    assert text_of(page).count("this order") == 1
    assert f'href="/orders/{SEED}/"' not in page.text.split('id="guest-orders"')[1]
    look = AccessRecord.objects.get(what="guest_orders_seen")
    assert (look.reference, look.outcome, look.subject) == ("B94TXY", "shown", access_log.hashed(JANE))


def test_a_traveller_who_is_no_contact_has_orders_too(plain_cdp: Sandbox, desk: Client) -> None:
    ref = plain_cdp.add_order(
        {
            "referenceId": "LONELY",
            "items": [{"type": "BAG", "price": 1, "quantity": 1}],
            "consumers": [{"_guest": TOM, "_on": [1], "firstName": "Tom", "lastName": "Brennan"}],
        }
    )
    page = desk.get(f"/orders/{ref}/guests/{TOM}/orders/")
    assert page.status_code == 200
    assert "FAM4OB" in text_of(page)


@pytest.mark.parametrize("ref", [SEED, "NOT-AN-ORDER"])
def test_nobody_elses_orders_are_shown(ref: str, desk: Client, cdp: Sandbox) -> None:
    page = desk.get(f"/orders/{ref}/guests/{TOM}/orders/")
    assert page.status_code == 404
    assert "FAM4OB" not in text_of(page)
    look = recorded_views().get()
    assert (look.outcome, look.subject) == ("not shown: nobody on this order", access_log.hashed(TOM))


@pytest.mark.parametrize("part", ["contacts", "consumers"])
def test_people_who_do_not_load_are_not_taken_for_strangers(part: str, desk: Client, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503", part)
    page = desk.get(f"/orders/{SEED}/guests/{TOM}/orders/")
    assert page.status_code == 502
    assert not recorded_views().exists()


def test_a_list_of_orders_to_choose_from_is_a_look(desk: Client, cdp: Sandbox) -> None:
    page = desk.get("/orders/?q=twice1&ticket=ZD-1")
    assert len(page.context["listed"]) == 2
    look = recorded_views().get()
    assert (look.what, look.reference, look.outcome, look.ticket) == ("orders_listed", "TWICE1", "2 listed", "ZD-1")
    assert look.connection_name.startswith("sandbox")
