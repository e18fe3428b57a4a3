"""Corrections to OpenTravelData: zones, longitudes, and names of cities and airports, each checked on a map.

Wrong zones were found by comparing the zone of each code with that in another table of airports and with that of its coordinates.
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

# The city to show where that of the rows may not do: a suburb, a former name, a more distant metropolis, a generic station.
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

# Towns without an airport whose longitudes have the wrong sign, which put the towns into another continent's zone.
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
