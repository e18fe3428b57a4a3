"""What changed on an order since it was last viewed: a digest without personal data, and its comparison with an earlier one."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.crypto import salted_hmac

from orders.cdp.errors import CredentialUnreadable
from orders.itinerary.codes import PlaceKind
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Flight, Place
from orders.privacy import viewed_order
from orders.privacy.viewed_order import View
from orders.services.currencies import canonical
from orders.services.orders import OpenedOrder
from orders.services.tenant import Tenant
from orders.storage.together import Row

log = structlog.stdlib.get_logger("orders.changes")

FORM = 2  # version of the digest; others are not compared
HASH_LENGTH = 16  # characters of a status that is not in our table
MOST_FLIGHTS = 120
MOST_CHANGES = 12
CARRIER = re.compile(r"[A-Z0-9]{2}")
NUMBER = re.compile(r"\d{1,4}[A-Z]?")
CURRENCY = re.compile(r"[A-Z]{3}")


class Kind(StrEnum):
    """How a flight changed between two views."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


class Seen(NamedTuple):
    """A flight in a digest. Times are local times, dates without a time, or ""; `travellers` is how many of them are booked."""

    number: str
    origin: str
    destination: str
    departs: str
    arrives: str
    travellers: int
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, before and now: `fact` is "departs", "arrives", "number", "travellers" or "status".

    Times are naive wall-clock values or dates. Statuses are tuples as in `Changes.status`.
    """

    fact: str
    before: Any
    now: Any


@dataclass(frozen=True, slots=True)
class FlightChange:
    """A flight that changed, was added or was removed; `anchor` is the DOM id of its row, "" if it has none."""

    kind: Kind
    number: str
    origin: str
    destination: str
    day: date | None = None
    changes: tuple[Change, ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences since the view at `since` (aware UTC), which was the person's `own` or somebody else's.

    `status` is (before, now), each a code or as sent, "" for no status, None for one whose text was not kept; `total` is
    ((amount, currency) before, now); each is None if unchanged. `more` flights changed beyond those in `flights`.
    `others_at` is when another user last viewed the order, `others_same` whether it has not changed since.
    """

    since: datetime
    own: bool
    flights: tuple[FlightChange, ...] = ()
    status: tuple[str | None, str | None] | None = None
    total: tuple[tuple[Decimal | None, str], tuple[Decimal | None, str]] | None = None
    more: int = 0
    others_at: datetime | None = None
    others_same: bool = False


def view_of(user: AbstractBaseUser | AnonymousUser, tenant: Tenant, opened: OpenedOrder) -> View | None:
    """The user's view of the order, stored with its access record; None if it is not stored.

    An order that loaded only in part is neither stored nor compared: missing flights would look removed. A failure is logged, and
    the page is shown without changes.
    """
    if not settings.CHANGES_DAYS or not opened.order.ref or user.pk is None or not _whole(opened):
        return None
    try:
        return viewed_order.view(user.pk, viewed_order.key_of(tenant.identity, opened.order.ref), digest_of(opened))
    except CredentialUnreadable as error:
        log.warning("the view of an order could not be kept for comparison", error=type(error).__name__)
        return None


def changes_since(view: View | None, returned: Row, opened: OpenedOrder) -> Changes | None:
    """What changed since the view before, from what `view.change` returned; None if nothing did or nothing was kept."""
    before = view.before(returned) if view is not None and returned else None
    if view is None or before is None or before.digest == view.digest:
        return None
    return compare(before, view.digest, opened)


def digest_of(opened: OpenedOrder) -> str:
    """The digest as JSON: only codes, figures and hashes of known form, so that no other data of the CDP can get into it."""
    order, trip = opened.order, opened.trip
    currency = canonical(order.currency_code)
    content = {
        "form": FORM,
        "reading": str(trip.reading),
        "status": _status(order.status),
        "total": ["" if order.price is None else str(order.price), currency if CURRENCY.fullmatch(currency) else ""],
        "flights": [_seen(flight, opened) for flight in trip.flights[:MOST_FLIGHTS]],
    }
    return json.dumps(content, separators=(",", ":"))


def compare(views: viewed_order.Views, digest: str, opened: OpenedOrder) -> Changes | None:
    """The differences between the stored digest and the current one, of `opened`; None if they cannot be compared."""
    before, now = json.loads(views.digest), json.loads(digest)
    if before["form"] != now["form"]:
        return None
    timed = before["reading"] == now["reading"]
    sent = {_status(text): text or "" for text in (opened.order.status, *(item.status for item in opened.order.items))}
    keys = [flight.key for flight in opened.trip.flights]
    changed = list(_flights(_read(before), _read(now), keys, sent, timed=timed))
    status_now = (_text(before["status"], sent), _text(now["status"], sent))
    total = (_amount(*before["total"]), _amount(*now["total"]))
    found = Changes(
        since=views.at,
        own=views.own,
        flights=tuple(changed[:MOST_CHANGES]),
        status=status_now if before["status"] != now["status"] else None,
        total=total if total[0] != total[1] else None,
        more=max(0, len(changed) - MOST_CHANGES),
        others_at=views.others_at if views.own else None,
        others_same=views.others_same,
    )
    return found if found.flights or found.status or found.total else None


def _whole(opened: OpenedOrder) -> bool:
    loaded = opened.order.items_complete and not opened.summary.segments_left
    return loaded and not any(note.reason == "not loaded" for item in opened.order.items for note in item.notes)


def _seen(flight: Flight, opened: OpenedOrder) -> Seen:
    items = opened.order.items
    return Seen(
        number=f"{_fitting(CARRIER, flight.carrier)} {_fitting(NUMBER, flight.flight_number)}".strip(),
        origin=_code(flight.origin.place),
        destination=_code(flight.destination.place),
        departs=_time(flight.origin),
        arrives=_time(flight.destination),
        travellers=sum(count for _type, count in flight.passengers),
        statuses=tuple(sorted({code for at in flight.item_indexes if (code := _status(items[at].status))})),
    )


def _fitting(form: re.Pattern[str], text: str) -> str:
    return text if form.fullmatch(text) else ""


def _code(place: Place) -> str:
    return "" if place.kind is PlaceKind.UNKNOWN else place.code


def _time(end: Clock) -> str:
    if end.wall is not None:
        return end.wall.isoformat(timespec="minutes")
    return end.day.isoformat() if end.day is not None else ""


def _status(sent: str | None) -> str:
    """The code of a status in our table, "" for none, and a keyed hash of any other: a feed may send any text."""
    row = status(sent)
    if row.translated:
        return row.code
    return f"#{salted_hmac('orders.viewed.status', row.code, algorithm='sha256').hexdigest()[:HASH_LENGTH]}"


def _text(code: str, sent: Mapping[str, str]) -> str | None:
    """A status of a digest as the order has it now, by what was `sent`; else its code, None for a hash."""
    return sent.get(code, None if code.startswith("#") else code)


def _read(digest: dict[str, Any]) -> list[Seen]:
    return [Seen._make([*plain, tuple(statuses)]) for *plain, statuses in digest["flights"]]


def _amount(amount: str, currency: str) -> tuple[Decimal | None, str]:
    try:
        return Decimal(amount), currency
    except InvalidOperation:
        return None, currency


def _flights(
    before: list[Seen], now: list[Seen], keys: Sequence[str], sent: Mapping[str, str], *, timed: bool
) -> Iterable[FlightChange]:
    """The flights that differ, in the order flown, removed ones last."""
    earlier = _matched(before, now)
    for at, flight in enumerate(now):
        was = earlier.get(at)
        anchor = f"flight-{keys[at]}"
        if was is None:
            yield FlightChange(Kind.NEW, flight.number, flight.origin, flight.destination, _day(flight), (), anchor)
        elif changes := tuple(_changes(before[was], flight, sent, timed=timed)):
            yield FlightChange(
                Kind.CHANGED, flight.number, flight.origin, flight.destination, _day(flight), changes, anchor
            )
    for at in sorted(set(range(len(before))) - set(earlier.values())):
        gone = before[at]
        yield FlightChange(Kind.GONE, gone.number, gone.origin, gone.destination, _day(gone))


def _matched(before: list[Seen], now: list[Seen]) -> dict[int, int]:
    """Positions of the same flights, by position now: equal ones first, then by number and day, number, route and day, and route."""
    matched: dict[int, int] = {}
    keys = (
        lambda flight: flight,
        lambda flight: (flight.number, flight.origin, flight.destination, flight.departs[:10]),
        lambda flight: (flight.number, flight.origin, flight.destination),
        lambda flight: (flight.origin, flight.destination, flight.departs[:10]),
        lambda flight: (flight.origin, flight.destination),
    )
    for key in keys:
        waiting: defaultdict[Any, list[int]] = defaultdict(list)
        taken = set(matched.values())
        for at, flight in enumerate(before):
            if at not in taken:
                waiting[key(flight)].append(at)
        for at, flight in enumerate(now):
            if at not in matched and waiting[key(flight)]:
                matched[at] = waiting[key(flight)].pop(0)
    return matched


def _changes(before: Seen, now: Seen, sent: Mapping[str, str], *, timed: bool) -> Iterable[Change]:
    if before.number != now.number:
        yield Change("number", before.number, now.number)
    if timed:
        for fact in ("departs", "arrives"):
            was, is_now = getattr(before, fact), getattr(now, fact)
            if was != is_now:
                yield Change(fact, _moment(was), _moment(is_now))
    if before.travellers != now.travellers:
        yield Change("travellers", before.travellers, now.travellers)
    if before.statuses != now.statuses:
        was, is_now = (tuple(_text(code, sent) for code in seen.statuses) for seen in (before, now))
        yield Change("status", was, is_now)


def _moment(text: str) -> datetime | date | None:
    if not text:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _day(flight: Seen) -> date | None:
    return date.fromisoformat(flight.departs[:10]) if flight.departs else None
