"""Places by airport, station and city code, and the distances between them.

The table is read from a package once, on first use.
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
    """All known codes with their current places. A code shared by an airport and a city gives the airport."""
    return _gazetteer().places


def tidy(code: str | None) -> str:
    """The code without spaces around it, in capitals."""
    return (code or "").strip().upper()


def place(code: str | None, on: date | None = None) -> Place:
    """The place of an IATA code, today or on a day (IST until April 2019: Atatürk Airport).

    An unknown code gives a place with the code as sent and no zone.
    """
    tidied = tidy(code)
    if on is not None:
        for until, former in _gazetteer().former.get(tidied, ()):
            if on <= until:
                return former
    known = all_places().get(tidied)
    return known if known is not None else Place(code=(code or "").strip())


def distance_km(origin: Place, destination: Place) -> float | None:
    """Great-circle kilometres between two places, None if either has no coordinates."""
    if origin.latitude is None or origin.longitude is None:
        return None
    if destination.latitude is None or destination.longitude is None:
        return None
    north, south = radians(origin.latitude), radians(destination.latitude)
    across = radians(destination.longitude - origin.longitude)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def same_site(one: Place, other: Place) -> bool:
    """Whether two codes name one airport or station: the same code, or BSL and MLH, PBI and DJT, FRU and BSZ."""
    if one.code == other.code:
        return bool(one.code)
    return bool(one.site) and one.site == other.site


def same_city(one: Place, other: Place) -> bool:
    """Whether two places serve one city: one site, one city code's airports (LHR, LGW, LON), or a city and its station."""
    return same_site(one, other) or any(city in other.cities for city in one.cities)
