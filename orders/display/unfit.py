"""The sentences that say why a typed or pasted text is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orders.services.credential_text import Flaw

FLAWS = {
    Flaw.ADDRESS: _("The value is a URL. Enter the key or token that Sitecore CDP shows under Settings → API access."),
    Flaw.COLON: _("The value contains a colon, so it may be the key and token together. Enter each in its own field."),
    Flaw.EMPTY: _("The value is empty."),
    Flaw.LABEL: _("The value starts with a label such as “Bearer” or “token:”. Enter it without the label."),
    Flaw.LETTERS: _(
        "The value contains characters other than plain letters, digits and symbols. Copy it again from Sitecore CDP."
    ),
    Flaw.MASKED: _(
        "Part of the value is masked with dots, asterisks or x’s. Show it in full in Sitecore CDP, then copy it."
    ),
    Flaw.NAME: _("A name must have 1 to 60 characters, with no tabs or line breaks."),
    Flaw.NETWORK: _("Enter networks in the form 203.0.113.0/24. All bits after the prefix must be 0."),
    Flaw.NETWORKS: _("There are too many networks. Combine adjacent ones, or remove some."),
    Flaw.QUOTES: _("Remove the quotation marks or brackets around the value."),
    Flaw.SPACE: _("The value contains spaces, tabs or line breaks. Copy it again without them."),
    Flaw.UNSEEN: _(
        "The value contains invisible characters. Copy it again from Sitecore CDP, without the text around it."
    ),
}


def flaw_sentence(flaw: Flaw) -> str:
    """The reason why a text with this flaw is refused, with advice on what to enter instead. It repeats no part of the text."""
    return str(FLAWS[flaw])
