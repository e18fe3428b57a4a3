"""The summary: no guesses about sums, mixed states are stated, extras are joined to the flight that the data names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from orders.cdp.records import FlightSegment, Note, Order, OrderItem, Reason
from orders.itinerary import journeys
from orders.services.summary import OrderSummary, summarize

FLIGHT = OrderItem(
    ref="i1",
    type="FLIGHT",
    quantity=Decimal(1),
    price=Decimal("80.00"),
    currency_code="EUR",
    status="CONFIRMED",
    flight_segments=(FlightSegment(origin="DUB", destination="LHR", carrier="BX", flight_number="459"),),
)
BAG = replace(FLIGHT, ref="i2", type="BAG", product_id="DUB-LHR", price=Decimal("20.00"), flight_segments=())


def of(*items: OrderItem, **order: object) -> OrderSummary:
    values: dict[str, object] = {
        "ref": "r",
        "reference_id": "B94TXY",
        "price": Decimal("100.00"),
        "currency_code": "EUR",
    }
    made = Order(items=items, **{**values, **order})  # type: ignore[arg-type]
    return summarize(made, journeys.plan(made.items))


def test_the_sum_is_compared_where_the_data_allows_it() -> None:
    assert of(FLIGHT, BAG).adds_up is True
    assert of(FLIGHT, BAG, price=Decimal("101.00")).adds_up is False


def test_the_sum_is_never_guessed() -> None:
    assert of(FLIGHT, replace(BAG, quantity=Decimal(2))).adds_up is None
    assert of(FLIGHT, replace(BAG, quantity=None)).adds_up is None
    assert of(FLIGHT, replace(BAG, currency_code="USD")).adds_up is None
    assert of(FLIGHT, replace(BAG, price=None)).adds_up is None
    assert of(FLIGHT, BAG, items_complete=False).adds_up is None
    assert of(FLIGHT, BAG, price=None).adds_up is None
    assert of().adds_up is None


def test_the_total_includes_cancelled_items_only_where_their_prices_say_so() -> None:
    gone = replace(BAG, status="CANCELLED")
    assert of(FLIGHT, gone).total_holds_cancelled
    assert not of(FLIGHT, BAG).total_holds_cancelled
    assert not of(FLIGHT, gone, price=Decimal("80.00")).total_holds_cancelled
    assert not of(FLIGHT, replace(gone, quantity=None)).total_holds_cancelled
    assert not of(FLIGHT, replace(gone, price=Decimal(0)), price=Decimal("80.00")).total_holds_cancelled
    assert not of(replace(FLIGHT, status="CANCELLED"), gone).total_holds_cancelled


def test_mixed_statuses_are_counted_most_frequent_first() -> None:
    summary = of(FLIGHT, BAG, replace(BAG, status="CANCELLED"))
    assert summary.mixed
    assert summary.statuses == (("CONFIRMED", 2), ("CANCELLED", 1))


def test_an_extra_belongs_to_the_flight_its_product_names() -> None:
    (other,) = of(FLIGHT, BAG).others
    assert (other.index, other.belongs) == (1, "BX 459 DUB-LHR")


def test_an_extra_of_a_pair_that_is_flown_twice_names_the_pair_only() -> None:
    again = replace(FLIGHT, ref="i9", flight_segments=(replace(FLIGHT.flight_segments[0], flight_number="461"),))
    assert of(FLIGHT, again, BAG).others[0].belongs == "DUB-LHR"


def test_a_product_that_only_looks_like_a_pair_belongs_to_nothing() -> None:
    """Some of these are airports too: BAG is Baguio, but no flight here goes there."""
    for product in ("BAG-23K", "BAG-MAX", "LHR-DXB"):
        assert of(FLIGHT, replace(BAG, product_id=product)).others[0].belongs == ""


def test_extras_that_read_alike_are_one_line_with_their_passengers_counted() -> None:
    meal = replace(BAG, type="MEAL", name="Vegan meal", product_id=None)
    bag = replace(BAG, name="Checked bag 20 kg", passenger_type_code="ADT")
    child = replace(bag, ref="i8", passenger_type_code="CHD")
    lines = of(FLIGHT, bag, meal, child, bag).others
    assert [(line.index, line.count, line.passengers) for line in lines] == [
        (1, 3, (("ADT", 2), ("CHD", 1))),
        (2, 1, ()),
    ]
    assert lines[0].item is bag


def test_extras_that_differ_in_something_shown_are_lines_of_their_own() -> None:
    changes: tuple[dict[str, object], ...] = (
        {"type": "SEAT"},
        {"name": "Skis"},
        {"product_id": "LHR-DUB"},
        {"price": Decimal("21.00")},
        {"currency_code": "USD"},
        {"status": "CANCELLED"},
        {"vendor": "Somebody"},
        {"quantity": Decimal(2)},
    )
    for change in changes:
        assert [line.count for line in of(FLIGHT, BAG, replace(BAG, **change)).others] == [1, 1], change  # type: ignore[arg-type]


def test_the_reference_falls_back_to_the_ref() -> None:
    assert of(FLIGHT, reference_id=None).reference == "r"


def test_every_note_is_told_with_its_place() -> None:
    odd = Note("price", Reason.NOT_A_NUMBER, "free")
    summary = of(replace(FLIGHT, notes=(odd,)), notes=(Note("status", Reason.NOT_A_TEXT),))
    assert summary.notes == (("", Note("status", Reason.NOT_A_TEXT)), ("1", odd))


def test_items_total_is_unknown_while_items_are_missing() -> None:
    assert (of(FLIGHT, BAG).items_loaded, of(FLIGHT, BAG).items_total) == (2, 2)
    assert of(FLIGHT, BAG, items_complete=False).items_total is None
