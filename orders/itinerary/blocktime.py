"""How long a scheduled flight over a given distance takes, from gate to gate."""

from __future__ import annotations

from functools import lru_cache

from orders.itinerary.airports import distance_km
from orders.itinerary.trip import Place


@lru_cache(maxsize=16384)
def expected_minutes(origin: Place, destination: Place) -> float | None:
    """Minutes from gate to gate, None where the distance is unknown."""
    distance = distance_km(origin, destination)
    return None if distance is None else 35 + distance / 13.2
