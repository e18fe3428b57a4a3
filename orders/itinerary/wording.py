"""The trip as plain text, for pasting into a ticket: local times with their weekday, and nothing about any person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from orders.itinerary.airports import same_city, same_site
from orders.itinerary.durations import day_mark, in_words
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Journey, Mode, Notice, Place, Stay, Transfer, Trip

Translate = Callable[[str], str]
MOST_NAMES = 20
MOST_STOPS = 60
MOST_CHARACTERS = 100_000  # a group of 500 takes 40,000


def as_text(trip: Trip, *, reference: str | None = "", _: Translate = str) -> str:
    """The whole trip in lines, without markup; the reference first where there is one. Ends without a line break.

    A text that nobody could paste into a ticket ends after MOST_CHARACTERS and says so.
    """
    blocks = [reference] if reference else []
    if trip.journeys:
        blocks.append(route_line(trip))
    length = 0
    for journey in trip.journeys:
        lines = _journey_lines(journey, trip.doubted, MOST_CHARACTERS - length, _)
        length += sum(map(len, lines))
        blocks.append("\n".join(lines))
        if length >= MOST_CHARACTERS:
            blocks.append(_("The text ends here: the trip is too long for a ticket."))
            break
        if journey.stay_after is not None:
            blocks.append(stay_words(journey.stay_after, _))
    if trip.untimed:
        blocks.append(untimed_words(trip, _))
    doubts = [notice for notice in trip.notices if notice.serious and notice.detail]
    blocks += [check_words(notice, _) for notice in doubts]
    if trip.timed and not trip.doubted:
        blocks.append(_("All times are local to each airport."))
    elif trip.timed and trip.reading == "utc":
        blocks.append(_("Times as sent were read as UTC and turned into local times; see above."))
    elif trip.timed:
        blocks.append(_("Times as sent, read as local; see above."))
    return "\n\n".join(blocks)


def route_line(trip: Trip) -> str:
    """ "DUB → LHR → LAS"; of a route without end the first stops."""
    return " → ".join(trip.route if len(trip.route) <= MOST_STOPS else (*trip.route[:MOST_STOPS], "…"))


def untimed_words(trip: Trip, _: Translate = str) -> str:
    """ "2 flights without times: Dublin to Las Vegas (DUB-LAS), Las Vegas to Dublin (LAS-DUB)"; of very many the first names."""
    flights = sum(count for _name, count in trip.untimed)
    named = [(name or _("Flight"), count) for name, count in trip.untimed[:MOST_NAMES]]
    names = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in named)
    if len(trip.untimed) > MOST_NAMES:
        names += ", …"
    if flights == 1:
        return _("1 flight without times: %(names)s") % {"names": names}
    return _("%(count)s flights without times: %(names)s") % {"count": flights, "names": names}


def city_of(place: Place) -> str:
    """The city, else the airport's name, else the code as sent."""
    return place.city or place.name or place.code or "?"


def mode_words(flight: Flight, _: Translate = str) -> str:
    """ "Flight", "Train", "Bus" or "Boat"."""
    return {Mode.TRAIN: _("Train"), Mode.BUS: _("Bus"), Mode.BOAT: _("Boat")}.get(flight.mode, _("Flight"))


def time_words(flight: Flight, time: str, _: Translate = str) -> str:
    """ "Flight time 1 h 20 min"; of a train, bus or boat the travel time."""
    words = _("Flight time %(time)s") if flight.mode is Mode.FLIGHT else _("Travel time %(time)s")
    return words % {"time": time}


def check_words(notice: Notice, _: Translate = str) -> str:
    """A sentence that names what to check, mostly the times, with one full stop, whatever the reason ends in ("10 Std. 35 Min.")."""
    if notice.word in ("partly cancelled", "long flight"):
        return notice.detail
    if status(notice.word).alert:
        return f"{status(notice.word).in_words(_)}: {notice.detail}"
    return _("Check the times: %(reason)s.") % {"reason": notice.detail.rstrip(".")}


def both_times(flight: Flight, _: Translate = str) -> str:
    """A flight time that is not believed, under both readings: "18 h 35 min read as local, 10 h 35 min read as UTC"."""
    local, utc = flight.evidence.local_minutes or 0, flight.evidence.utc_minutes or 0
    times = {"local": in_words(local, _), "utc": in_words(utc, _)}
    return _("%(local)s read as local, %(utc)s read as UTC") % times


def stay_words(stay: Stay, _: Translate = str) -> str:
    """ "7 days in Las Vegas", "20 h in Las Vegas"; of two cities both are named."""
    where = {"place": city_of(stay.place)}
    if stay.onward is not None:
        where["place"] = _("%(here)s and %(there)s") % {"here": city_of(stay.place), "there": city_of(stay.onward)}
    if stay.hours is not None and stay.hours < 24:
        length = in_words(stay.hours * 60, _) if stay.hours else ""
    elif stay.days:
        length = day_mark(stay.days, _).lstrip("+")
    else:
        length = ""
    return _("%(length)s in %(place)s") % {"length": length, **where} if length else where["place"]


def day_words(day: date, _: Translate = str) -> str:
    """ "Fri 15 Aug 2025"."""
    weekdays = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    months = (
        *(_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun")),
        *(_("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec")),
    )
    return f"{weekdays[day.weekday()]} {day.day} {months[day.month - 1]} {day.year}"


def _journey_lines(journey: Journey, doubted: bool, room: int, _: Translate) -> list[str]:
    """The lines of a journey, until they have `room` characters."""
    way = _("%(origin)s to %(destination)s") % {
        "origin": city_of(journey.origin),
        "destination": city_of(journey.destination),
    }
    parts = [day_words(journey.departs.day, _)] if journey.departs.day is not None else []
    parts.append(way)
    if journey.minutes is not None and not doubted:
        parts.append(in_words(journey.minutes, _))
    if journey.cancelled:
        parts.append(_("cancelled"))
    lines = [" · ".join(parts)]
    for leg in journey.legs:
        if room <= 0:
            break
        before = len(lines)
        lines += _flight_lines(leg, _) if isinstance(leg, Flight) else [f"    {_transfer_line(leg, _)}"]
        room -= sum(map(len, lines[before:]))
    return lines


def _flight_lines(flight: Flight, _: Translate) -> list[str]:
    number = f"{flight.carrier} {flight.flight_number}".strip()
    facts = [number] if number else []
    if flight.mode is not Mode.FLIGHT or not number:
        facts.append(mode_words(flight, _))
    if flight.operating_carrier:
        facts.append(_("operated by %(carrier)s") % {"carrier": flight.operating_carrier_name})
    if flight.doubted:
        facts.append(both_times(flight, _))
    elif flight.minutes is not None:
        facts.append(time_words(flight, in_words(flight.minutes, _), _))
    if cabin := " ".join(word for word in (flight.fare_class, flight.fare_family) if word):
        facts.append(cabin)
    if flight.statuses:
        facts.append(", ".join(status(sent).in_words(_) for sent in flight.statuses))
    mark = day_mark(flight.day_change, _)
    arrival = _end(flight.destination, _) + (f" ({mark})" if mark else "")
    told = ("impossible time", "long flight", "items disagree", "partly cancelled", "clock skipped", "clock repeated")
    checks = [check_words(notice, _) for notice in flight.notices if notice.word in told]
    return [f"  {' · '.join(facts)}", f"    {_end(flight.origin, _)}", f"    {arrival}", *(f"    {c}" for c in checks)]


def _end(clock: Clock, _: Translate) -> str:
    place = clock.place
    named = f"{city_of(place)}, {place.name} ({place.code})" if place.name else f"{city_of(place)} ({place.code})"
    if place.kind == "unknown":
        named = place.code or _("place not given")
    if clock.wall is not None:
        return f"{day_words(clock.wall, _)} {clock.wall:%H:%M}  {named}"
    if clock.day is not None:
        return f"{day_words(clock.day, _)}, {_('time not given')}  {named}"
    return f"{_('time not given')}  {named}"


def _transfer_line(transfer: Transfer, _: Translate) -> str:
    where = city_of(transfer.at)
    if transfer.at.code and transfer.onward.code and not same_site(transfer.at, transfer.onward):
        ends = {
            "here": f"{where} ({transfer.at.code})",
            "there": f"{city_of(transfer.onward)} ({transfer.onward.code})",
        }
        where = _("%(here)s, onward from %(there)s") % ends
    elif not same_city(transfer.at, transfer.onward):
        where = transfer.at.code or "?"
    words = [notice_words(notice.word, _) for notice in transfer.notices]
    if transfer.minutes is None:
        line = _("Change at %(place)s") % {"place": where}
    else:
        line = _("%(time)s at %(place)s") % {"time": in_words(transfer.minutes, _), "place": where}
    return f"{line} ({', '.join(words)})" if words else line


def notice_words(word: str, _: Translate = str) -> str:
    """A transfer notice's word, translated."""
    known = {
        "tight": _("tight"),
        "overnight": _("overnight"),
        "long": _("long"),
        "airport change": _("airport change"),
        "carrier change": _("carrier change"),
        "overlap": _("overlap"),
        "surface": _("over land"),
    }
    return known.get(word, word)
