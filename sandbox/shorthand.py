"""The short forms of the world's files: `_repeat` multiplies an entry, `_flights` writes each segment as one line."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

Entry = dict[str, Any]

_FLIGHT = re.compile(
    r"(?P<carrier>\w{2})(?P<number>\d+\w?) (?P<origin>\w+) (?P<day>\d{4}-\d\d-\d\d) (?P<out>\d\d:\d\d) > "
    r"(?P<destination>\w+) (?P<back>\d\d:\d\d)(?P<shift>[+-]\d)?"
    r"(?: (?P<fare>[\w ]+?(?:/.*?)?))?(?: by (?P<by>\w{2})(?P<by_number>\d+)?)?"
)


def repeated(entries: list[Entry]) -> list[Entry]:
    """All entries, with each that has `_repeat: N` written out N times.

    In texts, `{n}` becomes the number of the copy, counted from 1; `{n:03}` adds leading zeros. `_cycle: {field: [values]}` gives each
    copy the next value in the list.
    """
    out: list[Entry] = []
    for entry in entries:
        times = entry.get("_repeat")
        if times is None:
            out.append(entry)
            continue
        template = {key: value for key, value in entry.items() if key not in ("_repeat", "_cycle")}
        for n in range(1, times + 1):
            copy = _filled(template, n)
            for field, values in entry.get("_cycle", {}).items():
                copy[field] = _filled(values[(n - 1) % len(values)], n)
            out.append(copy)
    return out


def _filled(value: Any, n: int) -> Any:
    if isinstance(value, str):
        return value.format(n=n) if "{n" in value else value
    if isinstance(value, list):
        return [_filled(part, n) for part in value]
    if isinstance(value, dict):
        return {key: _filled(part, n) for key, part in value.items()}
    return value


def segment(line: str) -> Entry:
    """A flight segment from one line. Its times are local but end in Z, as in the API. Raises ValueError if the line is not a flight.

    An example is `BX459 DUB 2025-08-15 16:00 > LHR 17:20 Economy/Plus/Y/32N by EI5459`. An arrival at `22:40+1` is on the next day.
    Cabin, fare family, booking class and equipment are in this order, and the last ones can be omitted. The operating carrier can be
    omitted too.
    """
    match = _FLIGHT.fullmatch(line)
    if match is None:
        raise ValueError(f"not a flight: {line}")
    part = match.groupdict()
    landed = date.fromisoformat(part["day"]) + timedelta(days=int(part["shift"] or 0))
    out = {
        "origin": part["origin"],
        "destination": part["destination"],
        "departureDateTime": f"{part['day']}T{part['out']}:00.000Z",
        "arrivalDateTime": f"{landed}T{part['back']}:00.000Z",
        "flightNumber": part["number"],
    }
    names = ("fareClass", "fareFamily", "bookingClass", "equipmentType")
    fares = (part["fare"] or "Economy").split("/")
    out.update({name: fare for name, fare in zip(names, fares, strict=False) if fare})
    out["carrier"] = part["carrier"]
    out["operatingCarrier"] = part["by"] or part["carrier"]
    if part["by_number"]:
        out["operatingFlightNumber"] = part["by_number"]
    out["originDestination"] = f"{part['origin']}-{part['destination']}"
    return out
