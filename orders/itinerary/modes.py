"""The means of transport of each segment. Airlines also sell trains, buses and boats under flight numbers."""

from __future__ import annotations

from orders.itinerary.codes import Mode, PlaceKind
from orders.itinerary.trip import Place

# IATA's codes for equipment that does not fly.
EQUIPMENT = {
    **dict.fromkeys(("ICE", "TCM", "TEE", "TGV", "THS", "TIC", "TPL", "TRN", "TRS", "TSL"), Mode.TRAIN),
    **dict.fromkeys(("BUS", "LMO", "RFS"), Mode.BUS),
    **dict.fromkeys(("HOV", "LCH"), Mode.BOAT),
}
# Kinds of place that only one means of transport calls at, the most specific first.
CALLS = {PlaceKind.RAIL: Mode.TRAIN, PlaceKind.BUS: Mode.BUS, PlaceKind.PORT: Mode.BOAT}


def mode(origin: Place, destination: Place, equipment: str = "") -> Mode:
    """The means of transport, taken from the equipment code or, failing that, from the places; a flight by default.

    A segment from or to a railway station is a train, for example.
    """
    if equipment and (known := EQUIPMENT.get(equipment.strip().upper())) is not None:
        return known
    kinds = (origin.kind, destination.kind)
    if kinds == (PlaceKind.AIRPORT, PlaceKind.AIRPORT):
        return Mode.FLIGHT
    return next((by for kind, by in CALLS.items() if kind in kinds), Mode.FLIGHT)
