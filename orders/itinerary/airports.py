"""Places by airport, station and city code, and the distances between them.

The table of places is read from a package once per process, on first use.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from math import asin, cos, radians, sin, sqrt

from orders.itinerary import gazetteer
from orders.itinerary.trip import Place

EARTH_RADIUS_KM = 6371.0


@cache
def _gazetteer() -> gazetteer.Gazetteer:
    return gazetteer.read()


def all_places() -> dict[str, Place]:
    """The current place for each known code. A code that an airport and a city currently share stands for the airport."""
    return _gazetteer().places


def tidy(code: str | None) -> str:
    """The code in capitals, without spaces around it; "" for None."""
    return (code or "").strip().upper()


def place(code: str | None, on: date | None = None) -> Place:
    """The place that an IATA code stands for on the day `on`, or now if that is None (IST was Atatürk Airport until April 2019).

    An unknown code gives a place that has no zone and keeps the code as sent, without the spaces around it.
    """
    tidied = tidy(code)
    if on is not None:
        for until, former in _gazetteer().former.get(tidied, ()):
            if on <= until:
                return former
    known = all_places().get(tidied)
    return known if known is not None else Place(code=(code or "").strip())


def distance_km(origin: Place, destination: Place) -> float | None:
    """The great-circle distance between two places in kilometres; None if either has no coordinates."""
    if origin.latitude is None or origin.longitude is None:
        return None
    if destination.latitude is None or destination.longitude is None:
        return None
    north, south = radians(origin.latitude), radians(destination.latitude)
    across = radians(destination.longitude - origin.longitude)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def same_site(one: Place, other: Place) -> bool:
    """Whether two places have the same code (other than ""), or are one airport or station under two codes (BSL and MLH, PBI and DJT)."""
    if one.code == other.code:
        return bool(one.code)
    return bool(one.site) and one.site == other.site


def same_city(one: Place, other: Place) -> bool:
    """Whether two places are the same site or belong to the same city, such as LHR and LGW, LHR and LON, or a city and its station."""
    return same_site(one, other) or any(city in other.cities for city in one.cities)
