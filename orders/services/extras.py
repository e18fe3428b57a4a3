"""The flight that an extra goes with, found by the extra's product, name or description, or by its travellers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from orders.cdp.records import OrderItem
from orders.itinerary.trip import Flight, Trip

# "DUB-AGP", "DUB – AGP", "DUB>AGP" in the text of an extra; also "BAG-STD", which is not a pair of airports. Pairs may overlap.
PAIR = re.compile(r"\b([A-Z]{3})(?=\s?[-–>]\s?([A-Z]{3})\b)")
# Types of items that always belong to a flight, even if only the travellers show which one.
ABOARD = frozenset({"BAG", "BAGGAGE", "MEAL", "SEAT", "SEAT UPGRADE", "SEAT UPGRADES"})


def flight_of(item: OrderItem, ways: Mapping[str, Sequence[Flight]]) -> str:
    """The key of the flight between the airports named in an extra's texts; "" if there is not exactly one such flight.

    If the texts name several pairs of airports, the first pair with exactly one flight counts.
    """
    for pair in _pairs(item):
        if len(flights := ways.get("-".join(pair), ())) == 1:
            return flights[0].key
    return ""


def _pairs(item: OrderItem) -> Iterator[tuple[str, str]]:
    """All pairs of three-letter words written like a route ("DUB-AGP") in an item's product, name and description."""
    for text in (item.product_id, item.name, item.description):
        yield from PAIR.findall((text or "").upper())


def _names_airports(item: OrderItem, places: frozenset[str]) -> bool:
    """Whether an extra names airports: a pair in its texts includes one of `places`, or its whole product is a pair ("DUB-AGP").

    A product with the same first three letters as the extra's type ("BAG-STD" for a bag) counts only if it includes one of `places`.
    """
    whole = PAIR.match(product := (item.product_id or "").upper().strip())
    if whole and len(product) == len("DUB-AGP") and not (item.type or "").upper().startswith(whole[1]):
        return True
    return any(not places.isdisjoint(pair) for pair in _pairs(item))


def flights_of_types(trip: Trip) -> dict[str, list[str]]:
    """The keys of the flights that travellers of each passenger type take, by the type's code; cancelled flights are left out."""
    taken: dict[str, list[str]] = {}
    for flight in trip.flights:
        for code, _count in flight.passengers if not flight.cancelled else ():
            taken.setdefault(code, []).append(flight.key)
    return taken


def flight_of_travellers(items: Sequence[OrderItem], taken: Mapping[str, Sequence[str]], places: frozenset[str]) -> str:
    """The key of the flight that travellers of all the passenger types in `items` take, if it is the only one they take; otherwise "".

    `items` share one line of the page, so they have the same type, name, product and description. The result is also "" if the
    items are not bags, seats or meals, if they name airports themselves, or if one of them has no passenger type. `places` are the airports
    of the trip.
    """
    if (items[0].type or "").upper().replace("_", " ") not in ABOARD:
        return ""
    if _names_airports(items[0], places):
        return ""
    codes = {item.passenger_type_code or "" for item in items}
    flights = {key for code in codes for key in taken.get(code, ())}
    known = all(code and len(taken.get(code, ())) == 1 for code in codes)
    return flights.pop() if known and len(flights) == 1 else ""


def ways_of(trip: Trip) -> tuple[dict[str, list[Flight]], frozenset[str]]:
    """The flights by pair of airports, written as in a product ("DUB-LHR"), and the codes of all the trip's airports."""
    ways: dict[str, list[Flight]] = {}
    for flight in trip.flights:
        ways.setdefault(f"{flight.origin.place.code}-{flight.destination.place.code}", []).append(flight)
    ends = (end.place.code for flight in trip.flights for end in (flight.origin, flight.destination))
    return ways, frozenset(ends)


def belongs_to(item: OrderItem, ways: Mapping[str, Sequence[Flight]], places: frozenset[str]) -> str:
    """The label of the flight that an extra goes with ("BX 459 DUB-LHR"), if its product is a pair of airports with just one flight.

    Otherwise, the result is the product itself if it is a pair of the trip's airports, or "" if not: BAG-23K is a bag and not a route.
    """
    product = (item.product_id or "").upper().strip()
    flights = ways.get(product, ())
    if len(flights) == 1:
        return f"{flights[0].carrier} {flights[0].flight_number} {product}".strip()
    return product if len(product) == 7 and product[3] == "-" and {product[:3], product[4:]} <= places else ""
