"""The answer line of an order: is it confirmed, is it paid, when is the next flight. It says what the CDP says and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_noop, ngettext

from accounts.language import translate as _
from orders.cdp.records import Order, OrderItem
from orders.display.clocks import clock, day, day_clock, duration, short_day
from orders.display.itinerary import place_city
from orders.display.words import status_word
from orders.itinerary.codes import Phase, Reading
from orders.itinerary.flights import travellers
from orders.itinerary.statuses import Icon, Status, Tone, status
from orders.itinerary.trip import Clock, Flight, Trip
from orders.services.summary import OrderSummary

MOST_PARTS = 6
TODAY = timedelta(hours=24)
YEAR_FROM = timedelta(days=180)
REFUNDED = frozenset({"REFUNDED", "PARTIALLY_REFUNDED", "CANCELLED_REFUNDED"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `about` is "booking", "payment" or "time"; `tone` its colour, `icon` its symbol, `words` the answer itself."""

    about: str
    tone: str
    icon: str
    words: str


def answers(order: Order, summary: OrderSummary, trip: Trip, now: datetime) -> list[Answer]:
    """The answers about an order at the moment `now` (aware): booking and payment always, the time if it is known."""
    found = [_booking(order, summary, trip), payment(order, summary)]
    words = _("Cancelled: nothing left to fly") if _nothing_left(order, trip) else time_words(trip, now)
    return [*found, Answer("time", Tone.NEUTRAL, Icon.CLOCK, words)] if words else found


def _nothing_left(order: Order, trip: Trip) -> bool:
    """Whether all flights are cancelled, by their items or, where no item has a status, by the order."""
    if not order.items_complete or not trip.flights:
        return False
    unsaid = not any(item.status for item in order.items)
    return all(flight.cancelled for flight in trip.flights) or (unsaid and status(order.status).cancelled)


def _booking(order: Order, summary: OrderSummary, trip: Trip) -> Answer:
    counted = [(row, sent, count) for row, sent, count in _rows(summary) if not row.payment.alone]
    if not counted:
        row = status(order.status)
        if not order.status or row.payment.alone:
            return Answer("booking", Tone.NEUTRAL, Icon.UNKNOWN, _("The CDP does not say whether it is confirmed"))
        return Answer("booking", row.tone, row.icon, not_confirmed(order.status))
    heads = _heads(order, trip)
    parts = [
        not_confirmed(sent, _for_travellers(sent, heads) if row.code in heads else _part(sent, count, summary))
        for row, sent, count in counted[:MOST_PARTS]
    ]
    look = _worst([row for row, _sent, _count in counted])
    whole = sum(count for _row, _sent, count in counted) == summary.items_total
    if look[0] is Tone.GOOD and (contradicts(order, summary) or not whole):
        look = (Tone.NEUTRAL, Icon.UNKNOWN)
    return Answer("booking", *look, " · ".join(parts))


def contradicts(order: Order, summary: OrderSummary) -> bool:
    """Whether the order says that there is no seat, and all its items with a status have one."""
    items = [status(sent) for sent, _count in summary.statuses]
    return not status(order.status).booked and bool(items) and all(row.settled for row in items)


def _heads(order: Order, trip: Trip) -> Counter[str]:
    """The number of travellers by the code of their status, if the items say it; else none.

    They do if all items have one status, or if every flight counts the same, one item for each traveller, and no other item has a
    status of its own.
    """
    if not order.items_complete or not trip.flights:
        return Counter()
    codes = {status(item.status).code for item in order.items}
    if len(codes) == 1:
        return Counter({code: sum(count for _type, count in trip.passengers) for code in codes})
    first, *others = ([order.items[index] for index in flight.item_indexes] for flight in trip.flights)
    heads = count_heads(first)
    alike = codes == heads.keys() and all(count_heads(items) == heads for items in others)
    return heads if alike else Counter()


def count_heads(items: Sequence[OrderItem]) -> Counter[str]:
    """The number of travellers by the code of their status."""
    heads = Counter[str]()
    for item in items:
        heads[status(item.status).code] += travellers(item)
    return heads


def _for_travellers(sent: str, heads: Counter[str]) -> str:
    word, count, total = status_word(sent), heads[status(sent).code], heads.total()
    if total == 1:
        return word
    return _("%(word)s for %(count)s of %(total)s") % {"word": word, "count": count, "total": total}


def payment(order: Order, summary: OrderSummary) -> Answer:
    """Paid, pending or refunded if a status gives it, else that it is unknown; and the payment method."""
    row = status(order.status)
    counted = [(item, sent, count) for item, sent, count in _rows(summary) if item.payment.said]
    rows = [item for item, _sent, _count in counted]
    if row.payment.said:
        others = [one for one in counted if one[0].payment.paid is not row.payment.paid]
        sent = _how_much([row], status_word(order.status))
        words = _paid(order) if row.payment.paid else " · ".join([sent, *_method(order)])
        looks = [_money_look(row), *(_money_look(item) for item, _sent, _count in others)]
        return Answer("payment", *_worst_look(looks), " · ".join([words, *_paid_parts(others, summary)]))
    if not counted:
        words = _("The CDP does not say whether it is paid")
        return Answer("payment", Tone.NEUTRAL, Icon.UNKNOWN, " · ".join([words, *_method(order)]))
    if all(item.payment.paid for item in rows) and sum(count for _row, _sent, count in counted) == summary.items_total:
        return Answer("payment", Tone.GOOD, Icon.OK, _paid(order))
    look = _worst_look([_money_look(item) for item in rows])
    parts = " · ".join(_paid_parts(counted, summary))
    return Answer("payment", *look, " · ".join([_how_much(rows, parts), *_method(order)]))


def _paid_parts(counted: Sequence[tuple[Status, str, int]], summary: OrderSummary) -> list[str]:
    return [
        _of(_("Paid"), count, summary) if row.payment.paid else _part(sent, count, summary)
        for row, sent, count in counted[:MOST_PARTS]
    ]


def _how_much(rows: Sequence[Status], words: str) -> str:
    """The words, with a remark that the total beside them is not the amount of a refund."""
    refunded = any(row.code in REFUNDED for row in rows)
    return _("%(refunded)s; the CDP does not say how much") % {"refunded": words} if refunded else words


def _money_look(row: Status) -> tuple[str, str]:
    return (Tone.GOOD, Icon.OK) if row.payment.paid else (row.tone, row.icon)


def _rows(summary: OrderSummary) -> Iterator[tuple[Status, str, int]]:
    """The statuses of the items, most frequent first: row, spelling, count."""
    for sent, count in summary.statuses:
        yield status(sent), sent, count


def _worst(rows: Sequence[Status]) -> tuple[str, str]:
    """Colour and symbol of several statuses: those of the one that needs most attention."""
    return _worst_look([(row.tone, row.icon) for row in rows])


def _worst_look(looks: Sequence[tuple[str, str]]) -> tuple[str, str]:
    order = [Tone.GONE, Tone.WAITING, Tone.BACK, Tone.NEUTRAL, Tone.GOOD]
    return min(looks, key=lambda look: order.index(Tone(look[0])))


def _part(sent: str, count: int, summary: OrderSummary) -> str:
    return _of(status_word(sent), count, summary)


def _of(word: str, count: int, summary: OrderSummary) -> str:
    """ "Confirmed for 3 of 4 items"; "at least" where not all items were read."""
    figures = {"word": word, "count": count, "total": summary.items_total or summary.items_known}
    if summary.items_total is None:
        return _("%(word)s for %(count)s of at least %(total)s items") % figures
    return word if summary.items_total == 1 else _("%(word)s for %(count)s of %(total)s items") % figures


def not_confirmed(sent: str | None, words: str = "") -> str:
    """ "Reserved, not confirmed"; the words of any other status alone. `words` are more than its own."""
    words = words or status_word(sent)
    waits = status(sent).code in {"RESERVED", "PENDING", "ON_HOLD"}
    return _("%(status)s, not confirmed") % {"status": words} if waits else words


# The payment types that the vendor recommends, in any case; others follow "Paid" as sent.
PAID_BY = {
    "card": gettext_noop("Paid by card"),
    "paypal": gettext_noop("Paid with PayPal"),
    "voucher": gettext_noop("Paid by voucher"),
    "cash": gettext_noop("Paid in cash"),
    "atm": gettext_noop("Paid at an ATM"),
}


def _paid(order: Order) -> str:
    known = PAID_BY.get((order.payment_type or "").strip().lower())
    parts = [_(known), order.card_type] if known else [_("Paid"), *_method(order)]
    return " · ".join(part for part in parts if part)


def _method(order: Order) -> list[str]:
    return [part for part in (order.payment_type, order.card_type) if part]


def time_words(trip: Trip, now: datetime) -> str:
    """When the next flight leaves, or where the traveller is; "" if no time is known or none is booked.

    Times in doubt are given both ways.
    """
    flights = [flight for flight in trip.flights if flight.booked]
    phases = {flight.phase for flight in flights}
    if trip.doubted:
        return next((words for flight in flights if (words := _leaves_in_doubt(flight, trip, now))), "")
    if not phases - {Phase.UNKNOWN}:
        return ""
    for flight in flights:
        if flight.phase is Phase.NOW:
            return _("Under way, lands %(time)s in %(city)s") % _at(flight.destination)
    coming = next_booked(trip)
    if coming is None:
        return _past(flights[-1].destination) if phases == {Phase.DEPARTED} else ""
    return _leaves(coming, now)


def next_booked(trip: Trip) -> Flight | None:
    """The next flight that has a seat; the trip's own next one may have none."""
    coming = [flight for flight in trip.flights if flight.booked and flight.phase in (Phase.NEXT, Phase.LATER)]
    timed = [(flight.origin.instant, at) for at, flight in enumerate(coming) if flight.origin.instant is not None]
    return coming[min(timed)[1]] if timed else None


def _past(end: Clock) -> str:
    return _("Past, landed %(day)s in %(city)s") % {**_at(end), "day": day(end.day)}


def _leaves(flight: Flight, now: datetime) -> str:
    wait = wait_words(flight.origin, now)
    return (
        _("Leaves %(wait)s, %(day)s %(time)s from %(city)s") % {"wait": wait, **_at(flight.origin, now)} if wait else ""
    )


def _leaves_in_doubt(flight: Flight, trip: Trip, now: datetime) -> str:
    """A departure under both readings, the one in use first; "" if either is unknown, or both are past."""
    leaves = flight.origin
    if leaves.wall is None or leaves.other_wall is None or leaves.instant is None:
        return ""
    other = leaves.instant + (leaves.other_wall - leaves.wall)
    if max(leaves.instant, other) <= now:
        return ""
    if leaves.other_wall == leaves.wall:
        return _leaves(flight, now)
    same_day = leaves.other_wall.date() == leaves.wall.date()
    otherwise = clock(leaves.other_wall) if same_day else day_clock(leaves.other_wall)
    if trip.reading is Reading.UTC:
        phrase = _("Leaves %(day)s %(time)s read as UTC, %(other)s if local, from %(city)s")
    else:
        phrase = _("Leaves %(day)s %(time)s as sent, %(other)s if UTC, from %(city)s")
    return phrase % {**_at(leaves, now), "other": otherwise}


def wait_words(leaves: Clock, now: datetime) -> str:
    """ "in 30 days" by the dates at the airport, "in 10 h" on the last one; "" if that is not known."""
    if leaves.instant is None or leaves.wall is None or leaves.offset is None:
        return ""
    if leaves.instant - now < TODAY:
        return _("in %(time)s") % {"time": duration(max(1, (leaves.instant - now) // timedelta(minutes=1)))}
    today = (now.astimezone(UTC) + leaves.offset).date()
    days = (leaves.wall.date() - today).days
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}


def _at(end: Clock, now: datetime | None = None) -> dict[str, str]:
    """Time, day and city of an end; the day with its year if it is long after `now` (aware)."""
    far = now is not None and end.day is not None and end.day - now.date() > YEAR_FROM
    return {"time": clock(end.wall), "day": (day if far else short_day)(end.day), "city": place_city(end.place)}
