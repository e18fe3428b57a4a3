"""E-mail addresses in a search text and on a contact: recognized whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orders.cdp.records import Person
from orders.privacy.masking import card
from orders.search_text import emails, lookup
from tests.pages.search_texts import addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("aoife.o'brien@example.com", "aoife.o'brien@example.com"),
        ("aoife.o’brien@example.com", "aoife.o'brien@example.com"),
        ("aoife.o&#39;brien@example.com", "aoife.o'brien@example.com"),
        ("o&apos;brien@example.com", "o'brien@example.com"),
        ("o&amp;#39;brien@example.com", "o'brien@example.com"),
        ("o%27brien@example.com", "o'brien@example.com"),
        ("Hi, Anna.O’Connor+news@mail.example.co.uk asked", "Anna.O'Connor+news@mail.example.co.uk"),
        ("“jane@example.com”", "jane@example.com"),
        ("'jane@example.com'", "jane@example.com"),
        ("'jane@example.com.'", "jane@example.com"),
        ("«jane@example.com»", "jane@example.com"),
        ("`jane@example.com`", "jane@example.com"),
        ("**jane@example.com**", "jane@example.com"),
        ("{jane@example.com}", "jane@example.com"),
        ("[jane@example.com]", "jane@example.com"),
        ("(jane@example.com).", "jane@example.com"),
        ("Please call jane@example.com!", "jane@example.com"),
        ("jane@example.com?", "jane@example.com"),
        ("jane@example.com…", "jane@example.com"),
        ("jane@example.com,", "jane@example.com"),
        ("jane@example.com;", "jane@example.com"),
        ("<jane@example.com>", "jane@example.com"),
        ("Jane Doyle <jane@example.com>", "jane@example.com"),
        ('"Doyle, Jane" <jane@example.com>', "jane@example.com"),
        ("Jane Doyle, jane@example.com", "jane@example.com"),
        ("mailto:jane@example.com?subject=Booking%20B94TXY", "jane@example.com"),
        ("mailto:jane%2Btag@example.com", "jane+tag@example.com"),
        ("[Jane](mailto:jane@example.com)", "jane@example.com"),
        ("<mailto:jane@example.com|jane@example.com>", "jane@example.com"),
        ("https://mail.example.com/compose?to=jane@example.com&x=1", "jane@example.com"),
        ("jane%40example.com", "jane@example.com"),
        ("jane(at)example.com", "jane@example.com"),
        ("jane [at] example [dot] com", "jane@example.com"),
        ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
        ("メール：jane@example.com", "jane@example.com"),
        ("jane@example.comです", "jane@example.com"),
        ("jane\u00ad@exam\u200bple.com\ufeff", "jane@example.com"),
        ("jäne@exämple.org", "jäne@exämple.org"),
        ("用户@例え.jp", "用户@例え.jp"),
        ("संपर्क@उदाहरण.भारत", "संपर्क@उदाहरण.भारत"),
        ("jane@xn--exmple-cua.org", "jane@xn--exmple-cua.org"),
        ('"jane..doe"@example.com', '"jane..doe"@example.com'),
        ('"jane doe"@example.com', '"jane doe"@example.com'),
        ("jane+tag@example.com", "jane+tag@example.com"),
        ("!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"),
        ("jane/tom@example.com", "jane/tom@example.com"),
        ("o'{.}brien@example.com", "o'{.}brien@example.com"),
        ("{at}jane@example.com", "{at}jane@example.com"),
        ("'jane@example.com", "'jane@example.com"),
        ("JANE@EXAMPLE.COM", "JANE@EXAMPLE.COM"),
        ("jane@[192.0.2.1]", "jane@[192.0.2.1]"),
        ("Jane jane@example.com", "jane@example.com"),
        ("email jane@example.com", "jane@example.com"),
    ],
)
def test_an_address_is_read_whole_and_without_what_stands_around_it(text: str, address: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.address) == ("email", address)
    assert address not in repr(reading)


@pytest.mark.parametrize(
    "text",
    [
        "jane@example",
        "jane@localhost",
        "jane @example.com",
        "jane@ example.com",
        "jane@@example.com",
        "jane@example.com@example.org",
        "jane@example.com_old",
        "jane..doe@example.com",
        ".jane@example.com",
        "jane.@example.com",
        "jane@example..com",
        "jane@-example.com",
        "jane@example.c0m",
        '"jane"doe@example.com',
        "jane\\doe@example.com",
        "jane€doe@example.com",
    ],
)
def test_an_address_that_cannot_be_read_whole_is_not_trimmed(text: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.why, reading.address) == ("unreadable", "email", "")


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("jane@example.com and tom@example.org", ["jane@example.com", "tom@example.org"]),
        ("jane@example.com;tom@example.org", ["jane@example.com", "tom@example.org"]),
        ("jane@example.com|tom@example.org", ["jane@example.com", "tom@example.org"]),
        ("mailto:jane@example.com,tom@example.org", ["jane@example.com", "tom@example.org"]),
        ("From: <jane@example.com> To: <help@example.org>", ["jane@example.com", "help@example.org"]),
        ("jane@example.com, +353 85 123 4567", ["jane@example.com", "+353851234567"]),
        # A plus that a link has turned into a space.
        ("jane tag@example.com", ["jane+tag@example.com", "tag@example.com"]),
        # Valid as they are, but more often a label or a sentence without spaces.
        ("email=jane@example.com", ["email=jane@example.com", "jane@example.com"]),
        ("連絡先はjane@example.com", ["連絡先はjane@example.com", "jane@example.com"]),
    ],
)
def test_of_several_addresses_none_goes_first(text: str, either: list[str]) -> None:
    reading = lookup.read(text)
    assert (reading.kind, addresses(reading)) == ("several", either)


def test_beside_an_address_that_is_whole_a_broken_one_is_named() -> None:
    reading = lookup.read("jane@example and tom@example.org")
    assert (reading.kind, reading.why, addresses(reading)) == ("unreadable", "email", ["tom@example.org"])


@pytest.mark.parametrize(
    "text",
    [
        "B94TXY jane@example.com",
        "jane@example.com, booking B94TXY",
        "Please change b94txy for Jane Doyle <jane@example.com>, flight BA0459",
        "https://orders.example.com/orders/B94TXY/ jane@example.com",
    ],
)
def test_a_reference_and_an_address_in_one_text_are_both_offered(text: str) -> None:
    reading = lookup.read(text)
    assert reading.kind == "reference" and reading.mixed
    assert [candidate.upper() for candidate in reading.candidates[:1]] == ["B94TXY"]
    assert addresses(reading) == ["jane@example.com"]


@pytest.mark.parametrize("text", ["B94TXY @ 15:00", "@anna B94TXY", "B94TXY @anna"])
def test_an_at_sign_alone_is_no_address(text: str) -> None:
    assert lookup.read(text).candidates == ("B94TXY",)


LOCAL = st.text("abcxyzABC019.!#$&'*+/=?^_`{|}~-", min_size=1, max_size=20)


@given(LOCAL, st.sampled_from(["{}", "write to {}, please", "<{}>", "Jane Doyle ({})", "mail: {}.", "“{}”"]))
def test_whatever_is_legal_in_a_local_part_stays_in_it(local: str, frame: str) -> None:
    address = f"{local}@example.com"
    assume(emails.is_address(address) and "#{" not in address and "{{" not in address and "${" not in address)
    reading = lookup.read(frame.format(address))
    assert address in (reading.address, *addresses(reading))


@given(LOCAL, LOCAL)
def test_no_address_is_asked_for_that_is_a_part_of_another(local: str, other: str) -> None:
    reading = lookup.read(f"{local}'{other}@example.com")
    assert reading.address in {"", f"{local}'{other}@example.com"}


@pytest.mark.parametrize(
    ("value", "href"),
    [
        ("aine@example.com", "mailto:aine@example.com"),
        (" aoife.o'brien@example.com ", "mailto:aoife.o'brien@example.com"),
        ("jane+tag@example.com", "mailto:jane+tag@example.com"),
        ("a&b?c@example.com", "mailto:a%26b%3Fc@example.com"),
        ("jäne@exämple.org", "mailto:j%C3%A4ne@ex%C3%A4mple.org"),
        ("jane@example.com, tom@example.com", ""),
        ("jane@example", ""),
        ("Jane <jane@example.com>", ""),
        ("not an address", ""),
    ],
)
def test_the_link_on_a_contact_obeys_the_same_reading(value: str, href: str) -> None:
    (field,) = (field for field in card(person(value), 1).fields if field.name == "email")
    assert (field.value, field.href) == (value, href)


def person(email: str) -> Person:
    return Person(ref="c1", emails=(email,))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("jane,doe@example.com", ("doe@example.com",)),
        ("jane;doe@example.com", ("doe@example.com",)),
        ("jane:doe@example.com", ("doe@example.com",)),
        ("please write to jane,doe@example.com", ("doe@example.com",)),
        ("jane.do\ne@example.com", ("e@example.com",)),
        ("jane_ma\nry@example.com", ("ry@example.com",)),
        ("jane+\nfly@example.com", ("fly@example.com",)),
        ("…doe@example.com", ()),
        ("...doe@example.com", ()),
        ("[…]doe@example.com", ()),
        ("[...]doe@example.com", ()),
    ],
)
def test_an_address_that_may_begin_before_is_not_searched_unasked(text: str, offered: tuple[str, ...]) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.why) == ("unreadable", "email")
    assert tuple(other.address for other in reading.also) == offered


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Jane;Doe;jane@example.com;IE", "jane@example.com"),
        ("jane;doe;jane@example.com", "jane@example.com"),
        ("Doyle,jane@example.com", "jane@example.com"),
        ("mail:jane@example.com", "jane@example.com"),
        ("correo:jane@example.com", "jane@example.com"),
        ("4711;jane@example.com", "jane@example.com"),
        ("Jane Doyle\njane@example.com", "jane@example.com"),
        ("thanks.\njane@example.com", "jane@example.com"),
        ("www.example.com\njane@example.com", "jane@example.com"),
        ("!jane@example.com!", "jane@example.com"),
        ("#jane@example.com#", "jane@example.com"),
        ("SSR CTCE BA HK1/JANE.DOE//EXAMPLE.COM", "JANE.DOE@EXAMPLE.COM"),
        ("SSR CTCE LH HK1/JANE..DOE//EX./AMPLE.COM", "JANE_DOE@EX-AMPLE.COM"),
        ("CTCE-JANE.DOE//EXAMPLE.COM", "JANE.DOE@EXAMPLE.COM"),
    ],
)
def test_a_cell_a_label_or_an_airline_record_before_an_address_is_none_of_it(text: str, address: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.address) == ("email", address)
