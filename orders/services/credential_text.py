"""Validation of a typed or pasted client key or API token, and of a connection's name.

A key or token unfit for Basic authentication is refused before any call. No message repeats any part of the input.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
    """The client key without surrounding white space. Raises ValidationError if it cannot be a client key.

    It must not contain a colon, because in Basic authentication the first colon ends it.
    """
    key = _clean(value)
    if ":" in key:
        raise ValidationError(
            _("The value contains a colon, so it may be the key and token together. Enter each in its own field."),
            code="colon",
        )
    return key


def clean_token(value: str) -> str:
    """The API token without surrounding white space. Raises ValidationError if it cannot be a token."""
    return _clean(value)


def _clean(value: str) -> str:
    value = value.strip()
    if not value:
        raise ValidationError(_("The value is empty."), code="empty")
    if any(_is_unseen(sign) for sign in value):
        raise ValidationError(
            _("The value contains invisible characters. Copy it again from Sitecore CDP, without the text around it."),
            code="unseen",
        )
    if ADDRESS.match(value):
        raise ValidationError(
            _("The value is a URL. Enter the key or token that Sitecore CDP shows under Settings → API access."),
            code="address",
        )
    if MASKED.search(value):
        raise ValidationError(
            _(
                "Part of the value is masked with dots, asterisks or x’s. Show it in full in Sitecore CDP, then copy it."
            ),
            code="masked",
        )
    if LABEL.match(value):
        raise ValidationError(
            _("The value starts with a label such as “Bearer” or “token:”. Enter it without the label."), code="label"
        )
    if value.startswith(AROUND) or value.endswith(AROUND):
        raise ValidationError(_("Remove the quotation marks or brackets around the value."), code="quotes")
    if re.search(r"\s", value):
        raise ValidationError(
            _("The value contains spaces, tabs or line breaks. Copy it again without them."), code="space"
        )
    if not value.isascii():
        raise ValidationError(
            _(
                "The value contains characters other than plain letters, digits and symbols. Copy it again from Sitecore CDP."
            ),
            code="letters",
        )
    return value


def _is_unseen(sign: str) -> bool:
    """Whether a character, other than white space, is invisible (such as a zero-width or control character) or not defined by Unicode."""
    if sign in BLANK:
        return True
    kind = unicodedata.category(sign)
    return kind in {"Cf", "Cs", "Co", "Cn"} or (kind == "Cc" and not sign.isspace()) or "\ufe00" <= sign <= "\ufe0f"


_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def clean_connection_name(value: str) -> str:
    """The connection's name without surrounding white space. Raises ValidationError if it is empty, too long or has control characters."""
    value = value.strip()
    if not value or len(value) > 60 or _CONTROL.search(value):
        raise ValidationError(_("A name must have 1 to 60 characters, with no tabs or line breaks."), code="name")
    return value
