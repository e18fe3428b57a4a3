"""The ticket of a ticket system that a link names, so that access records name it too."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from orders.search_text.lookup import is_nothing

LONGEST_TICKET = 64


def ticket_of(request: HttpRequest) -> str:
    """The ticket named in the URL (`?ticket=ZD-1234`); "" if there is no ticket, or if it is not valid.

    A valid ticket matches CDPVIEWER_TICKET_PATTERN, has at most LONGEST_TICKET characters, and does not mean "empty" (as "null" does).
    """
    return ticket_in(request.GET.get("ticket", ""))


def ticket_in(value: str) -> str:
    """The ticket in `value`, without the slash that a link template may add at the end; "" if there is no valid ticket."""
    ticket = value.strip().removesuffix("/")
    fits = len(ticket) <= LONGEST_TICKET and settings.TICKET_PATTERN.fullmatch(ticket) and not is_nothing(ticket)
    return ticket if fits else ""


def refused_ticket_of(request: HttpRequest) -> str:
    """The ticket named in the URL if it is not valid, for display; "" if it is valid or there is no ticket.

    A ticket longer than LONGEST_TICKET characters is cut to that length, followed by an ellipsis.
    """
    ticket = request.GET.get("ticket", "").strip()
    if not ticket or ticket_of(request):
        return ""
    # With the ellipsis, a ticket that was cut stays invalid on the next page too.
    return ticket if len(ticket) <= LONGEST_TICKET else f"{ticket[:LONGEST_TICKET]}…"
