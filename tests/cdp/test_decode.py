from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.cdp import decode, pages
from orders.cdp.errors import Unreadable
from orders.cdp.jsontext import parse, readable
from orders.cdp.records import Extra, Note, Reason


def order(text: str) -> Any:
    raw, notes = parse(text.encode())
    return decode.order(raw, notes=notes)


def item(text: str) -> Any:
    return decode.item(parse(text.encode())[0], order_ref="ord-1")


def person(text: str) -> Any:
    return decode.contact(parse(text.encode())[0])


def test_the_vendors_order_is_read_whole(order_page: bytes) -> None:
    record = order(order_page.decode())
    assert record.ref == "d680c9be-4c07-4731-857e-9602034b15f2"
    assert (record.reference_id, record.status, record.price, record.currency_code) == (
        "B94TXY",
        "PURCHASED",
        Decimal("100.00"),
        "EUR",
    )
    assert str(record.price) == "100.00"
    assert (record.payment_type, record.card_type, record.channel, record.point_of_sale) == (
        "Card",
        "Visa",
        "WEB",
        "default",
    )
    assert record.ordered_at == datetime(2025, 8, 15, 16, 0, 55, 554000, UTC)
    assert record.items_complete and record.items_problem is None
    assert record.extras == () and record.notes == ()
    (flight,) = record.items
    assert flight.ref == "FECBB7ED-6DFE-4E8C-85A9-B894B17EF4F3"
    assert (flight.original_price, flight.original_currency_code, flight.quantity) == (
        Decimal("112.00"),
        "USD",
        Decimal(1),
    )
    assert flight.extras == () and flight.notes == ()
    first, second = flight.flight_segments
    assert (first.origin, first.destination, first.carrier, first.flight_number) == ("DUB", "LHR", "BX", "459")
    assert (first.departure, first.arrival) == (datetime(2025, 8, 15, 16), datetime(2025, 8, 15, 17, 20))
    assert first.departure is not None and first.departure.tzinfo is None
    assert first.departure_sent == "2025-08-15T16:00:00.000Z" and first.departure_offset is None
    assert (second.departure, second.arrival) == (datetime(2025, 8, 15, 20), datetime(2025, 8, 15, 22, 40))
    assert second.extras == () and second.notes == ()


@pytest.mark.parametrize("empty", ["null", '""', '"  "'])
def test_null_missing_and_empty_are_alike(empty: str) -> None:
    fields = ("status", "price", "orderedAt", "currencyCode", "orderItems")
    with_empty = order('{"ref":"a",' + ",".join(f'"{name}":{empty}' for name in fields if name != "orderItems") + "}")
    assert with_empty == order('{"ref":"a"}')


@pytest.mark.parametrize(
    ("sent", "price", "note"),
    [
        ("100.00", "100.00", None),
        ("-45", "-45", None),
        ("1e2", "1E+2", None),
        ("0.30000000000000004", "0.30000000000000004", None),
        ('"100.00"', "100.00", ("sent as text", "100.00")),
        ('" -3 "', "-3", ("sent as text", " -3 ")),
        ('"1,234.50"', None, ("not a number", "1,234.50")),
        ('"1.234"', None, ("not a number", "1.234")),
        ('"-123.456"', None, ("not a number", "-123.456")),
        ('"1234.567"', "1234.567", ("sent as text", "1234.567")),
        ('"0.125"', "0.125", ("sent as text", "0.125")),
        ('"1e5"', None, ("not a number", "1e5")),
        ('"free"', None, ("not a number", "free")),
        ("true", None, ("not a number", "true")),
        ("NaN", None, ("not a number", "NaN")),
        ("-Infinity", None, ("not a number", "-Infinity")),
        ("[1]", None, ("not a number", "[1]")),
        ('{"amount":1.50}', None, ("not a number", '{"amount": 1.50}')),
        ("1e16", None, ("out of range", "1E+16")),
        ("1e-16", None, ("out of range", "1E-16")),
        ("1e999999999", None, ("out of range", "1E+999999999")),
        ("1e99999999999999999999", None, ("not a number", "1e99999999999999999999")),
        ("1" * 5000, None, ("out of range", "…")),
        ("0e-400", "0", None),
    ],
)
def test_a_price_is_exact_or_a_note_says_why_not(sent: str, price: str | None, note: tuple[str, str] | None) -> None:
    record = item(f'{{"price":{sent}}}')
    assert (None if record.price is None else str(record.price)) == price
    assert record.notes == (() if note is None else (Note("price", Reason(note[0]), note[1]),))


@pytest.mark.parametrize(
    ("sent", "name", "notes"),
    [
        ('"Bag"', "Bag", ()),
        ('" Bag "', "Bag", ()),
        ("20", "20", ()),
        ("1.50", "1.50", ()),
        ("true", None, (Note("name", Reason.NOT_A_TEXT, "true"),)),
        ('["a"]', None, (Note("name", Reason.NOT_A_TEXT, '["a"]'),)),
        ('"a\\ud800b"', "a\ufffdb", (Note("name", Reason.UNREADABLE_CHARACTERS, "a\ufffdb"),)),
        ('"a\\u0000b"', "a\ufffdb", (Note("name", Reason.UNREADABLE_CHARACTERS, "a\ufffdb"),)),
        ('"\\ud83d\\ude00"', "😀", ()),
        ('"two\\nlines"', "two\nlines", ()),
    ],
)
def test_a_text_is_shown_as_sent_or_a_note_says_why_not(sent: str, name: str | None, notes: tuple[Note, ...]) -> None:
    record = item(f'{{"name":{sent}}}')
    assert record.name == name and record.notes == notes


def test_a_key_sent_twice_is_noted_and_the_last_wins() -> None:
    record = item('{"price":1,"price":2}')
    assert record.price == 2
    assert record.notes == (Note("price", Reason.SENT_TWICE, "2"),)


def test_field_names_are_found_in_any_case_and_the_documented_spelling_wins() -> None:
    assert item('{"PRODUCTID":"DUB-LHR"}').product_id == "DUB-LHR"
    both = item('{"productid":"other","productId":"DUB-LHR"}')
    assert both.product_id == "DUB-LHR"
    assert both.extras == (Extra("productid", "other"),)


def test_unknown_fields_are_kept_as_readable_text() -> None:
    record = item(
        '{"seat":"12A","weights":[20,23.50],"meal":{"code":"VGML","n":null},"gate":null,"ok":false,"order":{"href":"x"}}'
    )
    assert record.extras == (
        Extra("seat", "12A"),
        Extra("weights", "[20, 23.50]"),
        Extra("meal", '{"code": "VGML", "n": null}'),
        Extra("ok", "false"),
    )


def test_a_long_unknown_value_is_cut() -> None:
    (extra,) = item('{"blob":"' + "x" * 2000 + '"}').extras
    assert len(extra.value) == 500 and extra.value.endswith("…")
    assert len(readable(["y" * 40] * 100)) == 500


def test_segment_times_are_wall_clocks_with_or_without_the_false_z() -> None:
    segment = decode.segment({"departureDateTime": "2025-08-15T16:00Z", "arrivalDateTime": "2025-08-15T17:20:00+02:00"})
    assert segment.departure == datetime(2025, 8, 15, 16) and segment.departure_offset is None
    assert segment.arrival == datetime(2025, 8, 15, 17, 20) and segment.arrival_offset == timedelta(hours=2)
    assert segment.arrival_sent == "2025-08-15T17:20:00+02:00"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [("soon", "not a date"), ("2025-02-30T10:00Z", "out of range"), ("2025-02-30", "out of range"), (5, "not a date")],
)
def test_a_segment_time_that_cannot_be_read_keeps_what_was_sent(sent: object, reason: str) -> None:
    segment = decode.segment({"departureDateTime": sent})
    assert segment.departure is None and segment.departure_sent == str(sent)
    assert [(note.field, note.reason) for note in segment.notes] == [("departureDateTime", reason)]


@pytest.mark.parametrize("sent", ["2027-03-18", " 2027-03-18 ", "2027-03-18Z"])
def test_a_date_without_a_time_is_a_day_and_nothing_odd(sent: str) -> None:
    segment = decode.segment({"departureDateTime": sent, "arrivalDateTime": "2027-03-19T00:00:00.000Z"})
    assert (segment.departure, segment.departure_day, segment.departure_sent) == (None, date(2027, 3, 18), sent)
    assert (segment.arrival, segment.arrival_day) == (datetime(2027, 3, 19), None)  # midnight is a time
    assert segment.notes == ()


def test_an_item_without_ref_is_not_given_the_ref_of_its_order() -> None:
    assert item('{"href":"https://x/v2/orderItems/ORD-1?expand=true"}').ref is None
    assert item('{"href":"https://x/v2/orderItems/item-9?expand=true"}').ref == "item-9"
    assert item('{"ref":"item-8","href":"https://x/v2/orderItems/item-9"}').ref == "item-8"


def test_odd_entries_among_segments_are_noted_and_the_others_kept() -> None:
    record = item('{"flightSegments":[null,"x",{"origin":"DUB"},[]]}')
    assert [segment.origin for segment in record.flight_segments] == ["DUB"]
    assert [note.reason for note in record.notes] == ["not an object", "not an object"]
    assert item('{"flightSegments":"none"}').notes == (Note("flightSegments", Reason.NOT_A_LIST, "none"),)


@pytest.mark.parametrize(
    ("items", "complete"),
    [
        ('{"href":"x"}', False),
        ("null", False),
        ('{"items":[]}', True),
        ('{"items":[{"ref":"a","price":1}]}', True),
        ('[{"ref":"a","price":1}]', True),
        ('{"items":[{"ref":"a","price":1}],"next":{"href":"https://x/y?offset=10"}}', False),
        ('{"items":[{"ref":"a","price":1}],"next":{"href":"https://x/y?offset=0"}}', True),
        ('{"items":[{"ref":"a","price":1}],"limit":1}', False),
        ('{"items":[{"href":"https://x/orderItems/a"}]}', False),
        ('{"items":[{"ref":"a","price":1},"odd"]}', False),
        ('{"items":[' + ",".join(['{"price":1}'] * 10) + '],"limit":100}', False),
    ],
)
def test_inline_items_are_complete_only_where_they_show_it(items: str, complete: bool) -> None:
    assert order(f'{{"ref":"o","orderItems":{items}}}').items_complete is complete


@pytest.mark.parametrize("text", ["{}", '{"message":"down"}', '{"ref":null}'])
def test_an_object_with_nothing_of_an_order_is_no_order(text: str) -> None:
    with pytest.raises(Unreadable, match="not an order"):
        order(text)


@pytest.mark.parametrize("raw", [{}, {"message": "x"}, {"items": "none"}, {"items": {}}, {"href": "x", "items": 3}])
def test_what_is_no_collection_never_reads_as_an_empty_one(raw: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        pages.page(raw)


def test_a_collection_may_leave_out_its_items() -> None:
    assert pages.page({"href": "x", "offset": 0, "limit": 10}).entries == ()


def test_a_person_is_read_from_either_spelling() -> None:
    record = person(
        '{"href":"https://x/v2/orderContacts/c-1","title":"Ms","firstName":"Ada","lastName":"Byron","email":"a@example.com",'
        '"emails":["b@example.com","a@example.com"],"phone":"+353 1","phoneNumbers":"+353 2","dateOfBirth":"1985-12-24T00:00Z",'
        '"passportExpiry":"2031-01-02","street":["1 Quay","Flat 2"],"identifiers":[{"provider":"FF","id":7,"expiryDate":"2030-01-01"},{}],'
        '"guest":{"href":"https://x/v2/guests/g-1?expand=true"},"orderItems":{"items":[{"href":"https://x/v2/orderItems/i-1"},{"ref":"i-2"}]}}'
    )
    assert record.ref == "c-1" and record.guest_ref == "g-1" and record.item_refs == ("i-1", "i-2")
    assert record.emails == ("b@example.com", "a@example.com") and record.phone_numbers == ("+353 2", "+353 1")
    assert record.date_of_birth == date(1985, 12, 24) and record.passport_expiry == date(2031, 1, 2)
    assert record.street == ("1 Quay", "Flat 2")
    assert [(identifier.provider, identifier.id) for identifier in record.identifiers] == [("FF", "7")]
    assert record.extras == () and record.notes == ()


@pytest.mark.parametrize(
    ("sent", "named", "complete"),
    [
        ("null", (), True),
        ("[]", (), True),
        ('{"items":[]}', (), True),
        ('{"items":[{"ref":"i-1"}]}', ("i-1",), True),
        ('{"items":[{"ref":"i-1"}],"offset":0,"limit":10}', ("i-1",), True),
        ('[{"ref":"i-1"},{"href":"https://x/v2/orderItems/i-2"}]', ("i-1", "i-2"), True),
        ('{"href":"https://x/v2.1/orderConsumers/c/orderItems"}', (), False),
        ('{"items":[{"ref":"i-1"},{"ref":"i-2"}],"limit":2}', ("i-1", "i-2"), False),
        ('{"items":[{"ref":"i-1"}],"next":{"href":"https://x/?offset=1"}}', ("i-1",), False),
        ('{"items":[{"ref":"i-1"},{}]}', ("i-1",), False),
        ('[{"ref":"i-1"},"i-2"]', ("i-1",), False),
    ],
)
def test_a_person_says_whether_all_their_items_are_named(sent: str, named: tuple[str, ...], complete: bool) -> None:
    record = person(f'{{"ref":"c","orderItems":{sent}}}')
    assert (record.item_refs, record.items_complete) == (named, complete)


def test_no_more_refs_of_items_are_kept_than_records_are_read() -> None:
    entries = ",".join(f'{{"ref":"i-{n}"}}' for n in range(1001))
    record = person(f'{{"ref":"c","orderItems":[{entries}]}}')
    assert len(record.item_refs) == 1000 and not record.items_complete


def test_notes_about_people_never_show_a_value() -> None:
    record = person(
        '{"ref":"c","passportNumber":{"no":"PA1234565"},"passportNumber":["PA1234565"],"dateOfBirth":"PA1234565","emails":[{"x":"PA1234565"}],'
        '"identifiers":[{"id":["PA1234565"]},"PA1234565"],"phoneNumbers":"PA1234565\\ud800"}'
    )
    assert len(record.notes) == 7
    assert all(note.shown == "" for note in record.notes)
    assert "PA1234565" not in repr(record)


def test_custom_data_keeps_its_keys_and_their_order() -> None:
    extension = decode.extension(
        parse(b'{"name":"ext","key":"default","href":"https://x/extensions/ext-1","createdAt":"2025-01-01T00:00Z","tripType":"OW",'
              b'"miles":12.50,"vip":false,"first":"yes","empty":"","order":{"href":"x"}}')[0]
    )  # fmt: skip
    assert (extension.name, extension.ref) == ("ext", "ext-1")
    assert extension.values == (
        Extra("tripType", "OW"),
        Extra("miles", "12.50"),
        Extra("vip", "false"),
        Extra("first", "yes"),
    )


def test_bytes_that_are_not_utf8_are_replaced_and_noted() -> None:
    raw, notes = parse(b'\xef\xbb\xbf{"ref":"o","status":"caf\xe9"}')
    record = decode.order(raw, notes=notes)
    assert record.status == "caf\ufffd" and Note("", Reason.UNREADABLE_CHARACTERS) in record.notes


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"null", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b"<html></html>", "not JSON"),
        (b'{"ref":"o', "not JSON"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "too deeply"),
        (b'{"a":' + b"[" * 100_000, "too deeply"),
        ('{"ref":"o"}'.encode("utf-16"), "not JSON"),
    ],
)
def test_what_is_no_json_object_is_unreadable_and_not_repeated(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        parse(body)
    assert caught.value.__context__ is None
