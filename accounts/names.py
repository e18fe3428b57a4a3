"""Keyed hashes of user names, used to count sign-in attempts."""

from __future__ import annotations

import unicodedata

from django.utils.crypto import salted_hmac


def name_hash(purpose: str, username: str) -> str:
    """The keyed hash (64 hexadecimal digits) of a user name; case and Unicode compatibility forms make no difference.

    The same name has a different hash for each `purpose`.
    """
    spelling = unicodedata.normalize("NFKC", username).casefold()
    return salted_hmac(f"orders.throttling.{purpose}", spelling, algorithm="sha256").hexdigest()
