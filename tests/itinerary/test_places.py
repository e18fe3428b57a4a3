"""The meaning of codes: the city served, the zone, the kind of place; moved, retired and shared codes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from orders.itinerary.airports import all_places, distance_km, place, same_city, same_site
from orders.itinerary.journeys import plan
from orders.itinerary.notices import transfer_notices
from tests.itinerary.test_parts import item

# The city that people fly to, if the airport lies in another municipality.
SERVED = """
YUL Montreal|YMX Montreal|YVR Vancouver|YYZ Toronto|YTZ Toronto|CVG Cincinnati|MFM Macau|YYT St. John's|YSJ Saint John|ORD Chicago
NRT Tokyo|HND Tokyo|KIX Osaka|CTS Sapporo|ICN Seoul|GMP Seoul|EZE Buenos Aires|GRU São Paulo|VCP Campinas|CNF Belo Horizonte
GIG Rio de Janeiro|MXP Milan|LIN Milan|FCO Rome|CIA Rome|LGW London|STN London|LTN London|SEN London|ORY Paris|BVA Paris|CDG Paris
ARN Stockholm|NYO Stockholm|OSL Oslo|TRF Oslo|SVO Moscow|DME Moscow|VKO Moscow|KBP Kyiv|OTP Bucharest|CGN Cologne|BER Berlin
SAW Istanbul|JFK New York|LGA New York|EWR New York|IAD Washington|DCA Washington|BWI Baltimore|DTW Detroit|IAH Houston|HOU Houston
DFW Dallas|DAL Dallas|MDW Chicago|PIE St. Petersburg|CHS Charleston|BDL Hartford|NLU Mexico City|TLC Toluca|MDE Medellín
HKT Phuket|DMK Bangkok|BKK Bangkok|CGK Jakarta|KUL Kuala Lumpur|SZB Kuala Lumpur|CKG Chongqing|XIY Xi'an|PKX Beijing|PEK Beijing
PVG Shanghai|TSN Tianjin|TPE Taipei|TSA Taipei|FOC Fuzhou|GUA Guatemala City|POS Port of Spain|MLA Valletta|HER Heraklion|WMI Warsaw
BSL Basel|MLH Mulhouse|EAP Basel|KEF Reykjavik|RKV Reykjavik|TFS Tenerife|TFN Tenerife|MED Madinah|KVX Kirov|PKC Petropavlovsk-Kamchatskiy
NQZ Astana|TSE Astana|FRU Bishkek|BSZ Bishkek|RMO Chisinau|KIV Chisinau|ZRH Zurich|GVA Geneva|BAH Bahrain|YQB Quebec City|EBB Kampala
"""


@pytest.mark.parametrize("entry", SERVED.replace("\n", "|").strip("|").split("|"))
def test_the_city_served(entry: str) -> None:
    code, city = entry[:3], entry[4:]
    assert place(code).city == city


METROPOLES = """
YMQ YUL|BUH OTP|DTT DTW|LON LTN|PAR ORY|NYC EWR|TYO NRT|MIL BGY|ROM CIA|BUE AEP|SAO CGH|RIO SDU|STO BMA|MOW ZIA|OSA ITM|SEL GMP
BJS PKX|JKT HLP|CHI MDW|WAS IAD|YTO YTZ|YEA YEG|REK RKV|TCI TFS|BAK GYD|SPK OKD|IZM ADB|BHZ CNF|BER SXF|IEV KBP|ANK ESB|MMA MMX
"""


# Rows without a city of their own, whose name includes the state, the country and the station, sometimes cut off.
STATIONS = """
QLJ Lucerne/Lucerne Rail|QMZ Mainz/Mainz Hbf Railway Station|ZWD Warnemuende/Warnemuende Railway Station|ZWN Wittenberge/Wittenberge Railway
XGC Lund/Lund C Railway Station|QMO Mons/Mons Railway Station|QKB Breckenridge/Breckenridge Bus Station|YVK Koppang/Koppang Railway Station
XHE TGV Haute-Picardie/TGV Haute-Picardie Railway Station|QII Lindau/Lindau Hbf Railway Station|XXR Al/Al Railway Station
QYG Germany/Generic Railway Station for Germany 2|XZJ Japan/Generic Railway Station|HSB Harrisburg/Harrisburg Raleigh|QMI Mogi Das Cruzes/Mogi Das Cruzes
QDM Shek Mun/Shek Mun Metro Station|CLL College Station/Easterwood Field|FRA Frankfurt/Frankfurt Airport|ZBP Baltimore/Baltimore Airport Railway Station
"""


@pytest.mark.parametrize("entry", STATIONS.replace("\n", "|").strip("|").split("|"))
def test_a_station_is_called_by_its_town(entry: str) -> None:
    code, (city, name) = entry[:3], entry[4:].split("/")
    assert (place(code).city, place(code).name) == (city, name)


def test_stations_without_a_city_are_not_one_place() -> None:
    assert not same_city(place("QLJ"), place("ZWD")) and not same_site(place("QMZ"), place("ZWN"))


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("ZYD", "Europe/Lisbon"),
        ("ZYJ", "Europe/Lisbon"),
        ("QDK", "America/New_York"),
        ("QMI", "America/Sao_Paulo"),
        ("QTS", "America/Denver"),
        ("QEL", "Australia/Sydney"),
    ],
)
def test_a_place_is_in_a_zone_of_its_country(code: str, zone: str) -> None:
    assert place(code).zone == zone


@pytest.mark.parametrize("entry", METROPOLES.replace("\n", "|").strip("|").split("|"))
def test_a_city_code_is_the_city_of_its_airports(entry: str) -> None:
    city, airport = entry.split()
    assert same_city(place(city), place(airport))
    assert place(city).zone == place(airport).zone


@pytest.mark.parametrize(
    "code", ["YMQ", "BUH", "DTT", "LON", "NYC", "TYO", "MOW", "SEL", "BJS", "YTO", "REK", "RIO", "CHI", "WAS"]
)
def test_a_code_of_a_city_alone_is_any_airport_of_it(code: str) -> None:
    assert place(code).kind == "city"
    assert place(code).name == ""


@pytest.mark.parametrize(
    ("code", "other"),
    [("PWM", "PDX"), ("YYT", "YSJ"), ("CRW", "CHS"), ("ROC", "RST"), ("CAE", "COU"), ("ILM", "ILG"), ("BHX", "BHM")],
)
def test_cities_of_one_name_are_not_one_city(code: str, other: str) -> None:
    assert not same_city(place(code), place(other))


ZONES = {
    "BBA": "America/Coyhaique", "CJS": "America/Ciudad_Juarez", "BUA": "Pacific/Bougainville", "URC": "Asia/Shanghai", "KHG": "Asia/Shanghai",
    "FEN": "America/Noronha", "CUU": "America/Chihuahua", "NLD": "America/Matamoros", "PUQ": "America/Punta_Arenas", "YRT": "America/Rankin_Inlet",
    "ULZ": "Asia/Ulaanbaatar", "LTI": "Asia/Ulaanbaatar", "HVD": "Asia/Hovd", "UUS": "Asia/Sakhalin", "USR": "Asia/Ust-Nera", "YGR": "America/Halifax",
    "YPL": "America/Toronto", "STG": "America/Nome", "KIF": "America/Winnipeg", "ERN": "America/Eirunepe", "PAM": "America/Chicago", "BSL": "Europe/Paris",
}  # fmt: skip


@pytest.mark.parametrize(("code", "zone"), ZONES.items())
def test_zones(code: str, zone: str) -> None:
    assert place(code).zone == zone


KINDS = """
ZYR rail|QKL rail|ZDH rail|QYG rail|XPJ rail|ZLN rail|QQS rail|XDB rail|ZWS rail|ZRB rail|ZMB rail|QPP rail|ZLP rail|ZDJ rail|XWG rail
XZN rail|ZFJ rail|QJZ rail|ZYZ rail|QRH rail|QRZ rail|XWC rail|XVQ rail|XYG rail|QFP rail|XNB bus|ZVJ bus|ZVH bus|GIJ bus|AIX bus
MCM heliport|TSS heliport|JCD heliport|MPB airport|NYS airport|AYM airport|XZM port|YFT port|LHR airport|LON city|XQZ unknown
"""


@pytest.mark.parametrize("entry", KINDS.replace("\n", "|").strip("|").split("|"))
def test_kinds(entry: str) -> None:
    code, kind = entry.split()
    assert place(code).kind == kind


@pytest.mark.parametrize(
    ("station", "airport"),
    [
        ("ZYR", "BRU"),
        ("QKL", "CGN"),
        ("ZDH", "BSL"),
        ("XNB", "DXB"),
        ("XDB", "LIL"),
        ("ZMB", "HAM"),
        ("QQS", "LHR"),
        ("ZLP", "ZRH"),
        ("XVQ", "VCE"),
    ],
)
def test_a_station_is_in_the_city_of_its_airport_and_another_place(station: str, airport: str) -> None:
    assert same_city(place(station), place(airport))
    assert not same_site(place(station), place(airport))


def test_any_station_of_a_country_lies_nowhere() -> None:
    assert distance_km(place("QYG"), place("FRA")) is None
    assert place("QYG").zone == "Europe/Berlin"


SITES = ["BSL MLH EAP", "PBI DJT", "KIV RMO", "TSE NQZ", "HBE ALY"]


@pytest.mark.parametrize("codes", SITES)
def test_codes_of_one_site(codes: str) -> None:
    for code, other in pairwise(codes.split()):
        assert same_site(place(code), place(other))
        assert same_city(place(code), place(other))


RETIRED = """
FRU 2024-03-10 Asia/Bishkek|KIV 2020-01-01 Europe/Chisinau|TSE 2019-03-10 Asia/Almaty|SXF 2019-05-10 Europe/Berlin|TXL 2020-01-01 Europe/Berlin
ISL 2019-01-01 Europe/Istanbul|DJT 2026-10-10 America/New_York|QSA 2026-01-01 Europe/Madrid|RVI 2017-12-15 Europe/Moscow|PUM 2020-01-01 Asia/Makassar
"""


@pytest.mark.parametrize("entry", RETIRED.replace("\n", "|").strip("|").split("|"))
def test_retired_and_new_codes_keep_their_place(entry: str) -> None:
    code, day, zone = entry.split()
    assert place(code, date.fromisoformat(day)).zone == place(code).zone == zone
    assert place(code, date.fromisoformat(day)).kind == "airport"


@pytest.mark.parametrize(
    ("code", "before", "then", "now"),
    [
        ("IST", "2019-04-05", "Istanbul Atatürk Airport", "Istanbul Airport"),
        ("ISL", "2019-04-05", "Istanbul Airport", "Istanbul Atatürk Airport"),
        ("DOH", "2014-05-26", "Doha International Airport", "Hamad International Airport"),
        ("FRU", "2025-08-20", "Manas International Airport", ""),
        ("AVR", "2026-04-30", "Alverca Airport", "Amravati Airport"),
    ],
)
def test_a_code_that_moved_has_its_place_of_the_day(code: str, before: str, then: str, now: str) -> None:
    day = date.fromisoformat(before)
    assert place(code, day).name == then
    assert place(code, date.fromordinal(day.toordinal() + 1)).name == place(code).name == now


@pytest.mark.parametrize("flights", [
    ("LHR BSL 2027-05-10T08:00 2027-05-10T10:40", "MLH NCE 2027-05-10T12:30 2027-05-10T13:40"),
    ("LHR EAP 2027-05-10T08:00 2027-05-10T10:40", "BSL NCE 2027-05-10T12:30 2027-05-10T13:40"),
    ("LGA PBI 2026-10-10T08:00 2026-10-10T11:05", "DJT LGA 2026-10-10T13:00 2026-10-10T16:00"),
    ("IST FRU 2025-08-19T20:30 2025-08-20T04:25", "BSZ ALA 2025-08-20T07:00 2025-08-20T07:50"),
    ("IST KIV 2024-01-17T08:00 2024-01-17T08:50", "RMO OTP 2024-01-17T11:00 2024-01-17T12:05"),
])  # fmt: skip
def test_another_code_of_one_airport_is_no_change_and_no_gap(flights: tuple[str, str]) -> None:
    trip = plan([item(*flights)])
    first, second = trip.flights
    words = {notice.kind for notice in transfer_notices(first, second, 110)}
    assert not words & {"airport change", "surface"}
    codes = [flight.split()[:2] for flight in flights]
    assert trip.route == (codes[0][0], codes[0][1], codes[1][1])


def test_every_code_of_the_table_has_its_own_place() -> None:
    assert len(all_places()) > 12_000
    for known in all_places().values():
        assert known.city, known
        assert known.country, known
        assert (known.latitude is None) is (known.longitude is None)
