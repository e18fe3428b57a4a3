"""Money: amounts are shown as sent, to the last digit; one that is not understood is marked as such; an unchecked sum gives the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Preferences
from orders.cdp.records import Note, OrderItem, Reason
from orders.display import money
from orders.privacy.hiding import MASK
from orders.services.currencies import canonical
from sandbox.server import Sandbox
from tests.pages.reading import text_in
from tests.pages.world_of import open_order, sandbox_with

# A price as JSON, the currency as JSON, and what the page shows for both.
PRICES: tuple[tuple[str, str, str], ...] = (
    ("1234.5", '"jpy"', "1,234.5 JPY"),
    ("1235", '"jpy"', "1,235 JPY"),
    ("1235.00", '" JPY "', "1,235 JPY"),
    ("100", '"eur"', "100.00 EUR"),
    ("12.3", '"Kwd"', "12.300 KWD"),
    ("12.3456", '"BHD"', "12.3456 BHD"),
    ("100", '"MRO"', "100 MRO"),
    ("100", '"mru"', "100.00 MRU"),
    ("100.5", '"dem"', "100.50 DEM"),
    ("100.123", '"XXZ"', "100.123 XXZ"),
    ("100.123", '"Miles"', "100.123 Miles"),
    ("-0.00", '"EUR"', "0.00 EUR"),
    ("-0", '"JPY"', "0 JPY"),
    ('"-0.00"', '"EUR"', "0.00 EUR"),
    ("-0.004", '"EUR"', "-0.004 EUR"),
    ("-45", '"EUR"', "-45.00 EUR"),
    ("1E3", '"EUR"', "1,000.00 EUR"),
    ("1.5e-3", '"EUR"', "0.0015 EUR"),
    ("0.1234567890123456789", '"EUR"', "0.1234567890123456789 EUR"),
    ("999999999999999.12345678901234567", '"EUR"', "999,999,999,999,999.12345678901234567 EUR"),
    ("0.30000000000000004", '"EUR"', "0.30000000000000004 EUR"),
    ('"12.50"', '"EUR"', "12.50 EUR"),
    ('" 12.50 "', '"EUR"', "12.50 EUR"),
    ('"1234.5"', '"EUR"', "1,234.50 EUR"),
    ('"1234"', '"EUR"', "1,234.00 EUR"),
    ('"1234.567"', '"EUR"', "1,234.567 EUR"),
    ('"0.125"', '"EUR"', "0.125 EUR"),
    ('"+12.5"', '"EUR"', "12.50 EUR"),
    ('"-45.00"', '"EUR"', "-45.00 EUR"),
)
NOT_UNDERSTOOD: tuple[tuple[str, str], ...] = (
    ('"1.234,56"', "1.234,56"),
    ('"€ 289,08"', "€ 289,08"),
    ('"1,234.50"', "1,234.50"),
    ('"12,50"', "12,50"),
    ('"1 234.50"', "1 234.50"),
    ('"1\u00a0234,50"', "1\u00a0234,50"),
    ('"1\'234.50"', "1'234.50"),
    ('"1.234"', "1.234"),
    ('"12.50 EUR"', "12.50 EUR"),
    ('"free"', "free"),
    ('"1.2.3"', "1.2.3"),
    ('"12.50-"', "12.50-"),
    ('"(12.50)"', "(12.50)"),
    ('"\u0661\u0662"', "\u0661\u0662"),
    ("true", "true"),
    ("false", "false"),
    ('"NaN"', "NaN"),
    ("1e400", "1E+400"),
    ("[12.5]", MASK),  # a value that is not single may contain anything
    ('{"amount": 12.5}', MASK),
)
NOTHING = ("null", '""', '"  "')

PAID = "0c4a9d1e-77aa-4f0b-8d11-c4a9d1e00015"
EUR = '"currencyCode": "EUR"'
ITEM = '{"type": "OTHER", "price": 50, "quantity": 1, "currencyCode": "EUR"}'
# The order's own fields, its items, and the words about their sum.
SUMS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "SM01": (f'"price": 100, {EUR}', (ITEM, ITEM), "Items add up to the order total, 100.00 EUR"),
    "SM02": (f'"price": 100, {EUR}', (ITEM, ITEM.replace("EUR", "eur")), "Items add up to the order total, 100.00 EUR"),
    "SM03": ('"price": 100, "currencyCode": "MRO"', (ITEM.replace("EUR", "MRU"), ITEM.replace("EUR", "MRO")), "not compared with the order total: the amounts are in two currencies"),
    "SM04": (f'"price": 100, {EUR}', (ITEM, ITEM.replace('"quantity": 1', '"quantity": 2')), "not compared with the order total: a quantity is above 1"),
    "SM05": (f'"price": 100, {EUR}', (ITEM, ITEM.replace('"quantity": 1', '"quantity": null')), "not compared with the order total: a quantity is missing"),
    "SM06": (f'"price": 100, {EUR}', (ITEM, ITEM.replace('"quantity": 1', '"quantity": 0')), "not compared with the order total: a quantity is below 1"),
    "SM07": (f'"price": 100, {EUR}', (ITEM, ITEM.replace("50", "null")), "not compared with the order total: a price is missing"),
    "SM08": (f'"price": 100, {EUR}', (ITEM, ITEM.replace("50", '"50,00"')), "not compared with the order total: a price could not be read"),
    "SM09": (f'"price": null, {EUR}', (ITEM, ITEM), "not compared with the order total: the total is missing"),
    "SM10": (f'"price": "1.000,00", {EUR}', (ITEM, ITEM), "not compared with the order total: the total could not be read"),
    "SM11": (f'"price": 100, {EUR}', (ITEM, ITEM.replace('"EUR"', "null")), "not compared with the order total: a currency is missing"),
    "SM12": (f'"price": 100, {EUR}', (ITEM.replace("EUR", "USD"), ITEM.replace("EUR", "GBP")), "not compared with the order total: the amounts are in more than two currencies"),
    "SM13": (f'"price": 100, {EUR}', (ITEM.replace("50", "0.1"), ITEM.replace("50", "0.2")), "Items add up to 0.30 EUR; the order total is 100.00 EUR"),
    "SM14": (f'"price": "100.00", {EUR}', (ITEM, ITEM.replace("50", '"50.00"')), "Items add up to the order total, 100.00 EUR"),
    "SM15": (
        f'"price": 999999999999999.000000000000003, {EUR}',
        (ITEM.replace("50", "999999999999999.000000000000001"), ITEM.replace("50", "0.000000000000002")),
        "Items add up to the order total, 999,999,999,999,999.000000000000003 EUR",
    ),
    "SM16": (f'"price": 100, {EUR}', (ITEM.replace('"quantity": 1', '"quantity": 2'), ITEM.replace("EUR", "USD")), "not compared with the order total: the amounts are in two currencies, a quantity is above 1"),
}  # fmt: skip
# Fields beside an item's price of 100 EUR, and the words about them.
ORIGINALS: dict[str, tuple[str, str]] = {
    "OR01": ('"originalPrice": 112.00, "originalCurrencyCode": "USD"', "112.00 USD before conversion"),
    "OR02": ('"originalPrice": 112, "originalCurrencyCode": "usd"', "112.00 USD before conversion"),
    "OR03": ('"originalPrice": 56, "originalCurrencyCode": "USD", "quantity": 2', "56.00 USD each before conversion"),
    "OR04": ('"originalPrice": 112.00, "originalCurrencyCode": "EUR"', ""),
    "OR05": ('"originalPrice": 100, "originalCurrencyCode": "eur"', ""),
    "OR06": ('"originalPrice": 112.00', ""),
    "OR07": ('"originalPrice": "112,00", "originalCurrencyCode": "USD"', ""),
}
BAG = f'{{"type": "OTHER", "name": "Bag", "price": 30, "quantity": 1, {EUR}, "status": "CONFIRMED"}}'
GONE, THREE_EACH = BAG.replace("CONFIRMED", "CANCELLED"), BAG.replace('"quantity": 1', '"quantity": 3')
# Similar items of a confirmed order, and each group's row.
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "GP01": ((BAG, BAG), ("2 × Other Bag 60.00 EUR 30.00 EUR each",)),
    "GP02": (
        (BAG, GONE, BAG, GONE, GONE),
        ("2 × Other Bag 60.00 EUR 30.00 EUR each", "3 × Other Bag Cancelled 90.00 EUR 30.00 EUR each"),
    ),
    "GP03": ((THREE_EACH, THREE_EACH), ("2 × Other Bag quantity 3 each 30.00 EUR each",)),
    "GP04": (
        (BAG, THREE_EACH, THREE_EACH, BAG),
        ("2 × Other Bag 60.00 EUR 30.00 EUR each", "2 × Other Bag quantity 3 each 30.00 EUR each"),
    ),
    "GP05": ((BAG.replace('"quantity": 1', '"quantity": null'),) * 2, ("2 × Other Bag 60.00 EUR 30.00 EUR each",)),
    "GP06": ((BAG.replace('"price": 30', '"price": null'),) * 2, ("2 × Other Bag no price",)),
    "GP07": (
        (BAG.replace("30", "333333333333333.123456789012345678"),) * 3,
        ("3 × Other Bag 999,999,999,999,999.370370367037037034 EUR 333,333,333,333,333.123456789012345678 EUR each",),
    ),
    "GP08": ((BAG.replace("CONFIRMED", "ACME-7"),) * 2, ("2 × Other Bag ACME-7 60.00 EUR 30.00 EUR each",)),
}


def order(reference: str, fields: str, items: tuple[str, ...] = ()) -> str:
    return f'{{"referenceId": "{reference}", "status": "CONFIRMED", {fields}, "items": [{", ".join(items)}]}}'


def priced(reference: str, price: str, currency: str) -> str:
    """An order with a single item; both have the same price and currency."""
    fields = f'"price": {price}, "currencyCode": {currency}'
    return order(reference, fields, (f'{{"type": "OTHER", "name": "thing", "quantity": 1, {fields}}}',))


@pytest.fixture(scope="module")
def cdp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    orders = [priced(f"PR{at:02}", price, currency) for at, (price, currency, _shown) in enumerate(PRICES)]
    orders += [priced(f"NU{at:02}", price, '"EUR"') for at, (price, _shown) in enumerate(NOT_UNDERSTOOD)]
    orders += [priced(f"NO{at:02}", price, '"EUR"') for at, price in enumerate(NOTHING)]
    orders += [order(reference, fields, items) for reference, (fields, items, _words) in SUMS.items()]
    for reference, (fields, _words) in ORIGINALS.items():
        orders.append(
            order(reference, f'"price": 100, {EUR}', (f'{{"type": "OTHER", "price": 100, {EUR}, {fields}}}',))
        )
    orders += [order(reference, f'"price": 100, {EUR}', items) for reference, (items, _rows) in GROUPS.items()]
    with sandbox_with(tmp_path_factory.mktemp("world"), orders) as running:
        yield running


def parts(desk: Client, reference: str) -> tuple[str, str]:
    """The text of the page's header and of its money card."""
    html = open_order(desk, reference).content.decode()
    header = re.search(r'<header class="ticket">.*?</header>', html, re.DOTALL)
    card = re.search(r'<section id="money".*?</section>', html, re.DOTALL)
    assert header and card
    return text_in(header[0]), text_in(card[0])


@pytest.mark.parametrize(("reference", "shown"), [(f"PR{at:02}", shown) for at, (_p, _c, shown) in enumerate(PRICES)])
def test_a_price_is_shown_as_sent(desk: Client, reference: str, shown: str) -> None:
    header, card = parts(desk, reference)
    assert f"Order total {shown} " in header
    assert card.count(shown) == 3  # the total, the item, and their sum
    assert "could not be read" not in card and "before conversion" not in card


@pytest.mark.parametrize(
    ("reference", "sent"), [(f"NU{at:02}", sent) for at, (_price, sent) in enumerate(NOT_UNDERSTOOD)]
)
def test_a_price_that_is_not_understood_is_shown_and_said_so(desk: Client, reference: str, sent: str) -> None:
    words = " ".join(f"could not be read: {sent}".split())
    header, card = parts(desk, reference)
    assert words in header
    assert card.count(words) == 2
    assert "not in the CDP’s answer" not in card and "no price" not in card


@pytest.mark.parametrize("reference", [f"NO{at:02}" for at in range(len(NOTHING))])
def test_a_price_that_was_not_sent_is_not_in_the_answer(desk: Client, reference: str) -> None:
    header, card = parts(desk, reference)
    assert "Order total" not in header
    assert "not in the CDP’s answer" in card and "no price" in card and "could not be read" not in card


@pytest.mark.parametrize(("reference", "words"), [(key, value[-1]) for key, value in SUMS.items()])
def test_a_sum_is_checked_or_says_why_not(desk: Client, reference: str, words: str) -> None:
    assert parts(desk, reference)[1].partition(" Record details")[0].endswith(words)


@pytest.mark.parametrize(("reference", "words"), [(key, value[-1]) for key, value in ORIGINALS.items()])
def test_an_original_price_is_what_it_was_before_conversion(desk: Client, reference: str, words: str) -> None:
    _header, card = parts(desk, reference)
    assert words in card and ("before conversion" in card) == bool(words)
    assert "was 1" not in card
    assert ("Original unit price" in card) == ("originalPrice" in ORIGINALS[reference][0])


def test_an_original_price_that_is_not_understood_is_shown(desk: Client) -> None:
    assert "could not be read: 112,00" in parts(desk, "OR07")[1]


def test_a_quantity_is_seen_without_opening_the_item(desk: Client) -> None:
    html = open_order(desk, "SM04").content.decode()
    summaries = [text_in(summary) for summary in re.findall(r"<summary>(.*?)</summary>", html, re.DOTALL)]
    assert ["× 2" in summary for summary in summaries if "50.00 EUR" in summary] == [False, True]


@pytest.mark.parametrize("reference", GROUPS)
def test_a_group_says_status_quantity_and_what_is_known_of_its_price(desk: Client, reference: str) -> None:
    html = open_order(desk, reference).content.decode()
    rows = re.findall(r'<li class="order-group">.*?<summary>(.*?)</summary>', html, re.DOTALL)
    assert tuple(map(text_in, rows)) == GROUPS[reference][1]


@pytest.mark.parametrize(
    ("sent", "code"),
    [("jpy", "JPY"), (" Eur ", "EUR"), ("MRO", "MRO"), ("ZWL", "ZWL"), ("hrk", "HRK"), ("XXZ", "XXZ"), ("xxz", "xxz"), ("€", "€"), ("978", "978"), (None, ""), (" ", "")],
)  # fmt: skip
def test_currency_codes(sent: str | None, code: str) -> None:
    assert canonical(sent) == code


def test_quantities_keep_their_digits() -> None:
    shown = [money.quantity(Decimal(value)) for value in ("2", "2.50", "0.12345678901234567890123456789012345")]
    assert shown == ["2", "2.5", "0.12345678901234567890123456789012345"]


def test_a_note_about_another_field_is_not_the_price_s() -> None:
    item = OrderItem(notes=(Note("quantity", Reason.NOT_A_NUMBER, "two"), Note("price", Reason.SENT_AS_TEXT, "5")))
    assert money.price(item) == "" and money.number_as_sent(item, "quantity") == "could not be read: two"


@pytest.mark.parametrize(
    ("sent", "german", "shown"),
    [
        ("Card", False, "Card · Visa"),
        ("CARD", False, "Card · Visa"),
        ("Paypal", False, "PayPal · Visa"),
        ("Barter", False, "Barter · Visa"),
        ("Card", True, "Karte · Visa Card"),
        (" voucher ", True, "Gutschein · Visa voucher"),
        ("Barter", True, "Barter · Visa"),
        (None, True, "Visa"),
    ],
)
def test_a_payment_type_is_a_word_and_the_code_stands_beside_it_where_it_differs(
    desk: Client, cdp: Sandbox, agent: User, sent: str | None, german: bool, shown: str
) -> None:
    if german:
        Preferences.objects.create(user=agent, language="de")
    cdp.change_order(
        {"ref": PAID, "referenceId": "PAID01", "paymentType": sent, "cardType": "Visa", "channel": "METAVERSE"}
    )
    card = text_in(re.split(r'<section id="money"', desk.get(f"/orders/{PAID}/").content.decode())[1])
    assert (
        f"{'Zahlungsart' if german else 'Payment method'} {shown} {'Vertriebskanal' if german else 'Channel'}" in card
    )
    assert card.count("METAVERSE") == 1


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Card", "Mit Karte bezahlt · Visa"),
        ("paypal", "Mit PayPal bezahlt · Visa"),
        ("Voucher", "Mit Gutschein bezahlt · Visa"),
        ("CASH", "Bar bezahlt · Visa"),
        ("ATM", "Am Geldautomaten bezahlt · Visa"),
    ],
)
def test_how_it_was_paid_is_said_in_german_too(desk: Client, cdp: Sandbox, agent: User, sent: str, shown: str) -> None:
    Preferences.objects.create(user=agent, language="de")
    fields = {"ref": PAID, "referenceId": "PAID01", "status": "PURCHASED", "paymentType": sent, "cardType": "Visa"}
    cdp.change_order(fields)
    assert shown in text_in(desk.get(f"/orders/{PAID}/").content.decode())
