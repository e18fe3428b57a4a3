"""The cards of an order's travellers, each with the traveller's flights and other items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import groupby, islice

from orders.cdp.records import Person
from orders.itinerary.trip import Trip
from orders.privacy.masking import PersonCard, card
from orders.services.people import Traveller, Travellers

# The largest number of passenger types on a traveller's card, and likewise of flights and of other items. The order's page lists all
# items; listing them all on every card too would make the page grow with the number of items times the number of travellers.
MOST_LABELS = 24


def cards_of(
    travellers: Travellers, reveal: Callable[[Person, int], Iterable[str]] | None = None, country: str = ""
) -> list[PersonCard]:
    """A card for each traveller; `reveal` returns the names of the hidden fields to show for a person at a position (from 1).

    `country` (ISO 3166 alpha-2, or "" if unknown) is the connection's country, used for reading national phone numbers.
    """
    labels = _Labels(travellers.opened.trip if travellers.opened else Trip())
    return [
        _traveller_card(traveller, position, labels, country, reveal(traveller.person, position) if reveal else ())
        for position, traveller in enumerate(travellers.loaded.items, start=1)
    ]


class _Labels:
    """The labels of a trip's flights, and which flights each item holds; computed once for all travellers."""

    def __init__(self, trip: Trip) -> None:
        self._labels = [
            f"{flight.carrier} {flight.flight_number} {flight.origin.place.code}–{flight.destination.place.code}".strip()
            for flight in trip.flights
        ]
        self._flights_of: dict[int, list[int]] = {}
        for at, flight in enumerate(trip.flights):
            for index in flight.item_indexes:
                self._flights_of.setdefault(index, []).append(at)

    def has(self, index: int) -> bool:
        """Whether the item at `index` holds any of the trip's flights."""
        return index in self._flights_of

    def of(self, indexes: Iterable[int]) -> Iterator[str]:
        """The labels of the flights that the items at `indexes` hold, one for each flight, in the same sequence as in the trip."""
        flights = merge(*(self._flights_of.get(index, ()) for index in dict.fromkeys(indexes)))
        return (self._labels[at] for at, _same in groupby(flights))


def _traveller_card(
    traveller: Traveller, position: int, labels: _Labels, country: str, shown: Iterable[str]
) -> PersonCard:
    types = tuple(dict.fromkeys(item.passenger_type_code for _i, item in traveller.items if item.passenger_type_code))
    extras = [(item.type or "", item.name or "") for index, item in traveller.items if not labels.has(index)]
    flights = tuple(islice(labels.of(index for index, _item in traveller.items), MOST_LABELS + 1))
    return card(
        traveller.person,
        position,
        reveal=shown,
        passenger_types=types[:MOST_LABELS],
        flights=flights[:MOST_LABELS],
        extras=tuple(extras[:MOST_LABELS]),
        country=country,
        more=traveller.left_out or max(len(types), len(flights), len(extras)) > MOST_LABELS,
    )
