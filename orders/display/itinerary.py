"""The parts of an itinerary in words: places, times, flights, transfers, journeys and stays."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import ngettext

from accounts.language import translate as _
from orders.display.aircraft import aircraft
from orders.display.clocks import (
    clock,
    day,
    duration,
    offset_word,
)
from orders.display.words import whole_number
from orders.itinerary.airports import same_site
from orders.itinerary.codes import ClockChange, Mode, NoticeKind, PlaceKind
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Journey, Notice, Place, Stay, Transfer, Trip

MOST_NAMES = 20


def place_city(place: Place) -> str:
    """The city, or else the name of the airport or station, or else the code; "Airport not given" if all are missing."""
    return _city_or_code(place) or _("Airport not given")


def city_within(place: Place) -> str:
    """The result of `place_city` for use within a phrase: "airport not given", without a capital, if city, name and code are missing."""
    return _city_or_code(place) or _("airport not given")


def _city_or_code(place: Place) -> str:
    return place.city or place.name or place.code


def place_name(place: Place) -> str:
    """The line under the city: the name of the airport or station; "" if there is no code, or only a placeholder.

    For a city's code (LON): "airport not given"; for an unknown code: "unknown airport code".
    """
    if place.kind is PlaceKind.CITY:
        return _("airport not given")
    if place.kind is PlaceKind.UNKNOWN:
        return _("unknown airport code") if place.has_code else ""
    return place.name


def at_airport(place: Place) -> str:
    """ "London Heathrow (LHR)": city, airport or station, and code, for use in a sentence.

    The city is not repeated if the name contains it. If the name is unknown: city and code; if the city is unknown too: the code
    alone; if there is no code either: "airport not given".
    """
    if not place.name:
        return f"{place.city} ({place.code})" if place.city else place.code or _("airport not given")
    name = place.name.removesuffix(" Airport").removesuffix(" International")
    named = name if place.city and place.city in name else f"{place.city} {name}".strip()
    return f"{named} ({place.code})"


def journey_way(journey: Journey) -> str:
    """ "Dublin to Las Vegas"; "Airports not given" if neither end is given."""
    if not any(_city_or_code(place) for place in (journey.origin, journey.destination)):
        return _("Airports not given")
    return _("%(origin)s to %(destination)s") % {
        "origin": place_city(journey.origin),
        "destination": city_within(journey.destination),
    }


def journey_length(journey: Journey) -> str:
    """ "14 h 40 min, 1 stop", "1 h 20 min, direct"; only "1 stop" or "direct" if the duration is unknown or in doubt."""
    stops = (
        ngettext("%(count)s stop", "%(count)s stops", journey.stops) % {"count": journey.stops}
        if journey.stops
        else _("direct")
    )
    certain = journey.minutes is not None and not any(flight.doubted for flight in journey.flights)
    return f"{duration(journey.minutes)}, {stops}" if certain else stops


def stay_words(stay: Stay) -> str:
    """ "7 days in Las Vegas", "20 h in New York"; "Stay in New York" if the length is unknown.

    If the next journey starts in another city: "8 days, Rome to Nice not on this order".
    """
    length = _stay_length(stay)
    here = city_within(stay.place)
    if stay.onward is None:
        return (_("%(length)s in %(place)s") if length else _("Stay in %(place)s")) % {"length": length, "place": here}
    gap = _("%(here)s to %(there)s not on this order") % {"here": here, "there": city_within(stay.onward)}
    return f"{length}, {gap}" if length else gap


def _stay_length(stay: Stay) -> str:
    """The length in hours if it is less than 24 hours or at most one night, otherwise in days.

    If the hours are unknown or 0, the length is in days; "" if the days are unknown or 0 too.
    """
    if stay.hours and (stay.hours < 24 or (stay.days or 0) <= 1):
        return duration(stay.hours * 60)
    return ngettext("%(count)s day", "%(count)s days", stay.days) % {"count": stay.days} if stay.days else ""


def mode_words(flight: Flight) -> str:
    """The means of transport: "Flight", "Train", "Bus" or "Boat"."""
    return {Mode.FLIGHT: _("Flight"), Mode.TRAIN: _("Train"), Mode.BUS: _("Bus"), Mode.BOAT: _("Boat")}[flight.mode]


def mode_word(flight: Flight) -> str:
    """ "Train", "Bus" or "Boat"; "" for a flight, which needs no word."""
    return "" if flight.mode is Mode.FLIGHT else mode_words(flight)


def flight_time(flight: Flight) -> str:
    """ "Flight time 1 h 20 min"; "Travel time 1 h 20 min" for a train, bus or boat; "" if unknown."""
    if flight.minutes is None:
        return ""
    phrase = _("Flight time %(time)s") if flight.mode is Mode.FLIGHT else _("Travel time %(time)s")
    return phrase % {"time": duration(flight.minutes)}


def both_times(flight: Flight) -> str:
    """A flight time in doubt: "Takes 18 h 35 min if the times were sent as local times, 10 h 35 min if in UTC"."""
    times = {"local": duration(flight.evidence.local_minutes or 0), "utc": duration(flight.evidence.utc_minutes or 0)}
    return _("Takes %(local)s if the times were sent as local times, %(utc)s if in UTC") % times


def transfer_words(transfer: Transfer) -> str:
    """ "2 h 40 min at London Heathrow (LHR)"; with both airports if they differ.

    If the duration is unknown or the flights overlap, the words say so.
    """
    place, onward = at_airport(transfer.at), at_airport(transfer.onward)
    changes = transfer.at.code != transfer.onward.code and not same_site(transfer.at, transfer.onward)
    if transfer.minutes is not None and transfer.minutes < 0:
        early = {"time": duration(-transfer.minutes), "arrival": place, "departure": onward}
        if changes:
            return _("The next flight leaves %(departure)s %(time)s before this one arrives at %(arrival)s") % early
        return _("The next flight leaves %(time)s before this one arrives at %(arrival)s") % early
    if changes:
        place = _("%(arrival)s, next flight from %(departure)s") % {"arrival": place, "departure": onward}
    if transfer.minutes is None:
        return _("Connection of unknown duration at %(place)s") % {"place": place}
    return _("%(time)s at %(place)s") % {"time": duration(transfer.minutes), "place": place}


def untimed_words(trip: Trip) -> str:
    """ "2 flights without times: Dublin to Las Vegas (DUB-LAS), Las Vegas to Dublin (LAS-DUB)".

    At most MOST_NAMES names are listed.
    """
    flights = sum(count for _name, count in trip.untimed)
    named = [(name or _("Flight"), count) for name, count in trip.untimed[:MOST_NAMES]]
    names = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in named)
    if len(trip.untimed) > MOST_NAMES:
        names += ", …"
    if flights == 1:
        return _("1 flight without times: %(names)s") % {"names": names}
    return _("%(count)s flights without times: %(names)s") % {"count": flights, "names": names}


def any_serious(notices: Iterable[Notice]) -> bool:
    """Whether any of the notices is serious."""
    return any(notice.serious for notice in notices)


def kilometres(distance: int) -> str:
    """ "8,395 km": a distance, with the number as written in the user's language."""
    return f"{whole_number(distance)} km"


def clock_words(end: Clock) -> str:
    """ "Fri 15 Aug 2025, 16:00 Dublin, UTC+1", with a remark if a clock change skips or repeats this time.

    An unknown offset is left out. If the time is unknown: "Fri 15 Aug 2025, time unknown"; if the day is unknown too:
    "Time unknown".
    """
    if end.wall is None:
        return f"{day(end.day)}, {_('time unknown')}" if end.day is not None else _("Time unknown")
    words = f"{day(end.wall)}, {clock(end.wall)} {city_within(end.place)}"
    if end.offset is not None:
        words = f"{words}, {offset_word(end.offset)}"
    if end.dst is ClockChange.SKIPPED:
        return _("%(time)s (clocks go forward that night, so this time does not exist)") % {"time": words}
    if end.dst is ClockChange.REPEATED:
        return _("%(time)s (this time occurs twice that night)") % {"time": words}
    return words


def flight_facts(flight: Flight) -> list[str]:
    """The known facts shown under a flight's number: flight time, operating airline, cabin, fare family, booking class, aircraft.

    A flight time in doubt is not given; the first fact is then "Flight time in doubt".
    """
    facts = [_("Flight time in doubt") if flight.doubted else flight_time(flight), operated_by(flight)]
    facts.append(" ".join(filter(None, (flight.fare_class, flight.fare_family))))
    if flight.booking_class:
        facts.append(_("Class %(code)s") % {"code": flight.booking_class})
    named = aircraft(flight.equipment_type)
    if named != flight.equipment_type:
        facts.append(named)
    elif named:
        words = _("Aircraft %(code)s") if flight.mode is Mode.FLIGHT else _("Equipment %(code)s")
        facts.append(words % {"code": flight.equipment_type})
    return [fact for fact in facts if fact]


def row_notices(flight: Flight) -> list[Notice]:
    """The notices of a flight, except one about a status that all its travellers have and that is shown next to the flight number.

    A doubt about whether the times are local or UTC is also left out if a table in the flight's details shows both readings.
    """
    shown = {status(sent).code for sent in flight.statuses}
    both_readings = flight.origin.other_wall or flight.destination.other_wall
    return [
        notice
        for notice in flight.notices
        if not (notice.kind is NoticeKind.STATUS and notice.count == notice.total and notice.status in shown)
        and not (notice.doubts_reading and both_readings)
    ]


def operated_by(flight: Flight) -> str:
    """ "operated by Aer Lingus" if another airline operates the flight, else ""."""
    if not flight.operating_carrier:
        return ""
    return _("operated by %(airline)s") % {"airline": flight.operating_carrier_name or flight.operating_carrier}
