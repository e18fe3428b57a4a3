"""Helpers for the tests of the search text."""

from __future__ import annotations

from orders.search_text.lookup import Lookup


def addresses(reading: Lookup) -> list[str]:
    """The addresses and numbers of the other readings, in order."""
    return [other.address or other.national for other in reading.also]
