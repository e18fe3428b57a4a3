"""Masking of personal data: no byte of a hidden value is sent before a person with the right to it requests it."""

from __future__ import annotations

from datetime import date

import pytest

from orders.cdp.records import Extra, Identifier, Person
from orders.privacy.hiding import MASK
from orders.privacy.masking import card

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


def test_a_mask_keeps_nothing() -> None:
    assert {field.value for field in card(PERSON, 1).fields if field.masked} == {MASK}


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
    assert (field.masked, field.copy, field.value) == (True, False, MASK)
    assert card(person, 1, reveal={"identifier_0"}).fields[0].value == "ZZ998877"


@pytest.mark.parametrize(
    "provider", ["LOYALTY", "Frequent Flyer Number", "CRM", "bookingSystem", "customer_no", "MILES", "PNR"]
)
def test_a_number_of_trade_is_shown(provider: str) -> None:
    (field,) = card(Person(identifiers=(Identifier(provider, "700123"),)), 1).fields
    assert (field.masked, field.value) == (False, "700123")


@pytest.mark.parametrize("provider", ["ZX998877", "jane@example.com", "DNI 12345678Z"])
def test_a_provider_that_may_be_the_number_is_hidden_too(provider: str) -> None:
    (field,) = card(Person(identifiers=(Identifier(provider, "1"),)), 1).fields
    assert (field.label, field.value) == (MASK, MASK)


@pytest.mark.parametrize("value", ["Passport: ZX998877", "4111 1111 1111 1111", "jane@example.com"])
def test_a_number_of_trade_that_gives_somebody_away_is_hidden(value: str) -> None:
    (field,) = card(Person(identifiers=(Identifier("LOYALTY", value),)), 1).fields
    assert (field.masked, field.value) == (True, MASK)


def test_a_key_that_may_be_a_value_stands_neither_on_the_card_nor_in_a_name() -> None:
    person = Person(extras=(Extra("shoeSize", "38"), Extra("ZX998877", "x"), Extra("mealPreference", "Vegan")))
    fields = card(person, 1).fields
    assert [(field.name, field.label) for field in fields] == [
        ("extra_field_1", MASK),
        ("extra_field_2", MASK),
        ("extra_mealPreference", "mealPreference"),
    ]
    assert {field.value for field in fields} == {MASK}
    shown = card(person, 1, reveal={"extra_field_2"}).fields[1]
    assert (shown.label, shown.value, shown.masked) == ("ZX998877", "x", False)
