"""Statuses of orders, items, flights and payments: one row for each, used by the page, the text for the customer and the calendar.

The CDP documents some of them, v2.1 of its API accepts any text, and feeds also send statuses of other systems. A status without a row
is shown as sent and has no other effect, unless its words mean a full cancellation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from orders.itinerary.status_spellings import ALSO, key, says_cancelled


def _(phrase: str) -> str:
    """Mark a phrase for translation on display."""
    return phrase


class Tone(StrEnum):
    """The colour of a status, shown together with an icon and a word. The most urgent comes first.

    The value is the last part of its CSS classes, `pill-…` and `tone-…`.
    """

    GONE = "cancelled"
    WAITING = "pending"
    BACK = "refunded"
    NEUTRAL = "neutral"
    GOOD = "good"


class Icon(StrEnum):
    """The icon of a status: the id of a symbol in static/icons.svg."""

    OK = "ok"
    CLOCK = "clock"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"
    WARNING = "warning"
    PLANE = "plane"


class CalendarStatus(StrEnum):
    """The values of an event's STATUS in RFC 5545 (iCalendar), best first: `calendar_status` takes the first that applies."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Payment(StrEnum):
    """What a status says about payment: that it was made (PAID), something else, such as a refund (OTHER), or nothing (NOT_SAID).

    PAID_ALONE and OTHER_ALONE mark statuses that concern only the payment, not the seats.
    """

    NOT_SAID = ""
    PAID = "paid"
    OTHER = "other"
    PAID_ALONE = "paid alone"
    OTHER_ALONE = "other alone"

    @property
    def said(self) -> bool:
        return self is not Payment.NOT_SAID

    @property
    def paid(self) -> bool:
        return self in (Payment.PAID, Payment.PAID_ALONE)

    @property
    def alone(self) -> bool:
        return self in (Payment.PAID_ALONE, Payment.OTHER_ALONE)


@dataclass(frozen=True, slots=True)
class Status:
    """A status: how it is shown, and what it means for a flight and its travellers.

    `word` is our own English word, or the text as sent if the status has no row. `cancelled` means that the flight is cancelled, `alert`
    that the status is something to check, and `booked` that the travellers count as flying. `waits` adds "not confirmed" to the word;
    `refunded` adds that the CDP does not give the amount. `calendar` is None if iCalendar has no equivalent.
    """

    code: str
    word: str
    tone: Tone
    icon: Icon
    cancelled: bool = False
    alert: bool = False
    booked: bool = True
    waits: bool = False
    refunded: bool = False
    calendar: CalendarStatus | None = None
    payment: Payment = Payment.NOT_SAID

    @property
    def settled(self) -> bool:
        """Whether this is one of the good statuses, such as "Confirmed", "Paid" or "Flown", which need no remark."""
        return self.tone is Tone.GOOD

    @property
    def translated(self) -> bool:
        """Whether `word` is our own English word, to be translated, rather than the feed's."""
        return self is _NONE or self.code in _BY_CODE


def _good(code: str, word: str, icon: Icon = Icon.OK, payment: Payment = Payment.NOT_SAID) -> Status:
    return Status(code, word, Tone.GOOD, icon, calendar=CalendarStatus.CONFIRMED, payment=payment)


def _open(
    code: str, word: str, *, waits: bool = False, alert: bool = False, payment: Payment = Payment.NOT_SAID
) -> Status:
    """A status in which something still has to happen before the flight is certain."""
    calendar = CalendarStatus.TENTATIVE
    return Status(code, word, Tone.WAITING, Icon.CLOCK, waits=waits, alert=alert, calendar=calendar, payment=payment)


def _unpaid(code: str, word: str, *, alert: bool = False) -> Status:
    return _open(code, word, alert=alert, payment=Payment.OTHER_ALONE)


def _cancelling(code: str, word: str) -> Status:
    """A status of a flight that is still booked, although its cancellation was requested."""
    return Status(code, word, Tone.WAITING, Icon.WARNING, alert=True, calendar=CalendarStatus.CONFIRMED)


def _cancelled(code: str, word: str) -> Status:
    icon, calendar = Icon.CANCELLED, CalendarStatus.CANCELLED
    return Status(code, word, Tone.GONE, icon, cancelled=True, alert=True, booked=False, calendar=calendar)


def _partly_cancelled(code: str, word: str) -> Status:
    return Status(code, word, Tone.GONE, Icon.WARNING, alert=True, calendar=CalendarStatus.CONFIRMED)


def _lost(code: str, word: str) -> Status:
    """A status that leaves the travellers without a seat but is not a cancellation, such as "Expired"."""
    return Status(code, word, Tone.GONE, Icon.WARNING, alert=True, booked=False, calendar=CalendarStatus.TENTATIVE)


def _refund(code: str, word: str, *, refunded: bool = False, whole: bool = False) -> Status:
    """A status of a refund, which does not prove that the seat is gone.

    `refunded` means that money was paid back; `whole` means that all of it was.
    """
    calendar = CalendarStatus.TENTATIVE if whole else CalendarStatus.CONFIRMED
    row = Status(code, word, Tone.BACK, Icon.REFUNDED, alert=whole, calendar=calendar, payment=Payment.OTHER_ALONE)
    return replace(row, refunded=refunded)


def _sought(code: str, word: str) -> Status:
    """A status of something that was not bought."""
    return replace(_neutral(code, word), booked=False)


def _neutral(code: str, word: str) -> Status:
    """A status that has no effect."""
    return Status(code, word, Tone.NEUTRAL, Icon.UNKNOWN)


_ROWS = (
    # Documented for orders and items. The vendor writes PARTIALY_; `key` reads it as PARTIALLY_.
    _open("RESERVED", _("Reserved"), waits=True),
    _open("PENDING", _("Pending"), waits=True),
    _unpaid("PAYMENT_PENDING", _("Payment pending")),
    _good("PURCHASED", _("Purchased"), payment=Payment.PAID),
    _good("CONFIRMED", _("Confirmed")),
    _open("PARTIALLY_CONFIRMED", _("Partially confirmed")),
    _lost("DECLINED", _("Declined")),
    _cancelled("CANCELLED", _("Cancelled")),
    _partly_cancelled("PARTIALLY_CANCELLED", _("Partially cancelled")),
    _refund("REFUNDED", _("Refunded"), refunded=True, whole=True),
    _refund("PARTIALLY_REFUNDED", _("Partially refunded"), refunded=True),
    _sought("BROWSED", _("Browsed")),
    _sought("SEARCHED", _("Searched")),
    _neutral("UNKNOWN", _("Unknown")),
    # On the way to a cancellation or back from it.
    _cancelling("CANCEL_REQUESTED", _("Cancellation requested")),
    _cancelling("CANCELLATION_PENDING", _("Cancellation pending")),
    _cancelling("CANCELLATION_REJECTED", _("Cancellation rejected")),
    _cancelling("CANCEL_FAILED", _("Cancellation failed")),
    replace(_cancelled("CANCELLED_REFUNDED", _("Cancelled and refunded")), refunded=True, payment=Payment.OTHER),
    _good("REINSTATED", _("Reinstated")),
    # Money.
    _good("PAID", _("Paid"), payment=Payment.PAID_ALONE),
    _unpaid("PARTIALLY_PAID", _("Partially paid")),
    _unpaid("UNPAID", _("Unpaid")),
    _unpaid("PAYMENT_FAILED", _("Payment failed"), alert=True),
    _unpaid("PAYMENT_DECLINED", _("Payment declined"), alert=True),
    _refund("REFUND_REQUESTED", _("Refund requested")),
    _refund("REFUND_PENDING", _("Refund pending")),
    _refund("REFUND_REJECTED", _("Refund rejected")),
    _refund("REFUND_FAILED", _("Refund failed")),
    # Seats and tickets.
    _good("ACCEPTED", _("Accepted")),
    _good("BOOKED", _("Booked")),
    _good("COMPLETED", _("Completed")),
    _good("TICKETED", _("Ticketed")),
    _good("ISSUED", _("Issued")),
    _good("CHECKED_IN", _("Checked in")),
    _good("BOARDED", _("Boarded"), Icon.PLANE),
    _good("FLOWN", _("Flown"), Icon.PLANE),
    _open("ON_HOLD", _("On hold"), waits=True),
    _open("WAITLISTED", _("Waitlisted"), alert=True),
    _open("STANDBY", _("Standby"), alert=True),
    _open("IN_PROGRESS", _("In progress")),
    _lost("VOID", _("Void")),
    _lost("EXPIRED", _("Expired")),
    _lost("FAILED", _("Failed")),
    _lost("REJECTED", _("Rejected")),
    _lost("NO_SHOW", _("No-show")),
)

_BY_CODE = {row.code: row for row in _ROWS}
_BY_KEY = {key(row.code): row for row in _ROWS} | {spelling: _BY_CODE[code] for spelling, code in ALSO.items()}

_NONE = _neutral("", _("No status"))


@lru_cache(maxsize=1024)
def status(sent: str | None) -> Status:
    """The row for the status in `sent`.

    Text without a row gets a new one with that text as its word; it is neutral unless the text means a full cancellation. None and blank
    text give the row "No status".
    """
    text = (sent or "").strip()
    if not text:
        return _NONE
    known = _BY_KEY.get(key(text))
    if known is None and says_cancelled(text):
        known = _cancelled(text, text)
    return known or _neutral(key(text) or text, text)


def add_spellings(spellings: Iterable[str]) -> None:
    """Add the operator's own spellings, each in the form "GEBUCHT=CONFIRMED"; they take precedence over the built-in ones.

    Raises ValueError if an entry is not in this form or its status has no row; the message gives the entry's position, not its text.
    """
    added = {}
    for position, entry in enumerate(spellings, start=1):
        own, equals, code = entry.partition("=")
        row = _BY_CODE.get(code.strip().upper())
        if not equals or not key(own) or row is None:
            raise ValueError(
                f"entry {position} names no status: it is SPELLING=STATUS, and STATUS one of {', '.join(_BY_CODE)}"
            )
        added[key(own)] = row
    _BY_KEY.update(added)
    status.cache_clear()


def same(one: str | None, other: str | None) -> bool:
    """Whether two statuses mean the same thing, however they are spelled."""
    return status(one).code == status(other).code


def distinct(sent: Iterable[str | None]) -> tuple[str, ...]:
    """Each status once, in the spelling of its first appearance; None and "" are left out."""
    first: dict[str, str] = {}
    for text in filter(None, sent):
        first.setdefault(status(text).code, text)
    return tuple(first.values())


def calendar_status(sent: Iterable[str | None]) -> CalendarStatus | None:
    """The best calendar status among the statuses of a flight's items; None if none of them has one."""
    words = {status(text).calendar for text in sent}
    return next((word for word in CalendarStatus if word in words), None)
