"""The order as a note for a ticket: reference, connection, status, payment, things to check, itinerary, time of reading, link."""

from __future__ import annotations

from datetime import datetime
from html import unescape

from django.utils.html import strip_tags

from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.answers import payment
from orders.display.clocks import stamp
from orders.display.money import price
from orders.display.notices import notice_detail, notice_word
from orders.display.text import itinerary_text
from orders.display.words import status_word
from orders.itinerary.trip import Trip
from orders.services.summary import Alert, OrderSummary

MOST_ALERTS = 20


def internal_note(
    order: Order, trip: Trip, summary: OrderSummary, *, connection: str, as_of: datetime, link: str
) -> str:
    """Blocks of lines, separated by an empty line. No personal data; amounts and statuses as the CDP has them."""
    head = [" · ".join(filter(None, (summary.reference, connection)))]
    statuses = ", ".join(f"{count} {status_word(sent)}" for sent, count in summary.statuses) if summary.mixed else ""
    head.append(_("Status: %(status)s") % {"status": " · ".join(filter(None, (status_word(order.status), statuses)))})
    paid = " · ".join(filter(None, (price(order), payment(order, summary).words)))
    head.append(_("Payment: %(payment)s") % {"payment": paid})
    if not order.items_complete:
        head.append(_("Not all items loaded"))
    blocks = ["\n".join(head)]
    if summary.alerts:
        blocks.append("\n".join([_("To check:"), *map(_alert, summary.alerts[:MOST_ALERTS])]))
    if trip.journeys or trip.untimed:
        blocks.append(itinerary_text(trip))
    read_at = unescape(strip_tags(stamp(as_of)))
    blocks.append(_("As the CDP had it on %(at)s") % {"at": read_at} + f"\n{link}")
    return "\n\n".join(blocks)


def _alert(alert: Alert) -> str:
    facts = (alert.at, notice_word(alert.notice))
    detail = notice_detail(alert.notice)
    return f"- {' · '.join(filter(None, facts))}" + (f": {detail}" if detail else "")
