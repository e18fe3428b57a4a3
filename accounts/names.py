"""Keyed hashes of the user names typed at sign-in."""

from __future__ import annotations

import unicodedata

from django.utils.crypto import salted_hmac


def name_hash(purpose: str, username: str) -> str:
    """The keyed hash (64 hexadecimal digits) of a user name for one purpose, regardless of case and Unicode compatibility forms."""
    spelling = unicodedata.normalize("NFKC", username).casefold()
    return salted_hmac(f"orders.throttling.{purpose}", spelling, algorithm="sha256").hexdigest()
