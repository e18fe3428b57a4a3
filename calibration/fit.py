"""Fit the block-time model to published segments, and measure on held-out routes how well it distinguishes local times from UTC.

    python -m calibration.fit

`segments.csv` holds published segments from 2005 to 2026 (origin, destination, local departure and arrival, stated
minutes), gathered from public schedule and flight-search records. The command prints the constants for
`orders/itinerary/clock_check/blocktime.py` and a table. The fit is least squares with Huber's weights, which limit the
pull of a detour or a stop. Each route counts once, however often it is published. The measurement is a
cross-validation: the pairs of airports are dealt into ten folds, and each fold is judged with constants fitted to the
other nine. A false alarm is a feed of local times judged "utc" (or impossible). A catch is a feed of the same flights
in UTC judged "utc".
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

from orders.itinerary.airports import distance_km, place
from orders.itinerary.clock_check.blocktime import FITTED, Constants, features
from orders.itinerary.clock_check.local_or_utc import SegmentScore, decide, score
from orders.itinerary.clocks import read_local, zone
from orders.itinerary.trip import Place

FOLDS = 10
SEGMENTS = Path(__file__).with_name("segments.csv")


@dataclass(frozen=True, slots=True)
class Published:
    """One published flight: local departure, its instant, and the flight time in minutes."""

    origin: Place
    destination: Place
    departs: datetime
    instant: datetime
    minutes: int

    @property
    def pair(self) -> tuple[str, str]:
        """The codes of the two airports, sorted, so that both directions are held out together."""
        first, second = sorted((self.origin.code, self.destination.code))
        return first, second

    def sent(self, clock: str) -> tuple[datetime, datetime]:
        """Departure and arrival as a feed with this clock ("local" or "utc") would send them."""
        arrives = self.instant + timedelta(minutes=self.minutes)
        if clock == "utc":
            return self.instant.replace(tzinfo=None), arrives.replace(tzinfo=None)
        there = zone(self.destination.zone)
        return self.departs, arrives.astimezone(there).replace(tzinfo=None)


def published(path: Path = SEGMENTS) -> list[Published]:
    """The file's segments between two airports that are both known."""
    segments = []
    with path.open(newline="") as lines:
        for row in csv.DictReader(lines):
            origin, destination = place(row["origin"]), place(row["destination"])
            departs = datetime.fromisoformat(row["dep_local"])
            instant = read_local(departs, origin.zone).instant
            if instant is not None and destination.zone and distance_km(origin, destination):
                segments.append(Published(origin, destination, departs, instant, int(row["minutes"])))
    return segments


def fit(flights: Sequence[Published], rounds: int = 25) -> Constants:
    """The constants that fit these flights best."""
    routes = Counter((flight.origin.code, flight.destination.code) for flight in flights)
    rows: list[tuple[tuple[float, ...], float, float, float]] = []
    for flight in flights:
        known = features(flight.origin, flight.destination, flight.departs.month)
        if known is not None:
            spread = 10 + 0.0025 * known[1]
            share = 1 / routes[flight.origin.code, flight.destination.code]
            rows.append((known, float(flight.minutes), spread, share / spread**2))
    weights = [share for _known, _minutes, _spread, share in rows]
    solved: list[float] = []
    for _round in range(rounds):
        solved = _least_squares([(known, minutes) for known, minutes, _spread, _share in rows], weights)
        weights = []
        for known, minutes, spread, share in rows:
            off = abs(minutes - sum(feature * by for feature, by in zip(known, solved, strict=True))) / spread
            weights.append(share if off <= 1 else share / off)
    return Constants(*solved)


def _least_squares(rows: Sequence[tuple[tuple[float, ...], float]], weights: Sequence[float]) -> list[float]:
    """Solve the weighted normal equations by elimination with pivoting. A feature that never occurs gets the constant 0."""
    size = len(rows[0][0])
    table = [[0.0] * (size + 1) for _ in range(size)]
    for (known, minutes), weight in zip(rows, weights, strict=True):
        for i in range(size):
            for j in range(size):
                table[i][j] += weight * known[i] * known[j]
            table[i][size] += weight * known[i] * minutes
    for i in range(size):
        pivot = max(range(i, size), key=lambda row: abs(table[row][i]))
        table[i], table[pivot] = table[pivot], table[i]
        if abs(table[i][i]) < 1e-12:
            table[i][i] = 1.0
        for row in range(size):
            if row != i:
                times = table[row][i] / table[i][i]
                table[row] = [left - times * right for left, right in zip(table[row], table[i], strict=True)]
    return [table[i][size] / table[i][i] for i in range(size)]


@dataclass(slots=True)
class Tally:
    """Counts of segments or orders: all, false alarms, those crossing time zones, and how many of these were caught."""

    judged: int = 0
    alarms: int = 0
    crossing: int = 0
    caught: int = 0
    alarmed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    by_route: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    @property
    def catch_rate(self) -> float:
        return self.caught / self.crossing if self.crossing else 1.0

    @property
    def catch_rate_by_route(self) -> float:
        """The catch rate with every route counting once, however often it is in the file."""
        rates = [sum(caught) / len(caught) for caught in self.by_route.values()]
        return sum(rates) / len(rates) if rates else 1.0


CONTINENTS = {"Atlantic": "Europe", "Arctic": "Europe", "Australia": "Pacific", "Antarctica": "Pacific"}
AFRICAN_ISLANDS = {"KM", "MG", "MU", "RE", "SC", "YT", "CV"}


def continent(where: Place) -> str:
    """A place's continent, from its time zone; Cape Verde and the islands of the western Indian Ocean are African."""
    if where.country in AFRICAN_ISLANDS:
        return "Africa"
    area = (where.zone or "").split("/")[0]
    return "Asia" if area == "Indian" else CONTINENTS.get(area, area)


def judge(flights: Iterable[Published], constants: Constants, tallies: dict[str, Tally]) -> None:
    """Judge each segment on its own, once as sent in local times and once as sent in UTC."""
    for flight in flights:
        where = (
            "within a continent" if continent(flight.origin) == continent(flight.destination) else "between continents"
        )
        for name in (where, "worldwide"):
            tally = tallies[name]
            tally.judged += 1
            _count(tally, [flight], constants)


def judge_orders(flights: Sequence[Published], constants: Constants, tally: Tally) -> None:
    """Judge round trips: each flight with one in the other direction, if there is one."""
    back: dict[tuple[str, str], list[Published]] = defaultdict(list)
    for flight in flights:
        back[flight.origin.code, flight.destination.code].append(flight)
    for flight in flights:
        homeward = back.get((flight.destination.code, flight.origin.code))
        if homeward:
            tally.judged += 1
            key = f"{flight.departs}{flight.minutes}".encode()
            _count(tally, [flight, homeward[crc32(key) % len(homeward)]], constants)


def _count(tally: Tally, order: Sequence[Published], constants: Constants) -> None:
    label = " ".join(f"{flight.origin.code}-{flight.destination.code} {flight.minutes}" for flight in order)
    local = [_weigh(flight, "local", constants) for flight in order]
    if decide(local) == "utc" or not all(flight.possible_local for flight in local):
        tally.alarms += 1
        tally.alarmed.append(label)
    utc = [_weigh(flight, "utc", constants) for flight in order]
    if any(flight.local_minutes != flight.utc_minutes for flight in utc):
        tally.crossing += 1
        detected = decide(utc) == "utc"
        tally.by_route[" ".join(f"{flight.origin.code}-{flight.destination.code}" for flight in order)].append(detected)
        if detected:
            tally.caught += 1
        else:
            tally.missed.append(label)


def _weigh(flight: Published, clock: str, constants: Constants) -> SegmentScore:
    departs, arrives = flight.sent(clock)
    return score(flight.origin, flight.destination, departs, arrives, constants=constants)


def measure(flights: Sequence[Published]) -> dict[str, Tally]:
    """The held-out table: each fold of airport pairs judged with constants fitted to the other folds."""
    folds: dict[int, list[Published]] = defaultdict(list)
    for flight in flights:
        folds[crc32("-".join(flight.pair).encode()) % FOLDS].append(flight)
    tallies: dict[str, Tally] = defaultdict(Tally)
    for held, fold in folds.items():
        constants = fit([flight for other, rest in folds.items() if other != held for flight in rest])
        judge(fold, constants, tallies)
        judge_orders(fold, constants, tallies["orders, out and back"])
    return tallies


def main() -> None:
    flights = published()
    print(f"{len(flights)} segments on {len({flight.pair for flight in flights})} pairs of airports")
    print("fitted ", fit(flights))
    print("in use ", FITTED)
    print(f"{'':24}{'judged':>8}{'alarms':>8}{'crossing':>10}{'caught':>8}{'':>9}{'by route':>10}")
    for name, tally in measure(flights).items():
        row = f"{name:24}{tally.judged:8}{tally.alarms:8}{tally.crossing:10}{tally.caught:8}{tally.catch_rate:9.1%}"
        row += f"{tally.catch_rate_by_route:10.1%}"
        print(row)


if __name__ == "__main__":
    main()
