"""How much of an answer is read: the first records of each kind, enough for any order that is really sold; the rest is noted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from orders.cdp import bounds, decode, jsontext
from orders.cdp.characters import as_in_json, whole_characters
from orders.cdp.errors import TimedOut, TooLarge
from orders.cdp.raw import indent
from orders.cdp.records import Note, Order, OrderItem, Reason
from orders.cdp.transport import Deadline, Limits, Transport
from orders.privacy.hiding import masked_order
from tests.cdp.conftest import BASE, Make

REF = "d680c9be-4c07-4731-857e-9602034b15f2"
URL = f"{BASE}/v2/orders/{REF}"


def order(**fields: Any) -> Order:
    return decode.order(jsontext.parse(json.dumps({"ref": REF, **fields}).encode())[0])


def noted(record: Order | OrderItem, reason: str) -> list[Note]:
    return [note for note in record.notes if note.reason == reason]


@pytest.mark.parametrize("count", [1, 237, 500, 1_000])
def test_every_order_that_somebody_sold_is_whole(count: int) -> None:
    items = [{"type": "FLIGHT", "flightSegments": [{"origin": "DUB"}, {"origin": "LHR"}]}] * count
    read = order(orderItems={"items": items, "limit": count + 1})
    assert len(read.items) == count and read.items_left == 0
    assert sum(len(item.flight_segments) for item in read.items) == 2 * count
    assert not any(item.segments_left or item.notes for item in read.items)


def test_the_segments_of_an_order_have_one_bound_for_all_its_items() -> None:
    read = order(orderItems=[{"type": "FLIGHT", "flightSegments": [{}] * 900}] * 3)
    assert [len(item.flight_segments) for item in read.items] == [900, 900, 200]
    assert [item.segments_left for item in read.items] == [0, 0, 700]
    assert noted(read.items[2], Reason.ONLY_IN_PART) == [Note("flightSegments", Reason.ONLY_IN_PART, "200 / 900")]
    assert read.items_complete


def test_items_beyond_the_bound_are_counted_and_the_order_is_not_whole() -> None:
    read = order(orderItems=[{"a": 1}] * (bounds.RECORDS + 7_000))
    assert len(read.items) == bounds.RECORDS and read.items_left == 7_000 and not read.items_complete


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"status": "S" * 201}, "status"),
        ({"referenceId": "R" * 5_000}, "reference_id"),
        ({"channel": "é" * 300}, "channel"),
        ({"pointOfSale": "\u202e" * 300}, "point_of_sale"),
    ],
)
def test_a_long_text_is_cut_with_a_mark_and_a_note(fields: dict[str, str], left: str) -> None:
    read = order(**fields)
    text = getattr(read, left)
    assert text.endswith("…") and noted(read, Reason.CUT) == [Note(next(iter(fields)), Reason.CUT)]
    assert len(text) == bounds.SHORT or "[U+202E]" in text


def test_descriptions_may_be_longer_than_codes() -> None:
    (item,) = order(orderItems=[{"type": "BAG", "description": "d" * 2_000, "name": "n" * 2_001}]).items
    assert item.description == "d" * 2_000 and item.name == "n" * 1_999 + "…"


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({f"x{n}": n for n in range(600)}, lambda read: len(read.extras) == bounds.CUSTOM),
        (
            {"orderItems": [{"type": "BAG", **{f"x{n}": n for n in range(600)}}]},
            lambda read: len(read.items[0].extras) == bounds.EXTRAS,
        ),
        (
            {"orderItems": [{"type": ["x"], "flightSegments": [1] * 5_000}]},
            lambda read: len(read.items[0].notes) == bounds.NOTES + 1,
        ),
    ],
)
def test_unknown_fields_and_notes_of_a_record_are_bounded(
    fields: dict[str, Any], count: Callable[[Order], bool]
) -> None:
    assert count(order(**fields))


def test_a_persons_values_are_bounded_and_an_address_is_never_cut_short_unseen() -> None:
    person = decode.contact({"emails": [f"a{n}@example.com" for n in range(90)], "phone": "1" * 900})
    assert len(person.emails) == bounds.VALUES and person.emails[0] == "a0@example.com"
    assert person.phone_numbers == ("1" * 199 + "…",)
    longest = "a" * (bounds.EMAIL - 12) + "@example.com"
    assert decode.contact({"email": longest}).emails == (longest,)


def listing(mock: responses.RequestsMock, count: int) -> None:
    mock.get(URL, json={"ref": REF, "orderItems": {"href": "x"}})
    mock.get(f"{URL}/orderItems", json={"items": [{"ref": f"i{n}", "type": "BAG"} for n in range(count)]})


def test_a_listing_beyond_the_bound_says_how_many_more_are_known(cdp: responses.RequestsMock, client: Make) -> None:
    listing(cdp, 8_000)
    read = client().get_order(REF)
    assert len(read.items) == 1_000 and read.items_left == 7_000
    assert not read.items_complete and isinstance(read.items_problem, TooLarge)


def test_the_answers_of_a_page_are_bounded_in_all(cdp: responses.RequestsMock, client: Make) -> None:
    cdp_client = client(version="v2.1")
    for number in range(20):
        cdp.get(f"{BASE}/v2.1/orderItems/i{number}/extensions/ext", json={"seat": "x" * 1_000_000})
        if number < 19:
            cdp_client.get_item_extension(f"i{number}")
    with pytest.raises(TooLarge):
        cdp_client.get_item_extension("i19")
    assert cdp_client.reader.calls == 20
    with pytest.raises(TooLarge):
        cdp_client.get_item_extension("i20")
    assert cdp_client.reader.calls == 20, "nothing more is asked once a page has too much"


def test_an_answer_of_too_many_values_is_not_even_parsed(
    cdp: responses.RequestsMock, client: Make, transports: Callable[..., Transport]
) -> None:
    cdp.get(URL, body=b'{"ref":"r","x":[' + b",".join([b"{}"] * 60) + b", this is no JSON")
    with pytest.raises(TooLarge):
        client(transport=transports(Limits(page_values=100))).get_order(REF)


def test_what_computes_looks_at_the_deadline_too() -> None:
    bounds.in_time(Deadline.after(0.0))
    with pytest.raises(TimedOut):
        bounds.in_time(Deadline.after(-bounds.GRACE - 0.1))


def test_answers_are_kept_for_the_raw_view_alone(cdp: responses.RequestsMock, client: Make) -> None:
    cdp.get(URL, json={"ref": REF, "orderItems": []})
    cdp_client, other = client(), client()
    other.reader.keep_documents()
    cdp_client.get_order(REF)
    other.get_order(REF)
    assert cdp_client.reader.documents == () and len(other.reader.documents) == 1


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("safe\u202egnp.exe", "safe[U+202E]gnp.exe"),
        ("\u2067abc", "[U+2067]abc"),
        ("a\u2066b\u2069c", "a[U+2066]b[U+2069]c"),
        ("\u202dABC\u202c", "[U+202D]ABC[U+202C]"),
        ("\u202a+353 85 012 3456\u202c", "+353 85 012 3456"),
        ("\u2068محمد\u2069", "محمد"),
        ("\u200fשרה כהן\u200e", "\u200fשרה כהן\u200e"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("محمد الأحمد", "محمد الأحمد"),
    ],
)
def test_direction_controls_are_marks_and_names_stay_as_they_are(sent: str, shown: str) -> None:
    person = decode.contact({"firstName": sent, "phone": sent, "street": [sent]})
    assert (person.first_name, person.phone_numbers, person.street) == (shown, (shown,), (shown,))
    read = order(channel=sent, unknown=sent, orderItems=[{"type": "BAG", "name": sent}])
    assert read.channel == read.extras[0].value == read.items[0].name == shown
    assert masked_order(read).items[0].flight_segments == ()


def test_the_raw_view_writes_direction_controls_as_json_does() -> None:
    sent = json.dumps({"a": "x\u202ey"}, ensure_ascii=False)
    assert json.loads(indent(sent)) == {"a": "x\u202ey"} and "\u202e" not in indent(sent)
    assert as_in_json("\u2066") == "\\u2066" and whole_characters("\u2066") == "[U+2066]"
