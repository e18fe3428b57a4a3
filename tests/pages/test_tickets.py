"""A ticket that is not a valid one is dropped, and the page says so; a valid one is kept on every page."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.pages.conftest import SEED
from tests.pages.reading import text_of
from tests.recorded import recorded_views

KEPT = ["ZD-1234", "#4711", "INC0012345", "2024.0815/7", "PROJ_7-12", "1", "A" * 64]
REFUSED = [
    "jane.doe@example.com", "+353861234567", "Mary Doyle", "<script>alert(1)</script>", "A" * 65, "A" * 3000, "Störung", "\u202eevil", "a\nb", "a b",
    "'; DROP TABLE", "{{ticket.id}}", "https://desk.example.com/4711", "７", "a\x00b",
]  # fmt: skip


@pytest.mark.parametrize("ticket", KEPT)
def test_a_ticket_is_kept_and_shown(desk: Client, ticket: str) -> None:
    page = desk.get(f"/orders/{SEED}/?ticket={quote(ticket, safe='')}")
    assert f"Ticket {ticket}" in text_of(page)
    assert "was ignored because" not in page.text
    assert recorded_views().get().ticket == ticket


@pytest.mark.parametrize("ticket", REFUSED)
@pytest.mark.parametrize("page", [f"/orders/{SEED}/", "/", "/orders/?q=%C2%A7"])
def test_anything_else_is_dropped_and_the_page_says_so(desk: Client, page: str, ticket: str) -> None:
    mark = "&" if "?" in page else "?"
    answer = desk.get(f"{page}{mark}ticket={quote(ticket, safe='')}")
    assert "was ignored because" in text_of(answer)
    shown = re.search(r'<bdi class="mono">(.*?)</bdi>', answer.text, re.DOTALL)
    assert shown and 0 < len(shown[1]) <= 64 * 6  # cut to the length of a ticket; a character may be an entity
    assert "<script>alert" not in answer.text
    addresses = " ".join(re.findall(r'(?:href|action)="([^"]*)"', answer.text))
    assert "ticket=" not in addresses
    assert not recorded_views().exclude(ticket="").exists()


def test_the_operator_may_have_other_tickets(desk: Client, settings: Settings) -> None:
    settings.TICKET_PATTERN = re.compile(r"TK \d{4}")
    desk.get(f"/orders/{SEED}/?ticket=TK%201234")
    desk.get(f"/orders/{SEED}/?ticket=ZD-1")
    assert list(recorded_views().order_by("pk").values_list("ticket", flat=True)) == ["TK 1234", ""]
