"""Amounts as sent: the currency's own number of digits (JPY 0, KWD 3), more where more were sent, never fewer."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from functools import lru_cache

from babel.numbers import NumberPattern, get_currency_precision, parse_pattern

from orders.display.clocks import locale_of
from orders.speech import language

# Beyond this an amount is no price; it is shown as sent, and nobody is made to wait for a million digits.
LARGEST_EXPONENT = 18


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
    sent = -min(0, int(value.normalize().as_tuple().exponent))
    digits = max(get_currency_precision(currency), sent) if currency else max(0, -exponent)
    return str(_pattern(digits, code).apply(value, locale_of(code), decimal_quantization=False))


def money(value: Decimal | None, currency: str | None = None) -> str:
    """ "1,234.50 EUR": the number in the person's language, the code as sent; without a code the bare number."""
    if value is None:
        return ""
    amount = _amount(value, int(value.as_tuple().exponent) if value.is_finite() else 0, currency or "", language())
    return f"{amount} {currency}" if currency else amount


def quantity(value: Decimal | None) -> str:
    """A quantity without trailing zeros: "1", "2", "0.5"."""
    return money(value.normalize() if value is not None and value.is_finite() else value)
