"""The usual gate-to-gate time of a scheduled flight between two places.

It is a sum of five terms, each with a constant fitted by `calibration/fit.py`: a fixed time, the distance, the square
root of the distance (short hops are slow), the westerlies, and the queues at busy airports. The westerlies blow at
about 40° of latitude, north and south; in winter they are stronger and nearer the equator. They speed up eastward
flights and slow down westward ones; the further a flight goes within them, the larger the effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, exp, pi, radians, sin, sqrt

from orders.itinerary.airports import EARTH_RADIUS_KM, distance_km
from orders.itinerary.trip import Place

DEGREES = 180 / pi
JET_LATITUDE = 40.0
JET_WIDTH = 16.0
JET_SEASON_SHIFT = 6.0
JET_SEASON_STRENGTH = 0.4
# In the northern winter, the westerlies are strongest over East Asia and the western Pacific, between these longitudes.
EAST_ASIA = (110.0, 170.0)
EAST_ASIA_STRENGTH = 1.0

# Airports where airlines schedule extra time for taxi queues and holding; New York's three need the most.
_BUSY = """
AMS BCN BOG BOM CAI CAN CDG CGK CLT DEL DFW DTW DXB FCO GRU HKG HND IAH ICN IST JED LGW LHR MAD
MEX MIA MNL NRT ORD ORY PEK PHL PKX PVG SEA SHA SVO SYD SZX TPE YYZ
"""
BUSY: dict[str, float] = dict.fromkeys(_BUSY.split(), 1.0) | dict.fromkeys(("EWR", "JFK", "LGA"), 1.5)


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants, in minutes: fixed, per km, per square root of km, per eastward km in the westerlies, and per busy airport."""

    start: float
    per_km: float
    per_root_km: float
    per_wind_km: float
    per_busy_end: float


FITTED = Constants(start=11.36, per_km=0.05973, per_root_km=1.271, per_wind_km=-0.00752, per_busy_end=9.75)


def features(origin: Place, destination: Place, month: int) -> tuple[float, ...] | None:
    """The factors by which the fields of `Constants` are multiplied, in the same order; None if the distance is unknown.

    `month` is the month of departure, 1 to 12.
    """
    distance = distance_km(origin, destination)
    if distance is None:
        return None
    busy = BUSY.get(origin.code, 0.0) + BUSY.get(destination.code, 0.0)
    return 1.0, distance, sqrt(distance), _wind_km(origin, destination, distance, month), busy


def expected_minutes(origin: Place, destination: Place, month: int, constants: Constants = FITTED) -> float | None:
    """The usual gate-to-gate minutes of a flight that departs in `month` (1 to 12); None if the distance is unknown."""
    if origin.latitude is None or destination.latitude is None:
        return None
    return _expected_minutes(origin, destination, month, constants)


@lru_cache(maxsize=65536)
def _expected_minutes(origin: Place, destination: Place, month: int, constants: Constants) -> float | None:
    known = features(origin, destination, month)
    if known is None:
        return None
    start, distance, root, wind, busy = known
    return (
        constants.start * start
        + constants.per_km * distance
        + constants.per_root_km * root
        + constants.per_wind_km * wind
        + constants.per_busy_end * busy
    )


def _wind_km(origin: Place, destination: Place, distance: float, month: int) -> float:
    """The eastward kilometres of a route, weighted by the strength of the westerlies; negative if westward, 0 without coordinates.

    The wind is sampled along the great circle, at the midpoint of each of 3 to 7 equal stretches.
    """
    if not distance or origin.latitude is None or origin.longitude is None:
        return 0.0
    if destination.latitude is None or destination.longitude is None:
        return 0.0
    lat, to_lat = radians(origin.latitude), radians(destination.latitude)
    across = radians(destination.longitude - origin.longitude)
    sin_lat, cos_lat, cos_to = sin(lat), cos(lat), cos(to_lat)
    bearing = atan2(sin(across) * cos_to, cos_lat * sin(to_lat) - sin_lat * cos_to * cos(across))
    # Along a great circle sin(bearing) * cos(latitude) never changes, so the eastward part follows from the latitude.
    cos_bearing, way_east = cos(bearing), sin(bearing) * cos_lat
    tilt, winter = cos_lat * cos_bearing, cos(2 * pi * (month - 1) / 12)
    count = 3 + min(4, int(distance / 2500))
    step = distance / EARTH_RADIUS_KM / count
    angle, total = step / 2, 0.0
    for _sample in range(count):
        sin_angle, cos_angle = sin(angle), cos(angle)
        height = sin_lat * cos_angle + tilt * sin_angle
        angle += step
        # Near a pole, a small constant avoids a division by 0.
        level = sqrt(1 - height * height) if -0.999 < height < 0.999 else 0.045
        season = winter if height >= 0 else -winter
        off = (atan2(abs(height), level) * DEGREES - JET_LATITUDE + JET_SEASON_SHIFT * season) / JET_WIDTH
        strength = 1 + JET_SEASON_STRENGTH * season
        if season > 0 and height > 0:
            beyond = atan2(way_east * sin_angle, cos_angle - sin_lat * height)
            if EAST_ASIA[0] <= (origin.longitude + beyond * DEGREES) % 360 <= EAST_ASIA[1]:
                strength += EAST_ASIA_STRENGTH * season
        total += strength * exp(-off * off) / level
    return total * way_east * distance / count
