"""The trip as text for the customer: flights, times, travellers and extras, without prices or things to check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from accounts.language import translate as _
from orders.cdp.records import Order, OrderItem
from orders.display.answers import count_heads, not_confirmed
from orders.display.clocks import clock, day, duration, short_day
from orders.display.departure import WRONG_TIMES
from orders.display.itinerary import at_airport, journey_way, mode_words, operated_by
from orders.display.passengers import passengers
from orders.display.vocabulary import ITEM_TYPES
from orders.display.words import item_type
from orders.itinerary.codes import NoticeKind
from orders.itinerary.statuses import same, status
from orders.itinerary.trip import Clock, Flight, Journey, Place, Transfer, Trip
from orders.services.summary import OtherItem

MOST_FLIGHTS = 130
MOST_PIECES = 1_000
CODE = 3  # the greatest length of an airline's code
AIRPORT_PAIR = re.compile(r"\b([A-Z]{3})\s?[-–>]\s?([A-Z]{3})\b")
# A time that may be wrong is worse than none, so the text leaves out the times of a flight with a notice of these kinds.
UNCERTAIN = WRONG_TIMES | {NoticeKind.UNREADABLE_TIME}


def customer_text(order: Order, trip: Trip, others: Sequence[OtherItem]) -> str:
    """The text for the customer: blocks of lines, separated by empty lines; "" for a trip without flights.

    Also "" for a trip of more than MOST_FLIGHTS flights, and for an order whose items may be incomplete or whose status contradicts
    that of an item.
    """
    if not trip.journeys or len(trip.flights) > MOST_FLIGHTS or not order.items_complete or _contradicts(order):
        return ""
    together = all(flight.all_passengers for flight in trip.flights)
    remarks = {flight.key: _flight_remark(order, flight) for flight in trip.flights}
    journeys = [_journey(trip, journey, remarks, together=together) for journey in trip.journeys]
    cities = {
        end.place.code: _place(end.place) for flight in trip.flights for end in (flight.origin, flight.destination)
    }
    extras = [line for other in others if (line := _extra(order, other, trip, cities))]
    noted = any(remarks[flight.key] for flight in trip.flights if not flight.cancelled)
    noted = noted or any(_remark(order, [other.item]) for other in others if _is_listed(order, other))
    blocks = [_opening(order, trip, together=together, noted=noted), *journeys]
    if extras:
        blocks.append([_("Also booked"), *extras])
    if any(_is_timed(flight) for flight in trip.flights) and not trip.doubted:
        blocks.append([_("All times are local.")])
    return "\n\n".join("\n".join(block) for block in blocks)


def _contradicts(order: Order) -> bool:
    """Whether at least one item has a settled status although the order's status means that nothing is booked."""
    return not status(order.status).booked and any(status(item.status).settled for item in order.items)


def _opening(order: Order, trip: Trip, *, together: bool, noted: bool) -> list[str]:
    lines = [
        _("Your booking %(reference)s") % {"reference": order.reference_id} if order.reference_id else _("Your booking")
    ]
    if _is_said(order.status):
        lines.append(_("Status: %(status)s") % {"status": not_confirmed(order.status)})
    if noted:
        lines.append(_("Please note any status shown next to a flight or extra below."))
    if together and trip.passengers:
        lines.append(_travellers(trip.passengers))
    return lines


def _is_said(sent: str | None) -> bool:
    """Whether the first lines of the text give the order's status (`sent`), which they do only if it is in our table and not settled."""
    row = status(sent)
    return row.translated and bool(row.code) and not row.settled


def _remark(order: Order, items: Sequence[OrderItem]) -> str:
    """The unsettled statuses of the items: "Waitlisted", "Declined for 1 of 4 travellers"; "" if there are none.

    A status that all the items share with the order is left out if the first lines of the text already give it. A status that is not in
    our table becomes "status to be confirmed", because a feed can send any text.
    """
    heads = count_heads(items)
    sent = {status(item.status).code: item.status for item in items}
    parts = []
    for code, text in sent.items():
        row = status(text)
        if not code or row.settled or (len(sent) == 1 and same(text, order.status) and _is_said(order.status)):
            continue
        word = not_confirmed(text) if row.translated else _("status to be confirmed")
        counts = {"word": word, "count": heads[code], "total": heads.total()}
        parts.append(_("%(word)s for %(count)s of %(total)s travellers") % counts if len(sent) > 1 else word)
    return " · ".join(parts)


def _flight_remark(order: Order, flight: Flight) -> str:
    if all(status(_sent(order, order.items[index])).cancelled for index in flight.item_indexes):
        return _("CANCELLED")
    return _remark(order, [order.items[index] for index in flight.item_indexes])


def _sent(order: Order, item: OrderItem) -> str | None:
    """The item's status, or the order's if the item has none."""
    return item.status or order.status


def _journey(trip: Trip, journey: Journey, remarks: Mapping[str, str], *, together: bool) -> list[str]:
    uncertain = {flight.key for flight in journey.flights if trip.doubted or _is_uncertain(flight)}
    named = None if trip.doubted or _is_impossible(journey.flights[0]) else journey.departs.day
    lines = [" · ".join(filter(None, (day(named), journey_way(journey))))]
    for at, leg in enumerate(journey.legs):
        if isinstance(leg, Flight):
            sure = leg.key not in uncertain
            lines += _flight(leg, named, remark=remarks[leg.key], together=together, uncertain=not sure)
            named = (leg.destination.day or leg.origin.day or named) if sure else named
        elif uncertain.isdisjoint(flight.key for flight in journey.legs[at - 1 : at + 2] if isinstance(flight, Flight)):
            lines += _transfer(leg)
    return lines


def _flight(flight: Flight, named: date | None, *, remark: str, together: bool, uncertain: bool) -> Iterator[str]:
    """The lines about a flight; `named` is the last day named in the lines above them, None if no day has been named."""
    number = flight.number
    if flight.carrier_name and flight.carrier_name != flight.carrier:
        number = f"{number} ({flight.carrier_name})"
    operator = "" if _is_bare_code(flight) else operated_by(flight)
    line = ", ".join(filter(None, (f"{mode_words(flight)} {number}".strip(), operator)))
    yield f"{line} – {remark}" if remark else line
    yield _end(_("Departure: %(when)s, %(place)s"), flight.origin, named, uncertain=uncertain)
    named = named if uncertain else flight.origin.day or named
    yield _end(_("Arrival: %(when)s, %(place)s"), flight.destination, named, uncertain=uncertain)
    if not together and flight.passengers:
        yield _travellers(flight.passengers)


def _is_bare_code(flight: Flight) -> bool:
    """Whether the operating airline's name is unknown, so at most its code could be shown."""
    return flight.operating_carrier_name == flight.operating_carrier and len(flight.operating_carrier) <= CODE


def _is_uncertain(flight: Flight) -> bool:
    return flight.doubted or any(notice.kind in UNCERTAIN for notice in flight.notices)


def _is_timed(flight: Flight) -> bool:
    """Whether the text gives the flight's departure or arrival time. The caller checks that the trip as a whole is not in doubt."""
    return not _is_uncertain(flight) and any(end.wall is not None for end in (flight.origin, flight.destination))


def _is_impossible(flight: Flight) -> bool:
    """Whether even the day of a flight is uncertain."""
    return flight.doubted or any(notice.kind is NoticeKind.IMPOSSIBLE_TIME for notice in flight.notices)


def _end(phrase: str, end: Clock, named: date | None, *, uncertain: bool) -> str:
    if uncertain or end.wall is None:
        when = ", ".join(filter(None, (day(end.day) if not uncertain else "", _("time to be confirmed"))))
    else:
        when = f"{short_day(end.wall)} {clock(end.wall)}" if end.day != named else clock(end.wall)
    return phrase % {"when": when, "place": _place(end.place)}


def _place(place: Place) -> str:
    """A place without its code: "London Heathrow"; the code if nothing else is known; "airport not given" if there is no code either."""
    return at_airport(place).removesuffix(f" ({place.code})")


def _transfer(transfer: Transfer) -> Iterator[str]:
    """The line about the wait between two flights; no line if the wait's length is unknown or negative."""
    if transfer.minutes is None or transfer.minutes < 0:
        return
    here, there = _place(transfer.at), _place(transfer.onward)
    wait = {"time": duration(transfer.minutes), "here": here, "there": there}
    same = here == there
    yield (
        _("Connection: %(time)s, %(here)s") if same else _("Connection: %(time)s, changing from %(here)s to %(there)s")
    ) % wait


def _travellers(counts: Sequence[tuple[str, int]]) -> str:
    return _("Travellers: %(who)s") % {"who": passengers(counts)}


def _is_listed(order: Order, other: OtherItem) -> bool:
    """Whether the text lists an extra: it must be booked, not cancelled and not a fee, and have a name or a known type."""
    kind = (other.item.type or "").upper()
    row = status(_sent(order, other.item))
    named = other.item.name or kind in ITEM_TYPES
    return bool(row.booked and not row.cancelled and kind not in {"FEE", "FEES"} and named)


def _extra(order: Order, other: OtherItem, trip: Trip, cities: dict[str, str]) -> str:
    """The line for an extra: "4 × Checked bag 20 kg, Dublin to Málaga"; "" if it is not listed."""
    if not _is_listed(order, other):
        return ""

    def named(pair: re.Match[str]) -> str:
        return _way_of(pair, cities) or pair[0]

    sent = other.item.name or item_type(other.item.type)
    words = AIRPORT_PAIR.sub(named, sent)
    if words == sent and (way := _way(other, trip, cities)):
        words = f"{words}, {way}"
    count = other.count * _pieces(other.item)
    words = f"{count} × {words}" if count > 1 else words
    remark = _remark(order, [other.item])
    return f"{words} – {remark}" if remark else words


def _pieces(item: OrderItem) -> int:
    """The quantity of an item if it is a whole number from 1 to MOST_PIECES - 1; otherwise 1."""
    many = item.quantity
    return int(many) if many is not None and 1 <= many < MOST_PIECES and many == many.to_integral_value() else 1


def _way(other: OtherItem, trip: Trip, cities: dict[str, str]) -> str:
    """The route of an extra, "Dublin to Málaga", from its flight or else its description; "" if neither gives one."""
    for flight in trip.flights if other.flight else ():
        if flight.key == other.flight:
            ends = {"origin": _place(flight.origin.place), "destination": _place(flight.destination.place)}
            return _("%(origin)s to %(destination)s") % ends
    pair = AIRPORT_PAIR.search(other.item.description or "")
    return _way_of(pair, cities) if pair else ""


def _way_of(pair: re.Match[str], cities: dict[str, str]) -> str:
    if not {pair[1], pair[2]} <= cities.keys():
        return ""
    return _("%(origin)s to %(destination)s") % {"origin": cities[pair[1]], "destination": cities[pair[2]]}
