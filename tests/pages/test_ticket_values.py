"""Each value of ticket fields in both shapes of link, encoded and not, signed in and signed out: where the link leads."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.pages.conftest import SEED
from tests.pages.reading import shown_order
from tests.pages.ticket_values import VALUES, Value

TICKET = "RM-4"
PERSONAL = ("jane.doe", "4567")
LANDINGS = {
    "order": r"<title>B94TXY ·",
    "chooser": r"<title>Several orders match",
    "miss": r"<title>Not found",
    "start": r"<title>Find an order",
    "unclear": r"<title>Not searched",
    "placeholder": r"The link template was not filled in",
    "person": r"Search for this person\?",
}
# Characters that Chromium leaves unencoded in a path and in a query; tests/flows/test_ticket_links.py compares them.
PATH_SAFE, QUERY_SAFE = "/%!$&'()*+,;=:@-._~|[]", "/%!$&()*+,;=:@-._~|[]^`{}\\?"


def as_browser(address: str) -> str:
    """The path and query that a browser sends for an address that was not encoded."""
    address = re.sub(r"[\t\r\n]", "", address.strip()).partition("#")[0]
    path, mark, query = address.partition("?")
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/")[1:]:
        if re.sub("%2e", ".", part, flags=re.IGNORECASE) == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return quote("/" + "/".join(parts), safe=PATH_SAFE) + mark + quote(query, safe=QUERY_SAFE)


def addresses(value: Value) -> dict[str, tuple[str, str]]:
    """The four links with the value, each with its right answer."""
    encoded = quote(value.value, safe="")
    return {
        "path, encoded": (f"/orders/{encoded}/?ticket={TICKET}", value.right),
        "path, raw": (as_browser(f"/orders/{value.value}/?ticket={TICKET}"), value.raw or value.right),
        "query, encoded": (f"/orders/?q={encoded}&ticket={TICKET}", value.right),
        "query, raw": (as_browser(f"/orders/?q={value.value}&ticket={TICKET}"), value.raw_q or value.right),
    }


CASES = [
    pytest.param(address, right, id=f"{value.name}: {shape}")
    for value in VALUES
    for shape, (address, right) in addresses(value).items()
]


def landing(client: Client, address: str) -> tuple[str, str, list[str]]:
    """Follow a link; returns the word for the page, its HTML, and every address that the server produced on the way."""
    made: list[str] = []
    answer = client.get(address)
    while answer.status_code == 302 and len(made) < 6:
        made.append(answer["Location"])
        if made[-1].startswith("/accounts/login/"):
            return "sign-in", "", made
        answer = client.get(made[-1])
    page = answer.content.decode()
    made += re.findall(r'(?:href|action)="([^"#]+)"', page)
    words = [word for word, form in LANDINGS.items() if re.search(form, page)]
    return (words[-1] if words else "elsewhere"), page, made


def check(word: str, right: str, page: str, made: list[str], address: str) -> None:
    assert word in right.split(), (word, made[:4])
    assert not any(trace in unquote(link) for link in made for trace in PERSONAL)
    assert "<script>alert" not in page
    if f"ticket={TICKET}" in address.replace("/?ticket", "?ticket") and word != "elsewhere":
        assert f"Ticket {TICKET}" in page or f"ticket={TICKET}" in page


@pytest.mark.parametrize(("address", "right"), CASES)
def test_where_a_link_leads(desk: Client, address: str, right: str) -> None:
    word, page, made = landing(desk, address)
    check(word, right, page, made, address)


@pytest.mark.any_database
@pytest.mark.parametrize(("address", "right"), CASES)
def test_the_same_link_leads_there_by_the_sign_in(agent: User, client: Client, address: str, right: str) -> None:
    word, _page, made = landing(client, address)
    assert word == "sign-in"
    assert not any(trace in unquote(unquote(link)) for link in made for trace in PERSONAL)
    goal = parse_qs(urlsplit(made[-1]).query)["next"][0]
    client.force_login(agent)
    word, page, made = landing(client, goal)
    if right == "person":
        assert "Your search was not carried over" in page
        right = "start"
    check(word, right, page, made, address)


@pytest.mark.parametrize("shape", ["/orders/2041%2F7/", "/orders/2041/7/", "/orders/?q=2041/7"])
def test_one_closing_slash_of_the_template_is_not_part_of_the_value(desk: Client, shape: str) -> None:
    answer = desk.get(shape)
    assert answer.status_code == 404
    assert re.search(r'has no order for <b class="mono wrap">(<bdi>)?2041/7</', answer.text)


def test_a_value_in_the_path_leads_to_the_order_of_the_link(desk: Client) -> None:
    page = desk.get("/orders/paid?%20B94TXY/?ticket=RM-16", follow=True)
    assert shown_order(page) == SEED
    assert "Ticket RM-16" in page.text
