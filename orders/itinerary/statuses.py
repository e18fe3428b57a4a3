"""Statuses of orders, items, flights and payments: one row says all that any part of the program makes of one.

The CDP documents some, v2.1 takes any text, and feeds bring those of other systems. A status without a row is shown as sent
and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from orders.itinerary.status_spellings import ALSO, key, says_cancelled


def _(phrase: str) -> str:
    """Mark a phrase for translation, which happens where it is shown."""
    return phrase


class Tone(StrEnum):
    """The colour of a status, as in the style sheet's `pill-…`. An icon and a word always stand beside it."""

    GOOD = "good"
    WAITING = "pending"
    GONE = "cancelled"
    BACK = "refunded"
    NEUTRAL = "neutral"


class Icon(StrEnum):
    """Symbols of static/icons.svg."""

    OK = "ok"
    CLOCK = "clock"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"
    WARNING = "warning"
    PLANE = "plane"


class CalendarStatus(StrEnum):
    """The STATUS of an event in RFC 5545."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Status:
    """One status.

    `word` is English, to be translated. `cancelled` strikes a flight out, and nothing else does; `alert` puts it among the
    things to check; `booked` counts its travellers among those who fly. `calendar` is None if the status says nothing about it.
    """

    code: str
    word: str
    tone: Tone = Tone.NEUTRAL
    icon: Icon = Icon.UNKNOWN
    cancelled: bool = False
    alert: bool = False
    booked: bool = True
    calendar: CalendarStatus | None = None

    @property
    def settled(self) -> bool:
        """Whether a flight with this status needs no word about it."""
        return self.tone is Tone.GOOD

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The word in the reader's language; one that came with the feed is never taken for a phrase of ours."""
        return translate(self.word) if self is _NONE or self.code in _BY_CODE else self.word


def _good(code: str, word: str, icon: Icon = Icon.OK) -> Status:
    return Status(code, word, Tone.GOOD, icon, calendar=CalendarStatus.CONFIRMED)


def _open(code: str, word: str, *, alert: bool = False) -> Status:
    """Something still has to happen before the flight is certain."""
    return Status(code, word, Tone.WAITING, Icon.CLOCK, alert=alert, calendar=CalendarStatus.TENTATIVE)


def _cancelling(code: str, word: str) -> Status:
    """The flight stands, and somebody wants it cancelled, or wanted."""
    return Status(code, word, Tone.WAITING, Icon.WARNING, alert=True, calendar=CalendarStatus.CONFIRMED)


def _cancelled(code: str, word: str) -> Status:
    icon, calendar = Icon.CANCELLED, CalendarStatus.CANCELLED
    return Status(code, word, Tone.GONE, icon, cancelled=True, alert=True, booked=False, calendar=calendar)


def _partly_cancelled(code: str, word: str) -> Status:
    return Status(code, word, Tone.GONE, Icon.WARNING, alert=True, calendar=CalendarStatus.CONFIRMED)


def _lost(code: str, word: str) -> Status:
    """There is no seat, though nobody cancelled it."""
    return Status(code, word, Tone.GONE, Icon.WARNING, alert=True, booked=False, calendar=CalendarStatus.TENTATIVE)


def _refund(code: str, word: str, *, whole: bool = False) -> Status:
    """What happens to the money says nothing certain about the seat."""
    calendar = CalendarStatus.TENTATIVE if whole else CalendarStatus.CONFIRMED
    return Status(code, word, Tone.BACK, Icon.REFUNDED, alert=whole, calendar=calendar)


def _neutral(code: str, word: str) -> Status:
    return Status(code, word)


_ROWS = (
    # Documented for orders and items. The vendor writes PARTIALY_; `key` reads it as PARTIALLY_.
    _open("RESERVED", _("Reserved")),
    _open("PENDING", _("Pending")),
    _open("PAYMENT_PENDING", _("Payment pending")),
    _good("PURCHASED", _("Purchased")),
    _good("CONFIRMED", _("Confirmed")),
    _open("PARTIALLY_CONFIRMED", _("Partially confirmed")),
    _lost("DECLINED", _("Declined")),
    _cancelled("CANCELLED", _("Cancelled")),
    _partly_cancelled("PARTIALLY_CANCELLED", _("Partially cancelled")),
    _refund("REFUNDED", _("Refunded"), whole=True),
    _refund("PARTIALLY_REFUNDED", _("Partially refunded")),
    _neutral("BROWSED", _("Browsed")),
    _neutral("SEARCHED", _("Searched")),
    _neutral("UNKNOWN", _("Unknown")),
    # On the way to a cancellation or back from it.
    _cancelling("CANCEL_REQUESTED", _("Cancellation requested")),
    _cancelling("CANCELLATION_PENDING", _("Cancellation pending")),
    _cancelling("CANCELLATION_REJECTED", _("Cancellation rejected")),
    _cancelling("CANCEL_FAILED", _("Cancellation failed")),
    _cancelled("CANCELLED_REFUNDED", _("Cancelled and refunded")),
    _good("REINSTATED", _("Reinstated")),
    # Money.
    _good("PAID", _("Paid")),
    _open("PARTIALLY_PAID", _("Partially paid")),
    _open("UNPAID", _("Unpaid")),
    _open("PAYMENT_FAILED", _("Payment failed"), alert=True),
    _open("PAYMENT_DECLINED", _("Payment declined"), alert=True),
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
    _open("ON_HOLD", _("On hold")),
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

_NONE = Status("", _("No status"))


@lru_cache(maxsize=1024)
def status(sent: str | None) -> Status:
    """The row of a status as sent. One that has none gets a row of its own: neutral, with the text as its word."""
    text = (sent or "").strip()
    if not text:
        return _NONE
    known = _BY_KEY.get(key(text))
    if known is None and says_cancelled(text):
        known = _cancelled(text, text)
    return known or Status(key(text) or text, text)


def same(one: str | None, other: str | None) -> bool:
    """Whether two statuses as sent mean the same."""
    return status(one).code == status(other).code


def distinct(sent: Iterable[str | None]) -> tuple[str, ...]:
    """Each status once, in the spelling that comes first; items without one add nothing."""
    return tuple({status(text).code: text for text in reversed([*sent]) if text}.values())[::-1]


def calendar_status(sent: Iterable[str | None]) -> CalendarStatus | None:
    """The calendar's word for a flight sold in several items: what holds for the best of them; None if none says anything."""
    words = {status(text).calendar for text in sent}
    return next((word for word in CalendarStatus if word in words), None)
