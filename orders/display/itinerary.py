"""The trip in words: ways, lengths, transfers, stays, and one clear sentence per flight for those who listen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from babel.numbers import format_decimal
from django.utils.translation import ngettext

from accounts.language import language
from accounts.language import translate as _
from orders.cdp.records import Order
from orders.display.clocks import (
    clock,
    day,
    day_change,
    duration,
    locale_of,
    offset_word,
    plain_day,
)
from orders.display.words import passengers, phase_word, status_word
from orders.itinerary import wording
from orders.itinerary.airports import same_site
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Journey, Mode, Notice, Place, Stay, Transfer, Trip
from orders.itinerary.wording import mode_words, time_words

LONGEST_ROUTE = 9


def place_city(place: Place) -> str:
    """The city, else the airport's name, else the code as sent; never empty unless nothing was sent."""
    return place.city or place.name or place.code or _("Place not given")


def place_name(place: Place) -> str:
    """What stands under the city: the airport's name, "any airport" for a city code, or that the code is unknown."""
    if place.kind == "city":
        return _("any airport")
    if place.kind == "unknown":
        return _("unknown airport code") if place.code else ""
    return place.name


def at_airport(place: Place) -> str:
    """ "London Heathrow (LHR)" in a sentence: city and airport or station, each once."""
    if not place.name:
        return f"{place.city} ({place.code})" if place.city else place.code or _("place not given")
    name = place.name.removesuffix(" Airport").removesuffix(" International")
    named = name if place.city and place.city in name else f"{place.city} {name}".strip()
    return f"{named} ({place.code})"


def journey_way(journey: Journey) -> str:
    """ "Dublin to Las Vegas"."""
    return _("%(origin)s to %(destination)s") % {
        "origin": place_city(journey.origin),
        "destination": place_city(journey.destination),
    }


def short_route(route: Sequence[str]) -> Sequence[str]:
    """A route for one line: a very long one keeps its first five and last three stops, with "" for those between."""
    return route if len(route) <= LONGEST_ROUTE else (*route[:5], "", *route[-3:])


def route_words(route: Sequence[str]) -> str:
    """ "DUB – LHR – LAS" for those who listen, of a route without end its first stops."""
    return " – ".join(route if len(route) <= wording.MOST_STOPS else (*route[: wording.MOST_STOPS], "…"))


def short_line(route: str) -> str:
    """The same of a route as a record keeps it, in one word: "DUB–LHR–LAS–LHR–DUB–…–CDG–LHR–DUB"."""
    return "–".join(code or "…" for code in short_route(route.split("–")))


def title_line(reference: str, order: Order, trip: Trip) -> str:
    """ "B94TXY · Purchased · DUB→LAS · 15 Aug 2025": the page's title, reference first, for a row of browser tabs."""
    parts = [reference, status_word(order.status) if order.status else ""]
    if trip.route:
        start, end = trip.route[0], trip.route[-1]
        # Out and back: the far end says more than "DUB→DUB".
        parts.append(f"{start}→{trip.first.destination.code if start == end and trip.first else end}")
    if trip.first and trip.first.departs.day:
        parts.append(plain_day(trip.first.departs.day))
    return " · ".join(part for part in parts if part)


def journey_length(journey: Journey) -> str:
    """ "14 h 40 min, 1 stop"; without the length where it cannot be known or believed."""
    stops = (
        ngettext("%(count)s stop", "%(count)s stops", journey.stops) % {"count": journey.stops}
        if journey.stops
        else _("direct")
    )
    told = journey.minutes is not None and not any(flight.doubted for flight in journey.flights)
    return f"{duration(journey.minutes)}, {stops}" if told else stops


def stay_words(stay: Stay) -> str:
    """ "7 days in Las Vegas"; hours where it is less than a day of them; both places where the next journey starts elsewhere."""
    where = {"place": place_city(stay.place)}
    if stay.onward is not None:
        ends = {"here": where["place"], "there": place_city(stay.onward)}
        where["place"] = _("%(here)s and %(there)s") % ends
    if stay.days and (stay.hours is None or stay.hours >= 24):
        return ngettext("%(count)s day in %(place)s", "%(count)s days in %(place)s", stay.days) % {
            "count": stay.days,
            **where,
        }
    if stay.hours:
        return ngettext("%(count)s hour in %(place)s", "%(count)s hours in %(place)s", stay.hours) % {
            "count": stay.hours,
            **where,
        }
    return _("Stay in %(place)s") % where


def mode_word(flight: Flight) -> str:
    """ "Train", "Bus" or "Boat"; "" for a flight, which needs no word."""
    return "" if flight.mode is Mode.FLIGHT else mode_words(flight, _)


def transfer_words(transfer: Transfer) -> str:
    """ "2 h 40 min at London Heathrow (LHR)"."""
    where = at_airport(transfer.at)
    if transfer.at.code != transfer.onward.code and not same_site(transfer.at, transfer.onward):
        where = _("%(arrival)s, onward from %(departure)s") % {
            "arrival": where,
            "departure": at_airport(transfer.onward),
        }
    if transfer.minutes is None:
        return _("Transfer at %(place)s, time not known") % {"place": where}
    if transfer.minutes < 0:
        return _("The next flight leaves %(time)s before this one arrives at %(place)s") % {
            "time": duration(-transfer.minutes),
            "place": where,
        }
    return _("%(time)s at %(place)s") % {"time": duration(transfer.minutes), "place": where}


def untimed_words(trip: Trip) -> str:
    """ "2 flights without times: …", of items that are flights and have no segments."""
    return wording.untimed_words(trip, _)


def any_serious(notices: Iterable[Notice]) -> bool:
    """Is there anything among the notices that an agent must check?"""
    return any(notice.serious for notice in notices)


def kilometres(distance: int) -> str:
    """ "8,395 km" in the person's language."""
    return f"{format_decimal(distance, locale=locale_of(language()))} km"


def clock_words(end: Clock) -> str:
    """ "Fri 15 Aug 2025, 16:00 Dublin, UTC+1", with a word where the clock was turned that night."""
    if end.wall is None:
        return f"{day(end.day)}, {_('time not given')}" if end.day is not None else _("Time not given")
    words = f"{day(end.wall)}, {clock(end.wall)} {place_city(end.place)}"
    if end.offset is not None:
        words = f"{words}, {offset_word(end.offset)}"
    if end.dst == "skipped":
        return _("%(time)s (the clocks skip this time that night)") % {"time": words}
    if end.dst == "repeated":
        return _("%(time)s (the clocks show this time twice that night)") % {"time": words}
    return words


def flight_facts(flight: Flight) -> list[str]:
    """The short facts under a flight's number: flight time, who flies it, cabin, fare, class, aircraft."""
    facts = []
    if flight.doubted:
        facts.append(_("Flight time in doubt"))
    elif flight.minutes is not None:
        facts.append(time_words(flight, duration(flight.minutes), _))
    if operated := operated_by(flight):
        facts.append(operated)
    facts.append(" ".join(word for word in (flight.fare_class, flight.fare_family) if word))
    if flight.booking_class:
        facts.append(_("Class %(code)s") % {"code": flight.booking_class})
    if flight.equipment_type:
        words = _("Aircraft %(code)s") if flight.mode is Mode.FLIGHT else _("Equipment %(code)s")
        facts.append(words % {"code": flight.equipment_type})
    return [fact for fact in facts if fact]


def row_notices(flight: Flight) -> list[Notice]:
    """What to check about a flight, without what the pill beside its number says already."""
    said = {status(sent).code for sent in flight.statuses}
    return [notice for notice in flight.notices if notice.detail or notice.word not in said]


def operated_by(flight: Flight) -> str:
    """ "operated by Aer Lingus" where another airline flies it, else ""."""
    if not flight.operating_carrier:
        return ""
    return _("operated by %(airline)s") % {"airline": flight.operating_carrier_name or flight.operating_carrier}


def _end_words(end: Clock, timed: str, dated: str, neither: str) -> str:
    """One end of a flight in the phrase for what is known of it: day and time, the day alone, nothing."""
    if end.wall is not None:
        return timed % {"day": day(end.wall), "time": clock(end.wall)}
    return dated % {"day": day(end.day)} if end.day is not None else neither


def flight_sentence(flight: Flight) -> str:
    """The whole flight as one sentence for screen readers."""
    start, end = flight.origin, flight.destination
    number = f"{flight.carrier_name or flight.carrier} {flight.flight_number}".strip()
    parts = [number] if number else []
    if flight.mode is not Mode.FLIGHT or not number:
        parts.append(mode_words(flight, _))
    ends = {"origin": at_airport(start.place), "destination": at_airport(end.place)}
    parts.append(_("from %(origin)s to %(destination)s") % ends)
    # Where the clocks are doubted, nobody is told that these are local times.
    leaves, lands = (
        (_("departs %(day)s at %(time)s"), _("arrives %(day)s at %(time)s"))
        if flight.doubted
        else (_("departs %(day)s at %(time)s local time"), _("arrives %(day)s at %(time)s local time"))
    )
    parts.append(_end_words(start, leaves, _("departs %(day)s, time not given"), _("departure time not given")))
    change = day_change(flight.day_change)
    arrives = _end_words(end, lands, _("arrives %(day)s, time not given"), _("arrival time not given"))
    parts.append(f"{arrives} ({change})" if change else arrives)
    parts += flight_facts(flight)
    parts += [status_word(sent) for sent in flight.statuses]
    if not flight.all_passengers:
        parts.append(_("Only %(who)s") % {"who": passengers(flight.passengers)})
    if flight.phase:
        parts.append(phase_word(flight.phase))
    return ", ".join(parts).rstrip(".") + "."
