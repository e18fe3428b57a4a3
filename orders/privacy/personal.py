"""Whether text identifies a person, and so must stay out of URLs, logs and access records."""

from __future__ import annotations

import re

from orders.search_text import lookup
from orders.search_text.lookup import Kind, Unreadable
from orders.search_text.normalize import decoded

# Readings that name no person. Free text (UNREADABLE) may contain a name, so a typed search is put into a URL only if it is a reference.
IMPERSONAL = frozenset({Kind.REFERENCE, Kind.EMPTY, Kind.PLACEHOLDER, Kind.UNREADABLE})
CUT_OFF = frozenset({Unreadable.EMAIL, Unreadable.PHONE, Unreadable.COUNTRY})
# An e-mail address with its @ spelled out: "jane (at) example.com".
_SPELLED_OUT = re.compile(
    r"\w\W{1,3}(?:at|arroba|chez)\W{1,3}[\w-]+(?:\.|\W{1,3}(?:dot|punkt|punto|point)\W{1,3})[a-z]{2}", re.IGNORECASE
)
# A plus, or one or two zeros in its place, and then 7 to 15 digits, in any grouping.
_PHONE = re.compile(r"(?:\+|00?)(?:[ ()./-]*[0-9]){7,15}[ ()./-]*")


def is_personal(text: str) -> bool:
    """Whether `text` contains an "@", or seems to be a name or to contain an e-mail address or phone number."""
    if "@" in text or like_phone(text):
        return True
    reading = lookup.read(text)
    if reading.kind is Kind.UNREADABLE and (reading.also or _SPELLED_OUT.search(text)):
        return True
    return reading.mixed or reading.kind not in IMPERSONAL or reading.why in CUT_OFF


def holds_address(text: str) -> bool:
    """Whether `text`, even if percent-encoded, contains an "@" or is a phone number with a plus.

    Digits without a plus do not count, because they may be a ticket number.
    """
    plain = decoded(text).strip()
    return "@" in plain or (plain.startswith("+") and like_phone(plain))


def without_address(text: str) -> str:
    """`text`, or "…" if it contains an "@" or is a phone number with a plus (see `holds_address`)."""
    return "…" if holds_address(text) else text


def like_phone(text: str) -> bool:
    """Whether all of `text` has the form of a phone number that begins with a plus or a zero."""
    return _PHONE.fullmatch(text.strip()) is not None
