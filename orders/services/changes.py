"""The changes to an order since an earlier view, found by comparing its digest with the digest of that view."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from orders.cdp.records import Reason
from orders.privacy import viewed_order
from orders.privacy.sealing import CredentialUnreadable
from orders.privacy.viewed_order import View
from orders.services.digests import Seen, code_of, codes_added, digest_of, read
from orders.services.orders import OpenedOrder
from orders.services.tenant import Tenant
from orders.storage.combined_statement import Row

log = structlog.stdlib.get_logger("orders.changes")

MOST_FLIGHTS = 120
MOST_CHANGES = 12

# The number of items with each status, sorted by the status's code: ((status, count), ...).
Counts = tuple[tuple[str | None, int], ...]


class Kind(StrEnum):
    """The kind of change to a flight between two views."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """A changed fact about a flight, with its value before and now.

    `fact` is "departs", "arrives", "number", "travellers" or "status". The values of "departs" and "arrives" are naive local times,
    dates if the time is unknown, or None if the date is unknown too. Those of "number" are text such as "BX 459", and those of
    "travellers" are numbers. Those of "status" are tuples of the statuses of the flight's items, each as in `Changes.status`.
    """

    fact: str
    before: Any
    now: Any


@dataclass(frozen=True, slots=True)
class FlightChange:
    """A flight that changed, was added or was removed; `anchor` is the DOM id of its row, "" if it was removed.

    `day` is the local date of departure, None if it is unknown.
    """

    kind: Kind
    number: str
    origin: str
    destination: str
    day: date | None = None
    changes: tuple[Change, ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences since the view at `since` (aware UTC); `own` says whether that view was the user's own.

    `status`, `total` and `items` are pairs (before, now), or None if unchanged. A status is given as its text, as its code if the
    text is not known, or as None if only its hash is known; "" means no status. A total is (amount or None, currency). `items` counts items
    without flights by status, for the statuses whose count changed. `more` is the number of changed flights that are not in `flights`.

    If `own`, `others_at` is when another user last viewed the order (None if there is no such view to compare), and `others_same` says
    whether the order is still as it was then.
    """

    since: datetime
    own: bool
    flights: tuple[FlightChange, ...] = ()
    status: tuple[str | None, str | None] | None = None
    total: tuple[tuple[Decimal | None, str], tuple[Decimal | None, str]] | None = None
    items: tuple[Counts, Counts] | None = None
    more: int = 0
    others_at: datetime | None = None
    others_same: bool = False


def view_of(user: AbstractBaseUser | AnonymousUser, tenant: Tenant, opened: OpenedOrder) -> View | None:
    """The user's view of the order, to be stored with the access record; None if no view is to be stored.

    A view is stored only if CHANGES_DAYS is set, the user is signed in, and the order has a ref and at most MOST_FLIGHTS flights. The
    order must also have been read in full, because flights that were not read would seem to have been removed. If the digest cannot be
    sealed, a warning is logged and no view is stored.
    """
    if not settings.CHANGES_DAYS or not opened.order.ref or user.pk is None or not _whole(opened):
        return None
    try:
        return viewed_order.view(user.pk, viewed_order.key_of(tenant.identity, opened.order.ref), digest_of(opened))
    except CredentialUnreadable as error:
        log.warning("the view of an order could not be kept for comparison", error=type(error).__name__)
        return None


def changes_since(view: View | None, returned: Row, opened: OpenedOrder) -> Changes | None:
    """The changes since the earlier view that `view.before` finds; None if nothing changed or no view can be compared.

    `returned` is the row that `view.change` returned.
    """
    before = view.before(returned) if view is not None and returned else None
    return compare(before, view.digest, opened) if view is not None and before is not None else None


def compare(views: viewed_order.Views, digest: str, opened: OpenedOrder) -> Changes | None:
    """The differences between `digest` (of `opened`) and the earlier `views.digest`; None if there are none or the two cannot be compared.

    Times of flights are not compared if the two digests read segment times differently (as local times or as UTC).
    """
    order = opened.order
    texts = {text or "" for text in (order.status, *(item.status for item in order.items))}
    sent = {code_of(text): text for text in texts}
    added = codes_added(texts)
    before, now, others = (read(kept, added) for kept in (views.digest, digest, views.others_digest))
    if before is None or now is None:
        return None
    timed = before["reading"] == now["reading"]
    keys = [flight.key for flight in opened.trip.flights]
    changed = list(_flights(before["flights"], now["flights"], keys, sent, timed=timed))
    status_now = (_text(before["status"], sent), _text(now["status"], sent))
    total = (_amount(*before["total"]), _amount(*now["total"]))
    items = (_counts(before["items"], now["items"], sent), _counts(now["items"], before["items"], sent))
    changes = Changes(
        since=views.at,
        own=views.own,
        flights=tuple(changed[:MOST_CHANGES]),
        status=status_now if before["status"] != now["status"] else None,
        total=total if total[0] != total[1] else None,
        items=items if items[0] != items[1] else None,
        more=max(0, len(changed) - MOST_CHANGES),
        others_at=views.others_at if others is not None and others["reading"] == now["reading"] else None,
        others_same=others == now,
    )
    return changes if changes.flights or changes.status or changes.total or changes.items else None


def _whole(opened: OpenedOrder) -> bool:
    loaded = opened.order.items_complete and not opened.summary.segments_left
    few = len(opened.trip.flights) <= MOST_FLIGHTS
    reasons = (note.reason for item in opened.order.items for note in item.notes)
    return loaded and few and Reason.NOT_LOADED not in reasons


def _text(code: str, sent: Mapping[str, str]) -> str | None:
    """The text for a digest's status `code`, looked up in `sent`; if it is not there, the code itself, or None if that is only a hash."""
    return sent.get(code, None if code.startswith("#") else code)


def _counts(here: Counter[str], there: Counter[str], sent: Mapping[str, str]) -> Counts:
    """The statuses in `here` whose count differs from that in `there`, each with its count in `here`."""
    return tuple((_text(code, sent), count) for code, count in sorted(here.items() - there.items()))


def _amount(amount: str, currency: str) -> tuple[Decimal | None, str]:
    try:
        return Decimal(amount), currency
    except InvalidOperation:
        return None, currency


def _flights(
    before: list[Seen], now: list[Seen], keys: Sequence[str], sent: Mapping[str, str], *, timed: bool
) -> Iterable[FlightChange]:
    """The flights that changed, were added or were removed: in the order of the trip, with the removed ones last."""
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
    """A mapping from positions in `now` to positions in `before`, for the flights that are in both lists.

    Equal flights are matched first; then those with the same number, route and day; then those with the same number and
    route; then those with the same route and day; and finally those with the same route.
    """
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
