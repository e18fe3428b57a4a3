"""The places that IATA codes stand for, read from the OpenTravelData table in the NeoBase package.

A code can have several rows: for an airport, for its city, and for places that it used to stand for. The current row
is the one without an end date or, if every row has an end date, the one with the latest; if several qualify, the
order of KINDS decides. Former places, other than towns and cities, are kept with the last day on which the code stood
for them.
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
# Codes that stand for any station in a country have meaningless coordinates.
ANYWHERE = re.compile("Generic|Any Station")
# IATA's short names put the country, after any state, between the town and the rest: "Lucerne CH Lucerne Rail", "Harrisburg IL US Raleigh".
STATE = "(?: [A-Z]{2})?"
# The words after the town in a station's name, including those that a row cuts short.
STATION = re.compile(r"(?: C| Hbf)?(?: TGV)? (?:Rail(?:way)?|Train|Bus|Metro)(?: S(?:t|tn|tati?o?n?|ta|t\w*)?)?$")
# Names of rows whose codes stand for no place; feeds send such codes if the place is missing.
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
    """Places by code: `places` has the current one, and `former` any earlier ones in order of their end dates."""

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
    """NeoBase, with expired and future rows included, and with only the columns needed here."""

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

        Old orders contain old codes, and a row that is valid when a server starts may expire while it runs.
        """
        return False


def read() -> Gazetteer:
    """Read the table, without the rows that stand for no place. This takes about half a second."""
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
    """A row's letter in KINDS; if it has several ("CA"), the one that comes first in KINDS ("A").

    A seaplane port gets "A", and a town with a station's name gets "R".
    """
    letter = min(row["location_type"], key=list(KINDS).index)
    if letter == "O" and ("Rail" in row["name"] or "Station" in row["name"]):
        return "R"
    return "A" if letter == "P" and "Seaplane" in row["name"] else letter


def _former(rows: Iterable[Row], now: Place, towns: Mapping[str, Row]) -> tuple[Former, ...]:
    """The other places that a code used to stand for, in order of their end dates; towns and cities are left out."""
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
    """The time zone that timetables use for the place; None if unknown."""
    if zone := ZONES.get(row["iata_code"]) or MIRRORED.get(row["iata_code"]):
        return zone
    return EASTERN_CHINA if row["country_code"] == "CN" else row["timezone"] or None


def _taken_apart(name: str, country: str) -> tuple[str, str]:
    """The town and the place's full name, from a row's name: ("Lucerne", "Lucerne Rail") from "Lucerne CH Lucerne Rail"."""
    if match := re.fullmatch(rf"(\S.*?){STATE} {country}(?: (\S.*))?", name):
        town, rest = match[1], match[2] or ""
        name = rest if rest.startswith(town) else f"{town} {rest}".strip().removesuffix(" Off")
        if rest.startswith(town) and not rest.startswith(f"{town} "):  # the row cut the town's name short
            town = rest
        return STATION.sub("", town), name
    return (name if ANYWHERE.search(name) else STATION.sub("", name)), name


def _is_site(city: City, row: Row, towns: Mapping[str, Row]) -> bool:
    """Whether a city that a row lists is really an airport or station, such as EuroAirport.

    This is assumed if the city's GeoNames number is missing, is the row's own, or belongs to another airport or station.
    """
    town = towns.get(city.site)
    return city.site in ("", "0", row["site"]) or (town is not None and town["class"] == "S")


def _served(cities: Sequence[City], towns: Mapping[str, Row]) -> str:
    """The name, in English if known, of the city that a place serves; "" if `cities` is empty.

    If several cities share the first one's code, the most populous of them is chosen.
    """
    known = [(city, towns.get(city.site)) for city in cities if city.code == cities[0].code]
    settled = [(city, town) for city, town in known if town is not None and town["class"] == "P"] or known
    if not settled:
        return ""
    city, town = max(settled, key=lambda pair: pair[1]["population"] if pair[1] is not None else 0)
    # People do not use a name that only makes the usual one longer (Dubai City).
    return town["english"] if town is not None and city.name not in town["english"] and town["english"] else city.name
