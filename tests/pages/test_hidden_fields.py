"""Personal documents in unknown fields of an order stay out of every page until a supervisor reveals them."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.pages.reading import text_of

REF = "00000000-0000-4000-8000-0000000d0c01"
SECRETS = ("PX1234565", "PX7654321", "1985-12-24", "PY9999999", "PY8888888")


@pytest.fixture
def odd_order(cdp: Sandbox) -> None:
    """An order with documents in undocumented fields."""
    segment = {
        "origin": "DUB",
        "destination": "LHR",
        "departureDateTime": "2025-08-15T16:00:00.000Z",
        "arrivalDateTime": "2025-08-15T17:20:00.000Z",
        "carrier": "BX",
        "flightNumber": "459",
        "passport_no": "PY8888888",
    }
    item = {
        "ref": "00000000-0000-4000-8000-0000000d0c02",
        "type": "FLIGHT",
        "name": "Flight",
        "status": "PURCHASED",
        "price": 1,
        "quantity": 1,
        "currencyCode": "EUR",
        "flightSegments": [segment],
        "passportNumber": "PX7654321",
        "seatMap": "shown too",
    }
    order = {
        "ref": REF,
        "referenceId": "HIDDN1",
        "status": "PURCHASED",
        "price": 1,
        "currencyCode": "EUR",
        "passportNumber": "PX1234565",
        "travellers": [{"name": "Jane", "born": "1985-12-24"}],
        "campaign": "shown as it is",
        "orderItems": {"items": [item]},
    }
    twice = json.dumps(order)[:-1] + ', "travelDocument": "PY9999999", "travelDocument": "PY9999999"}'
    cdp.answer_with(f"/v2/orders/{REF}?expand=orderItems", twice.encode())


def test_no_document_stands_on_the_order_page(odd_order: None, desk: Client) -> None:
    page = desk.get(f"/orders/{REF}/")
    assert page.status_code == 200
    assert "shown as it is" in text_of(page) and "shown too" in text_of(page)
    assert text_of(page).count("•••• (hidden)") >= 4
    for secret in SECRETS:
        assert secret not in page.content.decode(), secret
        assert secret not in desk.get(f"/orders/{REF}/raw/").content.decode(), secret


def test_a_supervisor_sees_them_in_the_raw_data(odd_order: None, desk: Client, supervisor: User) -> None:
    page = desk.get(f"/orders/{REF}/raw/").content.decode()
    assert [secret for secret in SECRETS if secret not in page] == []


@pytest.fixture
def custom_data(cdp: Sandbox) -> None:
    """An order whose custom data holds a passport."""
    values = {"name": "default", "key": "default", "ref": "x", "passportNumber": "PX1234565", "tier": "gold"}
    cdp.answer_with(f"/v2/orders/{REF}", json.dumps({"ref": REF, "referenceId": "HIDDN1"}).encode())
    cdp.answer_with(f"/v2/orders/{REF}/extExt", json.dumps({"items": [values]}).encode())


def test_no_document_stands_in_the_custom_data(custom_data: None, desk: Client) -> None:
    panel = desk.get(f"/orders/{REF}/custom-data/")
    assert "gold" in text_of(panel)
    assert "PX1234565" not in panel.content.decode()
    assert "•••• (hidden)" in text_of(panel)
    assert "Ask a supervisor" in text_of(panel) and "/reveal/" not in panel.text
    refused = desk.post(f"/orders/{REF}/reveal/", {"kind": "custom"})
    assert (refused.status_code, "PX1234565" in refused.text) == (403, False)
    assert AccessRecord.objects.get(what="reveal_refused").outcome == "refused: custom all"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_supervisor_reveals_the_custom_data(
    headers: dict[str, str], custom_data: None, desk: Client, supervisor: User
) -> None:
    assert "/reveal/" in desk.get(f"/orders/{REF}/custom-data/").text
    panel = desk.post(f"/orders/{REF}/reveal/", {"kind": "custom"}, headers=headers)
    assert "PX1234565" in text_of(panel)
    assert AccessRecord.objects.get(what="field_revealed").outcome == "shown: custom data"
