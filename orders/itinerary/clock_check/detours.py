"""Routes on which published flights may take longer than usual: around closed airspace, by slow aircraft, or with stops.

The table of routes is short and comes from public knowledge; it is not fitted to data. On these routes, all extra times
from 0 to the minutes in the table are considered equally likely.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from orders.itinerary.codes import PlaceKind
from orders.itinerary.trip import Place


class Side(NamedTuple):
    """One side of a `Detour`: the places that `names` lists, and those from longitude `west` to `east` (none by default).

    `names` has airport codes and country codes.
    """

    names: frozenset[str]
    west: float = 0.0
    east: float = -1.0

    def holds(self, place: Place) -> bool:
        """Whether a place lies on this side."""
        if place.code in self.names or place.country in self.names:
            return True
        return place.longitude is not None and self.west <= place.longitude <= self.east


class Detour(NamedTuple):
    """Up to `minutes` of extra time for flights between the two sides, in either direction, that depart in the years `since` to `until`."""

    first: Side
    second: Side
    minutes: int
    since: int = 1
    until: int = 9999


def _side(names: str = "", west: float = 0.0, east: float = -1.0) -> Side:
    return Side(frozenset(names.split()), west, east)


EUROPE = "AL AT BA BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LT LU LV ME MK MT NL NO PL PT RO RS SE SI SK"

DETOURS = (
    # Lebanon and Syria to places between 40° and 62° east, for decades.
    Detour(_side("ALP BEY DAM LTK"), _side(west=40.0, east=62.0), 60),
    # Russia since 2022: to Kaliningrad, around the Baltic states; southward, around the closed airspace in and near Ukraine.
    Detour(_side("KGD"), _side("RU"), 75, 2022),
    Detour(_side("RU"), _side("AM AZ GE"), 75, 2022),
    Detour(_side("RU"), _side("EG IL RS TR"), 120, 2022),
    # Europe and north-east Asia since 2022: around Russia, by the south or over the pole.
    Detour(_side(EUROPE), _side("CN HK JP KR MN MO TW"), 180, 2022),
    # Northern India to Central Asia, Europe, Africa and America, around Pakistan: in 2019, and since 2025.
    Detour(_side("ATQ DEL IXC IXJ JAI LKO SXR"), _side("AF AM AZ GE KG KZ TJ TM UZ", -130.0, 46.0), 100, 2019, 2019),
    Detour(_side("ATQ DEL IXC IXJ JAI LKO SXR"), _side("AF AM AZ GE KG KZ TJ TM UZ", -130.0, 46.0), 100, 2025),
    # Qatar, while its neighbours' airspace was closed to its aircraft.
    Detour(_side("DOH"), _side("DJ DZ ER ET JO KE LB MA RW SD SO SS TN TZ UG"), 100, 2017, 2021),
    # Belarus, Moldova and Ukraine to central Europe, by propeller aircraft.
    Detour(_side("BY MD UA"), _side("AT CZ HU PL SK"), 60),
    # One flight number with stops on the way: across the islands of Micronesia, and across the Canadian Arctic.
    Detour(_side("GUM HNL KSA KWA MAJ PNI TKK"), _side("GUM HNL KSA KWA MAJ PNI TKK"), 420),
    Detour(_side("YFB YRT"), _side("YFB YRT YZF YEV"), 150),
    # Airports with long sectors that are flown only by propeller aircraft, or only with a stop under one flight number.
    Detour(_side("AUQ GMR"), _side("PF"), 100),
    Detour(_side("BHQ CHT GOH GPS KUS NHV SCY"), _side(west=-180.0, east=180.0), 60),
)


# IATA's codes for propeller aircraft in scheduled service, and their extra minutes per kilometre compared with a jet.
_PROPELLERS = """
A40 AN4 AN6 ANF AT4 AT5 AT6 AT7 ATP ATR BE1 BE2 BE9 BEH BET BNI BNT CN1 CN2 CNA CNC CNF CNT CS2 CVF D28 D38 DH1 DH2 DH3 DH4 DH7 DH8
DHB DHC DHL DHP DHT EM2 EMB F27 F50 FK7 GRS HS7 I14 IL8 J31 J32 J41 JST L4T LOH M4T MA6 ND2 PA2 PAG PAT PL2 S20 SF3 SFB SH3 SH6 SHS
SWM Y12 YN2 YN7
"""
PROPELLERS = frozenset(_PROPELLERS.split())
PROPELLER_PER_KM = 0.055


def propeller_minutes(equipment: str, distance: float) -> int:
    """The extra minutes that a propeller aircraft may take for `distance` kilometres; 0 if `equipment` is not such an aircraft's code."""
    return round(PROPELLER_PER_KM * distance) if equipment and equipment.strip().upper() in PROPELLERS else 0


@lru_cache(maxsize=16384)
def _sides(place: Place) -> tuple[int, int]:
    """Two bit masks over DETOURS, for the detours with the place on their `first` side and for those with it on their `second` side."""
    first = sum(1 << at for at, detour in enumerate(DETOURS) if detour.first.holds(place))
    second = sum(1 << at for at, detour in enumerate(DETOURS) if detour.second.holds(place))
    return first, second


def longer_by(origin: Place, destination: Place, year: int) -> int:
    """The most extra minutes that DETOURS allows for flights between two places in `year`; 0 if no detour applies or a place is unknown."""
    if PlaceKind.UNKNOWN in (origin.kind, destination.kind):
        return 0
    here, there = _sides(origin), _sides(destination)
    bits = (here[0] & there[1]) | (here[1] & there[0])
    if not bits:
        return 0
    return max(
        (
            detour.minutes
            for at, detour in enumerate(DETOURS)
            if bits >> at & 1 and detour.since <= year <= detour.until
        ),
        default=0,
    )
