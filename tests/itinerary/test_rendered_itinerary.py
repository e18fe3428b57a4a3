"""The itinerary on the page: every code has its words, both times appear in the right reading, doubtful times are not called local."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string

from orders.cdp.records import Order, OrderItem, Reason
from orders.display.itinerary import stay_words
from orders.display.notices import SENTENCES, notice_detail
from orders.display.rail import flight_sentence, phase_said
from orders.display.routes import title_line
from orders.display.rows import Rows
from orders.display.vocabulary import NOTE_REASONS, NOTICES, PHASES, UNCHECKED, VERDICTS
from orders.itinerary import picture
from orders.itinerary.codes import NoticeKind, Phase, Reading, Verdict
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Flight, Transfer, Trip
from orders.services.summary import OrderSummary, Unchecked
from tests.itinerary.test_parts import BACK, OUT, item

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def rendered(trip: Trip, now: datetime = NOW) -> str:
    """The HTML of the itinerary card at `now`."""
    pictures = {journey.key: picture.draw(journey) for journey in trip.journeys}
    context = {
        "trip": trip,
        "pictures": pictures,
        "summary": OrderSummary("r"),
        "flights": Rows(),
        "customer_text": "",
        "internal_note": "",
        "now": now,
        "order": Order(),
    }
    return render_to_string("orders/_itinerary.html", context)


def shown(trip: Trip, now: datetime = NOW) -> str:
    """The text of the itinerary card, with spaces between its parts."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", rendered(trip, now))).split())


def test_every_code_of_the_itinerary_and_every_reason_of_a_note_has_its_words() -> None:
    assert set(NOTICES) == set(NoticeKind) - {NoticeKind.STATUS}
    assert set(SENTENCES) == set(NoticeKind)
    assert set(PHASES) == set(Phase) - {Phase.UNKNOWN}
    assert set(VERDICTS) == set(Verdict)
    assert set(UNCHECKED) == set(Unchecked)
    assert set(NOTE_REASONS) == set(Reason)


@pytest.mark.parametrize(
    ("reading", "flight", "local", "utc"),
    [
        (
            Reading.LOCAL,
            "LHR LAS 2025-08-15T19:00 2025-08-16T05:35",
            "19:00 Sat 16 Aug 05:35",
            "20:00 Fri 15 Aug 22:35",
        ),
        (Reading.UTC, "LHR LAS 2025-08-15T20:00 2025-08-15T22:40", "20:00 Fri 15 Aug 22:40", "21:00 Fri 15 Aug 15:40"),
    ],
)
def test_both_times_stand_under_their_reading_with_their_dates(
    reading: Reading, flight: str, local: str, utc: str
) -> None:
    page = shown(plan([item(flight)], reading=reading))
    assert f"As local Fri 15 Aug {local}" in page
    assert f"As UTC Fri 15 Aug {utc}" in page


@pytest.mark.parametrize(
    ("reading", "flight"),
    [
        (Reading.LOCAL, "LHR LAS 2025-08-15T19:00 2025-08-16T05:35"),
        (Reading.UTC, "LHR LAS 2025-08-15T20:00 2025-08-15T22:40"),
    ],
)
def test_a_doubted_trip_claims_nothing_and_gives_its_reason_once_for_the_trip_and_once_for_the_flight(
    reading: Reading, flight: str
) -> None:
    trip = plan([item(flight)], reading=reading)
    page = shown(trip)
    assert "All times are local airport times" not in page
    assert "Times in doubt: see below" in page or "Converted from UTC and may be wrong: see below" in page
    assert page.lower().count(notice_detail(trip.notices[0]).lower()) == 2
    assert f"Times look {'like UTC' if reading == 'local' else 'local'}" in page
    assert "Flight time in doubt" in page
    assert "local time" not in flight_sentence(trip.flights[0], NOW)
    assert "Las Vegas direct" in page.replace(" ·", "")
    assert ("Shown as sent." in page) is (reading is Reading.LOCAL)


def test_times_without_doubt_are_called_local() -> None:
    assert "All times are local airport times" in shown(plan([item(*OUT)]))


def test_now_and_later_are_shown_and_read_aloud() -> None:
    now = datetime(2025, 8, 15, 17, tzinfo=UTC)
    trip = plan([item(*OUT), item(*BACK)], now=now)
    page = shown(trip, now)
    assert "Waiting now" in page
    sentences = [flight_sentence(flight, now) for flight in trip.flights]
    assert [sentence.rsplit(", ", 1)[1] for sentence in sentences[:2]] == ["Departed.", "Next."]
    assert "Later" not in page + "".join(sentences)  # a journey weeks away has no mark, and none is read aloud


@pytest.mark.parametrize(
    ("now", "spoken"),
    [
        ("2025-08-13T14:59", ["", ""]),
        ("2025-08-13T15:00", ["Next", ""]),
        ("2025-08-13T19:00", ["Next", "Later"]),
        ("2025-08-15T16:00", ["Under way now", "Next"]),
        ("2025-08-17T16:00", ["Departed", "Departed"]),
    ],
)
def test_a_flight_is_next_or_later_only_within_two_days_read_aloud_as_on_the_page(now: str, spoken: list[str]) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    trip = plan([item(*OUT)], now=moment)
    for flight, word in zip(trip.flights, spoken, strict=True):
        words = [PHASES[phase] for phase in PHASES if PHASES[phase] in flight_sentence(flight, moment)]
        assert words == ([word] if word else [])
        assert phase_said(flight, moment) == next((phase for phase in PHASES if PHASES[phase] == word), "")


def test_the_travellers_aboard_are_read_aloud_if_not_all_are() -> None:
    early = "DUB LHR 2025-08-15T14:00 2025-08-15T15:20"
    trip = plan([item(*OUT), item(early, OUT[1], kind="CHD")], now=datetime(2025, 1, 1, tzinfo=UTC))
    assert "Only 1 child" in flight_sentence(trip.flights[0], NOW)
    (together,) = (flight for flight in trip.flights if flight.origin.place.code == "LHR")
    assert "Only" not in flight_sentence(together, NOW)


def test_a_stay_under_a_day_is_in_hours_and_an_open_jaw_has_both_cities() -> None:
    night = plan([item("LHR JFK 2025-05-01T09:00 2025-05-01T12:00"), item("JFK LHR 2025-05-02T08:00 2025-05-02T20:00")])
    jaw = plan([item("DUB LHR 2025-05-01T07:00 2025-05-01T08:20"), item("CDG DUB 2025-05-08T18:00 2025-05-08T18:40")])
    stays = [trip.journeys[0].stay_after for trip in (night, jaw)]
    assert [stay_words(stay) for stay in stays if stay] == [
        "20 h in New York",
        "7 days, London to Paris not on this order",
    ]


def test_the_title_takes_its_day_from_a_journey_that_is_flown() -> None:
    cancelled = item("DUB LHR 2025-05-01T07:00 2025-05-01T08:20", status="CANCELLED")
    items = (cancelled, item("DUB LHR 2025-06-03T07:00 2025-06-03T08:20"))
    order = Order(ref="r", items=items)
    assert title_line("B94TXY", order, plan(items)) == "B94TXY · DUB→LHR · 3 Jun 2025"


def test_the_sentence_of_the_bar_has_local_times_and_nights() -> None:
    page = rendered(plan([item(*OUT)]))
    assert "16:00 DUB to 22:40 LAS: DUB–LHR flight 1 h 20 min" in page
    assert "1 h 20 min at night" in page


def test_the_shade_of_a_night_is_named() -> None:
    trip = plan([item("LHR SIN 2025-08-15T12:00 2025-08-16T08:00", "SIN SYD 2025-08-16T10:00 2025-08-16T20:00")])
    page = rendered(trip)
    shades = page.count('<rect class="night"')
    assert shades >= 1
    assert page.count("<title>night</title>") == shades
    assert re.search(r'<text class="bar-night"[^>]*>night</text>', page)


def test_a_time_in_doubt_has_the_other_reading_under_it() -> None:
    doubted = plan([item("LHR LAS 2025-08-15T19:00 2025-08-16T05:35")])
    assert "19:00 as sent? 20:00 if UTC" in shown(doubted)
    assert "05:35 as sent? 22:35 if UTC" in shown(doubted)
    assert '<span class="time time-doubted">19:00</span>' in rendered(doubted)
    assert "as sent?" not in shown(plan([item(*OUT)]))


@pytest.mark.parametrize(("operating", "named"), [("BX", False), ("bx ", False), ("EI", True), (None, False)])
def test_the_operator_is_named_only_where_it_is_not_the_carrier(operating: str | None, named: bool) -> None:
    flight_item = item("DUB LON 2025-08-15T16:00 2025-08-15T17:20")
    segments = tuple(replace(segment, operating_carrier=operating) for segment in flight_item.flight_segments)
    words = shown(plan([replace(flight_item, flight_segments=segments)]))
    assert ("operated by Aer Lingus" in words, "perated" in words) == (named, named)
    assert "London LON airport not given" in words


def test_a_wait_is_described_by_its_length_and_the_house_rule() -> None:
    def details(items: list[OrderItem]) -> dict[str, str]:
        legs = [leg for journey in plan(items).journeys for leg in journey.legs]
        assert any(isinstance(leg, Flight) for leg in legs)
        return {n.kind: notice_detail(n) for leg in legs if isinstance(leg, Transfer) for n in leg.notices}

    night = details([item("DUB LHR 2025-08-15T16:00 2025-08-15T17:20", "LHR LAS 2025-08-16T01:01 2025-08-16T03:41")])
    tight = details([item("DUB LHR 2025-08-15T16:00 2025-08-15T17:20", "LHR LAS 2025-08-15T17:50 2025-08-15T20:30")])
    assert night["overnight"] == "Between 00:00 and 05:00."
    assert night["long"] == "7 h 41 min."
    assert tight["tight"] == "30 min. We advise at least 1 h."
