"""The sentence that says why a text was not searched for."""

from __future__ import annotations

from accounts.language import translate as _
from orders.search_text.lookup import Kind, Lookup, Unreadable


def not_searched(reading: Lookup) -> str:
    """The reason why the text was not searched for, often with advice on what to do instead.

    Raises KeyError for readings of the kinds EMPTY, REFERENCE and NAME, for which there is no sentence.
    """
    if reading.why is Unreadable.CHARACTERS and reading.also:
        return _("A reference contains no letters other than A to Z. If this is a name, search for people.")
    return _unreadable(reading.why) if reading.why else _of_kind(reading.kind)


def _of_kind(kind: Kind) -> str:
    """The sentence for a text that could be read: a placeholder, several things, or an e-mail address or phone number in a link."""
    sentences = {
        Kind.PLACEHOLDER: _(
            "The link template was not filled in: the ticket system sent a placeholder instead of a reference."
        ),
        Kind.EMAIL: _(
            "Links stay in browser histories and logs, so an e-mail address in a link is not searched for automatically."
        ),
        Kind.PHONE: _(
            "Links stay in browser histories and logs, so a phone number in a link is not searched for automatically."
        ),
        Kind.SEVERAL: _("This text contains several things to search for. Search for one of them."),
    }
    return sentences[kind]


def _unreadable(why: Unreadable) -> str:
    sentences = {
        Unreadable.TOO_LONG: _("That is too long for a reference. Paste only the reference, or the URL of the order."),
        Unreadable.CHARACTERS: _(
            "That is not a reference. References contain only the letters A to Z, digits and these characters: . _ ~ - / : +"
        ),
        Unreadable.DOTS: _("A reference never contains two dots in a row."),
        Unreadable.NO_REFERENCE: _("There is no reference in this text."),
        Unreadable.EMAIL: _(
            "The e-mail address may be incomplete or invalid, so it is not searched for: part of it could be somebody else’s address."
        ),
        Unreadable.PHONE: _(
            "The phone number is incomplete or invalid, so it is not searched for: part of it could be somebody else’s number."
        ),
        Unreadable.COUNTRY: _(
            "This phone number has no country code. Enter the number with + and its country code, or choose its country in the search."
        ),
    }
    return sentences[why]
