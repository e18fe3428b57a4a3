"""Labels and values of a person's fields. Templates escape them."""

from __future__ import annotations

from datetime import date

from orders.display.clocks import plain_day
from orders.display.words import readable


def field_label(label: object) -> str:
    """The label of a field: unchanged if it is our own, in words if it is the name of an API field or a code (loyaltyTier, LOYALTY)."""
    text = str(label)
    return readable(text) if text[:1].islower() or text.isupper() or "_" in text else text


def field_value(value: str | date) -> str:
    """A field's value: a date in the user's language, any other value unchanged."""
    return plain_day(value) if isinstance(value, date) else value
