"""Corrections to OpenTravelData: zones, longitudes, and names of cities and airports.

Wrong zones were found by comparing each code's zone with its zone in another table of airports and with the zone at its coordinates.
"""

from __future__ import annotations

# China has one legal time; Xinjiang's own (Asia/Urumqi, two hours behind) is used in daily life, but in no timetable.
EASTERN_CHINA = "Asia/Shanghai"

ZONES = {
    # Bougainville, an hour ahead of the rest of Papua New Guinea since 2014.
    **dict.fromkeys(("BOQ", "GEI", "IIS", "KWV", "MVI", "NUG"), "Pacific/Bougainville"),
    # Alaska time reaches to 169°30' west, so it includes Umnak; the Pribilofs, just beyond, keep it too.
    **dict.fromkeys(("IKO", "KCN", "STG", "UNS"), "America/Nome"),
    # Two western provinces of Mongolia that keep the capital's time.
    **dict.fromkeys(("LTI", "TNZ", "ULZ"), "Asia/Ulaanbaatar"),
    # Eastern Yakutia.
    **dict.fromkeys(("KDY", "UMS"), "Asia/Khandyga"),
    "USR": "Asia/Ust-Nera",
    # The south shore of the Baie des Chaleurs is in New Brunswick, the north shore in Quebec.
    **dict.fromkeys(("XEM", "XLP", "XON"), "America/Toronto"),
    "YDE": "America/Goose_Bay",
    "GUB": "America/Tijuana",
    "NBW": "America/New_York",
    "TJG": "Asia/Makassar",
    **dict.fromkeys(("XSZ", "ZYD", "ZYF", "ZYJ"), "Europe/Lisbon"),
    "QDK": "America/New_York",
}

# Cities to show where the data would give a suburb, a former name, a more distant metropolis or a generic station.
CITIES = {
    "ACE": "Lanzarote",
    "ANU": "Antigua",
    "AUA": "Aruba",
    "BJV": "Bodrum",
    "BWI": "Baltimore",
    "CHS": "Charleston",
    "CLD": "Carlsbad",
    "EBB": "Kampala",
    "FLG": "Flagstaff",
    "FRA": "Frankfurt",
    "FUE": "Fuerteventura",
    "GOI": "Goa",
    "HER": "Heraklion",
    "HHN": "Frankfurt",
    "JER": "Jersey",
    "LBC": "Lübeck",
    "LGK": "Langkawi",
    "LIH": "Lihue",
    "LOP": "Lombok",
    "LOT": "Chicago",
    "LPA": "Gran Canaria",
    "MTN": "Baltimore",
    "NPE": "Napier",
    "NQZ": "Astana",
    "ONT": "Ontario",
    "PAE": "Everett",
    "PEN": "Penang",
    "PIE": "St. Petersburg",
    "PSM": "Portsmouth",
    **dict.fromkeys(("QFP", "QYG", "XZE", "ZGZ"), "Germany"),
    "RFD": "Rockford",
    "RUN": "Saint-Denis",
    "SCF": "Scottsdale",
    "SIR": "Sion",
    "SPX": "Cairo",
    "STT": "Saint Thomas",
    "TCI": "Tenerife",
    "TFN": "Tenerife",
    "TFS": "Tenerife",
    "TLC": "Toluca",
    "TSF": "Treviso",
    "TSE": "Astana",
    "TTN": "Trenton",
    "UKB": "Kobe",
    "USM": "Ko Samui",
    "VCP": "Campinas",
    "WMI": "Warsaw",
    "XXW": "Poland",
    "XZJ": "Japan",
    "XZQ": "Sweden",
    "XZX": "Australia",
    "YQB": "Quebec City",
    "YTY": "Yangzhou",
    "YXX": "Abbotsford",
    "ZBP": "Baltimore",
    "ZRB": "Frankfurt",
}

# Renamed airports whose rows still have the old name.
NAMES = {
    "LAS": "Harry Reid International Airport",
}

# Towns that have no airport, with their zones. Their longitudes have the wrong sign in the data, which puts them on another continent.
MIRRORED = {
    **dict.fromkeys(
        [
            "QDE",
            "QDO",
            "QDP",
            "QDS",
            "QEU",
            "QFS",
            "QGK",
            "QHC",
            "QHE",
            "QHF",
            "QHG",
            "QHL",
            "QHT",
            "QIA",
            "QIB",
            "QIX",
            "QJA",
            "QJM",
            "QJO",
            "QKA",
            "QLB",
            "QLW",
            "QMB",
            "QMI",
            "QNH",
            "QNT",
            "QOD",
            "QOI",
            "QPE",
            "QPF",
            "QPU",
            "QRD",
            "QSD",
            "QTD",
            "QTE",
            "QUR",
            "QVC",
            "QVH",
            "QVR",
            "ZHX",
        ],
        "America/Sao_Paulo",
    ),
    **dict.fromkeys(("QFW", "QHW"), "America/New_York"),
    "QEL": "Australia/Sydney",
    "QTS": "America/Denver",
}
