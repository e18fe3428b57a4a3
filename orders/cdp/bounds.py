"""Limits on how much of an answer is read. No known order reaches them; if one does, the page says what was left out.

Other limits apply to the bytes and values in all answers for a page (`Limits.page_bytes`, `Limits.page_values`), and to the page's rows
(`orders.display.rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orders.cdp.errors import TimedOut
from orders.cdp.transport.deadline import Deadline

RECORDS = 1_000  # items of an order, or people or orders in a list: the largest known group has 500 items
SEGMENTS = 2_000  # of an order: 250 people on eight flights each
SHORT = 200  # characters of a code, a status, a name or a reference; so the keys of caches of such texts are short too
LONG = 2_000  # characters of a description, and of an item's name
EMAIL = 320  # characters: 64 before the @ and 255 after it
VALUES = 50  # e-mails, phone numbers, lines of an address, identifiers of a person
EXTRAS = 100  # unknown fields of an item, a segment or a person
CUSTOM = 500  # unknown fields of an order, values of custom data
NOTES = 50  # notes on one record
GRACE = 1.5  # seconds that a page may compute after its deadline: the last answer may arrive just before it


class Segments:
    """A count of the segments that may still be read for one order; it starts at SEGMENTS."""

    def __init__(self) -> None:
        self._left = SEGMENTS

    def take(self, sent: Sequence[Any]) -> Sequence[Any]:
        """Return the first entries of `sent`, as many as may still be read, and deduct them from the count."""
        taken = sent[: self._left]
        self._left -= len(taken)
        return taken


def in_time(deadline: Deadline) -> None:
    """Raise TimedOut if the deadline passed more than GRACE seconds ago.

    Call this before a computation; requests to the CDP check the deadline themselves.
    """
    if deadline.left() < -GRACE:
        raise TimedOut("the answers came, and there was no time left to work on them")
