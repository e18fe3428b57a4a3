"""Amounts of money, never rounded: with the currency's usual number of decimal places (JPY 0, KWD 3), or more if needed."""

from __future__ import annotations

from copy import copy
from decimal import Decimal, localcontext
from functools import lru_cache

from babel.numbers import NumberPattern, get_currency_precision, parse_pattern
from django.conf import settings

from accounts.language import language
from accounts.language import translate as _
from orders.cdp.records import Order, OrderItem, not_understood
from orders.display.clocks import locale_of
from orders.display.vocabulary import UNCHECKED
from orders.privacy.hiding import masked_value
from orders.services.currencies import canonical
from orders.services.summary import Unchecked

# A number with a larger exponent, positive or negative, is not a price; it is shown unformatted, not written out in a million digits.
LARGEST_EXPONENT = 18
PRECISION = 100  # enough for every digit of an amount; the decimal module would keep 28


@lru_cache(maxsize=256)
def _pattern(digits: int, code: str) -> NumberPattern:
    # A copy: the locale's own pattern is shared by the whole process.
    pattern = copy(parse_pattern(locale_of(code).decimal_formats[None]))
    pattern.frac_prec = (digits, digits)
    return pattern


@lru_cache(maxsize=4096)
def _amount(value: Decimal, exponent: int, currency: str, code: str) -> str:
    # The exponent is part of the key because Decimal("1.0") == Decimal("1").
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT or exponent < -LARGEST_EXPONENT:
        return str(value)
    with localcontext(prec=PRECISION):
        needed = -min(0, int(value.normalize().as_tuple().exponent))
        digits = max(get_currency_precision(currency), needed) if currency else max(0, -exponent)
        return str(_pattern(digits, code).apply(value or abs(value), locale_of(code), decimal_quantization=False))


def money(value: Decimal | None, currency: str | None = None) -> str:
    """ "1,234.50 EUR": the number as written in the user's language, then the currency code, if there is one; "" for None."""
    if value is None:
        return ""
    code = canonical(currency)
    amount = _amount(value, int(value.as_tuple().exponent) if value.is_finite() else 0, code, language())
    return f"{amount} {code}" if code else amount


def quantity(value: Decimal | None) -> str:
    """A quantity without trailing zeros: "1", "2", "0.5"; "" for None."""
    if value is None or not value.is_finite():
        return money(value)
    with localcontext(prec=PRECISION):
        return money(value.normalize())


def price(record: Order | OrderItem) -> str:
    """ "1,234.50 EUR"; "could not be read: 1.234,56" for a value that was not understood; "" if nothing was sent."""
    if record.price is None:
        return number_as_sent(record, "price")
    return money(record.price, record.currency_code)


def number_as_sent(record: Order | OrderItem, field: str) -> str:
    """ "could not be read: 1.234,56", with the value masked if necessary; "" if the number was understood or not sent."""
    sent = not_understood(record.notes, field)
    if not sent:
        return ""
    shown = masked_value(field, sent, settings.SHOWN_FIELDS, documented=True)
    return _("could not be read: %(text)s") % {"text": shown}


def before_conversion(item: OrderItem) -> str:
    """ "112.00 USD before conversion": an item's original price; "112.00 USD each before conversion" if the quantity is known and not 1.

    The original price is per unit. "" if that price, its currency or the item's currency is unknown, or if the two currencies are the same.
    """
    currencies = canonical(item.currency_code), canonical(item.original_currency_code)
    if item.original_price is None or "" in currencies or currencies[0] == currencies[1]:
        return ""
    amount = {"price": money(item.original_price, item.original_currency_code)}
    if item.quantity is not None and item.quantity != 1:
        return _("%(price)s each before conversion") % amount
    return _("%(price)s before conversion") % amount


def unchecked(reasons: tuple[Unchecked, ...]) -> str:
    """ "a price is missing, a quantity is above 1": the reasons why the items' sum is not compared with the total."""
    return ", ".join(_(UNCHECKED[reason]) for reason in reasons)
