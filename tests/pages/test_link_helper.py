"""Templates for ticket systems: the page, the manual, and where the link of a ticket leads."""

from __future__ import annotations

import html
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from orders.display.link_recipes import BY_CODE, EXAMPLE, RECIPES, Recipe, Shape
from orders.search_text.lookup import Kind
from orders.views.link_helper import leads
from sandbox.server import Sandbox
from tests.live import PROJECT
from tests.pages.reading import text_of
from tests.pages.ticket_values import VALUES

# What each kind of reading can lead to, in the words of tests/pages/ticket_values.py.
MAY_BE = {
    Kind.REFERENCE: {"order", "miss", "chooser", "unclear"},
    Kind.EMPTY: {"start"},
    Kind.PLACEHOLDER: {"placeholder"},
    Kind.NAME: {"person"},
    Kind.EMAIL: {"person"},
    Kind.PHONE: {"person"},
    Kind.SEVERAL: {"unclear"},
    Kind.UNREADABLE: {"unclear"},
}
ENCODED, RAW = BY_CODE["rt"], BY_CODE["zendesk"]


@pytest.fixture
def administrator(desk: Client, agent: User) -> Client:
    agent.groups.add(Group.objects.get(name="Administrators"))
    return desk


CASES = [
    pytest.param(recipe, value.value, shape, right, id=f"{value.name}: {shape}, {recipe.code}")
    for value in VALUES
    for recipe, shape, right in (
        (ENCODED, Shape.PATH, value.right),
        (RAW, Shape.PATH, value.raw or value.right),
        (ENCODED, Shape.QUERY, value.right),
        (RAW, Shape.QUERY, value.raw_q or value.right),
    )
]


@pytest.mark.parametrize(("recipe", "value", "shape", "right"), CASES)
def test_what_the_page_says_is_where_the_link_leads(recipe: Recipe, value: str, shape: Shape, right: str) -> None:
    destination = leads(recipe, value, shape)
    assert ({"elsewhere"} if destination.elsewhere else MAY_BE[destination.reading.kind]) & set(right.split())


def in_docs(recipe: Recipe) -> str:
    lines = [f"**{recipe.name}.** {recipe.where}", f"`{recipe.template(EXAMPLE)}`", str(recipe.note)]
    return "\n".join(filter(None, lines))


def test_the_manual_has_the_recipes_of_the_table_and_no_others() -> None:
    section = (PROJECT / "docs" / "linking.md").read_text().partition("\n## Recipes\n")[2].partition("\n## ")[0]
    assert section[section.index("**") :].strip().split("\n\n") == list(map(in_docs, RECIPES))


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.code for recipe in RECIPES])
def test_the_page_writes_the_template(administrator: Client, recipe: Recipe) -> None:
    sent = {"system": recipe.code, "field": "my_field", "connection": "Air & Sea", "value": "#B94TXY"}
    page = administrator.post("/links/", sent)
    template = recipe.template("http://testserver", "my_field", "Air & Sea")
    assert f">{template}<" in html.unescape(page.text)
    assert template.endswith(f"connection={quote('Air & Sea')}")
    assert recipe.reference.replace("FIELD", "my_field") in template


def test_the_page_for_the_first_time(administrator: Client) -> None:
    words = text_of(administrator.get("/links/"))
    assert "http://testserver/orders/{{ticket.custom_field_360001234567}}/?ticket=ZD-{{ticket.id}}" in words
    assert "Where the link goes" not in words


def test_a_value_is_tried_without_asking_the_cdp(administrator: Client, cdp: Sandbox) -> None:
    cdp.reset()
    sent = {"system": "zendesk", "value": "booking #B94TXY"}
    words = text_of(administrator.post("/links/", sent))
    assert "is not sent to the server" in words
    assert "If one order matches, it opens" in text_of(
        administrator.post("/links/", {"system": "rt", "value": "#B94TXY"})
    )
    assert "opens the start page" in text_of(administrator.post("/links/", {"system": "rt", "value": ""}))
    assert "e-mail address" in text_of(administrator.post("/links/", {"system": "rt", "value": "jane@example.com"}))
    assert cdp.calls()["total"] == 0


def test_it_is_for_administrators(desk: Client) -> None:
    assert desk.get("/links/").status_code == 403
    assert Client().get("/links/").status_code == 302


@pytest.mark.parametrize(
    "sent", [{"system": "none"}, {}, {"system": "rt", "shape": "odd"}, {"system": "rt", "value": "x" * 2001}]
)
def test_what_does_not_fit(administrator: Client, sent: dict[str, str]) -> None:
    assert administrator.post("/links/", sent).status_code == 422
