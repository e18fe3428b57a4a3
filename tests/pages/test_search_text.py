"""Texts that people paste into the one search field, and the values that are extracted from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.cdp.refs import is_ref
from orders.search_text import lookup

REF = "d680c9be-4c07-4731-857e-9602034b15f2"


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("B94TXY", ("B94TXY",)),
        ("  b94txy \n", ("b94txy",)),
        ('"B94TXY"', ("B94TXY",)),
        ("“B94TXY”", ("B94TXY",)),
        ("#B94TXY", ("B94TXY",)),
        ("# B94TXY.", ("B94TXY.", "B94TXY")),
        ("B94TXY/", ("B94TXY/", "B94TXY")),
        ("/B94TXY", ("/B94TXY", "B94TXY")),
        ("-B94TXY", ("-B94TXY", "B94TXY")),
        ("$B94TXY", ("B94TXY",)),
        ("B94TXY…", ("B94TXY",)),
        ("\u200fB94\u2060TXY\u200e", ("B94TXY",)),
        ("ref=B94TXY", ("B94TXY",)),
        ("referenceId: B94TXY", ("B94TXY",)),
        ("order_ref:B94TXY", ("B94TXY",)),
        ("PNR B94TXY", ("B94TXY",)),
        (f"/v2/orders/{REF}", (REF,)),
        (f"orders/{REF}/", (REF,)),
        (f"api-engage-eu.sitecorecloud.io/v2/orders/{REF}?expand=true", (REF,)),
        ("B94TXY//", ("B94TXY//", "B94TXY")),
        ("{B94TXY}", ("B94TXY",)),
        ("[B94TXY]", ("B94TXY",)),
        ("(B94TXY)", ("B94TXY",)),
        ("B94TXY-1", ("B94TXY-1",)),
        ("2041/7", ("2041/7",)),
        (REF, (REF,)),
        (REF.upper(), (REF.upper(),)),
        (f"https://api-engage-eu.sitecorecloud.io/v2/orders/{REF}?expand=orderItems", (REF,)),
        (f"https://api-engage-eu.sitecorecloud.io/v2.1/orders/{REF}/contacts", (REF,)),
        ("https://api-engage-eu.sitecorecloud.io/v2/orders?referenceId=B94TXY", ("B94TXY",)),
        (f"see http://viewer.example/orders/{REF}/ please", (REF,)),
        ("Re: [Ticket 4711] booking B94TXY changed", ("B94TXY",)),
        ("Customer asks about ABCDEF", ("ABCDEF",)),
        ("Order 4711008 not paid", ("4711008",)),
        ("B94TXY%20", ("B94TXY",)),
        ("%2523B94TXY", ("B94TXY",)),
        ("\u200bB94TXY\ufeff", ("B94TXY",)),
        (f"{REF} or B94TXY", (REF, "B94TXY")),
    ],
)
def test_a_reference_is_found_in_what_was_pasted(text: str, candidates: tuple[str, ...]) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.candidates) == ("reference", candidates)


@pytest.mark.parametrize(
    "text",
    [
        "{{ticket.custom_field_123}}",
        "{{ticket.custom_field_123",
        "#{ticket.order}",
        "{%cf_7%}",
        "[% Data.TicketID %]",
        "${issue.key}",
        "%7B%7Bticket.id%7D%7D",
    ],
)
def test_an_unfilled_placeholder_is_named(text: str) -> None:
    reading = lookup.read(text)
    assert reading.kind == "placeholder"
    assert reading.placeholder


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("../../v2/guests", "dots"),
        ("..", "dots"),
        ("%2e%2e%2fguests", "dots"),
        ("%252e%252e%252fguests", "dots"),
        ("a" * 10_000, "too long"),
        ("a" * 129, "too long"),
        ("заказ", "characters"),
        ("予約", "characters"),
        ("https://example.com/nothing", "no reference"),
        ("https://[broken/orders/x", "no reference"),
        ("when does it leave", "no reference"),
        ("ab\x00cd", "characters"),
    ],
)
def test_what_cannot_be_a_reference_says_why(text: str, why: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.why) == ("unreadable", why)


@pytest.mark.parametrize(
    ("text", "kind", "address"),
    [
        ("anna@example.com", "email", "anna@example.com"),
        (" <anna@example.com>, ", "email", "anna@example.com"),
        ("mail of Anna: anna@example.com", "email", "anna@example.com"),
        ("+353 1 555 0100", "phone", "+35315550100"),
        ("+49 (30) 5550-100", "phone", "+49305550100"),
    ],
)
def test_an_at_sign_means_e_mail_and_a_leading_plus_a_phone(text: str, kind: str, address: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.address) == (kind, address)
    assert address not in repr(reading)


@pytest.mark.parametrize("text", ["", "   ", '""', "#", "{}", "\n"])
def test_nothing_is_nothing(text: str) -> None:
    assert lookup.read(text).kind == "empty"


@given(st.text(max_size=300))
def test_any_text_gives_a_reading_and_only_clean_candidates(text: str) -> None:
    reading = lookup.read(text)
    assert reading.kind in {"empty", "reference", "email", "phone", "name", "several", "placeholder", "unreadable"}
    assert all(lookup.is_reference(candidate) for candidate in reading.candidates)
    assert bool(reading.candidates) == (reading.kind == "reference")


@pytest.mark.parametrize("ref", ["a", "a" * 128, "A.b_c~d-e", REF, "x.y"])
def test_a_ref_is_1_to_128_of_a_small_alphabet(ref: str) -> None:
    assert is_ref(ref)


@pytest.mark.parametrize("ref", ["", "a" * 129, "a/b", "a..b", "..", ".", "a b", "a\n", "é", "a%2fb", "a?b", "a#b"])
def test_anything_else_is_no_ref(ref: str) -> None:
    assert not is_ref(ref)
