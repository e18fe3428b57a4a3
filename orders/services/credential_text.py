"""Validation of a typed or pasted client key or API token, of a name, and of the networks of an integration.

A key or token unfit for Basic authentication is refused before any call. No exception holds any part of the input.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from enum import StrEnum

from orders.models.integrations import LONGEST_NETWORKS


class Flaw(StrEnum):
    """The reasons why a text is refused; `display.unfit` puts them into words."""

    ADDRESS = "address"
    COLON = "colon"
    EMPTY = "empty"
    LABEL = "label"
    LETTERS = "letters"
    MASKED = "masked"
    NAME = "name"
    NETWORK = "network"
    NETWORKS = "networks"
    QUOTES = "quotes"
    SPACE = "space"
    UNSEEN = "unseen"


class Unfit(Exception):
    """A text that is refused because of its `flaw`."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


LABEL = re.compile(
    r"(?:-H\s|-u\s|authorization\b|bearer\b|basic\b|(?:the\s+|your\s+)?(?:client|api|access|secret|cdp|sitecore)?[ _-]*"
    r"(?:api[ _-]*)?(?:key|token|id|secret|schlüssel|clé|clave|chiave|jeton)\b|pass(?:word)?\b|user(?:name)?\b)\s*(?:[:=：]|\s\S|$)",
    re.IGNORECASE,
)
MASKED = re.compile(r"[•●∙⋅·○◦◉⬤⚫■▪◾＊∗⁎✱…․‥]|\*{3,}|\.{3,}|x{8,}$", re.IGNORECASE)
AROUND = (
    *("'", '"', "`", "´", "“", "”", "„", "‘", "’", "‚", "«", "»", "‹", "›", "「", "」", "＂", "＇"),
    *("<", ">", "{", "}", "[", "]", "(", ")"),
)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|www\.", re.IGNORECASE)
# Blank characters that Unicode counts as letters, marks or symbols.
BLANK = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"


def clean_client_key(value: str) -> str:
    """The client key without surrounding white space. Raises Unfit if it cannot be a client key.

    It must not contain a colon, because in Basic authentication the first colon ends it.
    """
    key = _clean(value)
    if ":" in key:
        raise Unfit(Flaw.COLON)
    return key


def clean_token(value: str) -> str:
    """The API token without surrounding white space. Raises Unfit if it cannot be a token."""
    return _clean(value)


def _clean(value: str) -> str:
    value = value.strip()
    if not value:
        raise Unfit(Flaw.EMPTY)
    if any(_is_unseen(sign) for sign in value):
        raise Unfit(Flaw.UNSEEN)
    if ADDRESS.match(value):
        raise Unfit(Flaw.ADDRESS)
    if MASKED.search(value):
        raise Unfit(Flaw.MASKED)
    if LABEL.match(value):
        raise Unfit(Flaw.LABEL)
    if value.startswith(AROUND) or value.endswith(AROUND):
        raise Unfit(Flaw.QUOTES)
    if re.search(r"\s", value):
        raise Unfit(Flaw.SPACE)
    if not value.isascii():
        raise Unfit(Flaw.LETTERS)
    return value


def _is_unseen(sign: str) -> bool:
    """Whether a character, other than white space, is invisible (such as a zero-width or control character) or not defined by Unicode."""
    if sign in BLANK:
        return True
    kind = unicodedata.category(sign)
    return kind in {"Cf", "Cs", "Co", "Cn"} or (kind == "Cc" and not sign.isspace()) or "\ufe00" <= sign <= "\ufe0f"


_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def clean_connection_name(value: str) -> str:
    """The connection's name without surrounding white space. Raises Unfit if it is empty, too long or has control characters."""
    value = value.strip()
    if not value or len(value) > 60 or _CONTROL.search(value):
        raise Unfit(Flaw.NAME)
    return value


def clean_networks(text: str) -> str:
    """The networks in `text` (separated by spaces or commas), joined by spaces: `203.0.113.0/24 2001:db8::/48`; "" if there are none.

    Raises Unfit if an entry is not a network, or if the result has more than LONGEST_NETWORKS characters.
    """
    try:
        networks = [ipaddress.ip_network(written) for written in text.replace(",", " ").split()]
    except ValueError:
        raise Unfit(Flaw.NETWORK) from None
    cleaned = " ".join(map(str, networks))
    if len(cleaned) > LONGEST_NETWORKS:
        raise Unfit(Flaw.NETWORKS)
    return cleaned
