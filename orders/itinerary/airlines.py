"""Names of carriers by their two-character IATA code; a code that is not here is shown as it is."""

from __future__ import annotations

_NAMES = """
2B AlbaWings|3K Jetstar Asia|3O Air Arabia Maroc|3U Sichuan Airlines|4O Interjet|4Y Discover Airlines|4Z Airlink|5J Cebu Pacific
5T Canadian North|6E IndiGo|7C Jeju Air|8M Myanmar Airways International|9C Spring Airlines|9K Cape Air|9W Jet Airways|A3 Aegean Airlines
A5 HOP!|AA American Airlines|AC Air Canada|AD Azul|AF Air France|AH Air Algérie|AI Air India|AK AirAsia|AM Aeroméxico|AR Aerolíneas Argentinas
AS Alaska Airlines|AT Royal Air Maroc|AV Avianca|AY Finnair|AZ ITA Airways|B2 Belavia|B6 JetBlue|BA British Airways|BF French bee|BG Biman Bangladesh
BI Royal Brunei|BJ Nouvelair|BR EVA Air|BT airBaltic|BW Caribbean Airlines|CA Air China|CI China Airlines|CM Copa Airlines|CX Cathay Pacific
CZ China Southern|D7 AirAsia X|D8 Norwegian Air Sweden|DE Condor|DL Delta Air Lines|DY Norwegian|E9 Iberojet|EI Aer Lingus|EK Emirates|EN Air Dolomiti
ET Ethiopian Airlines|EW Eurowings|EY Etihad Airways|F9 Frontier Airlines|FA Safair|FB Bulgaria Air|FD Thai AirAsia|FI Icelandair|FJ Fiji Airways
FR Ryanair|FY Firefly|FZ flydubai|G3 GOL|G4 Allegiant Air|G9 Air Arabia|GA Garuda Indonesia|GF Gulf Air|GK Jetstar Japan|GL Air Greenland
GQ SKY express|H2 SKY Airline|HA Hawaiian Airlines|HM Air Seychelles|HO Juneyao Air|HU Hainan Airlines|HV Transavia|HX Hong Kong Airlines|HY Uzbekistan Airways
I2 Iberia Express|IB Iberia|IE Solomon Airlines|IR Iran Air|IX Air India Express|IZ Arkia|J2 Azerbaijan Airlines|J9 Jazeera Airways|JL Japan Airlines
JJ LATAM Brasil|JQ Jetstar|JT Lion Air|JU Air Serbia|JX Starlux Airlines|KA Cathay Dragon|KC Air Astana|KE Korean Air|KL KLM|KM KM Malta Airlines
KQ Kenya Airways|KU Kuwait Airways|LA LATAM Airlines|LG Luxair|LH Lufthansa|LM Loganair|LO LOT Polish Airlines|LS Jet2|LX Swiss|LY El Al|MD Madagascar Airlines
ME Middle East Airlines|MF Xiamen Airlines|MH Malaysia Airlines|MK Air Mauritius|MN Kulula|MS EgyptAir|MT Thomas Cook Airlines|MU China Eastern|MX Breeze Airways
NF Air Vanuatu|NH All Nippon Airways|NK Spirit Airlines|NT Binter Canarias|NX Air Macau|NZ Air New Zealand|OA Olympic Air|OB Boliviana de Aviación
OD Batik Air Malaysia|OK Czech Airlines|OR TUI fly Netherlands|OS Austrian Airlines|OU Croatia Airlines|OV SalamAir|OZ Asiana Airlines|P5 Wingo|PC Pegasus Airlines
PD Porter Airlines|PG Bangkok Airways|PK Pakistan International Airlines|PR Philippine Airlines|PS Ukraine International|PX Air Niugini|QF Qantas|QR Qatar Airways
QS Smartwings|QV Lao Airlines|QZ Indonesia AirAsia|RA Nepal Airlines|RC Atlantic Airways|RJ Royal Jordanian|RK Ryanair UK|RO TAROM|RQ Kam Air|S4 Azores Airlines
S7 S7 Airlines|SA South African Airways|SB Aircalin|SC Shandong Airlines|SG SpiceJet|SK SAS|SL Thai Lion Air|SM Air Cairo|SN Brussels Airlines|SQ Singapore Airlines
SS Corsair|SU Aeroflot|SV Saudia|SY Sun Country|TB TUI fly Belgium|TG Thai Airways|TK Turkish Airlines|TN Air Tahiti Nui|TO Transavia France|TP TAP Air Portugal
TR Scoot|TS Air Transat|TU Tunisair|TW T'way Air|TX Air Caraïbes|U2 easyJet|UA United Airlines|UK Vistara|UL SriLankan Airlines|UO HK Express|US US Airways
UT UTair|UU Air Austral|UX Air Europa|VA Virgin Australia|VB Viva|VF AJet|VJ VietJet Air|VN Vietnam Airlines|VS Virgin Atlantic|VT Air Tahiti|VY Vueling|VZ Thai VietJet
W4 Wizz Air Malta|W6 Wizz Air|W9 Wizz Air UK|WB RwandAir|WF Widerøe|WK Edelweiss Air|WM Winair|WN Southwest Airlines|WS WestJet|WY Oman Air|X3 TUI fly|XK Air Corsica
XP Avelo Airlines|XQ SunExpress|XW NokScoot|XY flynas|Y4 Volaris|YM Montenegro Airlines|Z0 Norse Atlantic UK|Z2 Philippines AirAsia|ZG ZIPAIR|ZH Shenzhen Airlines
"""

NAMES: dict[str, str] = dict(
    entry.split(" ", 1) for entry in _NAMES.replace("\n", "|").split("|") if entry
)


def carrier_name(code: str | None) -> str:
    """The carrier's name, or the code as it was sent."""
    sent = (code or "").strip()
    return NAMES.get(sent.upper(), sent)
