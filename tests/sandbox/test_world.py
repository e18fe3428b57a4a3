"""The world itself is consistent: refs are unique, links lead somewhere, flights take a plausible time."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orders.itinerary.airports import distance_km, place
from sandbox.shorthand import repeated, segment
from sandbox.world import HERE, Order, World, load

CITIES = {"LON": "LHR", "NYC": "JFK"}

# What must be there, and a reference that shows it; the table in sandbox/README.md names the same ones.
SITUATIONS = {
    "the vendor's own order": "B94TXY",
    "family of four out and back": "FAM4OB",
    "120 items, 60 contacts": "GRP120",
    "10, 100 and 500 items": "ITEMS10 ITEMS100 ITEMS500",
    "10, 50 and 200 contacts": "CONTACTS10 CONTACTS50 CONTACTS200",
    "red-eye": "REDEYE",
    "date line": "DATELN",
    "clock change": "DSTEU1 DSTSYD CLKGAP",
    "half-hour zones": "KTMADL",
    "city code": "CITYLN",
    "unknown airport": "UNKAPT",
    "statuses": "CANCLD REFUND PARTRF PAYPND MIXST4",
    "prices": "NEGPRC USDNYC JPYTYO KWDKWI NOTSUM QTYTWO",
    "beside flights": "HOLIDY BAGS23 SHOP-10045 EMPTY0",
    "two with one reference": "TWICE1",
    "references like refs": "5F0C1A7E-3B7D-4E55-9C1E-2D4B6A8F9E10 0dd00000-0000-4000-8000-000000000007",
    "true UTC and wild times": "UTCFED WILDTM NOTIME OFFSET",
    "odd fields": "NULLS1 MISS01 SPELL1 TYPES1 UNKTYP",
    "names": "SCRPT1 XSSHTM LONGNM ODDDOB",
    "contacts": "NOCONT CONT12",
    "journeys": "FORTY4 SURFCE OVRLAP TIGHT1 LONGTR SPLIT1 TURN20 TURN26 OPENJW",
    "v2.1 and custom data": "V21FLT EXTEND",
    "one guest, several orders": "JD2TRIP JD3OLD ORLA01 COMM12",
    "faults of their own": "SLOWHD PAGE3X MISS2C NOEXPD CONT503",
    "one order for each agent": "AGENT001 AGENT256",
}


@pytest.fixture(scope="module")
def world() -> World:
    return load()


def the(world: World, reference: str) -> Order:
    (order,) = world.with_reference(reference)
    return order


@pytest.mark.parametrize("reference", " ".join(SITUATIONS.values()).split())
def test_every_situation_is_there_says_what_it_shows_and_stands_in_the_readme(world: World, reference: str) -> None:
    orders = world.with_reference(reference)
    assert len(orders) == (2 if reference == "TWICE1" else 1)
    assert all(order.shows for order in orders)
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    assert f"`{reference}`" in readme or re.sub(r"\d+$", "", reference) in ("AGENT", "COMM")


def test_refs_are_ones_the_api_could_send_and_some_are_upper_case(world: World) -> None:
    refs = [order.ref for order in world.orders.values()]
    refs += [
        entry["ref"] for order in world.orders.values() for entry in [*order.items, *order.contacts, *order.consumers]
    ]
    assert all(re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", ref) for ref in refs)
    assert any(ref != ref.lower() for ref in refs) and any(
        ref != ref.lower() for ref in (order.ref for order in world.orders.values())
    )


def test_refs_are_the_same_at_every_start(world: World) -> None:
    again = load()
    assert list(world.orders) == list(again.orders) and list(world.contacts) == list(again.contacts)


@pytest.mark.parametrize("path", sorted(HERE.glob("*.json")), ids=lambda path: path.name)
def test_every_file_says_what_it_shows_and_holds_no_other_keys(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["_shows"]
    assert set(document) <= {"_shows", "orders", "guests"}


def test_every_link_leads_somewhere(world: World) -> None:
    for order in world.orders.values():
        assert order.guests <= set(world.guests)
        for consumer in order.consumers:
            assert all(1 <= int(position) <= len(order.items) for position in consumer.get("_on", []))


def test_the_numbers_that_were_promised(world: World) -> None:
    family, group = the(world, "FAM4OB"), the(world, "GRP120")
    assert (len(family.items), len(family.consumers)) == (16, 4)
    assert (len(group.items), len(group.contacts), len(group.consumers)) == (120, 60, 120)
    assert [len(the(world, name).contacts) for name in ("NOCONT", "B94TXY", "CONT12", "MISS2C")] == [0, 1, 12, 60]
    assert sum(len(item.get("flightSegments", [])) for item in the(world, "FORTY4").items) == 40
    assert [len(the(world, f"ITEMS{count}").items) for count in (10, 100, 500)] == [10, 100, 500]
    assert len(the(world, "PAGE3X").items) == 250
    assert {item["status"] for item in the(world, "MIXST4").items} == {"CONFIRMED", "CANCELLED"}
    assert not any("flightSegments" in item for item in the(world, "SHOP-10045").items)
    currencies = {the(world, name).fields["currencyCode"] for name in ("B94TXY", "USDNYC", "JPYTYO", "KWDKWI")}
    assert currencies == {"EUR", "USD", "JPY", "KWD"}
    birth_dates = [
        person.get("dateOfBirth", "")
        for order in world.orders.values()
        for person in [*order.contacts, *order.consumers]
    ]
    assert any(str(born).startswith("2025-10-28") for born in birth_dates)


def test_two_guests_share_an_address_and_each_has_orders(world: World) -> None:
    sharing = [ref for ref, guest in world.guests.items() if "brennan.family@example.com" in guest["emails"]]
    assert len(sharing) == 2
    assert all(world.orders_of_guest[ref] for ref in sharing)


def test_totals_add_up_where_they_are_not_there_to_be_wrong(world: World) -> None:
    for order in world.orders.values():
        if order.fields.get("referenceId") in ("NOTSUM", "NULLS1", "MISS01", "SPELL1", "TYPES1"):
            continue
        total = sum((item["price"] * item["quantity"] for item in order.items), Decimal(0))
        assert order.fields["price"] == total, order.fields["referenceId"]


def kilometres(origin: str, destination: str) -> float:
    apart = distance_km(place(origin), place(destination))
    assert apart is not None
    return apart


def minutes(segment: dict[str, Any], *, utc: bool) -> float:
    def instant(code: str, sent: str) -> datetime:
        zone = UTC if utc else ZoneInfo(place(code).zone or "")
        return datetime.fromisoformat(sent.rstrip("Z")).replace(tzinfo=zone).astimezone(UTC)

    origin, destination = (CITIES.get(segment[end], segment[end]) for end in ("origin", "destination"))
    left, landed = instant(origin, segment["departureDateTime"]), instant(destination, segment["arrivalDateTime"])
    return (landed - left).total_seconds() / 60


def flown(world: World, clocks: str) -> list[tuple[str, dict[str, Any]]]:
    """The segments of the orders whose times are of this kind, without oddly written ones and those with real offsets."""
    odd = {"NULLS1", "MISS01", "SPELL1", "TYPES1", "NOTIME", "OFFSET"}
    return [
        (order.fields["referenceId"], flight)
        for order in world.orders.values()
        if order.fields.get("_clocks", "local") == clocks and order.fields["referenceId"] not in odd
        for item in order.items
        for flight in item.get("flightSegments", [])
    ]


def is_plausible(flight: dict[str, Any], took: float) -> bool:
    """Whether the time fits a cruise at 830 km/h plus 35 minutes for the ends, with room for winds and timetables."""
    expected = (
        kilometres(
            CITIES.get(flight["origin"], flight["origin"]), CITIES.get(flight["destination"], flight["destination"])
        )
        / 830
        * 60
        + 35
    )
    return 0.8 * expected - 10 <= took <= 1.2 * expected + 25


def test_flights_take_as_long_as_their_distance_says(world: World) -> None:
    local = flown(world, "local")
    assert len({(name, flight["departureDateTime"]) for name, flight in local}) > 350
    wrong = [(name, flight) for name, flight in local if not is_plausible(flight, minutes(flight, utc=False))]
    assert wrong == []


def test_the_utc_feed_fits_as_utc_and_not_as_local(world: World) -> None:
    feed = flown(world, "utc")
    assert len(feed) == 4
    assert all(is_plausible(flight, minutes(flight, utc=True)) for _, flight in feed)
    assert not any(is_plausible(flight, minutes(flight, utc=False)) for _, flight in feed)


def test_the_wild_times_are_wild_both_ways(world: World) -> None:
    wild = flown(world, "wild")
    assert len(wild) == 3
    assert not any(is_plausible(flight, minutes(flight, utc=utc)) for _, flight in wild for utc in (False, True))


def test_an_unknown_airport_is_unknown() -> None:
    assert place("XQZ").kind == "unknown"


def test_some_trips_lie_ahead_and_some_behind(world: World) -> None:
    days = sorted(flight["departureDateTime"][:10] for _, flight in flown(world, "local"))
    assert days[0] < "2025-09" and days[-1] > "2027-06"


def test_a_line_becomes_a_segment() -> None:
    assert segment("BX459 DUB 2026-12-31 23:00 > LHR 00:20+1 First Class/Plus/F/32N by EI5459") == {
        "origin": "DUB",
        "destination": "LHR",
        "departureDateTime": "2026-12-31T23:00:00.000Z",
        "arrivalDateTime": "2027-01-01T00:20:00.000Z",
        "flightNumber": "459",
        "fareClass": "First Class",
        "fareFamily": "Plus",
        "bookingClass": "F",
        "equipmentType": "32N",
        "carrier": "BX",
        "operatingCarrier": "EI",
        "operatingFlightNumber": "5459",
        "originDestination": "DUB-LHR",
    }
    with pytest.raises(ValueError, match="not a flight"):
        segment("BX459 from Dublin to London")


def test_an_entry_is_repeated_with_numbers_and_values_in_turn() -> None:
    entry = {"_repeat": 3, "_cycle": {"type": ["ADT", "CHD"]}, "id": "no {n:02}", "list": ["{n}"], "count": 5}
    assert repeated([entry, {"id": "last"}]) == [
        {"id": "no 01", "list": ["1"], "count": 5, "type": "ADT"},
        {"id": "no 02", "list": ["2"], "count": 5, "type": "CHD"},
        {"id": "no 03", "list": ["3"], "count": 5, "type": "ADT"},
        {"id": "last"},
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "twice.json").write_text(
        '{"orders": [{"ref": "a", "referenceId": "A"}, {"ref": "A", "referenceId": "B"}]}'
    )
    with pytest.raises(ValueError, match=r"twice\.json: two with the ref A"):
        load(tmp_path)
