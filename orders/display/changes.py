"""The changes to an order since an earlier view, in words: each fact as it was then and as it is now."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from accounts.language import translate as _
from orders.display.clocks import clock, short_day
from orders.display.money import money
from orders.display.words import status_word, whole_number
from orders.services.changes import Change, Counts, FlightChange, Kind


def fact_word(change: Change) -> str:
    """The word for a changed fact: "departs", "arrives" or "travellers"; "" for a flight number or a status, which need no word."""
    return {"departs": _("departs"), "arrives": _("arrives"), "travellers": _("travellers")}.get(change.fact, "")


def before_and_now(change: Change) -> tuple[str, str]:
    """The earlier and the current value of a changed fact, in words: ("06:40", "07:15").

    If a time has moved to another day, both include the day: ("Sun 27 Dec 06:40", "Mon 28 Dec 07:15"). If no time is
    known, only the day is given. A missing value is shown as a dash.
    """
    if change.fact == "number":
        return change.before or "–", change.now or "–"
    if change.fact == "status":
        return kept_statuses(change.before), kept_statuses(change.now)
    if change.fact == "travellers":
        return whole_number(change.before), whole_number(change.now)
    days = _day(change.before) != _day(change.now)
    return _time(change.before, with_day=days), _time(change.now, with_day=days)


def kept_statuses(kept: tuple[str | None, ...]) -> str:
    """The words for several statuses: "Confirmed, Cancelled"; a dash if there are none."""
    return ", ".join(map(kept_status, kept)) or "–"


def kept_status(kept: str | None) -> str:
    """The word for a status, such as "Confirmed"; "another status" if only a hash of it is known (`kept` is None)."""
    return _("another status") if kept is None else status_word(kept)


def counts_words(counts: Counts) -> str:
    """Counts of items by status, in words: "2 × Confirmed, 1 × Cancelled"; a dash if there are none."""
    return ", ".join(f"{whole_number(count)} × {kept_status(kept)}" for kept, count in counts) or "–"


def total_words(total: tuple[Decimal | None, str]) -> str:
    """The total with its currency: "950.64 EUR"; a dash if there is none."""
    return money(*total) or "–"


def flight_label(flight: FlightChange) -> str:
    """The label of a flight: "BX 582 DUB–AGP"; "Flight" if neither number nor airports are known.

    The label of a flight that is new or gone ends with its day, if known: "BX 582 DUB–AGP, Sun 27 Dec".
    """
    pair = "–".join(filter(None, (flight.origin, flight.destination)))
    label = f"{flight.number} {pair}".strip() or _("Flight")
    return f"{label}, {short_day(flight.day)}" if flight.day and flight.kind is not Kind.CHANGED else label


def _day(moment: datetime | date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _time(moment: datetime | date | None, *, with_day: bool) -> str:
    if moment is None:
        return "–"
    if not isinstance(moment, datetime):
        return short_day(moment)
    return f"{short_day(moment)} {clock(moment)}" if with_day else clock(moment)
