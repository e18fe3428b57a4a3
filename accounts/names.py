"""Keyed hashes of user names, as they are typed at sign-in."""

from __future__ import annotations

import unicodedata

from django.utils.crypto import salted_hmac


def name_hash(purpose: str, username: str) -> str:
    """A keyed hash (64 hexadecimal digits) of the name, the same for all its spellings in capitals and compatible characters."""
    spelling = unicodedata.normalize("NFKC", username).casefold()
    return salted_hmac(f"orders.throttling.{purpose}", spelling, algorithm="sha256").hexdigest()
