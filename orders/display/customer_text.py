"""The trip as text for the customer: times, travellers and bags; no house rules, trade codes or prices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.clocks import clock, day, duration, short_day
from orders.display.itinerary import at_airport, journey_way, mode_words, operated_by
from orders.display.passengers import passengers
from orders.display.vocabulary import ITEM_TYPES
from orders.display.words import item_type, status_word
from orders.itinerary.codes import NoticeKind
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Journey, Place, Transfer, Trip
from orders.services.summary import OtherItem

MOST_FLIGHTS = 130
AIRPORT_PAIR = re.compile(r"\b([A-Z]{3})\s?[-–>]\s?([A-Z]{3})\b")
# A time that may be wrong is worse than none: the customer is not given it.
UNCERTAIN = frozenset({NoticeKind.IMPOSSIBLE_TIME, NoticeKind.ITEMS_DISAGREE, NoticeKind.UNREADABLE_TIME})


def customer_text(order: Order, trip: Trip, others: Sequence[OtherItem]) -> str:
    """Blocks of lines, separated by an empty line; each block's first line is its heading. "" if there is nothing to report.

    Nor is there anything for a trip too long for a message, or an order that did not load whole.
    """
    if not trip.journeys or len(trip.flights) > MOST_FLIGHTS or not order.items_complete:
        return ""
    together = all(flight.all_passengers for flight in trip.flights)
    blocks = [_opening(order, trip, together=together)]
    blocks += [_journey(journey, together=together) for journey in trip.journeys]
    cities = {
        end.place.code: _place(end.place) for flight in trip.flights for end in (flight.origin, flight.destination)
    }
    if extras := [line for other in others if (line := _extra(other, cities))]:
        blocks.append([_("Also booked"), *extras])
    if trip.timed and not trip.doubted:
        blocks.append([_("All times are local.")])
    return "\n\n".join("\n".join(block) for block in blocks)


def _opening(order: Order, trip: Trip, *, together: bool) -> list[str]:
    lines = [
        _("Your booking %(reference)s") % {"reference": order.reference_id} if order.reference_id else _("Your booking")
    ]
    row = status(order.status)
    if row.translated and row.code and not row.settled:
        lines.append(_("Status: %(status)s") % {"status": status_word(order.status)})
    if together and trip.passengers:
        lines.append(_travellers(trip.passengers))
    return lines


def _journey(journey: Journey, *, together: bool) -> list[str]:
    doubted = any(flight.doubted for flight in journey.flights)
    parts = ["" if doubted else day(journey.departs.day), journey_way(journey)]
    lines = [" · ".join(filter(None, parts))]
    for leg in journey.legs:
        lines += _flight(leg, together=together) if isinstance(leg, Flight) else _transfer(leg)
    return lines


def _flight(flight: Flight, *, together: bool) -> Iterator[str]:
    number = flight.number
    if flight.carrier_name and flight.carrier_name != flight.carrier:
        number = f"{number} ({flight.carrier_name})"
    line = ", ".join(filter(None, (f"{mode_words(flight)} {number}".strip(), operated_by(flight))))
    yield f"{line} – {_('CANCELLED')}" if flight.cancelled else line
    uncertain = flight.doubted or any(notice.kind in UNCERTAIN for notice in flight.notices)
    yield _end(_("Departs %(when)s, %(place)s"), flight.origin, uncertain=uncertain)
    yield _end(_("Arrives %(when)s, %(place)s"), flight.destination, uncertain=uncertain, after=flight.day_change)
    if not together and flight.passengers:
        yield _travellers(flight.passengers)


def _end(phrase: str, end: Clock, *, uncertain: bool, after: int | None = 0) -> str:
    if uncertain or end.wall is None:
        when = ", ".join(filter(None, (day(end.day) if not uncertain else "", _("time to be confirmed"))))
    else:
        when = f"{short_day(end.wall)} {clock(end.wall)}" if after else clock(end.wall)
    return phrase % {"when": when, "place": _place(end.place)}


def _place(place: Place) -> str:
    """ "London Heathrow", without its code unless that is all there is."""
    return at_airport(place).removesuffix(f" ({place.code})")


def _transfer(transfer: Transfer) -> Iterator[str]:
    """The wait, if it is possible; impossible ones are not for the customer."""
    if transfer.minutes is None or transfer.minutes < 0:
        return
    here, there = _place(transfer.at), _place(transfer.onward)
    wait = {"time": duration(transfer.minutes), "here": here, "there": there}
    same = here == there
    yield (
        _("Connection: %(time)s, %(here)s") if same else _("Connection: %(time)s, from %(here)s to %(there)s")
    ) % wait


def _travellers(counts: Sequence[tuple[str, int]]) -> str:
    return _("Travellers: %(who)s") % {"who": passengers(counts)}


def _extra(other: OtherItem, cities: dict[str, str]) -> str:
    """ "4 × Checked bag 20 kg, Dublin to Málaga"; "" for a cancelled item, a fee, or one without a name that customers know."""
    kind = (other.item.type or "").upper()
    row = status(other.item.status)
    if row.cancelled or not row.booked or kind in {"FEE", "FEES"} or (not other.item.name and kind not in ITEM_TYPES):
        return ""

    def named(pair: re.Match[str]) -> str:
        if not {pair[1], pair[2]} <= cities.keys():
            return pair[0]
        return _("%(origin)s to %(destination)s") % {"origin": cities[pair[1]], "destination": cities[pair[2]]}

    words = AIRPORT_PAIR.sub(named, other.item.name or item_type(other.item.type))
    return f"{other.count} × {words}" if other.count > 1 else words
