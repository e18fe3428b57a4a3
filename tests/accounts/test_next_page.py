"""`next` leads to a page of this site and nowhere else, however it is spelled, and never holds an address that names a person."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from accounts import next_page
from orders.display.jinja import url
from tests.accounts.conftest import PASSWORD

LOGIN = "/accounts/login/"

ELSEWHERE = [
    # another host
    "https://evil.test/", "HTTPS://EVIL.TEST/", "//evil.test", "//evil.test/x", "///evil.test", "////evil.test/%2e%2e", "http:///evil.test",
    "https:evil.test", "https:/evil.test", "http://testserver@evil.test/", "http://testserver:80@evil.test/", "http://evil.test#testserver",
    "http://evil.test?testserver", "http://testserver.evil.test/", "http://evil.test\\@testserver/", "http://testserver:99999/",
    "http://testserver//evil.test/", "http://testserver/%2F/evil.test", "http://[::1", "//[", "ftp://testserver/",
    # another scheme
    "javascript:alert(1)", "JavaScript://testserver/%0aalert(1)", "data:text/html,x", "vbscript:x", "blob:http://testserver/x", "about:blank",
    "java\tscript:alert(1)", "view-source:http://testserver/",
    # backslashes
    "/\\evil.test", "\\\\evil.test", "\\/evil.test", "/\\/evil.test", "http://testserver/\\evil.test/x", "/orders/\\..\\x", "/%5Cevil.test/x",
    "/%255Cevil.test/x", "/orders/x%5C..%5C..%5Cadmin/", "http:\\\\evil.test", "http://testserver\\@evil.test",
    # control characters and white space
    " //evil.test", "\t//evil.test", "/\t/evil.test", "/\n/evil.test", "/\r\n/evil.test", "\x00//evil.test", "/\x00/evil.test", "/\x0b/evil.test",
    "/%0d%0aLocation:%20https://evil.test", "/orders/%00/", "/ /evil.test", "/\u00a0/evil.test", "\u3000//evil.test", "/\u2028/evil.test",
    "/\u202e/evil.test", "\ufeff//evil.test", "/\u200b/evil.test", "/activity/\x7f", "/activity/\x85",
    # encoded slashes, characters that fold into slashes and dots
    "/%2Fevil.test", "/%252Fevil.test", "/%2f%2fevil.test", "%2F%2Fevil.test", "\uff0f\uff0fevil.test", "/\uff0fevil.test", "/\u2044evil.test",
    # dot segments
    "/..", "/../", "/./", "/.", "/orders/../admin/", "/orders/./x/", "/%2e%2e/", "/%2E%2e/admin/", "/.%2e/admin/", "/orders/%2e/x/",
    "/%252e%252e/admin/", "/%25252e%25252e/", "/orders/..%2F..%2Fadmin/", "/..;/admin/../", "/orders/%2e%2e%5cadmin/", "/%25%32%65%25%32%65/",
    # nowhere
    "/accounts/login/", "/accounts/logout/", "/accounts/login/?next=//evil.test", "/accounts/%6Cogin/", "relative", "?q=x", "#x", "",
]  # fmt: skip
OWN = [
    "/activity/", "/orders/x/?a=b&c=d", "http://testserver/activity/?day=2026-01-01", "/", "/orders/?q=..%2F..%2Fadmin", "/orders/?q=B94TXY%5C",
    "/orders/?q=https%3A%2F%2Forders.example.com%2Forders%2FB94TXY%2F", "/orders/B94TXY./?ticket=%234711",
]  # fmt: skip


def given(address: str) -> str:
    return f"{LOGIN}?next={quote(address, safe='')}"


@pytest.mark.any_database
@pytest.mark.parametrize("address", ELSEWHERE)
def test_next_leads_nowhere_else(address: str, anna: User, client: Client) -> None:
    form = client.get(given(address)).text
    assert 'name="next" value=""' in form
    answer = client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(given(address))["Location"] == "/"
    page = client.get(f"/connections/?next={quote(address, safe='')}").text
    assert "Back to the previous page" not in page
    assert "evil" not in page


@pytest.mark.parametrize("address", OWN)
def test_next_leads_anywhere_on_this_site(address: str, anna: User, client: Client) -> None:
    answer = client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": address})
    own = address.removeprefix("http://testserver")
    assert answer["Location"] == own
    page = client.get(f"/connections/?next={quote(address, safe='')}").text
    assert f'<a href="{own}">' in unescape(page)


@pytest.mark.parametrize("address", [address for address in ELSEWHERE if "/accounts/" not in address])
def test_what_is_written_out_is_checked_again(address: str) -> None:
    plain = address.removeprefix("http://testserver")
    assert not next_page.is_own_path(plain)
    assert next_page.own_path(plain) == "/"


def test_a_path_may_hold_what_the_parts_of_a_query_may_not() -> None:
    assert all(next_page.is_own_path(address) for address in OWN if address.startswith("/"))
    assert next_page.own_path(url("activity")) == "/activity/"


@pytest.mark.parametrize("host", ["testserver", "testserver:8443"])
def test_the_port_belongs_to_the_host(host: str) -> None:
    request = RequestFactory().get("/", headers={"Host": host})
    assert next_page.safe_url(request, f"http://{host}/activity/") == "/activity/"
    assert next_page.safe_url(request, "http://testserver:9/activity/", default="none") == "none"


def next_of(address: str) -> str:
    return parse_qs(urlsplit(address).query).get("next", [""])[0]


SENT_AGAIN = [
    ("B94TXY", "/orders/?q=B94TXY&ticket=ZD-1"),
    (" B94TXY\n", "/orders/?q=B94TXY&ticket=ZD-1"),
    ("2041/7", "/orders/?q=2041%2F7&ticket=ZD-1"),
    ("d680c9be-4c07-4731-857e-9602034b15f2", "/orders/?q=d680c9be-4c07-4731-857e-9602034b15f2&ticket=ZD-1"),
    ("Mary Doyle asks about B94TXY", "/orders/?q=B94TXY&ticket=ZD-1"),
]
NOT_SENT = [
    "anna@example.com", "Anna <anna@example.com>", "mailto:anna@example.com", "booking B94TXY of anna@example.com", "+353 86 123 4567",
    "+44 (0)20 7946 0958", "0035386123456", "0861234567", "Mary Doyle", "Where is my refund?", "{{ticket.requester}}",
    "aoife.o'brien@example.com",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "leads_to"), SENT_AGAIN)
def test_a_reference_typed_after_the_session_is_searched_after_the_sign_in(
    typed: str, leads_to: str, client: Client, db: None
) -> None:
    # The form was on the page of another order, which must not be shown instead of the result.
    late = client.post("/orders/?ticket=ZD-1", {"q": typed}, headers={"Referer": "http://testserver/orders/other/"})
    assert next_of(late["Location"]) == leads_to


@pytest.mark.parametrize("typed", NOT_SENT)
def test_a_person_typed_after_the_session_stands_in_no_address(typed: str, anna: User, client: Client) -> None:
    late = client.post(
        "/orders/?ticket=ZD-1&connection=main", {"q": typed}, headers={"Referer": "http://testserver/orders/other/"}
    )
    goal = next_of(late["Location"])
    assert goal == "/?search=not-sent&ticket=ZD-1&connection=main"
    client.force_login(anna)
    page = client.get("/?search=not-sent&ticket=ZD-1").text
    assert "Your search was not carried over" in page
    assert 'action="/orders/?ticket=ZD-1"' in page


def test_a_search_by_name_after_the_session_leads_to_the_start_page(client: Client, db: None) -> None:
    late = client.post("/find-person/?ticket=ZD-1", {"first_name": "Mary", "last_name": "Doyle"})
    assert next_of(late["Location"]) == "/?search=not-sent&ticket=ZD-1"


def test_an_empty_search_after_the_session_leads_to_the_start_page(client: Client, db: None) -> None:
    assert next_of(client.post("/orders/?ticket=ZD-1", {"q": " "})["Location"]) == "/?ticket=ZD-1"


@pytest.mark.parametrize(
    "link",
    [
        "/orders/anna%40example.com/?ticket=ZD-1", "/orders/?q=anna%40example.com&ticket=ZD-1", "/orders/mailto:anna@example.com/?ticket=ZD-1",
        "/orders/+353%2086%20123%204567/?ticket=ZD-1", "/orders/?q=%2B353861234567&ticket=ZD-1",
        "/orders/paid?%20anna@example.com/?ticket=ZD-1", "/orders/anna@example.com/contacts/?ticket=ZD-1",
    ],
)  # fmt: skip
def test_a_link_with_a_person_in_it_is_not_repeated_in_the_address_of_the_sign_in(
    link: str, client: Client, db: None
) -> None:
    answer = client.get(link)
    assert next_of(answer["Location"]) == "/?search=not-sent&ticket=ZD-1"
    # Nor is it repeated as the page around a panel, or as the page with the form.
    page = f"http://testserver{link}"
    panel = client.get("/orders/x/contacts/", headers={"HX-Request": "true", "HX-Current-URL": page})["HX-Redirect"]
    late = client.post("/connections/add/", headers={"Referer": page})["Location"]
    assert not any(trace in address for trace in ("anna", "4567", "353861") for address in (panel, late))


@pytest.mark.parametrize(
    ("link", "goal"),
    [
        ("/orders/%23B94TXY/?ticket=ZD-1", "/orders/?q=%23B94TXY&ticket=ZD-1"),
        ("/orders/..%2F..%2Fadmin%2F/?ticket=ZD-1", "/orders/?q=..%2F..%2Fadmin%2F&ticket=ZD-1"),
        ("/orders/B94TXY%5C/?ticket=ZD-1", "/orders/?q=B94TXY%5C&ticket=ZD-1"),
        ("/orders/paid?%20B94TXY/?ticket=ZD-1", "/orders/?q=paid%3F+B94TXY&ticket=ZD-1"),
        ("/orders/B94TXY/?ticket=ZD-1", "/orders/B94TXY/?ticket=ZD-1"),
        ("/orders//?ticket=ZD-5", "/?ticket=ZD-5"),
    ],
)
def test_a_link_with_an_odd_value_survives_the_sign_in(link: str, goal: str, anna: User, client: Client) -> None:
    to_sign_in = client.get(link)["Location"]
    assert next_of(to_sign_in) == goal
    answer = client.post(to_sign_in, {"username": "anna", "password": PASSWORD, "next": goal})
    assert answer["Location"] == goal
