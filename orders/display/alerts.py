"""The alert strip: the things to check, with their figures. Each line links to a flight or another part of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.answers import contradicts
from orders.display.clocks import day, duration
from orders.display.departure import next_booked, wait_words
from orders.display.itinerary import place_city
from orders.display.money import money
from orders.display.notices import notice_word
from orders.display.passengers import passengers
from orders.display.unread import unread
from orders.display.words import status_word
from orders.itinerary.codes import NoticeKind, Phase
from orders.itinerary.statuses import Status, Tone, same, status
from orders.itinerary.trip import Flight, Notice, Trip
from orders.services.summary import Alert, OrderSummary

MOST_PARTS = 4
A_DAY = timedelta(days=1)  # the date at the airport may be a day behind or ahead


@dataclass(frozen=True, slots=True)
class AlertLine:
    """The things to check in one part of the page: `anchor` is that part's DOM id, and `words` has one phrase for each thing.

    `at` is the flight named at the beginning of the line: its number, or its airports ("DUB–LHR") if it has none; "" if no flight is named.
    """

    anchor: str
    at: str
    words: tuple[str, ...]


def alert_lines(order: Order, summary: OrderSummary, trip: Trip, now: datetime) -> list[AlertLine]:
    """The lines of the alert strip as of `now` (aware): those about the order and its items, then those about the trip and its flights."""
    alerts = [alert for alert in summary.alerts if not _is_pill(alert.notice, order)]
    lines = [
        *_unsettled(order, summary, trip, alerts, now),
        *_contradiction(order, summary),
        *_sum(order, summary),
        *(AlertLine(anchor, "", (words,)) for anchor, words in unread(order)),
        *_untimed(trip),
        *_split(trip),
    ]
    cities = {
        end.place.code: place_city(end.place)
        for flight in trip.flights
        for end in (flight.origin, flight.destination)
        if end.place.code
    }
    numbers = {f"flight-{flight.key}": flight.number for flight in trip.flights}
    grouped: dict[str, list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault(alert.anchor, []).append(alert)
    for anchor, group in grouped.items():
        at = numbers.get(anchor, "") or next((alert.at for alert in group if alert.at not in cities), "")
        words = dict.fromkeys(alert_words(alert.notice, _city(alert, cities)) for alert in group)
        lines.append(AlertLine(anchor, at, tuple(words)))
    return lines


def _city(alert: Alert, cities: dict[str, str]) -> str:
    """The city to name in an alert about a wait; "" for other alerts, and for a missing leg, which runs between two cities."""
    return "" if alert.notice.kind is NoticeKind.SURFACE else cities.get(alert.at, "")


def _is_pill(notice: Notice, order: Order) -> bool:
    """Whether the notice only says that every traveller has the order's status, which the status pill already shows."""
    return notice.kind is NoticeKind.STATUS and notice.count == notice.total and same(notice.status, order.status)


def _unsettled(
    order: Order, summary: OrderSummary, trip: Trip, alerts: list[Alert], now: datetime
) -> Iterator[AlertLine]:
    """The line for a status that needs attention before the trip, such as reserved, pending or declined.

    There is no line if `alerts` already contains the status, or if the line would say no more than the order's status pill. There is
    also none if the trip has flights that are not cancelled and all of these are over.
    """
    flights = [flight for flight in trip.flights if not flight.cancelled]
    if flights and all(_is_over(flight, now) for flight in flights):
        return
    sent = next(
        (text for text in (order.status, *(text for text, _count in summary.statuses)) if _is_open(status(text))), ""
    )
    if not sent or any(same(alert.notice.status, sent) for alert in alerts if alert.notice.kind is NoticeKind.STATUS):
        return
    when = _departure(trip, flights, now)
    if not when and same(sent, order.status):
        return  # the pill beside the reference says the same
    anchor = "money" if status(sent).payment.said or not flights else "itinerary"
    yield AlertLine(anchor, "", (", ".join(filter(None, (status_word(sent), when))),))


def _departure(trip: Trip, flights: list[Flight], now: datetime) -> str:
    """The next departure in words: "leaves in 30 days", or "leaves Sat 9 Jan 2027" if the exact time is unknown.

    If the time is in doubt, or if not even the day is known, the words say so instead; "" if there are no more flights to come.
    """
    if trip.doubted:
        return _("departure time in doubt")
    coming = next_booked(trip) or next((flight for flight in flights if flight.phase is Phase.NEXT), None)
    if coming is not None:
        return _("leaves %(wait)s") % {"wait": wait_words(coming.origin, now) or day(coming.origin.day)}
    unknown = [flight for flight in flights if flight.phase is Phase.UNKNOWN and not _is_over(flight, now)]
    days = [flight.origin.day for flight in unknown if flight.origin.day is not None]
    if days:
        return _("leaves %(wait)s") % {"wait": day(min(days))}
    return _("departure time unknown") if unknown else ""


def _is_over(flight: Flight, now: datetime) -> bool:
    """Whether a flight has arrived, or has departed if its arrival time is unknown.

    If its phase is unknown, it counts as over from the second day after its date of departure.
    """
    if flight.phase is Phase.UNKNOWN:
        return flight.origin.day is not None and flight.origin.day < now.date() - A_DAY
    return flight.phase is Phase.DEPARTED


def _split(trip: Trip) -> Iterator[AlertLine]:
    """The line for a party that is not together on every flight; cancelled and past flights do not count.

    There is no line if any flight is partly cancelled, because a separate line already says so.
    """
    coming = [flight for flight in trip.flights if not flight.cancelled and flight.phase is not Phase.DEPARTED]
    parts = [flight for flight in coming if flight.passengers and not flight.all_passengers]
    if any(notice.kind is NoticeKind.PARTLY_CANCELLED for flight in trip.flights for notice in flight.notices):
        return
    if parts:
        named = [_aboard(flight) for flight in parts[:MOST_PARTS]] + ["…"] * (len(parts) > MOST_PARTS)
        words = _("Not all travellers are on every flight: %(who)s") % {"who": "; ".join(named)}
        yield AlertLine(f"flight-{parts[0].key}", "", (words,))


def _aboard(flight: Flight) -> str:
    """The travellers on a flight, with its number or else its airports, in words: "2 adults, 1 infant on BX 500"."""
    number = flight.number or f"{flight.origin.place.code}–{flight.destination.place.code}"
    return _("%(who)s on %(flight)s") % {"who": passengers(flight.passengers), "flight": number}


def _untimed(trip: Trip) -> Iterator[AlertLine]:
    """The line that counts the flight items sent without a segment, and so without times."""
    count = sum(count for _name, count in trip.untimed)
    if count:
        words = ngettext("%(count)s flight without times", "%(count)s flights without times", count)
        yield AlertLine("itinerary", "", (words % {"count": count},))


def _is_open(row: Status) -> bool:
    return row.tone is Tone.WAITING or (row.alert and not row.cancelled and not row.booked)


def _contradiction(order: Order, summary: OrderSummary) -> Iterator[AlertLine]:
    if contradicts(order, summary):
        items = ", ".join(status_word(sent) for sent, _count in summary.statuses)
        words = _("The order is marked %(order)s, but its items are marked %(items)s")
        yield AlertLine("money", "", (words % {"order": status_word(order.status), "items": items},))


def _sum(order: Order, summary: OrderSummary) -> Iterator[AlertLine]:
    if summary.adds_up is False:
        sums = {
            "sum": money(summary.items_sum, summary.sum_currency),
            "total": money(order.price, order.currency_code),
        }
        yield AlertLine("money", "", (_("Items add up to %(sum)s; the order total is %(total)s") % sums,))


def alert_words(notice: Notice, city: str = "") -> str:
    """A thing to check, with its figure, if any: "Tight connection in Amsterdam: 35 min". `city` is where the travellers wait, or ""."""
    word = _("%(what)s in %(city)s") % {"what": notice_word(notice), "city": city} if city else notice_word(notice)
    number = NUMBERS.get(notice.kind, _no_number)(notice)
    return f"{word}: {number}" if number else word


def _no_number(_notice: Notice) -> str:
    return ""


def _minutes(notice: Notice) -> str:
    return duration(notice.minutes)


def _places(notice: Notice) -> str:
    return "–".join(notice.names)


def _change(notice: Notice) -> str:
    """The two ends of an airport change or a surface leg, and the time available, if known: "LHR–LGW, 4 h 45 min"."""
    return ", ".join(filter(None, (_places(notice), duration(notice.minutes) if notice.minutes else "")))


def _flight_time(notice: Notice) -> str:
    """The impossible flight time that results from reading the flight's times as local; "" if unknown."""
    return (
        ""
        if notice.evidence is None or notice.evidence.local_minutes is None
        else duration(notice.evidence.local_minutes)
    )


def _share(notice: Notice) -> str:
    """The number of travellers concerned, as in "1 of 4"; "" if all of them are."""
    return (
        _("%(count)s of %(all)s") % {"count": notice.count, "all": notice.total} if notice.count < notice.total else ""
    )


NUMBERS: dict[NoticeKind, Callable[[Notice], str]] = {
    NoticeKind.TIGHT: _minutes,
    NoticeKind.LONG: _minutes,
    NoticeKind.LONG_FLIGHT: _minutes,
    NoticeKind.AIRPORT_CHANGE: _change,
    NoticeKind.SURFACE: _change,
    NoticeKind.MISSING_TIME: _places,
    NoticeKind.UNKNOWN_PLACE: _places,
    NoticeKind.IMPOSSIBLE_TIME: _flight_time,
    NoticeKind.PARTLY_CANCELLED: _share,
    NoticeKind.STATUS: _share,
}
