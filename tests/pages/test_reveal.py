"""Who may see a hidden field, what the record of that contains, and what takes its place if it cannot be shown."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord
from orders.privacy import access_log
from sandbox.server import Sandbox
from tests.pages.conftest import SEED
from tests.pages.reading import text_of

ADDRESS = f"/orders/{SEED}/reveal/"
PASSPORT = "PA4412365"
HTMX = {"HX-Request": "true"}


def person(desk: Client, kind: str = "contact") -> str:
    """The first person's ref, as the page's own form posts it."""
    return str(desk.get(f"/orders/{SEED}/{kind}s/").context["people"][0].ref)


def test_the_record_says_of_whom_what_and_on_which_order(desk: Client, supervisor: User, cdp: Sandbox) -> None:
    desk.get(f"/orders/{SEED}/")
    ref = person(desk)
    answer = desk.post(ADDRESS, {"person": ref, "kind": "contact", "field": "passport_number"}, headers=HTMX)
    assert PASSPORT in text_of(answer)
    look = AccessRecord.objects.get(what="field_revealed")
    assert (look.outcome, look.subject) == ("shown: contact passport_number", access_log.hashed(ref))
    assert look.reference == "B94TXY"
    assert look.route


@pytest.mark.parametrize("field", ["email", "nonsense", "passport", "extra_x", "identifier_0", ""])
def test_only_a_hidden_field_of_that_person_can_be_revealed(
    field: str, desk: Client, supervisor: User, cdp: Sandbox
) -> None:
    answer = desk.post(ADDRESS, {"person": person(desk), "kind": "contact", "field": field})
    assert answer.status_code == 404
    assert not AccessRecord.objects.filter(what="field_revealed").exists()


@pytest.mark.parametrize(
    ("posted", "kept"),
    [("date_of_birth", "date_of_birth"), ("extra_seat", "extra_seat"), ("jane@example.com", "unknown field")],
)
def test_a_refusal_says_what_was_asked_for_and_nothing_that_was_made_up(
    posted: str, kept: str, desk: Client, cdp: Sandbox
) -> None:
    ref = person(desk)
    answer = desk.post(ADDRESS, {"person": ref, "kind": "traveller", "field": posted})
    assert answer.status_code == 403
    look = AccessRecord.objects.get(what="reveal_refused")
    assert (look.outcome, look.subject) == (f"refused: traveller {kept}", access_log.hashed(ref))


def test_a_refusal_stands_below_the_card_and_not_in_its_place(desk: Client, cdp: Sandbox) -> None:
    answer = desk.post(ADDRESS, {"person": "x", "kind": "contact", "field": "all"}, headers=HTMX)
    assert answer.status_code == 403
    assert answer["HX-Reswap"] == "beforeend"
    assert "<html" not in answer.text
    assert "permission to see hidden fields" in text_of(answer)


def test_so_does_a_failure(desk: Client, supervisor: User, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503")
    answer = desk.post(ADDRESS, {"person": "x", "kind": "contact", "field": "all"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (502, "beforeend")
    assert "<html" not in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_that_cannot_be_recorded_says_so(
    headers: dict[str, str], no_room_for_records: None, desk: Client, cdp: Sandbox
) -> None:
    answer = desk.post(ADDRESS, {"person": "x", "kind": "contact", "field": "all"}, headers=headers)
    assert answer.status_code == 503
    assert "could not be logged" in text_of(answer)
    assert ("<html" in answer.text) is not bool(headers)
