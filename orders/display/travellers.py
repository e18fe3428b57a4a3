"""The cards of an order's travellers, each with the traveller's flights and other items."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import merge
from itertools import groupby, islice
from typing import NamedTuple

from orders.cdp.records import OrderItem, Person
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


class _Items(NamedTuple):
    """What a card shows of a traveller's items; `more` is True if it leaves some out."""

    passenger_types: tuple[str, ...]
    flights: tuple[str, ...]
    extras: tuple[tuple[str, str], ...]
    more: bool


class _Labels:
    """The labels of a trip's flights, which flights each item holds, and what cards show of items; each is computed once."""

    def __init__(self, trip: Trip) -> None:
        self._labels = [
            f"{flight.carrier} {flight.flight_number} {flight.origin.place.code}–{flight.destination.place.code}".strip()
            for flight in trip.flights
        ]
        self._flights_of: dict[int, list[int]] = {}
        self._cards: dict[int, _Items] = {}
        for at, flight in enumerate(trip.flights):
            for index in flight.item_indexes:
                self._flights_of.setdefault(index, []).append(at)

    def of(self, items: tuple[tuple[int, OrderItem], ...]) -> _Items:
        """A traveller's items as a card shows them; computed once for travellers who share the tuple, which the caller keeps alive."""
        if id(items) not in self._cards:
            self._cards[id(items)] = self._shown(items)
        return self._cards[id(items)]

    def _shown(self, items: tuple[tuple[int, OrderItem], ...]) -> _Items:
        types = tuple(dict.fromkeys(item.passenger_type_code for _i, item in items if item.passenger_type_code))
        extras = [(item.type or "", item.name or "") for index, item in items if index not in self._flights_of]
        # One label for each flight, in the same sequence as in the trip.
        positions = groupby(merge(*(self._flights_of.get(index, ()) for index, _item in items)))
        flights = tuple(self._labels[at] for at, _same in islice(positions, MOST_LABELS + 1))
        more = max(len(types), len(flights), len(extras)) > MOST_LABELS
        return _Items(types[:MOST_LABELS], flights[:MOST_LABELS], tuple(extras[:MOST_LABELS]), more)


def _traveller_card(
    traveller: Traveller, position: int, labels: _Labels, country: str, shown: Iterable[str]
) -> PersonCard:
    items = labels.of(traveller.items)
    return card(
        traveller.person,
        position,
        reveal=shown,
        passenger_types=items.passenger_types,
        flights=items.flights,
        extras=items.extras,
        country=country,
        more=items.more or traveller.left_out,
    )
