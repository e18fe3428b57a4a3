"""What of a person is hidden: no byte of a hidden value may leave before somebody who may asked for it."""

from __future__ import annotations

from datetime import date

import pytest

from orders.cdp.records import Extra, Identifier, Person
from orders.masking import card, is_personal, mask

PERSON = Person(
    ref="c1",
    title="Ms",
    first_name="Áine",
    last_name="Murphy",
    date_of_birth=date(1985, 12, 24),
    nationality="Irish",
    passport_number="PX1234565",
    passport_expiry=date(2031, 5, 6),
    emails=("aine@example.com", "not an address"),
    phone_numbers=("+353 1 555 0100", "call me"),
    street=("1 Main Street",),
    city="Dublin",
    country="IE",
    identifiers=(Identifier("passport", "ZZ998877"), Identifier("MILES", "700123")),
    extras=(Extra("pasportNumber", "QQ445566"),),
)


def shown(**options: object) -> dict[str, tuple[object, bool]]:
    return {field.name: (field.value, field.masked) for field in card(PERSON, 1, **options).fields}  # type: ignore[arg-type]


def test_passport_birth_date_documents_and_unknown_fields_are_hidden() -> None:
    fields = shown()
    for name in ("passport_number", "passport_expiry", "date_of_birth", "identifier_0", "extra_pasportNumber"):
        assert fields[name][1], name
    text = " ".join(str(value) for value, _masked in fields.values())
    for secret in ("PX1234565", "1985", "2031", "ZZ998877", "QQ445566"):
        assert secret not in text


def test_what_is_needed_to_reach_somebody_is_shown() -> None:
    fields = shown()
    assert fields["nationality"] == ("Irish", False)
    assert fields["address"] == ("1 Main Street, Dublin, IE", False)
    assert fields["identifier_1"] == ("700123", False)


def test_links_only_for_values_that_are_an_address_or_a_number() -> None:
    links = {field.value: field.href for field in card(PERSON, 1).fields if field.name in {"email", "phone"}}
    assert links == {
        "aine@example.com": "mailto:aine@example.com",
        "not an address": "",
        "+353 1 555 0100": "tel:+35315550100",
        "call me": "",
    }


def test_one_field_can_be_revealed_and_the_others_stay_hidden() -> None:
    fields = shown(reveal={"passport_number"})
    assert fields["passport_number"] == ("PX1234565", False)
    assert fields["date_of_birth"][1]


def test_all_can_be_revealed() -> None:
    assert not card(PERSON, 1, reveal={"all"}).masked


@pytest.mark.parametrize(
    ("value", "expected"), [("PX1234565", "••••65"), ("12345", "••••"), ("", "••••"), (date(1985, 12, 24), "••••")]
)
def test_a_mask_keeps_two_characters_of_a_long_number_and_nothing_else(value: str | date, expected: str) -> None:
    assert mask(value) == expected


def test_a_person_without_a_ref_is_known_by_their_place() -> None:
    assert card(Person(first_name="X"), 3).ref == "n3"


def test_nothing_personal_in_a_repr() -> None:
    assert "Murphy" not in repr(card(PERSON, 1)) + repr(PERSON) + repr(card(PERSON, 1).fields)


@pytest.mark.parametrize(
    "provider",
    [
        "DNI",
        "Known Traveller",
        "Reisepass",
        "Aadhaar",
        "id",
        "",
        "Customer passport",
        "nationalCustomerId",
        "КРЕДИТ",
        "code",
    ],
)
def test_an_identifier_that_may_be_a_document_is_hidden_until_revealed(provider: str) -> None:
    person = Person(identifiers=(Identifier(provider, "ZZ998877"),))
    (field,) = card(person, 1).fields
    assert (field.masked, field.copy, field.value) == (True, False, "••••77")
    assert card(person, 1, reveal={"identifier_0"}).fields[0].value == "ZZ998877"


@pytest.mark.parametrize(
    "provider", ["LOYALTY", "Frequent Flyer Number", "CRM", "bookingSystem", "customer_no", "MILES", "PNR"]
)
def test_a_number_of_trade_is_shown(provider: str) -> None:
    (field,) = card(Person(identifiers=(Identifier(provider, "700123"),)), 1).fields
    assert (field.masked, field.value) == (False, "700123")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("passportNumber", "PX1234565"),
        ("PASSPORT_NO", "PX1234565"),
        ("contactDateOfBirth", "1985-12-24"),
        ("custDob", "1985-12-24"),
        ("knownTravellerNumber", "998877"),
        ("travellers", '[{"name": "Áine"}]'),
        ("extra", '{"docs": [{"passportNumber": "PX1234565"}]}'),
        ("extra", '{"travelers": [{"name": "Áine"}]}'),
        ("cardNumber", "4111111111111111"),
    ],
)
def test_a_field_of_an_order_that_may_hold_documents_or_people_is_personal(key: str, value: str) -> None:
    assert is_personal(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("loyaltyTier", "GOLD"),
        ("taxes", "12.50"),
        ("passengers", "2"),
        ("customerType", "business"),
        ("adobeId", "77"),
        ("boardingCard", "mobile"),
        ("payment", '{"brand": "VISA", "instalments": 3}'),
        ("note", "the passport was seen at the desk"),
    ],
)
def test_other_fields_of_an_order_are_shown(key: str, value: str) -> None:
    assert not is_personal(key, value)
