"""Can the feed's clocks be believed: are its values local, as documented, or UTC?

Both readings of the same two values give a flight time. How well each fits what the distance allows is a likelihood; the logarithm
of their ratio (UTC over local) is the weight of a segment, and the weights of an order are added. The documented reading stands unless
the other fits clearly better. Out and back pull in opposite directions, so together they decide more than one flight can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import exp, fsum, log
from typing import NamedTuple

from orders.itinerary.airports import distance_km
from orders.itinerary.clock_check.blocktime import FITTED, Constants, expected_minutes
from orders.itinerary.clock_check.detours import longer_by, propeller_minutes
from orders.itinerary.clocks import MINUTE, offsets_at
from orders.itinerary.durations import day_mark, grouped, in_words
from orders.itinerary.modes import mode
from orders.itinerary.trip import Evidence, Mode, Place

DAY = 24 * 60
# The spread of published flight times around the expected one, in minutes: below it and above it, growing with distance.
FASTER, FASTER_PER_KM = 11.0, 0.0025
SLOWER, SLOWER_PER_KM = 12.5, 0.003
ODD = 1e-5
# How much the weights must add up to before the documented reading is given up, and before it is called unclear.
CLEARLY = 1.1
LEANING = 0.4
# What a segment says at least when only one of its readings is possible at all.
ONLY_ONE = 1.5
# Below this (a logarithm) a reading does not fit; where neither does, the less odd of the two is hardly evidence.
NEITHER = -3.0
# What a flight says at most when the reading it speaks against only makes it slow: many true flights are, by propellers or a stop.
MERELY_SLOW = 3.0
ZERO = timedelta(0)


class SegmentScore(NamedTuple):
    """One segment under both readings, in minutes; `weight` above 0 speaks for UTC, below 0 for local.

    `lacks` is "time" or "place" where one is missing and nothing can be said; `possible_local` and `possible_utc` say
    whether that flight time can be at all. `folds` are the passings taken of hours that a clock shows twice (0 or 1).
    """

    local_minutes: int | None = None
    utc_minutes: int | None = None
    expected: float | None = None
    distance: float | None = None
    weight: float = 0.0
    possible_local: bool = True
    possible_utc: bool = True
    lacks: str = ""
    folds: tuple[int, int] = (0, 0)


def score(
    origin: Place,
    destination: Place,
    departure: datetime | None,
    arrival: datetime | None,
    departure_offset: timedelta | None = None,
    arrival_offset: timedelta | None = None,
    constants: Constants = FITTED,
    equipment: str = "",
) -> SegmentScore:
    """Both readings of one segment's naive values. An explicit offset leaves nothing to read: it counts the same in both.

    Of an hour that the clocks repeat, the passing that makes the flight time more usual is taken. `equipment` is the IATA code of
    the aircraft, "" if unknown. A train, bus or boat says nothing of the clocks: no model is fitted to them.
    """
    if departure is None or arrival is None:
        return SegmentScore(lacks="time")
    here = (departure_offset,) if departure_offset is not None else offsets_at(origin.zone, departure)
    there = (arrival_offset,) if arrival_offset is not None else offsets_at(destination.zone, arrival)
    if not here or not there:
        return SegmentScore(lacks="place")
    as_sent = arrival - departure
    local = (as_sent - there[0] + here[0]) // MINUTE
    utc = (as_sent - (arrival_offset or ZERO) + (departure_offset or ZERO)) // MINUTE
    expected = expected_minutes(origin, destination, departure.month, constants)
    distance = distance_km(origin, destination)
    folds = (0, 0)
    if len(here) + len(there) > 2:
        passings = [(out, back) for out in range(len(here)) for back in range(len(there))]
        took = {(out, back): (as_sent - there[back] + here[out]) // MINUTE for out, back in passings}
        folds = min(passings, key=lambda fold: abs(took[fold] - (expected or 0)) if expected or took[fold] > 0 else DAY)
        local = took[folds]
    if expected is None or distance is None or mode(origin, destination, equipment) is not Mode.FLIGHT:
        return SegmentScore(local, utc, None, distance, 0.0, 0 < local < DAY, 0 < utc < DAY, folds=folds)
    fits_local, fits_utc = possible(local, expected), possible(utc, expected)
    weight = 0.0
    if local != utc:
        longer = max(longer_by(origin, destination, departure.year), propeller_minutes(equipment, distance))
        as_utc, as_local = likelihood(utc, expected, distance, longer), likelihood(local, expected, distance, longer)
        weight = as_utc - as_local
        if max(as_utc, as_local) < NEITHER and ((fits_local and fits_utc) or _both_slow(local, utc, expected)):
            weight = max(-LEANING, min(LEANING, weight))
        elif fits_utc and not fits_local and _days_off(local, expected) is None:
            weight = max(weight, ONLY_ONE)
        elif fits_local and not fits_utc and _days_off(utc, expected) is None:
            weight = min(weight, -ONLY_ONE)
    return SegmentScore(local, utc, expected, distance, weight, fits_local, fits_utc, folds=folds)


def _both_slow(local: int, utc: int, expected: float) -> bool:
    """Whether the flight is slow under both readings, and their difference is the lesser part of it, as with stops under one number."""
    least = min(local, utc) - expected
    return abs(local - utc) < least and all(possible(one, expected) or odd(one, expected) for one in (local, utc))


def likelihood(minutes: int, expected: float, distance: float, longer: int = 0) -> float:
    """Logarithm of how likely a published flight takes so long, up to a constant that all flights of this distance share.

    Narrower below the expected time than above it: nothing makes an airliner much faster, while propellers,
    queues, detours and headwinds make many slower. `ODD` is the share of flights that follow no rule, so that no
    single flight decides everything. Up to `longer` minutes more are as likely as none: some years there is a way round.
    """
    off = minutes - expected
    off = max(0.0, off - longer) if off > 0 else off
    spread = FASTER + FASTER_PER_KM * distance if off < 0 else SLOWER + SLOWER_PER_KM * distance
    return log(exp(-0.5 * (off / spread) ** 2) + ODD)


def possible(minutes: int, expected: float) -> bool:
    """Whether a flight, stops under one number included, can be published with this flight time at all."""
    return max(1.0, 0.55 * expected - 15) <= minutes <= 1.5 * expected + 150


def odd(minutes: int | None, expected: float | None) -> bool:
    """Whether a flight time is longer than usual by far, yet one that is flown, as with the stops of an island hopper.

    Such a time says nothing of the clocks and is kept.
    """
    if minutes is None or expected is None or possible(minutes, expected):
        return False
    return expected < minutes < min(DAY, 2.5 * expected + 180)


def decide(weighed: Iterable[SegmentScore], documented: str = "local") -> str:
    """The reading that all these segments together speak for: "local", "utc" or "unclear".

    `documented` is the reading that stands unless the other fits clearly better. The same flight time on the same way is the same
    evidence however often it is sent, as with an item for every passenger, and so it counts once.
    """
    distinct = dict.fromkeys(weighed)
    total = fsum(_vote(one) for one in distinct if not one.lacks and (one.possible_local or one.possible_utc))
    against = total if documented == "local" else -total
    if against > CLEARLY:
        return "utc" if documented == "local" else "local"
    return "unclear" if against > LEANING else documented


def _vote(one: SegmentScore) -> float:
    """A segment's weight in its order. One slow flight alone may decide, but does not outvote others that fit."""
    if one.expected is None or one.local_minutes is None or one.utc_minutes is None:
        return one.weight
    if one.weight > MERELY_SLOW and one.possible_local and one.local_minutes > one.expected:
        return MERELY_SLOW
    if one.weight < -MERELY_SLOW and one.possible_utc and one.utc_minutes > one.expected:
        return -MERELY_SLOW
    return one.weight


def verdict_of(one: SegmentScore, together: str) -> str:
    """What is to be said of one segment's clocks, given what its order says `together`."""
    if one.lacks:
        return "unclear" if one.lacks == "time" else "unknown place"
    return together if believable(one, together) else "impossible"


def believable(one: SegmentScore, reading: str) -> bool:
    """Whether the flight time under a reading can be true, even if it is odd."""
    if reading == "utc":
        return one.possible_utc or odd(one.utc_minutes, one.expected)
    return one.possible_local or odd(one.local_minutes, one.expected)


def flight_minutes(one: SegmentScore, verdict: str) -> int | None:
    """The flight time under the reading of a verdict, None where it cannot be known."""
    if one.lacks or verdict == "impossible":
        return None
    return one.utc_minutes if verdict == "utc" else one.local_minutes


def evidence(one: SegmentScore, together: str, _: Callable[[str], str] = str) -> Evidence:
    """A segment's verdict with its reason and the figures behind it."""
    verdict = verdict_of(one, together)
    return Evidence(
        verdict,
        reason(one, verdict, _),
        one.local_minutes,
        one.utc_minutes,
        None if one.expected is None else round(one.expected),
        None if one.distance is None else round(one.distance),
    )


def together_evidence(weighed: Sequence[SegmentScore], together: str, _: Callable[[str], str] = str) -> Evidence:
    """The order's evidence: that of the segment which speaks loudest for what all say together."""
    known = [one for one in weighed if not one.lacks]
    if not known:
        return evidence(weighed[0], together, _) if weighed else Evidence("unclear")
    sane = [one for one in known if one.possible_local or one.possible_utc]
    return evidence(
        max(
            sane or known,
            key=lambda one: one.weight if together == "utc" else -one.weight,
        ),
        together,
        _,
    )


def reason(one: SegmentScore, verdict: str, _: Callable[[str], str] = str) -> str:
    """The evidence for a verdict as one sentence."""
    if one.lacks == "time":
        return _("a time is missing, so no flight time can be known")
    if one.local_minutes is None or one.utc_minutes is None:
        return _("the zone of a place is not known, so no flight time can be known")
    facts = {"local": in_words(one.local_minutes, _), "utc": in_words(one.utc_minutes, _)}
    facts["km"] = grouped(round(one.distance), _) if one.distance is not None else "?"
    facts["expected"] = in_words(round(one.expected), _) if one.expected is not None else "?"
    if verdict == "impossible" and one.expected is None:
        return _("that would take %(local)s, as UTC %(utc)s") % facts
    if verdict == "impossible":
        if (days := _wrong_days(one)) is not None:
            facts["fits"] = in_words(one.local_minutes - days * DAY, _)
            facts["days"] = day_mark(-days, _)
            return (
                _(
                    "this flight would take %(local)s for %(km)s km; the date looks wrong: moved by %(days)s it is %(fits)s"
                )
                % facts
            )
        return _("this flight would take %(local)s for %(km)s km, as UTC %(utc)s; about %(expected)s is usual") % facts
    if one.local_minutes == one.utc_minutes:
        return _("both readings give %(local)s for %(km)s km") % facts
    if verdict == "unclear":
        return (
            _("as local, this flight would take %(local)s for %(km)s km; as UTC, %(utc)s; neither fits clearly better")
            % facts
        )
    return _("as local, this flight would take %(local)s for %(km)s km; as UTC, %(utc)s") % facts


def _wrong_days(one: SegmentScore) -> int | None:
    """By how many days the arrival's date is off, where a whole number of days makes the flight time a usual one."""
    return None if one.local_minutes is None or one.expected is None else _days_off(one.local_minutes, one.expected)


def _days_off(minutes: int, expected: float) -> int | None:
    days = round((minutes - expected) / DAY)
    left = minutes - days * DAY - expected
    return days if days and abs(left) <= 25 + 0.1 * expected else None
