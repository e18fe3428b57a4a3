"""The filters of the templates, case by case. Wall-clock values are naive on purpose: they are local to their place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from accounts import preferences
from accounts.models import Preferences
from orders.cdp.records import Order
from orders.display import clocks, itinerary, money, outcomes, passengers, people, rail, routes, words
from orders.display.journey_bar import across
from orders.itinerary.codes import ClockChange, Hop, PlaceKind
from orders.itinerary.trip import Clock, Flight, Journey, Place, Stay, Transfer, Trip
from orders.privacy.masking import Field
from orders.problems.faults import FAULTS, Row

NOW = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def wall(*parts: int) -> datetime:
    """A wall-clock value, which has no time zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.fixture
def twelve_hours() -> Iterator[None]:
    token = preferences._current.set(Preferences(clock="12"))
    yield
    preferences._current.reset(token)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("100.00", "EUR", "100.00 EUR"),
        ("100", "EUR", "100.00 EUR"),
        ("1234.5", "EUR", "1,234.50 EUR"),
        ("30.6", "USD", "30.60 USD"),
        ("1234567.891", "EUR", "1,234,567.891 EUR"),
        ("125000", "JPY", "125,000 JPY"),
        ("1234.5", "JPY", "1,234.5 JPY"),
        ("12.345", "KWD", "12.345 KWD"),
        ("12", "KWD", "12.000 KWD"),
        ("-45", "EUR", "-45.00 EUR"),
        ("0", "EUR", "0.00 EUR"),
        ("5", "XYZ", "5.00 XYZ"),
        ("9.99", None, "9.99"),
        ("100.00", None, "100.00"),
        ("1E+30", "EUR", "1E+30 EUR"),
        ("1E-30", "EUR", "1E-30 EUR"),
        ("NaN", "EUR", "NaN EUR"),
    ],
)
def test_money_has_the_currencys_digits_and_never_fewer_than_sent(value: str, currency: str | None, shown: str) -> None:
    assert money.money(Decimal(value), currency) == shown


def test_one_currency_does_not_change_the_digits_of_another() -> None:
    shown = [money.money(Decimal(7), code) for code in ("EUR", "JPY", "KWD", "EUR", "JPY")]
    assert shown == ["7.00 EUR", "7 JPY", "7.000 KWD", "7.00 EUR", "7 JPY"]


def test_money_in_german() -> None:
    with translation.override("de"):
        assert money.money(Decimal("1234.5"), "EUR") == "1.234,50 EUR"


def test_no_amount_is_no_text() -> None:
    assert money.money(None, "EUR") == ""


@pytest.mark.parametrize(("value", "shown"), [("1", "1"), ("2.0", "2"), ("0.50", "0.5"), ("1000", "1,000")])
def test_a_quantity_has_no_idle_zeros(value: str, shown: str) -> None:
    assert money.quantity(Decimal(value)) == shown


def test_wall_clocks_and_days() -> None:
    afternoon = wall(2025, 8, 15, 16, 0)
    assert clocks.clock(afternoon) == "16:00"
    assert clocks.day(afternoon) == "Fri 15 Aug 2025"
    assert clocks.short_day(afternoon) == "Fri 15 Aug"
    assert clocks.plain_day(date(1985, 12, 24)) == "24 Dec 1985"
    assert clocks.clock(None) == clocks.day(None) == clocks.stamp(None) == ""
    with translation.override("de"):
        assert clocks.day(afternoon) == "Fr. 15. Aug. 2025"


@pytest.mark.parametrize(("hour", "shown"), [(0, "12:05 am"), (9, "9:05 am"), (12, "12:05 pm"), (16, "4:05 pm")])
@pytest.mark.usefixtures("twelve_hours")
def test_twelve_hours_for_those_who_chose_them(hour: int, shown: str) -> None:
    assert clocks.clock(wall(2025, 8, 15, hour, 5)).replace("\u202f", " ") == shown


@pytest.mark.usefixtures("twelve_hours")
def test_twelve_hours_are_told_in_the_persons_language() -> None:
    for code, shown in (("de", "4:05 PM"), ("nl", "4:05 p.m."), ("ja", "午後4:05"), ("no such language", "4:05 pm")):
        with translation.override(code):
            assert clocks.clock(wall(2025, 8, 15, 16, 5)).replace("\u202f", " ") == shown


def test_a_stamp_stands_in_the_persons_zone_and_names_it() -> None:
    moment = datetime(2025, 8, 15, 16, 0, 55, tzinfo=UTC)
    assert clocks.stamp(moment) == '<time datetime="2025-08-15T16:00:55Z">15 Aug 2025 16:00 UTC</time>'
    assert clocks.stamp_clock(moment) == '<time datetime="2025-08-15T16:00:55Z">16:00:55 UTC</time>'
    assert clocks.stamp_seconds(moment) == '<time datetime="2025-08-15T16:00:55Z">15 Aug 2025 16:00:55 UTC</time>'
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert "15 Aug 2025 18:00 CEST" in clocks.stamp(moment)
    with timezone.override(ZoneInfo("Asia/Kathmandu")):
        assert "15 Aug 2025 21:45 UTC+5:45" in clocks.stamp(moment)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (None, ""), (0, "0 min"), (45, "45 min"), (60, "1 h"), (80, "1 h 20 min"), (640, "10 h 40 min"),
        (880, "14 h 40 min"), (2880, "2 d"), (3060, "2 d 3 h"), (-25, "−25 min"),
    ],
)  # fmt: skip
def test_durations_in_words(minutes: int | None, shown: str) -> None:
    assert clocks.duration(minutes) == shown


@pytest.mark.parametrize(
    ("days", "shown"), [(None, ""), (0, ""), (1, "+1 day"), (2, "+2 days"), (-1, "−1 day"), (-2, "−2 days")]
)
def test_a_change_of_date_in_words(days: int | None, shown: str) -> None:
    assert clocks.day_change(days) == shown


@pytest.mark.parametrize(("hours", "shown"), [(0, "UTC"), (1, "UTC+1"), (-3.5, "UTC−3:30"), (5.75, "UTC+5:45")])
def test_offsets(hours: float, shown: str) -> None:
    assert clocks.offset_word(timedelta(hours=hours)) == shown


@pytest.mark.parametrize(
    ("sent", "word", "kind"),
    [
        ("PURCHASED", "Purchased", "good"),
        ("PAYMENT_PENDING", "Payment pending", "pending"),
        ("PARTIALY_REFUNDED", "Partially refunded", "refunded"),
        ("PARTIALLY_REFUNDED", "Partially refunded", "refunded"),
        ("PARTIALY_CONFIRMED", "Partially confirmed", "pending"),
        ("Confirmed", "Confirmed", "good"),
        ("CANCELLED", "Cancelled", "cancelled"),
        ("ON_HOLD", "On hold", "pending"),
        ("PILOT_ASLEEP", "PILOT_ASLEEP", "neutral"),
        ("Open", "Open", "neutral"),
        (None, "No status", "neutral"),
    ],
)
def test_statuses_read_well_and_unknown_ones_as_sent(sent: str | None, word: str, kind: str) -> None:
    assert words.status_word(sent) == word
    pill = words.status_pill(sent)
    assert word in pill
    assert f"pill-{kind}" in pill


def test_a_status_that_tries_to_be_markup_is_text() -> None:
    assert "<b>" not in words.status_pill("<b>x</b>")


def test_a_counted_status() -> None:
    assert ">3 confirmed</span>" in words.status_pill("CONFIRMED", 3)
    assert ">1 PILOT_ASLEEP</span>" in words.status_pill("PILOT_ASLEEP", 1)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([("ADT", 1)], "1 adult"),
        ([("ADT", 2), ("CHD", 1)], "2 adults, 1 child"),
        ([("INF", 2), ("XYZ", 3)], "2 infants, 3 × XYZ"),
        ([("", 4)], "4 travellers"),
        ([], ""),
    ],
)
def test_passengers_in_words(counts: list[tuple[str, int]], shown: str) -> None:
    assert passengers.passengers(counts) == shown


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("loyaltyTier", "Loyalty tier"), ("PNR_source", "PNR source"), ("co2Kilograms", "CO2 kilograms"), ("totalCo2", "Total CO2"), ("kgCo2e", "Kg CO2e"), ("isVIPGuest", "Is VIP guest"), ("a", "A"),
        ("LOYALTY", "Loyalty"), ("LOYALTY_ID", "Loyalty ID"), ("tier2Points", "Tier2 points"), ("", ""), ("___", "___"), ("already words", "Already words"),
    ],
)  # fmt: skip
def test_keys_become_readable(key: str, shown: str) -> None:
    assert words.readable(key) == shown


def test_a_time_taken() -> None:
    assert [clocks.seconds(value) for value in (None, 0.031, 0.41, 12.0)] == ["", "0.03 s", "0.4 s", "12.0 s"]


@pytest.mark.parametrize(
    ("sent", "name", "parts"),
    [
        ("SEAT", "Seat 14A", ("Seat 14A", "")),
        ("BAG", "Checked bag 20 kg", ("Checked bag 20 kg", "")),
        ("HOTEL", "Sol", ("Hotel", "Sol")),
        ("BAG", "Baggage", ("Bag", "Baggage")),
        ("CAR", "Small car, 3 days", ("Small car, 3 days", "")),
        ("FLIGHT", None, ("Flight", "")),
        (None, "Item 7", ("Item without a type", "Item 7")),
    ],
)  # fmt: skip
def test_a_name_that_says_its_type_stands_alone(sent: str | None, name: str | None, parts: tuple[str, str]) -> None:
    assert words.item_named(sent, name) == parts


def test_types_channels_and_counts() -> None:
    assert words.item_type("SEAT_UPGRADE") == "Seat upgrade"
    assert words.item_type("PET_IN_CABIN") == "PET_IN_CABIN"
    assert words.item_icon("PET_IN_CABIN") == "ticket"
    assert words.channel_word("CALL_CENTER") == "Call centre"
    assert words.channel_word("CARRIER_PIGEON") == "CARRIER_PIGEON"
    assert words.loaded_line(16, 16) == "16 of 16 items"
    assert words.loaded_line(1, 1) == "1 of 1 item"
    assert words.loaded_line(100, None, 100) == "100 items loaded; there may be more"
    assert words.loaded_line(1, None) == "1 item loaded; there may be more"
    assert words.loaded_line(100, None, 120) == "100 of at least 120 items loaded"


DUB = Place("DUB", PlaceKind.AIRPORT, "Dublin Airport", "Dublin", "IE")
LHR = Place("LHR", PlaceKind.AIRPORT, "London Heathrow Airport", "London", "GB")
LAS = Place("LAS", PlaceKind.AIRPORT, "Harry Reid International Airport", "Las Vegas", "US")
XXX = Place("XXX")
LONDON = Place("LON", PlaceKind.CITY, "London", "London", "GB")


def flight(**changed: object) -> Flight:
    fields: dict[str, object] = {
        "key": "1",
        "origin": Clock(DUB, wall(2025, 8, 15, 16, 0), offset=timedelta(hours=1)),
        "destination": Clock(LHR, wall(2025, 8, 15, 17, 20), offset=timedelta(hours=1)),
        "carrier": "BX",
        "flight_number": "459",
        "minutes": 80,
        "fare_class": "Economy",
        "fare_family": "Plus",
        "day_change": 0,
    }
    return Flight(**{**fields, **changed})  # type: ignore[arg-type]


def test_a_flight_in_one_sentence() -> None:
    assert rail.flight_sentence(flight(), NOW) == (
        "BX 459, from Dublin (DUB) to London Heathrow (LHR), departs Fri 15 Aug 2025 at 16:00 local time, "
        "arrives Fri 15 Aug 2025 at 17:20 local time, Flight time 1 h 20 min, Economy Plus."
    )
    later = flight(day_change=1, statuses=("CANCELLED",), operating_carrier="EI", operating_carrier_name="Aer Lingus")
    sentence = rail.flight_sentence(later, NOW)
    assert "(+1 day)" in sentence
    assert "operated by Aer Lingus" in sentence
    assert sentence.endswith("Cancelled.")


def test_a_flight_without_times_says_no_times() -> None:
    bare = flight(
        origin=Clock(XXX), destination=Clock(XXX), minutes=None, day_change=None, carrier="", flight_number=""
    )
    sentence = rail.flight_sentence(bare, NOW)
    assert sentence.startswith("Flight, from XXX to XXX")
    assert "departs" not in sentence
    assert "Flight time" not in sentence


def test_places_in_words() -> None:
    assert itinerary.place_city(XXX) == "XXX"
    assert itinerary.place_name(XXX) == "unknown airport code"
    assert itinerary.place_name(LONDON) == "airport not given"
    assert itinerary.at_airport(LAS) == "Las Vegas Harry Reid (LAS)"
    assert itinerary.place_city(Place("")) == "Airport not given"


@pytest.mark.parametrize(
    ("sent", "aircraft"),
    [("333", "Airbus A330-300 (333)"), ("77w", "Boeing 777-300ER (77w)"), ("XQ9", "Aircraft XQ9"), ("", "")],
)
def test_an_aircraft_is_named_in_the_facts_of_its_flight(sent: str, aircraft: str) -> None:
    facts = itinerary.flight_facts(flight(equipment_type=sent))
    assert facts[-1] == aircraft if aircraft else not any("ircraft" in fact for fact in facts)


def test_transfers_and_stays_in_words() -> None:
    assert itinerary.transfer_words(Transfer(LHR, LHR, 160)) == "2 h 40 min at London Heathrow (LHR)"
    assert "of unknown duration" in itinerary.transfer_words(Transfer(LHR, LHR))
    assert "leaves 25 min before" in itinerary.transfer_words(Transfer(LHR, LHR, -25))
    assert "next flight from Dublin (DUB)" in itinerary.transfer_words(Transfer(LHR, DUB, 160))
    overlap = "The next flight leaves Dublin (DUB) 25 min before this one arrives at London Heathrow (LHR)"
    assert itinerary.transfer_words(Transfer(LHR, DUB, -25)) == overlap
    assert itinerary.stay_words(Stay(LAS, days=7)) == "7 days in Las Vegas"
    assert itinerary.stay_words(Stay(LAS, days=0, hours=5)) == "5 h in Las Vegas"


def test_clocks_in_words() -> None:
    end = Clock(DUB, wall(2025, 8, 15, 16, 0), offset=timedelta(hours=1))
    assert itinerary.clock_words(end) == "Fri 15 Aug 2025, 16:00 Dublin, UTC+1"
    assert "twice" in itinerary.clock_words(Clock(DUB, wall(2025, 10, 26, 1, 30), dst=ClockChange.REPEATED))
    assert "does not exist" in itinerary.clock_words(Clock(DUB, wall(2025, 3, 30, 1, 30), dst=ClockChange.SKIPPED))
    assert itinerary.clock_words(Clock(XXX)) == "Time unknown"


def trip_of(*route: str) -> Trip:
    leg = flight()
    journey = Journey("1", (leg,), DUB, LAS, leg.origin, leg.destination, minutes=880, stops=1)
    return Trip((journey,), route)


def test_the_title_starts_with_the_reference() -> None:
    order = Order(status="PURCHASED")
    assert (
        routes.title_line("B94TXY", order, trip_of("DUB", "LHR", "LAS")) == "B94TXY · Purchased · DUB→LAS · 15 Aug 2025"
    )
    assert (
        routes.title_line("B94TXY", order, trip_of("DUB", "LAS", "DUB")) == "B94TXY · Purchased · DUB→LAS · 15 Aug 2025"
    )
    assert routes.title_line("X", Order(), Trip()) == "X"


def test_a_journey_in_words() -> None:
    (journey,) = trip_of("DUB").journeys
    assert itinerary.journey_way(journey) == "Dublin to Las Vegas"
    assert itinerary.journey_length(journey) == "14 h 40 min, 1 stop"


def test_a_long_route_keeps_its_ends() -> None:
    codes = tuple(f"A{number:02}" for number in range(40))
    assert routes.short_route(codes[:9]) == codes[:9]
    assert routes.short_route(codes) == (*codes[:5], "", *codes[-3:])
    assert routes.short_line("–".join(codes)) == "A00–A01–A02–A03–A04–…–A37–A38–A39"
    long = Trip(route=codes, hops=(Hop.NONE, *[Hop.FLIGHT] * 38))
    assert [code for code, _change in routes.route_stops(long)] == [*codes[:5], "", *codes[-3:]]
    assert [change for _code, change in routes.route_stops(long)] == ["", "no flight", *[""] * 7]
    assert [routes.short_line(route) for route in ("DUB–LHR–LAS", "DUB→LAS")] == ["DUB–LHR–LAS", "DUB→LAS"]


def test_places_in_the_bar_are_shares_of_its_width() -> None:
    assert across(0) == "0.00%"
    assert across(480) == "50.00%"
    assert across(960) == "100.00%"


def test_a_persons_fields() -> None:
    assert people.field_label(Field("extra_loyaltyTier", "gold", "loyaltyTier")) == "Loyalty tier"
    assert people.field_label(Field("identifier_0", "1", "LOYALTY")) == "Loyalty"
    assert people.field_label(Field("identifier_1", "1", "CRM")) == "CRM"
    assert people.field_label(Field("identifier_2", "1")) == "Identifier"
    assert people.field_label(Field("email", "jane@example.com")) == "E-mail"
    assert people.field_value(date(2030, 1, 2)) == "2 Jan 2030"
    assert people.field_value("••••") == "••••"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("shown", "shown"),
        ("shown: 25 of 60", "shown: 25 of 60"),
        ("2 listed, perhaps more", "2 listed, perhaps more"),
        ("failed: rate-limited", "failed: the CDP asked us to wait"),
        ("failed: odd", "failed: odd"),
        ("shown: 25, perhaps more", "shown: 25, perhaps more"),
        (
            "3 found, 2 not loaded, orders of 1 incomplete",
            "3 found, 2 not loaded, people whose orders were not all loaded: 1",
        ),
        ("not shown: nobody on this order", "not shown: no such person on this order"),
        ("shown: whole", "shown: in full"),
        ("session over", "session expired"),
        ("password used before", "password already used"),
        ("35 a day", "limit: 35 a day"),
        ("password, second step", "password, second step"),
        ("directory: no-group", "directory: no group"),
        ("shown: custom data", "shown: custom data"),
        ("shown: contact passport_number", "shown: Passport (contact)"),
        ("shown: traveller extra_loyaltyTier, or so", "shown: Loyalty tier, or so (traveller)"),
        ("refused: contact all", "refused: all hidden fields (contact)"),
        ("refused: custom all", "refused: Custom data"),
        ("shown, and more", "shown, and more"),
        ("", ""),
    ],
)
def test_outcomes_in_words_and_unknown_ones_as_stored(stored: str, shown: str) -> None:
    assert outcomes.outcome_words(stored) == shown


@pytest.mark.parametrize("row", FAULTS.values(), ids=lambda row: row.code)
def test_every_fault_has_a_word_for_the_table(row: Row) -> None:
    assert row.word
    assert outcomes.outcome_words(f"failed: {row.code}") == f"failed: {row.word}"
    assert row.accepted or outcomes.outcome_words(row.result)
