"""Names of widely used aircraft types, by IATA code. Other types are shown as codes."""

from __future__ import annotations

TYPES = {
    "100": "Fokker 100", "141": "BAe 146-100", "142": "BAe 146-200", "143": "BAe 146-300",
    "19N": "Airbus A319neo", "20N": "Airbus A320neo", "21N": "Airbus A321neo", "221": "Airbus A220-100", "223": "Airbus A220-300",
    "290": "Embraer 190-E2", "295": "Embraer 195-E2", "310": "Airbus A310", "318": "Airbus A318", "319": "Airbus A319",
    "320": "Airbus A320", "321": "Airbus A321", "32A": "Airbus A320 with sharklets", "32B": "Airbus A321 with sharklets",
    "32N": "Airbus A320neo", "32Q": "Airbus A321neo", "330": "Airbus A330", "332": "Airbus A330-200", "333": "Airbus A330-300",
    "338": "Airbus A330-800neo", "339": "Airbus A330-900neo", "340": "Airbus A340", "343": "Airbus A340-300",
    "346": "Airbus A340-600", "350": "Airbus A350", "351": "Airbus A350-1000", "359": "Airbus A350-900", "380": "Airbus A380",
    "388": "Airbus A380-800", "717": "Boeing 717", "733": "Boeing 737-300", "734": "Boeing 737-400", "735": "Boeing 737-500",
    "736": "Boeing 737-600", "737": "Boeing 737", "738": "Boeing 737-800", "739": "Boeing 737-900", "73G": "Boeing 737-700",
    "73H": "Boeing 737-800 with winglets", "73W": "Boeing 737-700 with winglets", "744": "Boeing 747-400", "748": "Boeing 747-8",
    "74H": "Boeing 747-8", "752": "Boeing 757-200", "753": "Boeing 757-300", "763": "Boeing 767-300", "764": "Boeing 767-400",
    "76W": "Boeing 767-300 with winglets", "772": "Boeing 777-200", "773": "Boeing 777-300", "77L": "Boeing 777-200LR",
    "77W": "Boeing 777-300ER", "781": "Boeing 787-10", "787": "Boeing 787", "788": "Boeing 787-8", "789": "Boeing 787-9",
    "7M7": "Boeing 737 MAX 7", "7M8": "Boeing 737 MAX 8", "7M9": "Boeing 737 MAX 9", "7S8": "Boeing 737-800 Scimitar",
    "AT4": "ATR 42", "AT5": "ATR 42-500", "AT7": "ATR 72", "ATR": "ATR 42 or 72", "AR8": "Avro RJ85", "CR2": "Bombardier CRJ200",
    "CR7": "Bombardier CRJ700", "CR9": "Bombardier CRJ900", "CRK": "Bombardier CRJ1000", "CNC": "Cessna Caravan",
    "DH4": "De Havilland Dash 8-400", "DH3": "De Havilland Dash 8-300", "DH8": "De Havilland Dash 8", "E70": "Embraer 170",
    "E75": "Embraer 175", "E7W": "Embraer 175 with winglets", "E90": "Embraer 190", "E95": "Embraer 195", "ER4": "Embraer 145",
    "F70": "Fokker 70", "J41": "Jetstream 41", "S20": "Saab 2000", "SF3": "Saab 340", "SU9": "Sukhoi Superjet 100",
}  # fmt: skip


def aircraft(code: str) -> str:
    """An aircraft type's name and code, as in "Airbus A330-300 (333)"; a code that is not in TYPES is returned unchanged."""
    name = TYPES.get(code.strip().upper())
    return f"{name} ({code.strip()})" if name else code
