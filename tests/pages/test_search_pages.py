"""The search pages: the choices they offer, the forms they post, and the values that never appear in a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord, Connection
from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import shown_order, text_of
from tests.recorded import recorded_views


@pytest.fixture
def own(agent: User, client: Client, settings: object) -> Iterator[tuple[Client, Sandbox]]:
    """A signed-in agent whose only connection leads to a sandbox that this test may change."""
    Connection.objects.for_user(agent).delete()
    with Sandbox() as cdp:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
        connect(agent, cdp, "own")
        client.force_login(agent)
        yield client, cdp


def forms(page: Any) -> list[tuple[str, dict[str, str]]]:
    """Action and hidden fields of the forms that search for something, except the one in the bar."""
    searches = []
    for action, body in re.findall(
        r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.DOTALL
    ):
        fields = dict(re.findall(r'<input type="hidden" name="(q|exactly|first_name|last_name)" value="([^"]*)"', body))
        if fields:
            searches.append((action, {name: unescape(value) for name, value in fields.items()}))
    return searches


@pytest.mark.parametrize(
    "address",
    ["/orders/B94TXY./", "/orders/B94TXY-/", "/orders/B94-TXY/", "/orders/B94TXY%20/", "/orders/%E2%80%9CB94TXY%E2%80%9D/", "/orders/B94TXY%5C/",
     "/orders/B94TXY%5E/", "/orders/B94TXY&x=1/", "/orders/B94TXY//", "/orders/PNR:B94TXY/", "/orders/?q=B94TXY.", "/orders/?q=B%209%204%20T%20X%20Y"],
)  # fmt: skip
def test_an_unclean_value_leads_to_its_order(address: str, desk: Client) -> None:
    page = desk.get(address, follow=True)
    assert page.status_code == 200
    assert shown_order(page) == SEED


@pytest.mark.parametrize(
    "value",
    [
        "B94TXY/FAM4OB",
        "B94TXY+FAM4OB",
        "B94TXY;FAM4OB",
        "B94TXY%7CFAM4OB",
        "B94TXY%20FAM4OB",
        "B94TXY,FAM4OB",
        "B94TXY%2FFAM4OB",
    ],
)
@pytest.mark.parametrize("shape", ["/orders/{}/?ticket=ZD-5", "/orders/?q={}&ticket=ZD-5"])
def test_two_references_give_a_choice_of_both_orders(value: str, shape: str, desk: Client) -> None:
    page = desk.get(shape.format(value), follow=True)
    assert {order.reference_id for order, _address in page.context["listed"]} == {"B94TXY", "FAM4OB"}
    assert "2 orders match" in text_of(page)


@pytest.mark.parametrize("value", ["", "null", "None", "N/A", "undefined", "nil", "-", "%20", "%E2%80%94"])
@pytest.mark.parametrize("shape", ["/orders/{}/?ticket=ZD-5", "/orders/?q={}&ticket=ZD-5"])
def test_an_empty_field_leads_to_the_start_page_with_its_ticket(
    value: str, shape: str, desk: Client, cdp: Sandbox
) -> None:
    page = desk.get(shape.format(value), follow=True)
    assert page.redirect_chain == [("/?search=empty&ticket=ZD-5", 302)]
    assert cdp.calls()["total"] == 0


def test_one_closing_slash_is_the_templates(desk: Client) -> None:
    page = desk.get("/orders/2041/7/", follow=True)
    assert page.status_code == 404
    assert "has no order for 2041/7 (" in text_of(page)


def test_the_way_up_the_path_is_refused(desk: Client, cdp: Sandbox) -> None:
    page = desk.get("/orders/?q=B94TXY..")
    assert page.status_code == 400 and "two dots" in text_of(page)
    assert cdp.calls()["total"] == 0


def test_a_ref_with_an_edge_is_shown_without_going_round_in_circles(own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    ref = cdp.add_order({"ref": "edge-.ref.", "referenceId": "EDGE01", "items": []})
    for address in (f"/orders/{ref}/", "/orders/?q=EDGE01"):
        page = client.get(address, follow=True)
        assert page.status_code == 200 and len(page.redirect_chain) <= 1
        assert "EDGE01" in text_of(page)


def test_a_broken_address_is_named_and_nobody_is_searched(desk: Client, cdp: Sandbox) -> None:
    page = desk.post("/orders/", {"q": "jane @example.com"})
    assert page.status_code == 400
    assert "may be incomplete or invalid" in text_of(page) and "jane @example.com" in text_of(page)
    assert cdp.calls()["total"] == 0


def test_the_address_that_is_asked_for_is_the_one_that_was_pasted(own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    guests = cdp.service.world.guests
    first, second = list(guests)[:2]
    guests[first] = {**guests[first], "emails": ["brien@example.com"], "firstName": "Wrong"}
    guests[second] = {**guests[second], "emails": ["aoife.o'brien@example.com"], "firstName": "Aoife"}
    for typed in ("aoife.o'brien@example.com", "aoife.o&#39;brien@example.com", "aoife.o’brien@example.com"):
        text = text_of(client.post("/orders/", {"q": typed}))
        assert "Aoife" in text and "Wrong" not in text


def test_a_plus_that_a_link_lost_is_put_back_on_the_page(desk: Client, cdp: Sandbox) -> None:
    page = desk.get("/orders/?q=+353851234567&ticket=ZD-5")
    assert page.status_code == 400 and "in a link" in text_of(page)
    assert forms(page) == [("/orders/?ticket=ZD-5", {"q": "+353851234567"})]
    page = desk.get("/orders/?q=jane+tag@example.com")
    assert [fields["q"] for _action, fields in forms(page)] == ["jane+tag@example.com", "tag@example.com"]
    assert cdp.calls()["total"] == 0


@pytest.mark.parametrize(
    "typed", ["email=jane@example.com", "連絡先はjane@example.com", "jane@example.com; tom@example.org"]
)
def test_an_address_that_was_chosen_is_searched_as_it_stands(typed: str, desk: Client) -> None:
    for _action, fields in forms(desk.post("/orders/", {"q": typed})):
        page = desk.post("/orders/", fields)
        assert page.status_code == 404 and "Nobody found" in text_of(page)
    assert AccessRecord.objects.filter(what="searched_email").count() == 2


def test_a_reference_and_an_address_are_both_offered(desk: Client) -> None:
    page = desk.post("/orders/?ticket=ZD-5", {"q": "B94TXY for brennan.family@example.com"})
    assert page.status_code == 200
    assert f"/orders/{SEED}/?ticket=ZD-5" in page.text
    ((action, fields),) = forms(page)
    assert (action, fields["q"]) == ("/orders/?ticket=ZD-5", "brennan.family@example.com")
    assert "ORLA01" in text_of(desk.post(action, fields))
    assert not AccessRecord.objects.filter(reference__contains="@").exists()


def test_a_national_number_beside_a_reference_is_offered_with_its_countries(desk: Client) -> None:
    page = desk.post("/orders/", {"q": "Booking B94TXY, phone 01 555 0123"})
    assert page.status_code == 200
    assert forms(page) == [("/orders/", {"q": "Tel. 01 555 0123"})]
    assert '<option value="IE">Ireland</option>' in page.text


def test_an_address_beside_an_unknown_reference_is_offered_too_and_stands_in_no_link(
    agent: User, cdp: Sandbox, desk: Client
) -> None:
    connect(agent, cdp, "second")
    page = desk.post("/orders/", {"q": "NOSUCH9 brennan.family@example.com"})
    assert page.status_code == 404
    assert "brennan.family@example.com" in [fields["q"] for _action, fields in forms(page)]
    assert not re.search(r'(?:href|action)="[^"]*brennan', page.text)


def test_a_mailto_link_offers_the_reference_of_its_subject(desk: Client) -> None:
    page = desk.post("/orders/", {"q": "mailto:brennan.family@example.com?subject=Booking%20B94TXY"})
    assert "ORLA01" in text_of(page)
    assert forms(page) == [("/orders/", {"q": "B94TXY"})]


def test_a_national_number_asks_for_its_country_and_is_posted_with_it(desk: Client, cdp: Sandbox) -> None:
    page = desk.post("/orders/?ticket=ZD-5", {"q": "(01) 555-0123"})
    assert page.status_code == 400
    assert "has no country code" in text_of(page)
    assert '<option value="IE">Ireland</option>' in page.text
    ((action, fields),) = forms(page)
    assert (action, fields) == ("/orders/?ticket=ZD-5", {"q": "Tel. (01) 555-0123"})
    assert cdp.calls()["total"] == 0
    answer = desk.post(action, {**fields, "country": "IE"})
    assert answer.status_code == 200
    assert recorded_views().get().what == "searched_phone"


def test_the_connections_country_reads_national_numbers(desk: Client, agent: User) -> None:
    Connection.objects.for_user(agent).update(country="IE")
    assert desk.post("/orders/", {"q": "(01) 555-0123"}).status_code == 200
    page = desk.post("/orders/", {"q": "015550123"})
    assert page.status_code == 404 and "may contain a phone number" in text_of(page)
    assert "+35315550123" in [fields["q"] for _action, fields in forms(page)]


def test_bare_digits_are_tried_as_a_reference_and_offered_as_a_number(desk: Client) -> None:
    page = desk.post("/orders/", {"q": "015550123"})
    assert page.status_code == 404
    assert "may contain a phone number" in text_of(page) and "Country of this phone number" in text_of(page)
    assert ("/orders/", {"q": "Tel. 015550123"}) in forms(page)


@pytest.mark.parametrize("country", ["", "XX", "ireland", "<b>"])
def test_an_unknown_country_is_no_country(country: str, desk: Client, cdp: Sandbox) -> None:
    assert desk.post("/orders/", {"q": "(01) 555-0123", "country": country}).status_code == 400
    assert cdp.calls()["total"] == 0


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("Jane Doyle", "Jane", "Doyle"),
        ("DOYLE/JANE MRS", "Jane", "Doyle"),
        ("Doyle, Jane", "Jane", "Doyle"),
        ("山田　太郎", "山田", "太郎"),
    ],
)
def test_a_name_leads_to_the_search_for_people(typed: str, first: str, last: str, desk: Client, cdp: Sandbox) -> None:
    page = desk.post("/orders/?ticket=ZD-5", {"q": typed})
    assert page.status_code == 200
    assert f"Find people named {first} {last}" in text_of(page)
    assert f'name="first_name" maxlength="100" autocomplete="off" value="{first}"' in page.text
    assert re.search(rf'name="last_name"[^>]*value="{last}"', page.text)
    assert 'action="/find-person/?ticket=ZD-5"' in page.text
    assert "reference" not in text_of(page).split("Find people named")[1].split("Search")[
        0
    ].lower() or "no order" in text_of(page)
    assert cdp.calls()["total"] == 0


def test_words_that_may_be_a_name_are_offered_as_one(desk: Client) -> None:
    page = desk.post("/orders/", {"q": "jane doyle"})
    assert page.status_code == 400
    assert forms(page) == [("/find-person/", {"first_name": "jane", "last_name": "doyle"})]


@pytest.mark.parametrize(
    "typed",
    [
        "O'Neill",
        "O’Neill",
        "O‘Neill",
        "Oʼneill",
        "O´Neill",
        "O`Neill",
        " o'neill ",
        "O&#39;Neill",
        "O\u200b'Neill",
        "O＇Neill",
    ],
)
@pytest.mark.parametrize("kept", ["O'Neill", "O’Neill"])
def test_an_apostrophe_finds_the_same_people_however_it_is_written(
    typed: str, kept: str, own: tuple[Client, Sandbox]
) -> None:
    client, cdp = own
    guests = cdp.service.world.guests
    ref = next(iter(guests))
    guests[ref] = {**guests[ref], "firstName": "María-José", "lastName": kept}
    page = client.post("/find-person/", {"first_name": "Mari\u0301a-Jose\u0301", "last_name": typed})
    assert page.status_code == 200 and kept in text_of(page)
    assert len(page.context["guests"]) == 1


@pytest.mark.parametrize(
    ("kept", "typed"),
    [("de la Tour", "de\u00a0la\u3000Tour"), ("Żółć", "Z\u0307o\u0301łc\u0301"), ("می\u200cخواهم", "می\u200cخواهم")],
)
def test_spaces_accents_and_joiners_find_the_same_people(kept: str, typed: str, own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    guests = cdp.service.world.guests
    ref = next(iter(guests))
    guests[ref] = {**guests[ref], "lastName": kept}
    page = client.post("/find-person/", {"last_name": typed})
    assert page.status_code == 200 and len(page.context["guests"]) == 1


def test_an_east_asian_name_is_found_in_either_order(own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    guests = cdp.service.world.guests
    ref = next(iter(guests))
    guests[ref] = {**guests[ref], "firstName": "太郎", "lastName": "山田"}
    page = client.post("/find-person/", {"first_name": "山田", "last_name": "太郎"})
    assert page.status_code == 200 and len(page.context["guests"]) == 1


@pytest.mark.parametrize("typed", ["Nobody", "Nobody\x00", "Nobody\u202e", "می\u200cخواهم", "x" * 500])
def test_a_name_that_nobody_has_is_spoken_of_as_a_name(typed: str, desk: Client) -> None:
    page = desk.post("/find-person/", {"last_name": typed})
    assert page.status_code == 404
    assert "Nobody found" in text_of(page) and "whole names" in text_of(page)
    assert "reference" not in text_of(page).split("Nobody found")[1].split("Check the spelling")[0]


def test_a_spelling_that_fails_is_no_nobody(own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    cdp.answer_with("/v2/guests?lastName=O%E2%80%99Neill&limit=100&offset=0", b"{}", status=503)
    cdp.set_fault("*", "503", "guests")
    page = client.post("/find-person/", {"last_name": "O'Neill"})
    assert page.status_code == 502 and "Nobody found" not in text_of(page)


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("niamh.d'arcy@example.ie", "e-mail address niamh.d'arcy@example.ie"),
        ("+353 (0)85 999 9999", "phone number +353859999999"),
    ],
)
def test_what_nobody_was_found_by_is_repeated(text: str, sought: str, desk: Client) -> None:
    page = desk.post("/orders/", {"q": text})
    assert page.status_code == 404
    assert f"has nobody with the {sought} " in " ".join(text_of(page).split())


def test_the_name_that_nobody_was_found_by_is_repeated(desk: Client) -> None:
    page = desk.post("/find-person/", {"first_name": "Anna", "last_name": "von der Heide"})
    assert "has nobody named Anna von der Heide " in " ".join(text_of(page).split())
