"""The table of places: the IATA codes of OpenTravelData, read from the NeoBase package and kept as slim records.

A code may have several rows: one for an airport and one for its city, and others for former meanings. The row
without an end date, or with the latest, is current; of several, an airport's takes precedence over a station's, and a
station's over a town's. Former meanings are kept with their last day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from sys import intern
from typing import Any, NamedTuple

from neobase import NeoBase

from orders.itinerary.codes import PlaceKind
from orders.itinerary.corrections import CITIES, EASTERN_CHINA, MIRRORED, NAMES, ZONES
from orders.itinerary.trip import Place

Row = Mapping[str, Any]
KINDS = {
    "A": PlaceKind.AIRPORT,
    "H": PlaceKind.HELIPORT,
    "P": PlaceKind.PORT,
    "R": PlaceKind.RAIL,
    "B": PlaceKind.BUS,
    "O": PlaceKind.TOWN,
    "C": PlaceKind.CITY,
}
ALWAYS = "9999-12-31"
# Codes for any station of a country have meaningless coordinates.
ANYWHERE = re.compile("Generic|Any Station")
# IATA's short names put the country, after any state, between the town and the rest: "Lucerne CH Lucerne Rail", "Harrisburg IL US Raleigh".
STATE = "(?: [A-Z]{2})?"
# What follows the town in a station's name, even if the row cut it short.
STATION = re.compile(r"(?: C| Hbf)?(?: TGV)? (?:Rail(?:way)?|Train|Bus|Metro)(?: S(?:t|tn|tati?o?n?|ta|t\w*)?)?$")
# Names in rows of codes that stand for no place; feeds send such codes if the place is missing.
NOWHERE = re.compile("Fictitious|Pseudo|Greenwich mean|Data Processing|Round Trip|Hotel Generic")


class City(NamedTuple):
    """A city named in a row: its IATA code, its GeoNames number (`site`) and its name."""

    code: str
    site: str
    name: str


class Former(NamedTuple):
    """The place that a code stood for up to and including the day `until`."""

    until: date
    place: Place


class Gazetteer(NamedTuple):
    """Places by code: the current ones, and former ones in order of their end dates."""

    places: dict[str, Place]
    former: dict[str, tuple[Former, ...]]


def _cities(text: str) -> tuple[City, ...]:
    """The cities in a field such as "EAP|6299466|EuroAirport|…=BSL|2661604|Basel|…", in the same order."""
    parts = (city.split("|") for city in text.split("="))
    return tuple(City(*part[:3]) for part in parts if len(part) > 2)


def _english(text: str) -> str:
    """The preferred English name in a field such as "de|Köln|p=en|Cologne|p"; "" if there is none."""
    for part in f"={text}".split("=en|")[1:]:
        name, _, flags = part.partition("=")[0].partition("|")
        if "p" in flags:
            return name
    return ""


class _Rows(NeoBase):
    """NeoBase with the rows of every year and the columns needed here."""

    FIELDS = (
        ("iata_code", 0, None),
        ("site", 4, None),
        ("name", 6, None),
        ("lat", 8, None),
        ("lng", 9, None),
        ("class", 10, intern),
        ("date_until", 14, None),
        ("country_code", 16, intern),
        ("population", 28, lambda text: int(text or 0)),
        ("timezone", 31, intern),
        ("cities", 38, _cities),
        ("location_type", 41, intern),
        ("english", 43, _english),
    )

    @staticmethod
    def skip(row: Any, date: str) -> bool:  # noqa: ARG004  (what NeoBase calls)
        """Skip no row, whatever its dates.

        Old orders contain old codes, and a long-running server may outlive today's validity dates.
        """
        return False


def read() -> Gazetteer:
    """Read the whole table, which takes about half a second."""
    table = _Rows(duplicates=True)
    rows: dict[str, list[Row]] = {}
    towns: dict[str, Row] = {}
    for key in table:
        row: Row = table.get(key)
        if NOWHERE.search(row["name"]):
            continue
        rows.setdefault(row["iata_code"], []).append(row)
        if "C" in row["location_type"]:
            towns[row["site"]] = row
    places, former = {}, {}
    for code, known in rows.items():
        known.sort(key=_rank, reverse=True)
        places[code] = _place(known[0], towns)
        if before := _former(known, places[code], towns):
            former[code] = before
    return Gazetteer(places, former)


def _rank(row: Row) -> tuple[str, int]:
    return row["date_until"] or ALWAYS, -list(KINDS).index(_letter(row))


def _letter(row: Row) -> str:
    """The key in KINDS for a row: "A" if it is a city and its airport ("CA") or a seaplane port, "R" for a town with a station's name."""
    letter = min(row["location_type"], key=list(KINDS).index)
    if letter == "O" and ("Rail" in row["name"] or "Station" in row["name"]):
        return "R"
    return "A" if letter == "P" and "Seaplane" in row["name"] else letter


def _former(rows: Iterable[Row], now: Place, towns: Mapping[str, Row]) -> tuple[Former, ...]:
    """The former meanings of a code at sites other than the current one, in order of their end dates, without towns or cities."""
    ended: dict[str, Former] = {}
    for row in rows:
        until = row["date_until"]
        if until and until < ALWAYS and until not in ended and _letter(row) not in "OC" and row["site"] != now.site:
            ended[until] = Former(date.fromisoformat(until), _place(row, towns))
    return tuple(ended[until] for until in sorted(ended))


def _place(row: Row, towns: Mapping[str, Row]) -> Place:
    code, kind = row["iata_code"], KINDS[_letter(row)]
    located = bool(row["lat"] and row["lng"]) and not ANYWHERE.search(row["name"])
    town, name = _taken_apart(row["name"], row["country_code"])
    cities = [city for city in row["cities"] if kind is PlaceKind.CITY or not _is_site(city, row, towns)]
    return Place(
        code=code,
        kind=kind,
        name="" if kind is PlaceKind.CITY else NAMES.get(code, name),
        city=CITIES.get(code) or _served(cities, towns) or town.removesuffix(" Airport"),
        country=row["country_code"],
        zone=_zone(row),
        latitude=float(row["lat"]) if located else None,
        longitude=float(row["lng"]) * (-1 if code in MIRRORED else 1) if located else None,
        site="" if kind is PlaceKind.CITY or row["site"] == "0" else row["site"],
        cities=tuple(dict.fromkeys((*(city.code for city in row["cities"]), *(city.site for city in cities)))),
    )


def _zone(row: Row) -> str | None:
    """The zone that the place's timetables use, None if unknown."""
    if zone := ZONES.get(row["iata_code"]) or MIRRORED.get(row["iata_code"]):
        return zone
    return EASTERN_CHINA if row["country_code"] == "CN" else row["timezone"] or None


def _taken_apart(name: str, country: str) -> tuple[str, str]:
    """The town and the full name in a row's name: ("Lucerne", "Lucerne Rail") from "Lucerne CH Lucerne Rail"."""
    if match := re.fullmatch(rf"(\S.*?){STATE} {country}(?: (\S.*))?", name):
        town, rest = match[1], match[2] or ""
        name = rest if rest.startswith(town) else f"{town} {rest}".strip().removesuffix(" Off")
        if rest.startswith(town) and not rest.startswith(f"{town} "):  # the row cut the town's name short
            town = rest
        return STATION.sub("", town), name
    return (name if ANYWHERE.search(name) else STATION.sub("", name)), name


def _is_site(city: City, row: Row, towns: Mapping[str, Row]) -> bool:
    """Whether a row's city is really an airport or station (EuroAirport).

    It is taken for one if it has no GeoNames number, or that of the row itself or of another airport or station.
    """
    town = towns.get(city.site)
    return city.site in ("", "0", row["site"]) or (town is not None and town["class"] == "S")


def _served(cities: Sequence[City], towns: Mapping[str, Row]) -> str:
    """The name of the city served: the largest town among those with the first city's code; "" if there are no cities."""
    known = [(city, towns.get(city.site)) for city in cities if city.code == cities[0].code]
    settled = [(city, town) for city, town in known if town is not None and town["class"] == "P"] or known
    if not settled:
        return ""
    city, town = max(settled, key=lambda pair: pair[1]["population"] if pair[1] is not None else 0)
    # People do not use a name that only makes the usual one longer (Dubai City).
    return town["english"] if town is not None and city.name not in town["english"] and town["english"] else city.name
