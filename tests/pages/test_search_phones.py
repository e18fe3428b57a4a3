"""Phone numbers in a search text and on a contact: recognized whole or not at all, and with their country."""

from __future__ import annotations

import pytest

from orders.cdp.records import Person
from orders.privacy.masking import card
from orders.search_text import lookup, phones
from tests.pages.search_texts import addresses


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+353 1 555 0100", "+35315550100"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+44 (0) 20 7946 0958", "+442079460958"),
        ("(+44) 20 7946 0958", "+442079460958"),
        ("+49 (30) 5550-100", "+49305550100"),
        ("+353.85.123.4567", "+353851234567"),
        ("+49/30/5550100", "+49305550100"),
        ("+39 06 1234 5678", "+390612345678"),
        ("tel:+353851234567", "+353851234567"),
        ("tel:+353 85 123 4567", "+353851234567"),
        ("tel:+44 (0)20 7946 0958", "+442079460958"),
        ("tel:+353-85-123-4567;ext=12", "+353851234567"),
        ("tel:085-123-4567;phone-context=+353", "+353851234567"),
        ("[call](tel:+353851234567)", "+353851234567"),
        ("<tel:+353851234567|+353 85 123 4567>", "+353851234567"),
        ("Tel.: +353 85 123 4567", "+353851234567"),
        ("Phone: +353 85 123 4567", "+353851234567"),
        ("Mobil: +49 171 1234567", "+491711234567"),
        ("Téléphone : +33 1 23 45 67 89", "+33123456789"),
        ("WhatsApp +55 11 91234-5678", "+5511912345678"),
        ("電話：+81 3-1234-5678", "+81312345678"),
        ("电话：+86 138 0013 8000", "+8613800138000"),
        ("Tel.: 00353 85 123 4567", "+353851234567"),
        ("Phone 0044 (0)20 7946 0958", "+442079460958"),
        ("＋４８ （４８） ８８８０００１", "+48488880001"),
        ("+٣٥٣ ٨٥ ١٢٣ ٤٥٦٧", "+353851234567"),
        ("+९१ ९८७६५ ४३२१०", "+919876543210"),
        ("+353 1 234 5678 ext. 12", "+35312345678"),
        ("+353 1 234 5678 x12", "+35312345678"),
        ("+353 1 234 5678 Durchwahl 12", "+35312345678"),
        ("+353 1 234 5678 #12", "+35312345678"),
        ("Jane Doyle +353 85 123 4567 (mobile)", "+353851234567"),
        ("call me on +353 85 123 4567.", "+353851234567"),
        ("\u202a+353 85 123 4567\u202c", "+353851234567"),
        ("+353\u00a085\u202f123\u20114567", "+353851234567"),
        ("%2B353851234567", "+353851234567"),
        # The plus of a link, which arrived as a space.
        (" 353851234567", "+353851234567"),
        (" 44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, number: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.address) == ("phone", number)
    assert number not in repr(reading)


@pytest.mark.parametrize(
    "text", ["+12345", "+999 1234 5678", "+35385123456789012", "+353 85 123 4567 890 123", "+1-800-FLOWERS", "+44"]
)
def test_a_number_that_cannot_be_read_whole_is_not_trimmed(text: str) -> None:
    reading = lookup.read(text)
    assert reading.address == ""
    assert reading.why == "phone" or reading.kind == "reference"


NATIONAL = [
    ("(085) 123-4567", "IE", "+353851234567"),
    ("085 123 4567", "IE", "+353851234567"),
    ("Tel.: 0851234567", "IE", "+353851234567"),
    ("tel:0851234567", "IE", "+353851234567"),
    ("tel:(085) 123-4567", "IE", "+353851234567"),
    ("Mobil: 0171/1234567", "DE", "+491711234567"),
    ("Numéro: 06 12 34 56 78", "FR", "+33612345678"),
    ("call 020 7946 0958 please", "GB", "+442079460958"),
    ("(202) 555-0123", "US", "+12025550123"),
    ("٠٨٥ ١٢٣ ٤٥٦٧", "IE", "+353851234567"),
]


@pytest.mark.parametrize(("text", "country", "number"), NATIONAL)
def test_a_national_number_asks_for_its_country(text: str, country: str, number: str) -> None:
    reading = lookup.read(text)
    assert (reading.why, reading.needs_country) == ("country", True)
    assert "".join(filter(str.isdigit, reading.national))[-7:] == number[-7:]
    reading = lookup.read(text, country)
    assert (reading.kind, reading.address, reading.needs_country) == ("phone", number, False)


@pytest.mark.parametrize("country", ["", "IE", "DE", "US", "AU", "JP", "XX"])
@pytest.mark.parametrize(
    "digits", ["12345", "0851234567", "1" * 13, "1" * 16, "1" * 17, "1" * 18, "0011" + "2" * 14, "001" + "1" * 3]
)
def test_a_run_that_the_country_cannot_have_still_needs_its_country(digits: str, country: str) -> None:
    ((phone,), _rest) = phones.find(f"tel {digits}", country)
    if digits.startswith("00"):
        assert not phone.needs_country  # written with an international prefix
    else:
        assert phone.needs_country is not bool(phone.e164)


@pytest.mark.parametrize("country", ["", "IE", "US"])
@pytest.mark.parametrize("digits", ["1234", "1" * 19])
def test_a_run_that_no_country_can_have_needs_none(digits: str, country: str) -> None:
    ((phone,), _rest) = phones.find(f"tel {digits}", country)
    assert (phone.e164, phone.needs_country) == ("", False)


@pytest.mark.parametrize("text", ["0851234567", "085-123-4567", "0171/1234567", "my number is 0851234567"])
def test_digits_that_may_be_a_reference_are_tried_as_one_and_offered_as_a_number(text: str) -> None:
    reading = lookup.read(text)
    assert reading.kind == "reference" and reading.needs_country and not reading.mixed
    assert len(reading.also) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("00353851234567", "+353851234567"),
        ("00353 (87) 555-0190", "+353875550190"),
        ("٠٠٣٥٣٨٥١٢٣٤٥٦٧", "+353851234567"),
        ("353851234567", "+353851234567"),
    ],
)
def test_digits_with_their_country_may_be_a_number(text: str, number: str) -> None:
    reading = lookup.read(text)
    assert reading.kind == "reference" and addresses(reading) == [number]


@pytest.mark.parametrize(
    "text", ["001", "0012", "000353875550190", "2041/7", "4711008", "15.08.2026", "2026-08-15", "1251234567890"]
)
def test_other_digits_are_no_number(text: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.also) == ("reference", ())


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("+353 85 123 4567 / +353 1 234 5678", ["+353851234567", "+35312345678"]),
        ("+353 85 123 4567, +353 1 234 5678", ["+353851234567", "+35312345678"]),
        ("+353 85 123 4567 or +353 1 234 5678", ["+353851234567", "+35312345678"]),
        ("Mobile +353-85-1234567, home +353-1-2345678", ["+353851234567", "+35312345678"]),
        ("+353 85 123 4567 / 086 123 4567", ["+353851234567", "086 123 4567"]),
    ],
)
def test_of_two_numbers_none_goes_first(text: str, either: list[str]) -> None:
    reading = lookup.read(text)
    assert (reading.kind, addresses(reading)) == ("several", either)


def test_a_reference_and_a_number_in_one_text_are_both_offered() -> None:
    reading = lookup.read("Call +353 85 123 4567 about B94TXY")
    assert (reading.candidates, reading.mixed, addresses(reading)) == (("B94TXY",), True, ["+353851234567"])


@pytest.mark.parametrize(
    ("value", "href"),
    [
        ("+353 1 555 0100", "tel:+35315550100"),
        ("+44 (0)20 7946 0958", "tel:+442079460958"),
        ("00353 1 555 0100", "tel:+35315550100"),
        ("tel:+353851234567", "tel:+353851234567"),
        ("+353 1 234 5678 ext. 12", "tel:+35312345678;ext=12"),
        ("+353 1 234 5678 x12", "tel:+35312345678;ext=12"),
        ("Mobile: +353 85 123 4567", "tel:+353851234567"),
        ("＋４８ （４８） ８８８０００１", "tel:+48488880001"),
        ("(085) 123-4567", ""),
        ("0851234567", ""),
        ("+353 85 123 4567 / +353 1 234 5678", ""),
        ("085 123 4567 / 086 123 4567", ""),
        ("0851234567/0861234567", ""),
        ("0851234567, 0861234567", ""),
        ("0851234567 or 0861234567", ""),
        ("+999 1234 5678", ""),
        ("+353 85 123 4567 890 123", ""),
        ("ask for Jane", ""),
        ("1234", ""),
        ("", ""),
    ],
)
def test_the_link_on_a_contact_obeys_the_same_reading(value: str, href: str) -> None:
    fields = [field for field in card(Person(ref="c1", phone_numbers=(value,)), 1).fields if field.name == "phone"]
    assert [(field.value, field.href) for field in fields] == [(value, href)]


@pytest.mark.parametrize(
    ("value", "own", "connection", "href"),
    [
        ("085 123 4567", "IE", "", "tel:+353851234567"),
        ("085 123 4567", "", "IE", "tel:+353851234567"),
        ("085 123 4567", "ie", "IE", "tel:+353851234567"),
        ("085 123 4567", "Ireland", "IE", "tel:+353851234567"),
        ("0171 1234567", "DE", "IE", "tel:+491711234567"),
        ("020 7946 0958", "GB", "", "tel:+442079460958"),
        ("(202) 555-0123 ext. 7", "US", "US", "tel:+12025550123;ext=7"),
        ("(202) 555-0123", "US", "CA", "tel:+12025550123"),
        ("+353 85 123 4567", "DE", "US", "tel:+353851234567"),
        ("00353 85 123 4567", "DE", "IE", "tel:+353851234567"),
        ("085 123 4567", "", "", ""),
        ("0171 1234567", "DE", "AT", ""),
        ("085 123", "IE", "IE", ""),
        ("085 123 4567 / 086 123 4567", "IE", "IE", ""),
        ("1234", "IE", "", ""),
    ],
)
def test_a_national_number_is_dialled_where_its_countries_agree(
    value: str, own: str, connection: str, href: str
) -> None:
    person = Person(ref="c1", phone_numbers=(value,), country=own or None)
    assert [field.href for field in card(person, 1, country=connection).fields if field.name == "phone"] == [href]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+ 353 85 123 4567", "+353851234567"),
        ("Phone: + 353 85 123 4567", "+353851234567"),
        ("+353 85\n123 4567", "+353851234567"),
        ("Phone\n+44 20 7946\n0958", "+442079460958"),
        ("wa.me/353851234567", "+353851234567"),
        ("https://wa.me/353851234567?text=hello", "+353851234567"),
        ("https://api.whatsapp.com/send?phone=353851234567&text=x", "+353851234567"),
        ("https://web.whatsapp.com/send?text=x&phone=%2B353851234567", "+353851234567"),
        ("SSR CTCM LH HK1/00491701234567", "+491701234567"),
        ("SSR CTCM BA HK1/447911123456", "+447911123456"),
    ],
)
def test_a_number_is_read_as_chats_and_airline_systems_write_it(text: str, number: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.address) == ("phone", number)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("011 44 20 7946 0958", "US", "+442079460958"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("1 (212) 555-0123", "US", "+12125550123"),
        ("1-212-555-0123", "US", "+12125550123"),
    ],
)
def test_a_number_with_a_prefix_for_calls_abroad_or_far_away_is_read_in_its_country(
    text: str, country: str, number: str
) -> None:
    for reading in (lookup.read(text, country), *lookup.read(text, country).also):
        if reading.kind == "phone":
            assert reading.address == number
            break
    else:
        raise AssertionError("no phone")


@pytest.mark.parametrize(
    "text",
    [
        "PNR B94TXY tel +49 1",
        "B94TXY +49 1",
        "order B94TXY phone: +1 2",
        "tel +49 1, PNR B94TXY",
        "B94TXY jane@",
        "B94TXY jane@ tel +49 1",
    ],
)
def test_a_clear_reference_stays_beside_an_address_that_cannot_be_read(text: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.candidates, reading.also, reading.mixed) == (
        lookup.Kind.REFERENCE,
        ("B94TXY",),
        (),
        False,
    )
