"""Contacts and travellers: masked, recorded, and revealed only with the right to do so."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.pages.conftest import SEED
from tests.pages.reading import text_of
from tests.pages.world_of import open_order
from tests.panels import PANELS_OF_AN_ORDER
from tests.recorded import recorded_views

HTMX = {"HX-Request": "true"}


PASSPORT = "PA4412365"  # the seed order's contact


def test_contacts_come_masked_as_a_page_and_as_a_panel(desk: Client, cdp: Sandbox) -> None:
    for headers in ({}, HTMX):
        answer = desk.get(f"/orders/{SEED}/contacts/", headers=headers)
        assert answer.status_code == 200
        assert PASSPORT not in answer.content.decode()
        assert "3 hidden fields" in text_of(answer)
        assert "HX-Request" in answer["Vary"]
    assert ("<html" in desk.get(f"/orders/{SEED}/contacts/").content.decode()) is True
    assert ("<html" in desk.get(f"/orders/{SEED}/contacts/", headers=HTMX).content.decode()) is False


NOBODY_TO_REACH = "No phone number or e-mail address given"
REACHED: list[tuple[dict[str, Any], str, bool]] = [
    ({"emails": ["a@example.com"], "phoneNumbers": ["+353 1 555 0123"]}, "Phone +353 1 555 0123 E-mail a@example.com", False),
    ({"emails": ["a@example.com"]}, "Ann E-mail a@example.com", False),
    ({"phoneNumbers": [35315550123, "ask at the desk"]}, "Phone 35315550123 Phone ask at the desk", False),
    ({}, "Ann", True),
    ({"city": "Dublin", "dateOfBirth": "1980-01-01"}, "1 hidden field: Date of birth", True),
    ({"mobilePhone": "+353 1 555 0123"}, "1 hidden field: Mobile phone", False),
    ({"phoneNumbers": {"home": "+353 1 555 0123"}}, "Could not be read: phoneNumbers", False),
]  # fmt: skip


@pytest.mark.parametrize("many", [1, 9])
def test_whom_to_call_phones_first_and_nobody_only_where_nothing_was_sent(
    desk: Client, cdp: Sandbox, many: int
) -> None:
    for number, (fields, says, nobody) in enumerate(REACHED):
        reference = f"CALL{many}{number}"
        contacts = [{"firstName": "Ann", **fields}] * many
        cdp.add_order({"referenceId": reference, "items": [], "contacts": contacts})
        text = text_of(open_order(desk, reference, "contacts/"))
        assert says in (text if many == 1 else text.replace(" More Ann", "")), text
        assert text.count(NOBODY_TO_REACH) == (many if nobody else 0)


def test_seeing_contacts_is_one_call_and_recorded(desk: Client, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/contacts/")
    assert cdp.calls()["total"] == 1
    assert recorded_views().get().what == "contacts_seen"


def test_all_60_contacts_are_shown(desk: Client) -> None:
    page = desk.get("/orders/GRP120/contacts/")
    assert "Contacts 60 " in text_of(page)
    assert page.content.decode().count('id="person-') >= 60


def test_reveal_shows_one_field_to_those_who_may_and_records_it(desk: Client, supervisor: User, cdp: Sandbox) -> None:
    person = first_person(desk)
    answer = desk.post(
        f"/orders/{SEED}/reveal/", {"person": person, "kind": "contact", "field": "passport_number"}, headers=HTMX
    )
    assert answer.status_code == 200
    assert PASSPORT in text_of(answer)
    assert "2 hidden fields" in text_of(answer)  # one is the birth date
    assert AccessRecord.objects.filter(what="field_revealed", outcome__contains="passport_number").count() == 1


def test_reveal_works_without_javascript(desk: Client, supervisor: User, cdp: Sandbox) -> None:
    answer = desk.post(f"/orders/{SEED}/reveal/", {"person": first_person(desk), "kind": "contact", "field": "all"})
    assert "<html" in answer.content.decode()
    assert PASSPORT in text_of(answer)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_reveals_anything(desk: Client, cdp: Sandbox, method: str) -> None:
    assert "/reveal/" not in desk.get(f"/orders/{SEED}/contacts/").content.decode()
    cdp.reset()
    answer = getattr(desk, method)(f"/orders/{SEED}/reveal/", {"person": "x", "kind": "contact", "field": "all"})
    assert answer.status_code == 403
    assert cdp.calls()["total"] == 0
    look = AccessRecord.objects.get(what="reveal_refused")
    assert look.outcome == ("refused" if method == "get" else "refused: contact all")


@pytest.mark.parametrize("panel", PANELS_OF_AN_ORDER)
def test_each_panel_of_an_order_is_recorded_as_a_view_of_it(desk: Client, panel: str) -> None:
    answer = desk.get(f"/orders/{SEED}/{panel}")
    assert answer.status_code == 200
    assert [view.order_ref for view in recorded_views()] == [SEED]


def test_without_the_record_nothing_is_shown(no_room_for_records: None, desk: Client, cdp: Sandbox) -> None:
    for path in ("", *PANELS_OF_AN_ORDER, "raw/", "itinerary.ics"):
        answer = desk.get(f"/orders/{SEED}/{path}")
        assert answer.status_code == 503, path
        assert "could not be logged" in text_of(answer)
        assert "B94TXY" not in text_of(answer) and PASSPORT not in answer.content.decode()


def first_person(desk: Client) -> str:
    """The first contact's id as the page's own form would post it."""
    answer = desk.get(f"/orders/{SEED}/contacts/")
    return str(answer.context["people"][0].ref)


def test_travellers_show_type_and_flights(desk: Client) -> None:
    text = text_of(desk.get(f"/orders/{SEED}/travellers/"))
    assert "BX 459" in text and "BX 460" in text
    assert "adult" in text.lower()


def test_an_address_in_a_link_is_not_searched_from_there(desk: Client, cdp: Sandbox) -> None:
    page = desk.get("/orders/?q=shared@example.com")
    assert page.status_code == 400
    assert cdp.calls()["total"] == 0
    assert 'method="post"' in page.content.decode()


def test_search_by_e_mail_names_all_guests_with_their_orders(desk: Client, cdp: Sandbox, shared_email: str) -> None:
    page = desk.post("/orders/", {"q": shared_email})
    assert page.status_code == 200
    assert len(page.context["guests"]) == 2
    assert all(guest["orders"] for guest in page.context["guests"])
    look = recorded_views().get()
    assert look.what == "searched_email"
    assert shared_email not in "".join(str(getattr(look, field.name)) for field in look._meta.fields)
    assert len(look.subject) == 64


@pytest.fixture
def shared_email(cdp: Sandbox) -> str:
    """An address that two guests of the sandbox's world share."""
    seen: dict[str, int] = {}
    for guest in cdp.service.world.guests.values():
        for email in guest.get("emails") or []:
            seen[email] = seen.get(email, 0) + 1
    return next(email for email, count in seen.items() if count == 2)
