"""Some five hundred secrets in every corner of an order: none is shown without the right to personal data, even as raw data."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.pages.reading import text_of
from tests.pages.test_harmless_fields import PERSONAL_NAMES
from tests.panels import PANELS_OF_AN_ORDER

REF = "00000000-0000-4000-8000-0000000d0c01"
ITEM = "00000000-0000-4000-8000-0000000d0c02"
NAMES = [
    name
    for name in PERSONAL_NAMES.split()
    if name not in {"code", "value", "text", "id", "number", "name", "street", "address"}
]
# Fields that agents need to recognize and to reach a person.
SHOWN_OF_PEOPLE = {"firstName", "lastName", "nationality", "gender", "email", "phone", "postCode", "passportNumber"}
SECRET = re.compile(r"ZX\d{5}")


class Planting:
    """Secrets by number, each used once."""

    def __init__(self) -> None:
        self._numbers = itertools.count(10_000)
        self.planted: list[str] = []

    def secret(self) -> str:
        self.planted.append(f"ZX{next(self._numbers)}")
        return self.planted[-1]

    def unknown(self, names: list[str]) -> Iterator[tuple[str, Any]]:
        """Undocumented fields, of every shape that feeds send, with a secret in each."""
        for name in names:
            yield name, self.secret()
        yield self.secret(), "a secret for a key"
        yield "tripNotes", {"a": {self.secret(): self.secret()}}
        yield "attributes", [{"key": "passportNumber", "value": self.secret()}, {"name": "cpf", "val": self.secret()}]
        yield "baggage", {"allowance": 23, "holder": self.secret(), "pieces": [{"owner": self.secret()}]}
        yield "bookingPassengers", [{"name": self.secret(), "seat": self.secret()}]
        yield "seatInfo", json.dumps({"passport": self.secret()})
        yield "mealCode", f"Passport: {self.secret()}"
        yield "cabinClass", f"mrz P<IRL{self.secret()}<<JANE<<<<<<"
        yield "fareBasis", f"{self.secret()}@example.com"
        yield "boardingGroup", f"Reisepass Nr. {self.secret()}"
        yield "gate", f"护照 {self.secret()}"

    def documented(self, *names: str) -> dict[str, str]:
        """The API's own text fields, each with words in it that give a secret away."""
        return {name: f"{name}, passport {self.secret()}" for name in names}


def person(plant: Planting, names: list[str]) -> dict[str, Any]:
    return {
        "ref": "00000000-0000-4000-8000-0000000d0c09",
        "firstName": "Jane",
        "lastName": "Doyle",
        "passportNumber": plant.secret(),
        "passportExpiry": plant.secret(),
        "dateOfBirth": plant.secret(),
        "identifiers": [
            {"provider": "passport", "id": plant.secret()},
            {"provider": plant.secret(), "id": plant.secret()},
            {"provider": "LOYALTY", "id": f"passport: {plant.secret()}"},
        ],
        **dict(plant.unknown([name for name in names if name not in SHOWN_OF_PEOPLE])),
    }


@pytest.fixture
def planted(cdp: Sandbox) -> list[str]:
    """An order with the secrets in its answers, which the sandbox sends unchanged; returns the secrets."""
    plant = Planting()
    parts = [NAMES[at::6] for at in range(6)]
    segment = {
        "origin": "DUB", "destination": "LHR", "carrier": "BX", "flightNumber": "459",
        "departureDateTime": "2025-08-15T16:00:00.000Z", "arrivalDateTime": "2025-08-15T17:20:00.000Z",
        **plant.documented("fareClass", "fareFamily", "bookingClass", "equipmentType", "id"),
        **dict(plant.unknown(parts[0])),
    }  # fmt: skip
    odd = {
        "origin": "LHR",
        "destination": "LAS",
        "departureDateTime": f"passport {plant.secret()}",
        "arrivalDateTime": {"a": plant.secret()},
    }
    item = {
        "ref": ITEM, "type": "FLIGHT", "status": "PURCHASED", "price": 1, "currencyCode": "EUR", "flightSegments": [segment, odd],
        **plant.documented("name", "description", "vendor", "productId", "referenceId", "channel", "language"),
        "quantity": {"passport": plant.secret()},
        **dict(plant.unknown(parts[1])),
    }  # fmt: skip
    bag = {
        "ref": ITEM[:-1] + "3",
        "type": "BAG",
        "price": f"passport {plant.secret()}",
        "flightSegments": plant.secret(),
        **plant.documented("name", "passengerTypeCode", "status"),
    }
    extension = {"name": plant.secret(), "key": "default", "ref": "x", **dict(plant.unknown(parts[2]))}
    contact, consumer = person(plant, parts[3]), person(plant, parts[4])
    order = {
        "ref": REF, "referenceId": "LEAKS1", "status": "PURCHASED", "price": 100, "currencyCode": "EUR", "orderedAt": f"passport {plant.secret()}",
        **plant.documented("pointOfSale", "paymentType", "cardType", "channel"),
        **dict(plant.unknown(parts[5])),
        "contacts": {"items": [contact]}, "consumers": {"items": [consumer]}, "guest": {"ref": "g1", "email": plant.secret()},
        "ext": {"items": [extension]}, "orderItems": {"items": [item, bag]},
    }  # fmt: skip
    text = json.dumps(order, ensure_ascii=False).replace('"price": 100,', '"price": 100.00,')
    again = plant.secret()
    text = text[:-1] + f', "seatPassport": "{again}", "seatPassport": "{again}", "{again}": 1, "{again}": 2}}'
    for path in (f"/v2/orders/{REF}?expand=orderItems", f"/v2/orders/{REF}"):
        cdp.answer_with(path, text.encode())
    for path in (f"/v2/orders/{REF}/extExt", f"/v2/orderItems/{ITEM}/extExt"):
        cdp.answer_with(path, json.dumps({"items": [extension]}).encode())
    cdp.answer_with(f"/v2/orders/{REF}/contacts", json.dumps({"items": [contact]}).encode())
    cdp.answer_with(f"/v2/orders/{REF}/consumers", json.dumps({"items": [consumer]}).encode())
    secrets = sorted(set(SECRET.findall(text)))
    assert len(secrets) >= 378
    return secrets


PAGES = ("", *PANELS_OF_AN_ORDER, "raw/", "itinerary.ics")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_no_secret_stands_on_any_page(page: str, headers: dict[str, str], planted: list[str], desk: Client) -> None:
    answer = desk.get(f"/orders/{REF}/{page}", headers=headers)
    assert answer.status_code == 200
    text = b"".join(answer).decode()  # which arrives in parts if the machine is slow
    assert SECRET.findall(text) == []
    if page in ("contacts/", "travellers/"):
        assert "Doyle" in text


def test_the_raw_view_keeps_its_structure_and_says_what_is_hidden(planted: list[str], desk: Client) -> None:
    page = desk.get(f"/orders/{REF}/raw/")
    assert '"price": 100.00' in text_of(page)
    assert page.text.count("&#34;seatPassport&#34;") == 2
    assert '"flightNumber": "459"' in text_of(page)
    assert "ask a supervisor" in text_of(page)
    assert AccessRecord.objects.filter(what="raw_seen").latest("at").outcome == "shown: masked"


def test_who_may_reveal_sees_the_whole_answer(planted: list[str], desk: Client, supervisor: User) -> None:
    page = desk.get(f"/orders/{REF}/raw/")
    (document,) = page.context["documents"]
    assert set(planted) <= set(SECRET.findall(document[1]))
    assert "ask a supervisor" not in text_of(page)
    assert AccessRecord.objects.filter(what="raw_seen").latest("at").outcome == "shown: whole"
