"""Labels and values of a person's fields. Templates escape them."""

from __future__ import annotations

from datetime import date

from orders.display.clocks import plain_day
from orders.display.words import readable


def field_label(label: object) -> str:
    """Our own label unchanged; an API field name or code (loyaltyTier, LOYALTY) in words."""
    text = str(label)
    return readable(text) if text[:1].islower() or text.isupper() or "_" in text else text


def field_value(value: str | date) -> str:
    """A date in the user's language; any other value unchanged."""
    return plain_day(value) if isinstance(value, date) else value
