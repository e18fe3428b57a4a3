"""A slow panel shows how many records there are and how many have arrived; a fast one is an ordinary answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.conftest import connect
from tests.pages.reading import text_in
from tests.recorded import recorded_views

HTMX = {"HX-Request": "true"}
STEP = re.compile(rb"<!-- (\d+)/(\d+) -->\n")


@pytest.fixture
def slow(agent: User, client: Client, settings: object) -> Iterator[tuple[Client, str]]:
    """An agent whose CDP takes 200 ms per call, and an order of which 2 of 60 contacts cannot be loaded."""
    with Sandbox(latency_ms=200) as cdp:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
        connect(agent, cdp, "slow")
        client.force_login(agent)
        ref = next(order.ref for order in cdp.service.world.orders.values() if order.fields["referenceId"] == "MISS2C")
        yield client, f"/orders/{ref}/contacts/?connection=slow"


@pytest.mark.django_db(transaction=True)
def test_a_long_panel_tells_how_many_came_and_ends_with_what_is_missing(slow: tuple[Client, str]) -> None:
    client, address = slow
    answer = client.get(address, headers=HTMX)
    assert answer.streaming and answer.status_code == 200
    body = answer.getvalue()
    steps = [(int(came), int(of_all)) for came, of_all in STEP.findall(body)]
    assert steps[0] == (0, 60) and len(steps) >= 2
    assert [came for came, _ in steps] == sorted(came for came, _ in steps)
    assert {of_all for _, of_all in steps} == {60}
    text = text_in(STEP.sub(b"", body).decode())
    assert "58 of 60 loaded" in text
    assert "Try again" in text
    assert recorded_views().get().what == "contacts_seen"


@pytest.mark.django_db(transaction=True)
def test_a_page_without_htmx_waits_and_is_whole(slow: tuple[Client, str]) -> None:
    client, address = slow
    answer = client.get(address)
    assert not answer.streaming
    assert "58 of 60 loaded" in text_in(answer.content.decode())


@pytest.mark.django_db(transaction=True)
def test_a_german_agent_waits_in_german(slow: tuple[Client, str]) -> None:
    client, address = slow
    body = client.get(address, headers={**HTMX, "Accept-Language": "de"}).getvalue().decode()
    assert "58 von 60" in text_in(body)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("reference", "panel", "of_all"), [("HOLIDY", "travellers", 2), ("HOLIDY", "custom-data", 14)])
def test_other_panels_tell_what_they_wait_for_too(
    agent: User, client: Client, settings: object, reference: str, panel: str, of_all: int
) -> None:
    """Travellers are counted, not the order's items that are read meanwhile; custom data counts the order's and each item's."""
    with Sandbox(latency_ms=200) as cdp:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
        connect(agent, cdp, "slow", version="v2.1")
        client.force_login(agent)
        order = next(order for order in cdp.service.world.orders.values() if order.fields["referenceId"] == reference)
        cdp.set_fault(order.ref, "no-expand")
        answer = client.get(f"/orders/{order.ref}/{panel}/?connection=slow", headers=HTMX)
        assert answer.streaming
        steps = [(int(came), int(of)) for came, of in STEP.findall(answer.getvalue())]
    assert steps[0][0] < of_all and {of for _, of in steps} == {of_all}
