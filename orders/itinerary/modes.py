"""What a segment is travelled by. Airlines sell trains, buses and boats under flight numbers."""

from __future__ import annotations

from orders.itinerary.trip import Mode, Place

# IATA's codes of equipment that does not fly.
EQUIPMENT = {
    **dict.fromkeys(("ICE", "TCM", "TEE", "TGV", "THS", "TIC", "TPL", "TRN", "TRS", "TSL"), Mode.TRAIN),
    **dict.fromkeys(("BUS", "LMO", "RFS"), Mode.BUS),
    **dict.fromkeys(("HOV", "LCH"), Mode.BOAT),
}
# The kind of place that only one means of transport calls at, the more telling first.
CALLS = {"rail": Mode.TRAIN, "bus": Mode.BUS, "port": Mode.BOAT}


def mode(origin: Place, destination: Place, equipment: str = "") -> Mode:
    """The means of transport, by the equipment's code, else by the places: a train runs from a station to wherever it goes."""
    if equipment and (known := EQUIPMENT.get(equipment.strip().upper())) is not None:
        return known
    kinds = (origin.kind, destination.kind)
    if kinds == ("airport", "airport"):
        return Mode.FLIGHT
    return next((by for kind, by in CALLS.items() if kind in kinds), Mode.FLIGHT)
