"""A reference in the address when one of its two readings fails: never a wrong order, never a redirect loop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import shown_order, text_of


@pytest.fixture
def own(agent: User, client: Client, settings: object) -> Iterator[tuple[Client, Sandbox]]:
    """A signed-in agent with a sandbox that this test may alter."""
    with Sandbox() as cdp:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
        connect(agent, cdp, "own")
        client.force_login(agent)
        yield client, cdp


@pytest.mark.parametrize(
    ("ref", "status"), [("fault-429", 429), ("fault-500", 502), ("fault-403", 403), ("fault-400", 400)]
)
def test_an_order_that_fails_does_not_lead_to_itself(desk: Client, ref: str, status: int) -> None:
    page = desk.get(f"/orders/{ref}/", follow=True)
    assert page.status_code == status
    assert page.redirect_chain == []


def test_a_failed_reading_as_a_ref_leads_nowhere_by_itself(own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    cdp.answer_with("/v2/orders/B94TXY", b"{}", status=503)
    page = client.get("/orders/B94TXY/?connection=own")
    assert page.status_code == 200
    assert "The search was incomplete" in text_of(page)
    assert f"/orders/{SEED}/" in page.content.decode()


def test_a_400_for_what_is_no_ref_is_no_failure(own: tuple[Client, Sandbox]) -> None:
    client, cdp = own
    cdp.answer_with("/v2/orders/B94TXY", b"{}", status=400)
    page = client.get("/orders/B94TXY/?connection=own")
    assert page.status_code == 200
    assert shown_order(page) == SEED


@pytest.mark.parametrize("typed", ["0035387 5550190", "00353875550190", "00353 (87) 555-0190"])
def test_a_number_with_two_zeros_may_be_a_phone(desk: Client, typed: str) -> None:
    page = desk.post("/orders/", {"q": typed})
    assert page.status_code == 404
    assert "may contain a phone number" in text_of(page)
    assert 'name="q" value="+353875550190"' in page.content.decode()


@pytest.mark.parametrize("typed", ["NOSUCH9", "001", "0012", "000353875550190", "2041/7"])
def test_other_references_are_no_phones(desk: Client, typed: str) -> None:
    assert "may contain a phone" not in text_of(desk.post("/orders/", {"q": typed}))
