"""An order as a note for a ticket: reference, connection, status, payment, things to check, itinerary, time of reading, and a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import unescape

from django.utils.html import strip_tags

from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.alerts import AlertLine
from orders.display.answers import payment
from orders.display.clocks import stamp
from orders.display.money import price
from orders.display.text import itinerary_text
from orders.display.unread import status_unread
from orders.display.words import status_word
from orders.itinerary.trip import Trip
from orders.services.summary import OrderSummary

MOST_ALERTS = 20


def internal_note(
    order: Order,
    trip: Trip,
    summary: OrderSummary,
    alerts: Sequence[AlertLine],
    *,
    connection: str,
    as_of: datetime,
    link: str,
) -> str:
    """The text of the note, without personal data: blocks of lines, separated by empty lines.

    `alerts` are the lines of the alert strip above the order; only the first MOST_ALERTS appear in the note. `as_of` (aware) is
    when the order was read.
    """
    head = [" · ".join(filter(None, (summary.reference, connection)))]
    statuses = ", ".join(f"{count} {status_word(sent)}" for sent, count in summary.statuses) if summary.mixed else ""
    status = _("could not be read") if status_unread(order) else status_word(order.status)
    head.append(_("Status: %(status)s") % {"status": " · ".join(filter(None, (status, statuses)))})
    paid = " · ".join(filter(None, (price(order), payment(order, summary).words)))
    head.append(_("Payment: %(payment)s") % {"payment": paid})
    blocks = ["\n".join(head)]
    to_check = [*_unread(order, summary), *map(_alert, alerts[:MOST_ALERTS])]
    if len(alerts) > MOST_ALERTS:
        to_check.append("- …")
    if to_check:
        blocks.append("\n".join([_("To check:"), *to_check]))
    if trip.journeys or trip.untimed:
        blocks.append(itinerary_text(trip))
    read_at = unescape(strip_tags(stamp(as_of)))
    blocks.append(_("Read from the CDP on %(at)s") % {"at": read_at} + f"\n{link}")
    return "\n\n".join(blocks)


def _unread(order: Order, summary: OrderSummary) -> Iterator[str]:
    if not order.items_complete:
        yield f"- {_('Some items may be missing')}"
    if summary.segments_left:
        yield f"- {_('Some flights were not read')}"


def _alert(line: AlertLine) -> str:
    return f"- {' · '.join(filter(None, (line.at, *line.words)))}"
