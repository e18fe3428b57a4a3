"""Any list of segments gives a plan that loses nothing, and that has a notice if it runs backwards."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from orders.cdp.records import FlightSegment, Order, OrderItem
from orders.display.calendar import calendar_file
from orders.display.journey_bar import bar_sentence
from orders.display.text import itinerary_text
from orders.itinerary import picture
from orders.itinerary.codes import ClockChange, Reading
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Flight, Transfer, Trip

CODES = [
    "DUB",
    "LHR",
    "LGW",
    "LON",
    "JFK",
    "NYC",
    "LAS",
    "AKL",
    "LAX",
    "KTM",
    "DEL",
    "PPG",
    "APW",
    "XQZ",
    "",
    " lhr ",
    "Ω",
]
codes = st.none() | st.sampled_from(CODES) | st.text(max_size=4)
near = st.datetimes(datetime(2025, 3, 1), datetime(2025, 4, 15)).map(
    lambda moment: moment.replace(microsecond=0, second=0)
)
# The first and last days of the calendar, beyond which nothing can be added or subtracted.
edges = st.datetimes(datetime.min, datetime(1, 1, 3)) | st.datetimes(datetime(9999, 12, 29), datetime.max)
times = st.none() | near | st.datetimes() | edges
offsets = st.none() | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
segments = st.builds(
    FlightSegment,
    origin=codes,
    destination=codes,
    departure=times,
    arrival=times,
    departure_offset=st.none() | offsets,
    arrival_offset=st.none() | offsets,
    carrier=st.none() | st.sampled_from(["BA", "ba", "EI", "??"]),
    flight_number=st.none() | st.sampled_from(["1", "01", "460", "0"]),
    fare_class=st.none() | st.sampled_from(["Economy", "Business"]),
)
items = st.lists(
    st.builds(
        OrderItem,
        status=st.none() | st.sampled_from(["PURCHASED", "CANCELLED", "refunded", "odd"]),
        passenger_type_code=st.none() | st.sampled_from(["ADT", "CHD"]),
        quantity=st.none() | st.sampled_from([Decimal(1), Decimal(3), Decimal("NaN"), Decimal(-1), Decimal("1e30")]),
        flight_segments=st.lists(segments, max_size=5).map(tuple),
    ),
    max_size=5,
)
readings = st.sampled_from(Reading)
NOW = datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


@given(items, readings)
def test_every_segment_appears_exactly_once_or_is_named_a_duplicate(order: list[OrderItem], reading: Reading) -> None:
    trip = plan(order, reading=reading, now=NOW)
    sent = [(at, of) for at, item in enumerate(order) for of in range(len(item.flight_segments))]
    shown = [at for flight in trip.flights for at in flight.segment_indexes]
    assert Counter(shown + [duplicate.at for duplicate in trip.duplicates]) == Counter(sent)
    keys = [flight.key for flight in trip.flights]
    assert len(set(keys)) == len(keys)
    assert {duplicate.flight_key for duplicate in trip.duplicates} <= set(keys)
    assert all(key.replace("-", "").isalnum() and key.isascii() for key in keys)
    assert set(trip.other_item_indexes) == {at for at, item in enumerate(order) if not item.flight_segments}


@given(items, readings)
def test_instants_run_backwards_inside_a_journey_only_with_an_overlap_notice(
    order: list[OrderItem], reading: Reading
) -> None:
    for journey in plan(order, reading=reading, now=NOW).journeys:
        latest = None
        for at, leg in enumerate(journey.legs):
            if isinstance(leg, Transfer):
                continue
            starts, ends = leg.origin.instant, leg.destination.instant
            first = starts or ends
            if latest is not None and first is not None and first < latest:
                before = journey.legs[at - 1]
                assert isinstance(before, Transfer)
                assert "overlap" in {notice.kind for notice in before.notices}
            if starts is not None and ends is not None and ends < starts:
                assert leg.minutes is None
            latest = max(filter(None, (latest, starts, ends)), default=None)


@given(items, readings)
def test_journeys_alternate_flights_and_transfers_that_fit_together(order: list[OrderItem], reading: Reading) -> None:
    trip = plan(order, reading=reading, now=NOW)
    for journey in trip.journeys:
        assert isinstance(journey.legs[0], Flight)
        assert isinstance(journey.legs[-1], Flight)
        for at, leg in enumerate(journey.legs):
            assert isinstance(leg, Transfer) is (at % 2 == 1)
            if isinstance(leg, Transfer):
                before, after = journey.legs[at - 1], journey.legs[at + 1]
                assert isinstance(before, Flight)
                assert isinstance(after, Flight)
                assert (leg.at, leg.onward) == (before.destination.place, after.origin.place)
        assert len({flight.cancelled for flight in journey.flights}) == 1
        if journey.minutes is not None:
            assert journey.minutes > 0
    assert sum(flight.phase == "next" for flight in trip.flights) <= 1


def edge(departs: datetime, arrives: datetime) -> list[OrderItem]:
    return [OrderItem(flight_segments=(FlightSegment("DUB", "LHR", departs, arrives),))]


@given(items, readings)
@example(edge(datetime(9999, 12, 31, 21), datetime(9999, 12, 31, 22, 20)), Reading.LOCAL)
@example(edge(datetime(1, 1, 1, 1), datetime(1, 1, 1, 2, 20)), Reading.LOCAL)
@example(edge(datetime(1, 1, 1, 1), datetime(1, 1, 1, 2, 20)), Reading.UTC)
def test_text_calendar_and_picture_can_be_made_of_any_plan(order: list[OrderItem], reading: Reading) -> None:
    trip = plan(order, reading=reading, now=NOW)
    itinerary_text(trip, reference="B94TXY")
    calendar_file(trip, Order(ref="d680", reference_id="B94TXY", items=tuple(order)))
    for journey in trip.journeys:
        drawn = picture.draw(journey)
        if drawn is None:
            continue
        bar_sentence(journey, drawn)
        parts = [(shape.x, shape.width) for shape in drawn.shapes] + [(night.x, night.width) for night in drawn.nights]
        assert all(0 <= x <= x + width <= drawn.width + 1 for x, width in parts)


@given(st.lists(segments, min_size=1, max_size=6))
def test_the_order_of_items_does_not_change_the_flights(flown: list[FlightSegment]) -> None:
    def facts(trip: Trip) -> Counter[tuple[object, ...]]:
        return Counter((flight.origin.instant, flight.destination.instant, flight.minutes) for flight in trip.flights)

    each = [OrderItem(flight_segments=(segment,)) for segment in flown]
    whole = plan(each, now=NOW)
    if not whole.duplicates and not any("items disagree" in {n.kind for n in f.notices} for f in whole.flights):
        assert facts(plan(each[::-1], now=NOW)) == facts(whole)


@given(
    near,
    st.integers(30, 1200),
    st.sampled_from(["DUB", "LAS", "KTM", "AKL", "LON"]),
    st.sampled_from(["JFK", "ADL", "SYD"]),
)
@example(datetime(2025, 3, 30, 0, 30), 60, "LON", "JFK")
def test_a_flight_time_survives_any_pair_of_zones(
    departs: datetime, length: int, origin: str, destination: str
) -> None:
    """Local times written by independent means and read back give the same minutes, even on nights when the clocks change."""
    from zoneinfo import ZoneInfo

    from orders.itinerary.airports import place
    from orders.itinerary.clocks import minutes_between, read_local

    here, there = (ZoneInfo(place(code).zone or "") for code in (origin, destination))
    start = departs.replace(tzinfo=UTC)
    end = start + timedelta(minutes=length)
    departure = read_local(start.astimezone(here).replace(tzinfo=None), place(origin).zone)
    other = read_local(end.astimezone(there).replace(tzinfo=None), place(destination).zone)
    if ClockChange.REPEATED not in (departure.dst, other.dst):
        assert minutes_between(departure.instant, other.instant) == length
