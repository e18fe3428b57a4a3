"""Whether a text speaks of a person, and so must stay out of addresses, logs and access records."""

from __future__ import annotations

import re

from orders import lookup

# The kinds of reading that name no person. A free text ("unreadable") may hold a name: it is kept out where it was typed by hand.
IMPERSONAL = frozenset({"reference", "empty", "placeholder", "unreadable"})
# Digits with a plus, or with the zero or zeros that stand in its place: seven at least, however they are grouped.
_PHONE = re.compile(r"(?:\+|00?)(?:[ ()./-]*[0-9]){7,15}[ ()./-]*")


def is_personal(text: str) -> bool:
    """Whether `text` holds an e-mail address, or is a phone number or a name as far as that can be seen."""
    if "@" in text or like_phone(text):
        return True
    reading = lookup.read(text)
    return reading.mixed or reading.kind not in IMPERSONAL or reading.why in {"email", "phone", "country"}


def like_phone(text: str) -> bool:
    """Whether all of `text` has the form of a phone number."""
    return _PHONE.fullmatch(text.strip()) is not None
