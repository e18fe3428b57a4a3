"""Labels and values of a person's fields, and the sentence after hidden ones are revealed. Templates escape them."""

from __future__ import annotations

from datetime import date

from accounts.language import translate as _
from orders.display.clocks import plain_day
from orders.display.vocabulary import PERSON_FIELDS
from orders.display.words import in_words, readable
from orders.privacy.masking import Field, PersonCard


def field_label(field: Field) -> str:
    """The label of a field: the one that the CDP sent or, if there is none, our own.

    If the CDP's label looks like a name or code from the API (loyaltyTier, LOYALTY), it is put into words.
    """
    sent = field.label
    if not sent:
        return in_words(PERSON_FIELDS, field_kind(field.name), field.name)
    return readable(sent) if sent[:1].islower() or sent.isupper() or "_" in sent else sent


def field_kind(name: str) -> str:
    """The name under which a field has its label: "identifier" for "identifier_0" and the like, otherwise `name` itself."""
    return "identifier" if name.startswith("identifier_") else name


def field_value(value: str | date) -> str:
    """A field's value: a date in the user's language, any other value unchanged."""
    return plain_day(value) if isinstance(value, date) else value


def revealed(card: PersonCard, field: str = "") -> str:
    """The sentence shown after `field` is revealed or, if `field` is "", after all hidden fields of the card are.

    It never contains their values. A field that is not on the card is referred to by its name instead of its label.
    """
    if not field:
        return _("Hidden fields revealed")
    label = next((field_label(shown) for shown in card.fields if shown.name == field), field)
    return _("%(field)s revealed") % {"field": label}
