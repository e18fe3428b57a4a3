"""Decide whether a feed's times are local times or UTC.

A segment's departure and arrival give one flight time if read as local times, and another if read as UTC. Each flight time has a likelihood
for the distance flown. The segment's weight is the logarithm of the ratio of the two likelihoods (UTC over local), and the weights of an
order's segments are added up. The documented reading stands unless the other fits noticeably better. In that case, the result is the other
reading if it fits clearly better, and otherwise unclear. A wrong reading lengthens one direction of a trip and shortens the other, so a
return trip is better evidence than a single flight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, fsum, log
from typing import NamedTuple

from orders.itinerary.airports import distance_km
from orders.itinerary.clock_check.blocktime import FITTED, Constants, expected_minutes
from orders.itinerary.clock_check.detours import longer_by, propeller_minutes
from orders.itinerary.clocks import MINUTE, offsets_at
from orders.itinerary.codes import Mode, Reading, Verdict
from orders.itinerary.modes import mode
from orders.itinerary.trip import Evidence, Place

DAY = 24 * 60
# The spread of published flight times around the expected one, in minutes: below it and above it, growing with distance.
FASTER, FASTER_PER_KM = 11.0, 0.0025
SLOWER, SLOWER_PER_KM = 12.5, 0.003
ODD = 1e-5
# Sums of weights against the documented reading: above CLEARLY, it is given up; above LEANING, the result is unclear.
CLEARLY = 1.1
LEANING = 0.4
# The least weight, for either reading, of a segment with only one possible reading; see `_weight` for exceptions.
ONLY_ONE = 1.5
# A reading with a log-likelihood below this does not fit; if neither reading fits, which one is better hardly matters.
NEITHER = -3.0
# The most weight against a reading that only makes a flight slow: propellers and stops make many real flights slow.
MERELY_SLOW = 3.0
ZERO = timedelta(0)


class Lack(StrEnum):
    """The missing fact without which no flight time can be worked out, or NOTHING."""

    NOTHING = ""
    TIME = "time"
    PLACE = "place"


class SegmentScore(NamedTuple):
    """The score of one segment under both readings: a `weight` above 0 favours UTC, below 0 local.

    `expected` is the usual flight time in minutes, and `distance` is in kilometres. `possible_local` and `possible_utc`
    are False if the flight time under the local or the UTC reading, respectively, is impossible. `folds` says which occurrence (0
    or 1) of a repeated hour is assumed at departure and at arrival.
    """

    local_minutes: int | None = None
    utc_minutes: int | None = None
    expected: float | None = None
    distance: float | None = None
    weight: float = 0.0
    possible_local: bool = True
    possible_utc: bool = True
    lacks: Lack = Lack.NOTHING
    folds: tuple[int, int] = (0, 0)


def score(
    origin: Place,
    destination: Place,
    departure: datetime | None,
    arrival: datetime | None,
    *,
    departure_offset: timedelta | None = None,
    arrival_offset: timedelta | None = None,
    constants: Constants = FITTED,
    equipment: str = "",
) -> SegmentScore:
    """Score both readings of one segment's times, given as naive values.

    If a time is None, or if a place's zone is unknown and no offset was sent with its time, only the result's `lacks` is set. A time
    sent with its own offset is the same instant under both readings. `equipment` is the IATA code of the aircraft, "" if unknown. Trains,
    buses and boats get the weight 0: no model is fitted to them.
    """
    if departure is None or arrival is None:
        return SegmentScore(lacks=Lack.TIME)
    here = (departure_offset,) if departure_offset is not None else offsets_at(origin.zone, departure)
    there = (arrival_offset,) if arrival_offset is not None else offsets_at(destination.zone, arrival)
    if not here or not there:
        return SegmentScore(lacks=Lack.PLACE)
    difference = arrival - departure
    expected = expected_minutes(origin, destination, departure.month, constants)
    distance = distance_km(origin, destination)
    folds = _most_usual_folds(difference, here, there, expected)
    local = (difference - there[folds[1]] + here[folds[0]]) // MINUTE
    utc = (difference - (arrival_offset or ZERO) + (departure_offset or ZERO)) // MINUTE
    if expected is None or distance is None or mode(origin, destination, equipment) is not Mode.FLIGHT:
        return SegmentScore(local, utc, None, distance, 0.0, 0 < local < DAY, 0 < utc < DAY, folds=folds)
    weight = 0.0
    if local != utc:
        longer = max(longer_by(origin, destination, departure.year), propeller_minutes(equipment, distance))
        weight = _weight(local, utc, expected, distance, longer)
    fits_local, fits_utc = possible(local, expected), possible(utc, expected)
    return SegmentScore(local, utc, expected, distance, weight, fits_local, fits_utc, folds=folds)


def _most_usual_folds(
    difference: timedelta, here: Sequence[timedelta], there: Sequence[timedelta], expected: float | None
) -> tuple[int, int]:
    """The occurrences (0 or 1) of repeated hours, at departure and arrival, that bring the flight time closest to `expected` minutes.

    If `expected` is None, they give the shortest flight time above 0. `here` and `there` are the possible offsets at departure and
    at arrival: one each, or two for a repeated hour.
    """
    if len(here) == len(there) == 1:
        return 0, 0

    def unusual(folds: tuple[int, int]) -> float:
        minutes = (difference - there[folds[1]] + here[folds[0]]) // MINUTE
        return abs(minutes - (expected or 0)) if expected or minutes > 0 else DAY

    return min(((out, back) for out in range(len(here)) for back in range(len(there))), key=unusual)


def _weight(local: int, utc: int, expected: float, distance: float, longer: int) -> float:
    """The logarithm of the ratio of the two readings' likelihoods (UTC over local), adjusted in two cases.

    If neither reading fits, but both are possible or both are slow, the weight stays between -LEANING and LEANING. Otherwise,
    if only one reading is possible, the weight favours it by at least ONLY_ONE, unless a wrong date explains the other.
    """
    as_utc, as_local = likelihood(utc, expected, distance, longer), likelihood(local, expected, distance, longer)
    fits_local, fits_utc = possible(local, expected), possible(utc, expected)
    weight = as_utc - as_local
    if max(as_utc, as_local) < NEITHER and ((fits_local and fits_utc) or _both_slow(local, utc, expected)):
        return max(-LEANING, min(LEANING, weight))
    if fits_utc and not fits_local and _days_off(local, expected) is None:
        return max(weight, ONLY_ONE)
    if fits_local and not fits_utc and _days_off(utc, expected) is None:
        return min(weight, -ONLY_ONE)
    return weight


def _both_slow(local: int, utc: int, expected: float) -> bool:
    """Whether both readings give plausible flight times, and even the shorter one exceeds the usual time by more than the two differ.

    This can happen if the flight makes stops under a single flight number.
    """
    least = min(local, utc) - expected
    return abs(local - utc) < least and all(
        possible(minutes, expected) or odd(minutes, expected) for minutes in (local, utc)
    )


def likelihood(minutes: int, expected: float, distance: float, longer: int = 0) -> float:
    """The logarithm of the likelihood of a published flight time, up to a constant that all flights of this distance share.

    The spread is narrower below the expected time than above it: nothing makes an airliner much faster, while propellers,
    queues, detours and headwinds make many flights slower. `ODD` allows for the few flights that follow no rule, so that no
    single flight decides everything. Up to `longer` extra minutes do not lower the likelihood (see `detours`).
    """
    off = minutes - expected
    off = max(0.0, off - longer) if off > 0 else off
    spread = FASTER + FASTER_PER_KM * distance if off < 0 else SLOWER + SLOWER_PER_KM * distance
    return log(exp(-0.5 * (off / spread) ** 2) + ODD)


def possible(minutes: int, expected: float) -> bool:
    """Whether `minutes` is within the limits for a flight that usually takes `expected` minutes, with room for a stop.

    A longer time may still be believable: see `odd`.
    """
    return max(1.0, 0.55 * expected - 15) <= minutes <= 1.5 * expected + 150


def odd(minutes: int | None, expected: float | None) -> bool:
    """Whether a flight time is too long for `possible` and yet believable, as with an island hopper that makes stops."""
    if minutes is None or expected is None or possible(minutes, expected):
        return False
    return expected < minutes < min(DAY, 2.5 * expected + 180)


def decide(scores: Iterable[SegmentScore], documented: Reading = Reading.LOCAL) -> Reading | None:
    """The reading that these segments together support; None if unclear.

    The result is `documented` unless the other reading fits noticeably better. In that case, it is the other reading if that
    fits clearly better, and otherwise None. Equal scores count once: if each passenger has a separate item, the same flight is
    sent several times, but this proves no more than sending it once. Segments that lack a time or place, or are impossible under
    both readings, do not count.
    """
    distinct = dict.fromkeys(scores)
    total = fsum(_vote(each) for each in distinct if not each.lacks and (each.possible_local or each.possible_utc))
    against = total if documented is Reading.LOCAL else -total
    if against > CLEARLY:
        return Reading.UTC if documented is Reading.LOCAL else Reading.LOCAL
    return None if against > LEANING else documented


def _vote(segment: SegmentScore) -> float:
    """A segment's weight within its order: at most MERELY_SLOW either way if the less likely reading merely makes the flight slow.

    A slow flight can still decide alone, but hardly ever outvotes flights that fit.
    """
    weight, expected = segment.weight, segment.expected
    if expected is None or segment.local_minutes is None or segment.utc_minutes is None:
        return weight
    if weight > MERELY_SLOW and segment.possible_local and segment.local_minutes > expected:
        return MERELY_SLOW
    if weight < -MERELY_SLOW and segment.possible_utc and segment.utc_minutes > expected:
        return -MERELY_SLOW
    return weight


def verdict_of(segment: SegmentScore, together: Reading | None) -> Verdict:
    """The verdict on one segment's times, given the reading that `decide` found for its order."""
    if segment.lacks:
        return Verdict.UNCLEAR if segment.lacks is Lack.TIME else Verdict.UNKNOWN_PLACE
    if not believable(segment, together):
        return Verdict.IMPOSSIBLE
    return Verdict.UNCLEAR if together is None else Verdict(together)


def believable(segment: SegmentScore, reading: Reading | None) -> bool:
    """Whether the flight time under `reading` (local if None) is possible, or at least believable (see `odd`)."""
    if reading is Reading.UTC:
        return segment.possible_utc or odd(segment.utc_minutes, segment.expected)
    return segment.possible_local or odd(segment.local_minutes, segment.expected)


def flight_minutes(evidence: Evidence) -> int | None:
    """The flight time in minutes under the reading that the verdict supports (local if unclear); None if impossible or unknown."""
    if evidence.verdict is Verdict.IMPOSSIBLE:
        return None
    return evidence.utc_minutes if evidence.verdict is Verdict.UTC else evidence.local_minutes


def evidence(segment: SegmentScore, together: Reading | None) -> Evidence:
    """A segment's verdict and the figures behind it, given the reading that `decide` found for its order."""
    known = segment.local_minutes is not None and segment.expected is not None
    return Evidence(
        verdict_of(segment, together),
        segment.local_minutes,
        segment.utc_minutes,
        None if segment.expected is None else round(segment.expected),
        None if segment.distance is None else round(segment.distance),
        _days_off(segment.local_minutes or 0, segment.expected or 0.0) if known else None,
    )


def order_evidence(segments: Sequence[SegmentScore], together: Reading | None) -> Evidence:
    """The evidence of the segment that most supports the reading `together`, or the local reading if `together` is None.

    A segment that is impossible under both readings is chosen only if no segment has a possible flight time. If no flight time is known,
    the result is the evidence of the first segment; without segments, the verdict is UNCLEAR.
    """
    known = [segment for segment in segments if not segment.lacks]
    if not known:
        return evidence(segments[0], together) if segments else Evidence(Verdict.UNCLEAR)
    possible_ones = [segment for segment in known if segment.possible_local or segment.possible_utc]
    sign = 1 if together is Reading.UTC else -1
    return evidence(max(possible_ones or known, key=lambda segment: sign * segment.weight), together)


def _days_off(minutes: int, expected: float) -> int | None:
    """The number of days by which the arrival is dated too late (negative: too early).

    None unless moving the arrival by that many days would make the flight time usual.
    """
    days = round((minutes - expected) / DAY)
    left = minutes - days * DAY - expected
    return days if days and abs(left) <= 25 + 0.1 * expected else None
