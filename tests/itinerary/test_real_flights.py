"""Real flights raise no alarm and keep their flight time: slow, fast and very long ones, old codes, changed zones."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from calibration.fit import Published
from orders.cdp.records import FlightSegment, OrderItem
from orders.display.notices import notice_detail, notice_word
from orders.display.text import itinerary_text
from orders.itinerary.airports import place
from orders.itinerary.clock_check.local_or_utc import decide, score, verdict_of
from orders.itinerary.clocks import read_local
from orders.itinerary.journeys import plan
from orders.itinerary.trip import Trip

ALARMS = {"looks like utc", "looks like local", "impossible time", "unknown place", "missing place"}


def segment(text: str) -> FlightSegment:
    """A flight written as "AC855 LHR 2026-12-05 17:15 > YVR 19:55+1"."""
    number, origin, day, leaves, _arrow, destination, lands = text.split()
    lands, _plus, later = lands.partition("+")
    return FlightSegment(
        origin=origin,
        destination=destination,
        departure=datetime.fromisoformat(f"{day}T{leaves}"),
        arrival=datetime.fromisoformat(f"{day}T{lands}") + timedelta(days=int(later or 0)),
        carrier=number[:2],
        flight_number=number[2:],
    )


def trip_of(*flights: str) -> Trip:
    return plan([OrderItem(flight_segments=tuple(segment(flight) for flight in flights))])


def words(trip: Trip) -> set[str]:
    return {notice.kind for notice in trip.notices} | {n.kind for flight in trip.flights for n in flight.notices}


# The flight time of the first flight, in minutes.
FLIGHTS = [
    (("AC855 LHR 2026-12-05 17:15 > YVR 19:55",), 580),
    (("AS65 SEA 2027-01-10 07:45 > ANC 15:35",), 530),  # over four towns of the Panhandle
    (("AS64 ANC 2027-06-10 07:00 > SEA 16:20",), 500),
    (("KL835 AMS 2027-01-10 20:55 > DPS 20:50+1",), 1015),  # by way of Singapore
    (("QF1 SYD 2027-01-10 16:00 > LHR 05:10+1",), 1450),
    (("IB3820 MAD 2027-03-28 00:30 > LPA 03:20",), 170),  # through the night of the clock change
    (("QF565 SYD 2027-04-04 01:00 > PER 03:00",), 300),
    (("WS18 YYC 2026-12-06 17:55 > LHR 08:40+1",), 525),
    (("LA277 SCL 2026-06-10 10:00 > BBA 13:25",), 145),
    (("TK346 IST 2024-03-10 20:30 > FRU 04:25+1",), 295),
    (("B6353 LGA 2026-10-10 08:00 > DJT 11:05",), 185),
    (("TK352 IST 2026-03-10 20:00 > NQZ 02:40+1",), 280),
    (("TK352 IST 2019-03-10 20:00 > TSE 03:40+1",), 280),
    (("FR171 SXF 2019-05-10 09:00 > DUB 10:20",), 140),
    (("UA154 HNL 2026-05-04 07:25 > GUM 17:55+1",), 870),
    (("AF7184 ZYR 2026-05-10 09:43 > CDG 11:15",), 92),
    (("EK8001 DXB 2026-05-10 08:00 > XNB 09:30",), 90),
    (("LX100 LHR 2026-05-10 08:00 > BSL 10:40", "EZ1043 MLH 2026-05-10 12:30 > NCE 13:40"), 100),
    (("UA130 HND 2024-11-09 19:53 > EWR 18:59",), 786),
    (("DL366 GDL 2013-06-01 09:04 > ATL 13:06",), 182),
    (("DL366 GDL 2026-06-01 09:04 > ATL 14:06",), 182),
    (("VB1 MEX 2026-06-01 09:00 > CJS 11:40",), 160),
    (("MU1 SHA 2026-01-10 10:00 > PKX 12:15", "AM1 NLU 2026-01-12 10:00 > MTY 11:40", "QR1 DOH 2026-01-13 10:00 > AAP 02:00+1"), 135),
    (("UA154 HNL 2027-05-04 07:25 > GUM 17:55+1",), 870),
    (("OK917 KBP 2018-06-04 07:25 > PRG 09:30",), 185),
    (("OK917 KBP 2027-01-12 07:25 > PRG 09:30",), 185),
    (("AT200 CMN 2026-12-05 07:25 > CDG 11:25",), 180),
    (("CZ6911 CAN 2026-06-04 08:00 > URC 13:20",), 320),
    (("LH1190 FRA 2026-06-04 07:00 > BSL 07:50",), 50),
]  # fmt: skip


@pytest.mark.parametrize(("flights", "minutes"), FLIGHTS)
def test_a_true_flight_keeps_its_time_and_raises_no_alarm(flights: tuple[str, ...], minutes: int) -> None:
    trip = trip_of(*flights)
    assert trip.flights[0].minutes == minutes
    assert not words(trip) & ALARMS


# Origin, destination and true minutes: propellers, stops under one number, headwind and detours, but also tailwind.
SLOW_AND_FAST = """
KBP PRG 185|PRG KBP 165|VIE LWO 100|LWO VIE 105|WAW KBP 115|KBP WAW 125|HNL GUM 870|GUM HNL 900|SEA JNU 380|JNU SEA 360|HNL MAJ 320
MAJ GUM 480|KWA GUM 405|KWA HNL 310|HNL KWA 330|PNI HNL 560|TNR MRU 150|MRU TNR 150|TNR RUN 125|ATH BEG 130|BEG ATH 130|ARN VNO 105
VNO ARN 105|PDL LIS 150|NOU VLI 105|POM BUA 130|NAN APW 120|NAN FUN 180|RAR PPT 180|HIR NAN 240|YFB GOH 150|GOH KEF 210|KEF GOH 210
REC FEN 90|FEN REC 100|DKR RAI 110|YZF YFB 330|YFB YZF 345|ABZ BGO 85|LSI BGO 80|ORK RNS 95|SOU BOD 100|DUB RNS 100|ANC ADK 185
DEL KTM 105|SYD LDH 110|ADL BHQ 75|BNE NLK 150|AKL NLK 130|AKL CHT 150|LPA RAK 130|GDN CPH 75|TLL ARN 75|MHQ ARN 45|VAA UME 45
DIL DRW 90|POM CNS 120|CPH FAE 135|EDI FAE 90|ISB URC 210|ALA URC 110|PEK URC 260|AUH BEY 260|SSG ACC 240|YYR YYT 150|YYZ YQT 110
BOS KEF 305|KEF BOS 350|JFK LHR 370|LHR JFK 510|LAX JFK 290|JFK LAX 400|HND LAX 560|LAX HND 725|GDL ATL 182|ATL GDL 230|ORD HND 790
"""


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("entry", SLOW_AND_FAST.replace("\n", "|").strip("|").split("|"))
def test_slow_and_fast_flights_are_read_as_documented(entry: str, month: int) -> None:
    origin, destination, minutes = entry.split()
    leaves = datetime(2026, month, 15, 9)
    instant = read_local(leaves, place(origin).zone).instant
    assert instant is not None
    flight = Published(place(origin), place(destination), leaves, instant, int(minutes))
    segment_score = score(flight.origin, flight.destination, *flight.sent("local"))
    assert verdict_of(segment_score, decide([segment_score])) == "local"


@pytest.mark.parametrize(("equipment", "verdict"), [("AT7", "local"), ("dh4", "local"), ("320", "utc"), ("", "utc")])
def test_a_propeller_may_be_slow(equipment: str, verdict: str) -> None:
    """Sofia to Bremen: an hour too long for a jet, and normal if the times are UTC."""
    segment_score = score(
        place("SOF"), place("BRE"), datetime(2026, 6, 4, 8), datetime(2026, 6, 4, 10, 35), equipment=equipment
    )
    assert verdict_of(segment_score, decide([segment_score])) == verdict


def test_one_slow_flight_does_not_outvote_one_that_fits() -> None:
    slow = "XX1 SOF 2026-06-04 08:00 > BRE 10:35"
    assert words(trip_of(slow)) & ALARMS
    assert not words(trip_of(slow, "XX2 BRE 2026-06-04 14:00 > LHR 14:50")) & ALARMS


def test_flights_that_all_fit_utc_are_caught_although_each_is_merely_slow_or_fast() -> None:
    trip = trip_of("XX1 SOF 2026-06-04 08:00 > BRE 10:35", "XX2 BRE 2026-06-05 14:00 > LHR 15:50")
    assert words(trip) & {"looks like utc"}


def test_a_very_long_flight_has_a_notice_that_is_not_serious() -> None:
    trip = trip_of("UA154 HNL 2026-05-04 07:25 > GUM 17:55+1")
    (notice,) = trip.flights[0].notices
    assert (notice.kind, notice.serious) == ("long flight", False)
    assert notice_detail(notice).startswith("14 h 30 min to cover 6,109 km; about ")
    assert notice_word(notice) == "Unusually long flight"
    text = itinerary_text(trip)
    assert "Flight time 14 h 30 min" in text
    assert f"    {notice_detail(notice)}" in text
    assert "Check these times" not in text


@pytest.mark.parametrize(
    "flight",
    [
        "BX1 DUB 2026-05-04 07:25 > LHR 18:25",
        "BX1 DUB 2026-05-04 07:25 > LHR 07:30",
        "BX1 FRA 2026-05-04 08:00 > LAX 07:00+2",
    ],
)
def test_a_time_that_no_flight_takes_is_impossible(flight: str) -> None:
    assert "impossible time" in words(trip_of(flight))
