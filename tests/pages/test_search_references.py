"""References in a search text: labelled ones first, common travel words last, separate or joined as intended."""

from __future__ import annotations

import pytest

from orders.search_text import lookup

LABELS = [
    "PNR: {}", "PNR {}", "PNR#{}", "pnr = {}", "PNR:{}", "My PNR number is {}", "Booking {}", "booking: {}", "Booking ref. - {}.",
    "booking reference {}", "Booking Reference (PNR): {}", "booking no. {}", "booking code is {}", "Booking ID {}", "booking number is #{}",
    "reservation {}", "reservation code: {}", "record locator {}", "Record Locator: {}", "confirmation code – {}", "confirmation number {}",
    "order {}", "Order no. {}", "order ref: {}", "Ref#{}", "Reference no.: {}", "referenceId={}", "order_ref:{}",
    "Buchung {}", "Ihre Buchung mit der Nummer {} wurde geändert", "Buchungsnummer: {}", "Buchungsnummer lautet {}.", "Buchungscode {}",
    "Buchungs-Nr. {}", "Reservierung {}", "Reservierungsnummer ist {}", "Vorgangsnummer {}", "Auftrag Nr. {}", "Bestellnummer {}",
    "réservation {}", "Numéro de réservation : {}", "n° de réservation {}", "votre dossier {}", "Référence {}", "code de réservation est {}",
    "código de reserva {}", "Su reserva es la {}", "Localizador: {}", "número de confirmación {}", "referencia {}",
    "O seu código de reserva é {}.", "referência: {}", "prenotazione {}", "codice prenotazione: {}", "prenotazione n. {}", "Il codice è {}",
    "boeking {}", "boekingsnummer is {}", "Uw boekingscode: {}", "reservering {}", "referentie {}",
    "rezerwacja {}", "numer rezerwacji {}", "Kod rezerwacji: {}", "bokningsnummer {}", "Ditt bokningsnummer är {}", "bestilling nr. {}",
    "rezervace {}", "foglalás {}", "rezervasyon {}", "бронь {}", "номер брони {}", "Бронирование: {}", "заказ № {}",
    "予約番号：{}", "予約番号は{}です", "确认订单号{}", "订单 {} 退款", "您的订单{}已确认", "预订号：{}", "訂位代號：{}", "예약번호 {}", "예약번호는 {}입니다",
    "رقم الحجز {}", "حجز {}", "מספר הזמנה {}",
]  # fmt: skip
NOISE = "BA0459 15AUG26 DUB-LHR seat 12A INC678439 RT #47110 EUR120 125-1234567890 2026-08-15 10:35"


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("value", ["B94TXY", "FAM4OB", "AB1234"])
def test_a_labelled_reference_goes_before_everything_else(label: str, value: str) -> None:
    assert lookup.read(label.format(value)).candidates == (value,)
    among = lookup.read(f"Fwd: {NOISE}\n{label.format(value)}\n{NOISE}")
    assert (among.kind, among.candidates[0]) == ("reference", value)


@pytest.mark.parametrize(
    "label", ["Localizador: {}", "PNR {}", "Record Locator: {}", "Buchungscode {}", "予約番号：{}", "Booking ref: {}"]
)
def test_a_labelled_reference_may_be_letters_only(label: str) -> None:
    assert lookup.read(f"{label.format('FAMFOB')} for flight BA0459").candidates[0] == "FAMFOB"


@pytest.mark.parametrize(
    "noise",
    [
        "BA0459", "U28765", "BA 459", "EI123A", "15AUG26", "15AUG", "AUG26", "15.08.2026", "15/08/2026", "2026-08-15", "2026-08-15T10:35:00Z", "10:35",
        "EUR 120", "EUR120", "120EUR", "USD250.00", "$120", "1251234567890", "125-1234567890", "ZD-5", "TK-4711", "INC678439", "RT #4711",
        "REQ0012345", "seat 12A", "23kg", "DUB-LHR", "2adults", "SUMMER2026",
    ],
)  # fmt: skip
def test_flights_dates_prices_and_tickets_go_last(noise: str) -> None:
    for text in (f"{noise} B94TXY", f"B94TXY {noise}", f"Re: {noise}, please look at B94TXY ({noise})"):
        reading = lookup.read(text)
        assert (reading.kind, reading.candidates[0]) == ("reference", "B94TXY")
        assert len(reading.candidates) <= 3


@pytest.mark.parametrize("text", ["flight BA0459 was cancelled", "ticket INC678439 again", "on 15AUG26 please"])
def test_they_are_tried_where_nothing_else_could_be_one(text: str) -> None:
    assert len(lookup.read(text).candidates) == 1


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("B 9 4 T X Y", ("B94TXY",)),
        ("b 9 4 t x y", ("b94txy",)),
        ("B-9-4-T-X-Y", ("B94TXY",)),
        ("B.9.4.T.X.Y", ("B94TXY",)),
        ("B - 9 - 4 - T - X - Y", ("B94TXY",)),
        ("my booking is B 9 4 T X Y thanks", ("B94TXY",)),
        ("Bravo nine four Tango X-ray Yankee", ("B94TXY",)),
        ("it is bravo 9 4 tango xray yankee", ("B94TXY",)),
        ("B94 TXY", ("B94TXY",)),
        ("X7 K2 PL", ("X7K2PL",)),
        ("b94 txy", ("b94txy",)),
        ("X7-K2-PL", ("X7-K2-PL", "X7K2PL")),
        ("PNR: B94 TXY", ("B94TXY",)),
        ("PNR B94 TXY please", ("B94TXY",)),
        ("B94 TXY and FAM 4OB", ("B94TXY", "FAM4OB")),
        ("B94-TXY", ("B94-TXY", "B94TXY")),
        ("PNR : B94-TXY.", ("B94-TXY", "B94TXY")),
        ("B94‑TXY", ("B94-TXY", "B94TXY")),
        ("B94TXY-1", ("B94TXY-1",)),
        ("B94TXY‑1", ("B94TXY-1",)),
        ("2041/7", ("2041/7",)),
        ("Order 2041/7", ("2041/7",)),
        ("A:93", ("A:93",)),
        ("PNR:B94TXY/DOYLE MRS", ("B94TXY",)),
        ("B94TXY/DOYLE", ("B94TXY",)),
        ("DOYLE/JANE MRS B94TXY", ("B94TXY",)),
        ("Booking B94TXY/1", ("B94TXY/1", "B94TXY")),
        ("B94TXY/FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY+FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY;FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY|FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY, FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY\nFAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY\\nFAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY (FAM4OB)", ("B94TXY", "FAM4OB")),
        ("B94TXY & FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY→FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY、FAM4OB", ("B94TXY", "FAM4OB")),
        ("B94TXY・FAM4OB", ("B94TXY", "FAM4OB")),
        ("bookings B94TXY, FAM4OB, TWICE1 and ORLA01", ("B94TXY", "FAM4OB", "TWICE1")),
        ("ABCDEF/GHIJKL", ("ABCDEF", "GHIJKL")),
        ("B94TXY&x=1", ("B94TXY",)),
        ("B94TXY?x=1#y", ("B94TXY",)),
        ("B94TXY\\", ("B94TXY",)),
        ("B94TXY^", ("B94TXY",)),
        ("B94TXY'", ("B94TXY",)),
        ("Hello... my booking is B94TXY", ("B94TXY",)),
        ("B94TXY...", ("B94TXY",)),
        ("<b>B94TXY</b>", ("B94TXY",)),
        ("B94TXY' OR '1'='1", ("B94TXY",)),
        ("TK-4711", ("TK-4711",)),
    ],
)
def test_references_are_taken_apart_and_joined(text: str, candidates: tuple[str, ...]) -> None:
    assert lookup.read(text).candidates == candidates


@pytest.mark.parametrize(
    "text",
    [
        "Ｂ９４ＴＸＹ", "B９４TXY", "𝐁𝟗𝟒𝐓𝐗𝐘", "B٩٤TXY", "B९४TXY", " B94TXY️", "B94\u200bTXY", "B94\u00adTXY", "B94\u2060TXY\ufeff", "B94\u200dTXY", "\u202eB94TXY\u202c",
        "\u2066B94TXY\u2069", "B94TXY\U000e0101", "&quot;B94TXY&quot;", "&#66;94TXY", "&nbsp;B94TXY&nbsp;", "&amp;quot;B94TXY&amp;quot;", "“B94TXY”", "„B94TXY“", "«B94TXY»",
        "‹B94TXY›", "「B94TXY」", "‘B94TXY’", "№ B94TXY", "№B94TXY", "Nº B94TXY", "B94TXY¹", "B94TXY™", "✈️B94TXY", "B94TXY✅", "• B94TXY", "→ B94TXY", "予約B94TXYです",
        "您好B94TXY谢谢", "예약B94TXY입니다", "การจองB94TXY", "حجزB94TXY", "PNR：B94TXY", "（B94TXY）", "【B94TXY】", "B94TXY。", "B94TXY！", "\u3000B94TXY\u3000",
        "B94TXY\u2028", "%20B94TXY%0A", "В94ТХУ", "в94тху", "Β94ΤΧΥ", "заказ В94ТХУ",
    ],
)  # fmt: skip
def test_one_reference_in_many_signs(text: str) -> None:
    assert lookup.read(text).candidates == ("B94TXY",)


@pytest.mark.parametrize(
    "text",
    [
        "null", "NULL", "None", "none", "N/A", "n/a", "n.a.", "undefined", "nil", "NaN", "-", "--", "—", "?", "#", "/", "()", '"null"', "(null)", "[None]", "(blank)", "not set", "no value", "&nbsp;", "%20",
        "\u200b", "\ufeff", "…", "...", "✈️",
    ],
)  # fmt: skip
def test_an_empty_field_is_empty_in_whatever_word(text: str) -> None:
    assert lookup.read(text).kind == "empty"


@pytest.mark.parametrize(
    "text",
    [
        "Where is my refund?", "Your booking is confirmed", "Booking cancelled please refund", "Please rebook us, order not paid", "RT #4711", "seat 12A",
        "booking 2 adults on 15 August", "EUR 120", "order of 15 Aug", "gate 12", "call 85",
    ],
)  # fmt: skip
def test_a_text_without_a_reference_says_so(text: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.why) == ("unreadable", "no reference")


@pytest.mark.parametrize("text", ["..", "B94TXY..", "../../admin/", "a..b", "..%2F..%2Fadmin"])
def test_two_dots_are_refused(text: str) -> None:
    assert lookup.read(text).why == "dots"


@pytest.mark.parametrize(
    "value",
    [
        "B94TXY", "  B94TXY ", "#B94TXY", '"B94TXY"', "'B94TXY'", "B94TXY & bags", "B94TXY?", "paid? B94TXY", "B94TXY 100%", "B94TXY%20", "Flug für Müller B94TXY",
        "Re: [RT #4711] Fwd: Your booking B94TXY Dublin to Las Vegas on 15 August", "B94TXY - urgent", "B94TXY\t15.08.2025", "B94TXY/contacts", "حجز B94TXY", "✈️ B94TXY",
        "The customer writes: " + "bla " * 100 + "B94TXY", "Incident INC678439: updated booking B94TXY:", "[#B94TXY]",
        "Fwd: Your e-ticket TK-4711 BA0459 15AUG26 DUB-LHR seat 12A booking B94TXY",
    ],
)  # fmt: skip
def test_what_ticket_fields_hold(value: str) -> None:
    assert lookup.read(value).candidates[0] == "B94TXY"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("RP/LONBA0100/LONBA0100   AA/SU  26NOV26/1403Z   B94TXY", "B94TXY"),
        (" 1.DOYLE/AOIFE MRS\n 2  EI 152 Y 12MAR 5 DUBLHR HK1  0650 0815  E  EI/B94TXY", "B94TXY"),
        ("PHONES\n  1.DUB353851234567-M\nB94TXY", "B94TXY"),
        ("1A/B94TXY", "B94TXY"),
        ("booking: PLEASE CANCEL, it is B94TXY", "B94TXY"),
        ("URGENT REFUND for FAMXOB", "FAMXOB"),
        ("EI*B94TXY", "B94TXY"),
        ("Order: customer: Jane, booking B94TXY", "B94TXY"),
    ],
)
def test_the_record_of_an_airline_system_gives_its_locator_first(text: str, first: str) -> None:
    assert lookup.read(text).candidates[:1] == (first,)


@pytest.mark.parametrize("text", ["PNR", "PNR:", "booking", "Order: customer: reference"])
def test_a_label_is_no_reference(text: str) -> None:
    reading = lookup.read(text)
    assert (reading.kind, reading.why, reading.candidates) == ("unreadable", "no reference", ())


@pytest.mark.parametrize(
    "text", ["%{pnr}", "<%= ticket.pnr %>", "{ticket.custom_field}", "%PNR%", "%booking_ref%", "<booking_ref>"]
)
def test_a_template_that_was_not_filled_in_is_named(text: str) -> None:
    assert (lookup.read(text).kind, lookup.read(text).placeholder) == ("placeholder", text)


@pytest.mark.parametrize(
    "text",
    [
        "N/A N/A",
        "None None",
        "\\N",
        "<br>",
        "<p></p>",
        "k.A.",
        "keine",
        "(leer)",
        "s/o",
        "无",
        "なし",
        "нет",
        "geen",
        "brak",
        "ninguno",
    ],
)
def test_an_empty_field_is_empty_in_other_languages(text: str) -> None:
    assert lookup.read(text).kind == "empty"
