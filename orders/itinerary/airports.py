"""Airport and city codes: what place they are, its zone, and how far apart two places lie.

The tables come with the airportsdata package and are read once, at the first question, never over the network.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

import airportsdata

from orders.itinerary.trip import Place

EARTH_RADIUS_KM = 6371.0


@cache
def all_places() -> dict[str, Place]:
    """Every known code. A city takes its zone and its middle from its airports; a code that is both is the
    airport. An airport's city is the one it serves (Narita: Tokyo), where a city code says so."""
    airports: dict[str, Any] = airportsdata.load("IATA")
    cities = airportsdata.load_iata_macs()
    serves = {member: city["name"] for city in cities.values() for member in city["airports"]}
    places = {code: _airport(code, row, serves.get(code, row["city"])) for code, row in airports.items()}
    for code, city in cities.items():
        if code not in places:
            places[code] = _city(
                code,
                city,
                [airports[member] for member in city["airports"] if member in airports],
            )
    return places


def _airport(code: str, row: dict[str, Any], city: str) -> Place:
    return Place(
        code=code,
        kind="airport",
        name=row["name"],
        city=city,
        country=row["country"],
        zone=row["tz"] or None,
        latitude=row["lat"],
        longitude=row["lon"],
    )


def _city(code: str, city: Any, members: list[Any]) -> Place:
    zones = {row["tz"] for row in members}
    return Place(
        code=code,
        kind="city",
        city=city["name"],
        country=city["country"],
        zone=zones.pop() if len(zones) == 1 else None,
        latitude=sum(row["lat"] for row in members) / len(members) if members else None,
        longitude=sum(row["lon"] for row in members) / len(members) if members else None,
    )


@cache
def _metropolis() -> dict[str, str]:
    """Airport code -> the city code it belongs to: LGW -> LON."""
    return {member: code for code, city in airportsdata.load_iata_macs().items() for member in city["airports"]}


def tidy(code: str | None) -> str:
    """The code as it is looked up: without spaces around it, in capitals."""
    return (code or "").strip().upper()


@lru_cache(maxsize=8192)
def place(code: str | None) -> Place:
    """The place an IATA airport or city code stands for; an unknown code comes back as it was sent, without a zone."""
    known = all_places().get(tidy(code))
    return known if known is not None else Place(code=(code or "").strip())


@lru_cache(maxsize=8192)
def distance_km(origin: Place, destination: Place) -> float | None:
    """Great-circle kilometres between two places, None where either has no coordinates."""
    if origin.latitude is None or origin.longitude is None:
        return None
    if destination.latitude is None or destination.longitude is None:
        return None
    north, south = radians(origin.latitude), radians(destination.latitude)
    across = radians(destination.longitude - origin.longitude)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


@lru_cache(maxsize=8192)
def same_city(one: Place, other: Place) -> bool:
    """Whether two places serve one city: the same code, one city code's airports (LHR, LGW, LON), or one city name."""
    if one.code == other.code:
        return bool(one.code)
    cities = _metropolis()
    home, away = cities.get(one.code, one.code), cities.get(other.code, other.code)
    if home == away:
        return True
    return bool(one.city) and one.kind != "unknown" and (one.city, one.country) == (other.city, other.country)
