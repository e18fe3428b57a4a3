"""Split a travel group's flights into journeys: at long stays, and at the turn of a round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orders.itinerary.airports import same_city
from orders.itinerary.flight_times import days_between, stay_between
from orders.itinerary.trip import Flight

# How many flights back to look for the start of a round trip: a limit for odd data.
LEGS = 24


def split(group: Sequence[Flight], stay_from_hours: int) -> list[list[Flight]]:
    """The journeys of a travel group: its flights, split at stays of at least `stay_from_hours` hours and at the turns of round trips.

    When the flights return to a city, the turn is the longest stay since they left it.
    """
    journeys: list[list[Flight]] = []
    run: list[Flight] = []
    for flight in group:
        if run:
            stay = stay_between(run[-1].destination, flight.origin)
            if stay is not None and stay >= timedelta(hours=stay_from_hours):
                journeys.extend(_turns(run))
                run = []
        run.append(flight)
    return journeys + (_turns(run) if run else [])


def _turns(run: list[Flight]) -> list[list[Flight]]:
    journeys: list[list[Flight]] = []
    start = 0
    while (at := _turn(run, start)) is not None:
        journeys.append(run[start:at])
        start = at
    return [*journeys, run[start:]]


def _turn(run: Sequence[Flight], start: int) -> int | None:
    """The index in `run` of the first flight after the first turn in `run[start:]`; None if there is no turn.

    There is a turn if a flight returns to the departure city of one of the LEGS flights before it.
    """
    for back in range(start, len(run)):
        flight = run[back]
        for left in range(max(start, back - LEGS), back):
            if same_city(run[left].origin.place, flight.destination.place):
                return max(range(left + 1, back + 1), key=lambda at: (_pause(run, at), -at))
    return None


def _pause(run: Sequence[Flight], at: int) -> timedelta:
    arrives, leaves = run[at - 1].destination, run[at].origin
    stay = stay_between(arrives, leaves)
    return stay if stay is not None else timedelta(days=max(0, days_between(arrives, leaves) or 0))
