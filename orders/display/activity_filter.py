"""The sentences that say which part of the activity page's filter is not valid, and so limits nothing."""

from __future__ import annotations

from enum import Enum, auto

from accounts.language import translate as _


class Invalid(Enum):
    """A part of the filter that is not valid: a parameter of the link or, as CUSTOMER, the text that was posted."""

    PERSON = auto()
    DAY = auto()
    SUBJECT = auto()
    KIND = auto()
    REVEALS = auto()
    CUSTOMER = auto()


def invalid_sentence(part: Invalid) -> str:
    """What is wrong with this part of the filter, often with what to enter instead."""
    not_valid = _("The value for “%(name)s” in the link is not valid.")
    sentences = {
        Invalid.PERSON: _("The user ID in the link is not a number."),
        Invalid.DAY: _("A date in the filter is not valid. Use this format: 2025-08-15."),
        Invalid.SUBJECT: _("The person or search term in the link is not valid."),
        Invalid.KIND: not_valid % {"name": _("Kind")},
        Invalid.REVEALS: not_valid % {"name": _("Only requests to reveal hidden fields")},
        Invalid.CUSTOMER: _(
            "The list was not filtered by person. Enter one e-mail address, one phone number with its country code, or one name."
        ),
    }
    return sentences[part]
