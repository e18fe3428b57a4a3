"""A secret in each documented field of an order, its people, card and custom data: the look-up returns none of them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from orders.cdp import decode, people
from sandbox.server import Sandbox
from tests.pages.test_api import ask, key, shared

__all__ = ["key", "shared"]

# Fields of these kinds by their documented names; all others are texts.
DATES = {"dateOfBirth", "passportExpiry", "expiryDate", "createdAt", "modifiedAt", "firstSeen", "lastSeen"}
LISTS = {"emails", "phoneNumbers", "street", "city", "state"}
NUMBERS = {"originalPrice"}
LINKS = {"href", *decode._LINKS.split(), "orders"}
# Fields of an order and its flights that are shown.
SHOWN = {
    *("ref", "referenceId", "status", "price", "currencyCode", "orderedAt", "flightSegments", "type", "quantity"),
    *("origin", "destination", "departureDateTime", "arrivalDateTime", "carrier", "flightNumber"),
}


class Canaries:
    """A unique secret for each documented field: a text, a number or a date that occurs nowhere else."""

    def __init__(self) -> None:
        self._numbers = itertools.count(10_000)
        self.secrets: dict[str, str] = {}

    def fill(self, of: str, names: Iterable[str], **more: Any) -> dict[str, Any]:
        """An object with a secret in each of these fields."""
        return {name: self._value(f"{of}.{name}", name) for name in sorted(names)} | more

    def _value(self, field: str, name: str) -> Any:
        number = next(self._numbers)
        secret = f"ZX{number}"
        if name in DATES:
            secret = f"{number - 8_100}-03-07"
            self.secrets[field] = secret
            return f"{secret}T05:06:07.000Z"
        if name in NUMBERS:
            secret = f"{number}.75"
            self.secrets[field] = secret
            return float(secret)
        self.secrets[field] = secret
        if name in LINKS - {"href", "key"}:
            return {"ref": secret, "href": f"https://api.example.com/v2/guests/{secret}"}
        return [secret] if name in LISTS else secret


def served_with_canaries(cdp: Sandbox) -> tuple[str, str, dict[str, str]]:
    """An order with canaries in its answers and in those to its links; returns its ref, its reference and the secrets."""
    ref, reference = "00000000-0000-4000-8000-0000000d0c11", "CANARY"
    plant = Canaries()

    def person(of: str) -> dict[str, Any]:
        identifier = plant.fill(f"{of}.identifiers", people._IDENTIFIER.names)
        return plant.fill(of, people._PERSON.names - {"identifiers"}, identifiers=[identifier])

    def extension(of: str) -> dict[str, Any]:
        return {"items": [plant.fill(f"{of} extension", decode._EXTENSION.names | {"loyaltyNumber", "remark"})]}

    flown = {"origin": "DUB", "destination": "LHR", "carrier": "BX", "flightNumber": "459"}
    times = {"departureDateTime": "2025-08-15T16:00:00.000Z", "arrivalDateTime": "2025-08-15T17:20:00.000Z"}
    segment = plant.fill("segment", decode.SEGMENT_FIELDS - SHOWN, **flown, **times)
    item = plant.fill(
        "item", decode.ITEM_FIELDS - SHOWN, ref=f"{ref[:-1]}2", type="FLIGHT", price=100, currencyCode="EUR", status="PURCHASED",
        flightSegments=[segment], ext=extension("item"),
    )  # fmt: skip
    order = plant.fill(
        "order", decode.ORDER_FIELDS - SHOWN, ref=ref, referenceId=reference, status="PURCHASED", price=100, currencyCode="EUR",
        contact=person("contact"), contacts={"items": [person("inline contact")]}, consumer=person("consumer"),
        consumers={"items": [person("inline consumer")]}, guest=person("guest"), ext=extension("inline"), orderItems={"items": [item]},
    )  # fmt: skip
    for path in (f"/v2/orders/{ref}?expand=orderItems", f"/v2/orders/{ref}"):
        cdp.answer_with(path, json.dumps(order).encode())
    cdp.answer_with("/v2/orders", json.dumps({"items": [order], "offset": 0, "limit": 100}).encode())
    below = {
        f"/v2/orders/{ref}/contacts": {"items": [person("below contact")]},
        f"/v2/orders/{ref}/consumers": {"items": [person("below consumer")]},
        f"/v2/orders/{ref}/extExt": extension("below"),
        f"/v2/orderItems/{ref[:-1]}2/extExt": extension("below item"),
    }
    for path, part in below.items():
        cdp.answer_with(path, json.dumps(part).encode())
    return ref, reference, plant.secrets


@pytest.mark.parametrize("asked", ["ref", "reference"])
def test_no_documented_field_of_a_person_a_card_or_an_extension_is_answered(key: str, cdp: Sandbox, asked: str) -> None:
    ref, reference, secrets = served_with_canaries(cdp)
    assert len(set(secrets.values())) == len(secrets) > 250
    assert {"contact.passportNumber", "order.cardType", "below consumer.email"} <= set(secrets)
    cdp.reset()
    answer = ask(key, ref if asked == "ref" else reference)
    [order] = answer.json()["orders"]
    assert (order["ref"], order["reference"], order["route"]) == (ref, reference, ["DUB", "LHR"])
    assert [field for field, secret in secrets.items() if secret in answer.text] == []
    # Nor were people and extensions read.
    assert not [
        request["target"] for request in cdp.seen() if re.search("contacts|consumers|guests|ext", request["target"])
    ]
