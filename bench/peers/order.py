"""The peers' page, made from the CDP's JSON: one order, its items, and its flights as journeys."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from neobase import NeoBase

AIRPORTS = NeoBase()
DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
PAGE = 100


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def parse(text: str | bytes) -> dict[str, Any]:
    """An answer as a dict, with its numbers as Decimal. Raises ValueError if it is not a JSON object."""
    body = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def needs_more(body: dict[str, Any]) -> bool:
    """Whether the expanded items may be incomplete because there are ten or more. If so, all items must be read page by page."""
    return len(body.get("orderItems", {}).get("items", [])) >= 10


def money(value: Any, currency: str | None) -> str:
    """An amount with as many decimal places as its currency has; "" if the value is not a number."""
    if not isinstance(value, Decimal):
        return ""
    code = currency or ""
    text = f"{abs(value):,.{DIGITS.get(code, 2)}f}"
    return f"{'-' if value < 0 else ''}{SYMBOLS.get(code, code + ' ')}{text}"


def stamp(text: Any) -> str:
    """A timestamp of the CDP, which is real UTC, in words; unchanged if it cannot be parsed, and "" if it is not text."""
    if not isinstance(text, str):
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC"


def length(minutes: int) -> str:
    """Minutes in words: 10 h 40 min."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{rest} min"


def day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}"


def place(code: str) -> dict[str, Any]:
    known = AIRPORTS.get(code, default={})
    if not known:
        return {"code": code, "city": code, "name": "", "zone": None}
    return {
        "code": code,
        "city": known["city_name_list"][0],
        "name": known["name"],
        "zone": known["timezone"],
        "latitude": float(known["lat"]),
        "longitude": float(known["lng"]),
    }


def distance(origin: dict[str, Any], destination: dict[str, Any]) -> int | None:
    """Great-circle distance in kilometres; None if either airport is unknown."""
    if not origin["zone"] or not destination["zone"]:
        return None
    a, b = math.radians(origin["latitude"]), math.radians(destination["latitude"])
    apart = math.radians(destination["longitude"] - origin["longitude"])
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(apart / 2) ** 2
    return round(2 * 6371 * math.asin(math.sqrt(half)))


def end(code: str, sent: str) -> dict[str, Any]:
    """One end of a flight: the local time as sent, and the instant if the zone is known."""
    at = place(code)
    wall = datetime.fromisoformat(sent.removesuffix("Z"))
    instant = wall.replace(tzinfo=zone(at["zone"])) if at["zone"] else None
    words = f"{wall:%H:%M} {at['city']}"
    if instant is not None:
        offset = instant.utcoffset() or timedelta()
        hours = int(offset.total_seconds() // 3600)
        words += f", UTC{hours:+d}" if hours else ", UTC"
    return {"place": at, "wall": wall, "instant": instant, "sent": sent, "words": f"{words}, {day(wall)}"}


def flight(segment: dict[str, Any]) -> dict[str, Any]:
    origin = end(segment["origin"], segment["departureDateTime"])
    destination = end(segment["destination"], segment["arrivalDateTime"])
    minutes = None
    if origin["instant"] is not None and destination["instant"] is not None:
        minutes = round((destination["instant"].timestamp() - origin["instant"].timestamp()) / 60)
    carrier, number = segment.get("carrier", ""), segment.get("flightNumber", "")
    return {
        "key": f"{carrier}{number}-{segment['origin']}-{segment['destination']}-{origin['wall']:%Y%m%dT%H%M}",
        "origin": origin,
        "destination": destination,
        "minutes": minutes,
        "length": length(minutes) if minutes is not None else "",
        "days": (destination["wall"].date() - origin["wall"].date()).days,
        "distance": distance(origin["place"], destination["place"]),
        "carrier": carrier,
        "number": number,
        "operating_carrier": segment.get("operatingCarrier", ""),
        "operating_number": segment.get("operatingFlightNumber", ""),
        "cabin": segment.get("fareClass", ""),
        "fare_family": segment.get("fareFamily", ""),
        "booking_class": segment.get("bookingClass", ""),
        "pair": segment.get("originDestination", ""),
        "passengers": Counter(),
    }


def journeys(items: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The flights of all items, each once, as journeys.

    A new journey begins after a stay of a day or longer, where the traveller turns back, and where the length of a stay is unknown.
    """
    flights: dict[str, dict[str, Any]] = {}
    for item in items:
        for segment in item.get("flightSegments") or []:
            flown = flight(segment)
            flights.setdefault(flown["key"], flown)["passengers"][item.get("passengerTypeCode") or ""] += 1
    ordered = sorted(flights.values(), key=lambda flown: flown["origin"]["instant"] or now)
    legs: list[list[dict[str, Any]]] = []
    for next_flight in ordered:
        if legs and not _parts(legs[-1], next_flight):
            last = legs[-1][-1]
            wait = round((next_flight["origin"]["instant"] - last["destination"]["instant"]).total_seconds() / 60)
            next_flight["wait"] = (
                f"{length(wait)} at {next_flight['origin']['place']['name'] or next_flight['origin']['place']['code']}"
            )
            next_flight["wait_minutes"] = wait
            legs[-1].append(next_flight)
        else:
            legs.append([next_flight])
    return [_journey(part, now) for part in legs]


def _parts(legs: list[dict[str, Any]], onward: dict[str, Any]) -> bool:
    arrived, departs = legs[-1]["destination"]["instant"], onward["origin"]["instant"]
    if arrived is None or departs is None or departs - arrived >= timedelta(hours=24):
        return True
    return onward["destination"]["place"]["code"] in {leg["origin"]["place"]["code"] for leg in legs}


def _journey(legs: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    first, last = legs[0], legs[-1]
    minutes = None
    if first["origin"]["instant"] is not None and last["destination"]["instant"] is not None:
        minutes = round((last["destination"]["instant"].timestamp() - first["origin"]["instant"].timestamp()) / 60)
    for leg in legs:
        leg["departed"] = bool(leg["origin"]["instant"] and leg["origin"]["instant"] < now)
    bars, at = [], 0
    for leg in legs:
        for kind, part in (("wait", leg.get("wait_minutes") or 0), ("flight", leg["minutes"] or 0)):
            if part and minutes:
                bars.append({"kind": kind, "x": round(at * 1000 / minutes), "width": round(part * 1000 / minutes)})
                at += part
    stops = len(legs) - 1
    return {
        "key": first["key"],
        "legs": legs,
        "first": first,
        "last": last,
        "length": f"{length(minutes) if minutes else ''}, {'non-stop' if not stops else f'{stops} stop' + 's' * (stops > 1)}",
        "bars": bars,
        "departed": last["departed"],
    }


def as_text(reference: str, parts: list[dict[str, Any]]) -> str:
    """The trip as plain text, for a ticket."""
    lines = [reference]
    for journey in parts:
        first, last = journey["first"]["origin"], journey["last"]["destination"]
        lines += [
            "",
            f"{day(first['wall'])} · {first['place']['city']} to {last['place']['city']} · {journey['length']}",
        ]
        for leg in journey["legs"]:
            if "wait" in leg:
                lines.append(f"  {leg['wait']}")
            a, b = leg["origin"], leg["destination"]
            lines.append(
                f"  {leg['carrier']} {leg['number']}  {a['wall']:%H:%M} {a['place']['city']} ({a['place']['code']}) – "
                f"{b['wall']:%H:%M} {b['place']['city']} ({b['place']['code']})  {leg['length']}"
            )
    return "\n".join([*lines, "", "All times are local to the airport."])


def view(body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Everything the template needs. `now` must be an aware datetime."""
    items = body.get("orderItems", {}).get("items", [])
    currency = body.get("currencyCode")
    parts = journeys(items, now)
    route: list[str] = []
    for journey in parts:
        for leg in journey["legs"]:
            for code in (leg["origin"]["place"]["code"], leg["destination"]["place"]["code"]):
                if not route or route[-1] != code:
                    route.append(code)
    countable = all(item.get("quantity") == 1 and item.get("currencyCode") == currency for item in items)
    total = sum((item["price"] for item in items if isinstance(item.get("price"), Decimal)), Decimal())
    passengers = Counter(item.get("passengerTypeCode") or "" for item in items if item.get("flightSegments"))
    reference = body.get("referenceId") or body["ref"]
    first = f" · {day(parts[0]['first']['origin']['wall'])}" if parts else ""
    return {
        "order": body,
        "reference": reference,
        "title": f"{reference} · {(body.get('status') or '').capitalize()} · {'→'.join(route)}{first}",
        "total": money(body.get("price"), currency),
        "route": route,
        "journeys": parts,
        "items": [
            {
                **item,
                "money": money(item.get("price"), item.get("currencyCode")),
                "was": money(item.get("originalPrice"), item.get("originalCurrencyCode")),
                "created": stamp(item.get("createdAt")),
                "modified": stamp(item.get("modifiedAt")),
            }
            for item in items
        ],
        "adds_up": total == body.get("price") if countable and items else None,
        "sum": money(total, currency),
        "passengers": passengers,
        "ordered": stamp(body.get("orderedAt")),
        "created": stamp(body.get("createdAt")),
        "modified": stamp(body.get("modifiedAt")),
        "as_text": as_text(reference, parts),
    }
