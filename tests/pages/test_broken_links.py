"""Links and forms that arrive broken, late or too early: no address repeats personal data, and no ticket is lost without a notice."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from orders.models import AccessRecord
from tests.pages.conftest import SEED

ORDER = f"/orders/{SEED}/"
NOT_SENT = "/?search=not-sent"
LOOKS = [
    "order_opened",
    "contacts_seen",
    "travellers_seen",
    "raw_seen",
    "reveal_refused",
    "searched_reference",
    "calendar_seen",
]


def asked_before_sign_in(address: str, client: Client) -> str:
    answer = client.get(address)
    assert answer.status_code == 302
    return unquote(answer["Location"].removeprefix("/accounts/login/?next="))


@pytest.mark.parametrize(
    ("address", "goal"),
    [
        ("/orders/?B94TXY/?ticket=RM-4", f"{ORDER}?ticket=RM-4"),
        ("/orders/?B94TXY/", ORDER),
        ("/orders/?%20B94TXY?/?ticket=RM-4&connection=sandbox", f"{ORDER}?connection=sandbox&ticket=RM-4"),
        ("/orders/?/?ticket=RM-4", "/?search=empty&ticket=RM-4"),
        ("/orders/??/?ticket=RM-4", "/?search=empty&ticket=RM-4"),
        ("/orders/?q=B94TXY?ticket=RM-4", f"{ORDER}?ticket=RM-4"),
        ("/orders/?q=B94TXY/?ticket=RM-4", f"{ORDER}?ticket=RM-4"),
        ("/orders/?connection=sandbox&q=B94TXY?ticket=RM-4", f"{ORDER}?connection=sandbox&ticket=RM-4"),
        ("/orders/?q=paid?%20B94TXY&ticket=RM-4", f"{ORDER}?ticket=RM-4"),
        ("/orders/B94TXY/?ticket=RM-4/", f"{ORDER}?ticket=RM-4"),
        ("/orders?q=B94TXY&ticket=RM-4", f"{ORDER}?ticket=RM-4"),
    ],
)
def test_a_question_mark_in_front_or_twice_loses_neither_value_nor_ticket(
    desk: Client, address: str, goal: str
) -> None:
    answer = desk.get(address, follow=True)
    page = answer.content.decode()
    if goal.startswith(ORDER):  # the page arrives in the same answer, and its links carry the values of the address
        assert f'<link rel="canonical" href="http://testserver{ORDER}">' in page
        assert goal in map(unescape, _addresses(page))
    else:
        assert answer.redirect_chain[-1][0] == goal


@pytest.mark.parametrize(
    "part", ["contacts/", "travellers/", "raw/", "custom-data/", "itinerary.ics", "guests/x/orders/", "reveal/"]
)
@pytest.mark.parametrize(
    "value",
    ["jane@example.com", "jane%2540example.com", "+353 85 123 4567", "%2B353851234567", "B94TXY jane@example.com"],
)
def test_a_part_of_an_order_is_no_way_around_the_offer_to_search(desk: Client, value: str, part: str) -> None:
    answer = desk.get(f"/orders/{value}/{part}?ticket=RM-4")
    page = answer.content.decode()
    assert answer.status_code in {200, 400}
    assert "Search for <bdi>" in page
    assert "Ticket" in page and "RM-4" in page
    assert not any("jane" in unquote(unquote(address)) or "4567" in address for address in _addresses(page))
    assert not AccessRecord.objects.filter(what__in=LOOKS).exists()


@pytest.mark.parametrize("value", ["jane@example.com B94TXY", "B94TXY jane@example.com", "B94TXY +353 85 123 4567"])
def test_a_person_beside_a_reference_is_offered_in_both_shapes(desk: Client, value: str) -> None:
    for answer in (desk.get(f"/orders/{value}/"), desk.get("/orders/", {"q": value})):
        assert answer.status_code == 200
        assert "Search for <bdi>" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "next_page"),
    [
        ("/orders/B94TXY/?ticket=jane@example.com", "/orders/B94TXY/?ticket=…"),
        ("/orders/B94TXY/?ticket=jane%2540example.com", "/orders/B94TXY/?ticket=…"),
        ("/orders/B94TXY/?ticket=%2B353851234567", "/orders/B94TXY/?ticket=…"),
        ("/orders/#/?ticket=RM-4".replace("#", "%23"), "/orders/?q=#&ticket=RM-4"),
        ("/orders/B94TXY/?jane@example.com", "/orders/B94TXY/"),
        ("/?q=jane@example.com", "/?q=…"),
        ("/orders/B94TXY/?ticket=0012345678", "/orders/B94TXY/?ticket=0012345678"),
        ("/find-person/?first_name=Jane&last_name=Doyle&ticket=RM-4", "/find-person/?ticket=RM-4"),
        ("/orders?q=jane@example.com", NOT_SENT),
        ("/orders/jane.doe at example.com/", NOT_SENT),
        ("/orders/jane (at) example (dot) com/", NOT_SENT),
        ("/orders/jane@example.com/contacts/?ticket=RM-4", f"{NOT_SENT}&ticket=RM-4"),
    ],
)
def test_nothing_of_a_person_goes_through_the_sign_in(
    agent: User, client: Client, address: str, next_page: str
) -> None:
    assert unquote(asked_before_sign_in(address, client)) == next_page


@pytest.mark.parametrize(
    ("page", "goal"),
    [
        ("/orders/jane@example.com/", NOT_SENT),
        ("/orders/?q=jane%40example.com&ticket=RM-4", f"{NOT_SENT}&ticket=RM-4"),
        ("/orders/?q=%2B353851234567", NOT_SENT),
        ("/orders/B94TXY/?ticket=jane@example.com", "/orders/B94TXY/?ticket=%E2%80%A6"),
        ("/find-person/?last_name=Doyle", "/find-person/"),
        ("/orders/B94TXY/?ticket=RM-4", "/orders/B94TXY/?ticket=RM-4"),
        ("/activity/?person=agent", "/activity/?person=agent"),
        ("/orders/a..b/", "/orders/?q=a..b"),
        ("/orders/B94%20TXY/?ticket=RM-4", "/orders/?q=B94+TXY&ticket=RM-4"),
    ],
)
def test_next_names_no_person(desk: Client, page: str, goal: str) -> None:
    assert desk.get("/accounts/login/", {"next": page})["Location"] == goal
    shown = desk.get("/connections/", {"next": page}).content.decode()
    assert "jane" not in shown and "Doyle" not in shown and "3538" not in shown


@pytest.mark.parametrize(
    "ticket", ["RM 4", "null", "undefined", "N/A", "-", "{{ticket.id}}", "<script>", "9" * 65, "jane@example.com"]
)
@pytest.mark.parametrize(
    "link", ["/orders/B94TXY/", "/orders/?q=B94TXY", "/orders/'B94TXY'/", "/orders/", "/orders/B94TXY/raw/"]
)
def test_a_ticket_that_is_not_kept_is_said_wherever_the_link_leads(desk: Client, link: str, ticket: str) -> None:
    name, mark, query = link.partition("?")
    data = {**dict([query.split("=")] if mark else []), "ticket": ticket}
    answer = desk.get(name, data, follow=True)
    assert "was ignored because" in answer.content.decode()
    assert not any("jane" in unquote(unquote(address)) for address, _status in answer.redirect_chain)
    assert not AccessRecord.objects.exclude(ticket="").exists()


@pytest.mark.parametrize(
    "value",
    ["unknown", "TBD", "tbc", "null/null", "N/A N/A", "#REF!", "not provided", "unbekannt", "null, null", "none;none"],
)
def test_a_word_for_an_empty_field_is_not_asked(desk: Client, value: str) -> None:
    for answer in (
        desk.get("/orders/", {"q": value, "ticket": "RM-4"}),
        desk.get("/orders/x/".replace("x", value.replace("#", "%23"))),
    ):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/?search=empty")
    typed = desk.post("/orders/", {"q": value})
    assert typed.status_code == 400
    assert "There is no reference in this text." in typed.content.decode()
    assert not AccessRecord.objects.filter(what="searched_reference").exists()


@pytest.mark.parametrize(
    "value", ["[pnr]", "{pnr}", "$PNR", "@pnr", "__PNR__", "__BOOKING__", "[[booking]]", "<pnr>", ":ref", "(order)"]
)
def test_a_template_that_was_not_filled_in_is_not_asked(desk: Client, value: str) -> None:
    for answer in (desk.get("/orders/", {"q": value}), desk.get(f"/orders/{value}/")):
        assert answer.status_code == 400
        assert "The link template was not filled in" in answer.content.decode()
    assert not AccessRecord.objects.filter(what="searched_reference").exists()


def test_a_reference_that_is_only_too_long_is_called_that(desk: Client) -> None:
    for answer in (desk.get("/orders/", {"q": "a" * 129}), desk.get(f"/orders/{'a' * 129}/")):
        assert answer.status_code == 400
        assert "That is too long for a reference." in answer.content.decode()


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
@pytest.mark.parametrize("site", ["none", "same-origin", "same-site", "cross-site", ""])
def test_nothing_is_recorded_of_a_page_loaded_ahead(desk: Client, site: str, header: str) -> None:
    sent = {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Site": site,
        header: "prefetch;prerender",
    }
    for address in (ORDER, "/orders/?q=NOSUCH", f"{ORDER}contacts/"):
        assert desk.get(address, headers=sent).status_code == 403
    assert not AccessRecord.objects.filter(what__in=LOOKS).exists()


def test_following_a_link_to_a_reveal_shows_the_contacts_and_reveals_nothing(desk: Client, supervisor: User) -> None:
    assert desk.get(f"{ORDER}reveal/?ticket=RM-4")["Location"] == f"{ORDER}contacts/?ticket=RM-4"
    assert not AccessRecord.objects.filter(what__in=("reveal_refused", "field_revealed")).exists()


def test_a_failed_search_that_a_link_brought_is_repeated_by_a_form(desk: Client, cdp: object) -> None:
    cdp.set_fault("*", "html")  # type: ignore[attr-defined]
    for answer in (
        desk.get("/orders/", {"q": "B94TXY jane@example.com"}),
        desk.get("/orders/B94TXY jane@example.com/"),
        desk.get("/orders/B94TXY jane@example.com/raw/"),
    ):
        page = answer.content.decode()
        assert answer.status_code >= 500
        assert 'name="q" value="B94TXY jane@example.com"' in page
        assert not any("jane" in unquote(address) for address in _addresses(page))


def test_a_name_typed_into_a_form_that_was_too_old_is_offered_again(agent: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(agent)
    answer: HttpResponse = browser.post("/find-person/?ticket=RM-4", {"first_name": "Jane", "last_name": "Doyle"})  # type: ignore[assignment]
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Find people named <bdi>Jane Doyle</bdi>" in page
    assert 'action="/find-person/?ticket=RM-4"' in page


def test_the_printed_address_holds_nothing_but_the_order(desk: Client) -> None:
    page = desk.get(f"{ORDER}?jane@example.com&ticket=RM-4&utm_source=mail").content.decode()
    assert f"http://testserver{ORDER}</p>" in page
    assert "jane@" not in page


def _addresses(page: str) -> list[str]:
    return re.findall(r'(?:href|action)="([^"]*)"', page)
