"""The sentence that says where a ticket's link leads."""

from __future__ import annotations

from accounts.language import translate as _
from orders.display.not_searched import not_searched
from orders.search_text.lookup import Kind, Lookup


def leads_to(reading: Lookup, *, elsewhere: bool = False) -> str:
    """Where a link with the text that was read leads; `elsewhere` is True if ".." makes the browser open a different path."""
    if elsewhere:
        return _("The link opens a different URL, because browsers treat “..” as “parent folder”.")
    if reading.kind is Kind.REFERENCE:
        references = ", ".join(reading.candidates)
        return _(
            "The link searches for %(found)s. If one order matches, it opens; if several match, they are listed."
        ) % {"found": references}
    if reading.kind is Kind.EMPTY:
        return _("The link opens the start page. A ticket number in the link is kept.")
    if reading.kind is Kind.NAME:
        return _("The link opens the people search; the agent clicks a button to start it.")
    return not_searched(reading)
