"""The digest of an order, kept to show what changed: codes, figures and hashes, without personal data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.crypto import salted_hmac

from orders.itinerary.codes import PlaceKind
from orders.itinerary.status_spellings import key
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Place, Trip
from orders.services.currencies import canonical
from orders.services.orders import OpenedOrder

FORM = 3  # version of the digest; digests of other versions are not compared
HASH_LENGTH = 16  # characters kept of the hash of a status that is not in our table
CARRIER = re.compile(r"[A-Z0-9]{2}")
NUMBER = re.compile(r"\d{1,4}[A-Z]?")
CURRENCY = re.compile(r"[A-Z]{3}")


class Seen(NamedTuple):
    """A flight in a digest.

    `number` is text such as "BX 459", without any part that does not have the usual form. `origin` and `destination` are "" if unknown.
    `departs` and `arrives` are local times in ISO 8601, dates if the time is unknown, or "" if the date is unknown too. `travellers` is
    the number of travellers. `statuses` are the codes of the statuses of the flight's items (see `code_of`), each once.
    """

    number: str
    origin: str
    destination: str
    departs: str
    arrives: str
    travellers: int
    statuses: tuple[str, ...]


def digest_of(opened: OpenedOrder) -> str:
    """The order's digest as JSON. It holds only codes, figures and hashes of a known form, so that no other data can get into it."""
    order, trip = opened.order, opened.trip
    currency = canonical(order.currency_code)
    codes = {sent: code_of(sent) for sent in {item.status for item in order.items}}
    statuses = [codes[item.status] for item in order.items]
    content = {
        "form": FORM,
        "reading": str(trip.reading),
        "status": code_of(order.status),
        "total": ["" if order.price is None else str(order.price), currency if CURRENCY.fullmatch(currency) else ""],
        "flights": [_seen(flight, statuses) for flight in trip.flights],
        "items": _others(trip, statuses),
    }
    return json.dumps(content, separators=(",", ":"))


def codes_added(texts: Iterable[str]) -> dict[str, str]:
    """A mapping from hash to code for the statuses in `texts` that are in our table of statuses.

    An older digest may hold the hash instead of the code, because the status was not in the table then.
    """
    return {_hash(text): code for text in texts if not (code := code_of(text)).startswith("#")}


def read(digest: str, added: Mapping[str, str]) -> dict[str, Any] | None:
    """The parsed digest, with flights as `Seen` and the items without flights counted by status.

    None if `digest` is "" or of another version. Each hash in `added` (see `codes_added`) is replaced with its code.
    """
    for hashed, code in added.items():
        digest = digest.replace(hashed, code)
    kept: dict[str, Any] = json.loads(digest or "{}")
    if kept.get("form") != FORM:
        return None
    flights = [Seen._make([*plain, tuple(sorted(set(statuses)))]) for *plain, statuses in kept["flights"]]
    items = Counter[str]()
    for code, count in kept["items"]:
        items[code] += count
    return kept | {"flights": flights, "items": items}


def code_of(sent: str | None) -> str:
    """The code of a status in our table; a keyed hash of any other, because a feed may send any text; "" if no status was sent."""
    row = status(sent)
    return row.code if row.translated else _hash(row.word)


def _hash(text: str) -> str:
    """The keyed hash of a status, the same for spellings that differ only in case, accents or punctuation."""
    normalized = key(text) or text.strip()
    return f"#{salted_hmac('orders.viewed.status', normalized, algorithm='sha256').hexdigest()[:HASH_LENGTH]}"


def _seen(flight: Flight, statuses: Sequence[str]) -> Seen:
    return Seen(
        number=f"{_fitting(CARRIER, flight.carrier)} {_fitting(NUMBER, flight.flight_number)}".strip(),
        origin=_code(flight.origin.place),
        destination=_code(flight.destination.place),
        departs=_time(flight.origin),
        arrives=_time(flight.destination),
        travellers=sum(count for _type, count in flight.passengers),
        statuses=tuple(sorted({statuses[at] for at in flight.item_indexes if statuses[at]})),
    )


def _others(trip: Trip, statuses: Sequence[str]) -> list[tuple[str, int]]:
    """For each status, the number of items without flights that have it, as (code, count) pairs sorted by code."""
    flown = {at for flight in trip.flights for at in flight.item_indexes}
    return sorted(Counter(code for at, code in enumerate(statuses) if at not in flown).items())


def _fitting(form: re.Pattern[str], text: str) -> str:
    return text if form.fullmatch(text) else ""


def _code(place: Place) -> str:
    return "" if place.kind is PlaceKind.UNKNOWN else place.code


def _time(end: Clock) -> str:
    if end.wall is not None:
        return end.wall.isoformat(timespec="minutes")
    return end.day.isoformat() if end.day is not None else ""
