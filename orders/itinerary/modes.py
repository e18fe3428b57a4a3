"""The means of transport of a segment. Airlines also sell train, bus and boat journeys under flight numbers."""

from __future__ import annotations

from orders.itinerary.codes import Mode, PlaceKind
from orders.itinerary.trip import Place

# IATA's codes for equipment that does not fly.
EQUIPMENT = {
    **dict.fromkeys(("ICE", "TCM", "TEE", "TGV", "THS", "TIC", "TPL", "TRN", "TRS", "TSL"), Mode.TRAIN),
    **dict.fromkeys(("BUS", "LMO", "RFS"), Mode.BUS),
    **dict.fromkeys(("HOV", "LCH"), Mode.BOAT),
}
# The means of transport that a kind of place implies, in order of precedence.
CALLS = {PlaceKind.RAIL: Mode.TRAIN, PlaceKind.BUS: Mode.BUS, PlaceKind.PORT: Mode.BOAT}


def mode(origin: Place, destination: Place, equipment: str = "") -> Mode:
    """The means of transport named by the equipment code or, failing that, implied by the places; a flight by default.

    A railway station at either end implies a train, for example.
    """
    if equipment and (known := EQUIPMENT.get(equipment.strip().upper())) is not None:
        return known
    kinds = (origin.kind, destination.kind)
    if kinds == (PlaceKind.AIRPORT, PlaceKind.AIRPORT):
        return Mode.FLIGHT
    return next((by for kind, by in CALLS.items() if kind in kinds), Mode.FLIGHT)
