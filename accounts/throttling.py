"""Throttling of sign-in attempts. Attempts are counted in the database, so that the limits hold across processes.

A lane is a group of attempts that are counted together. A browser in which the user has signed in before has its own lane for that user.
An attempt from any other browser is in two or three lanes: one for the name, one for the name and address together and, unless the
address is trusted, one for the address. Once a lane reaches its limit of failures in 15 minutes, it refuses most attempts but still
admits one every few seconds, so that nobody is locked out. The lane for a name is split in two, one for addresses from which an attempt
on that name failed in the last day and one for all others, so that a stranger with a few addresses cannot use up every attempt.

An attempt in progress occupies a slot in each of its lanes until its password is checked; while no slot is free, other attempts wait. Each
process checks only a few passwords at once; while an attempt waits for something other than the CPU, another may be checked.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from django.conf import settings
from django.db import connections, router, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import devices
from accounts.client_address import client_address, is_trusted
from accounts.models import SignInFailure
from accounts.names import name_hash

WINDOW = timedelta(minutes=15)
MEMORY = timedelta(days=1)  # how long after a failed attempt an address counts as known for the name
STALE = timedelta(seconds=30)  # an attempt in progress for longer belongs to a dead process and counts as failed
PATIENCE = 8.0  # the most seconds that an attempt waits for others in progress
# How many attempts of one process may wait at a time; others must try again later, so that pages are still served.
MOST_WAITING = 64
_WAITING = BoundedSemaphore(MOST_WAITING)
# Checking a password occupies a core, so more at once would not be faster; on SQLite, a hundred would only block each other.
AT_ONCE = 4
_CHECKING = BoundedSemaphore(AT_ONCE)
_holds_place: ContextVar[bool] = ContextVar("this attempt has one of the places", default=False)


class TryLater(Exception):
    """No attempt is allowed before `until` (aware UTC): too many have failed or, if `crowded`, too many are in progress."""

    def __init__(self, until: datetime, *, crowded: bool = False) -> None:
        super().__init__("too many attempts to sign in")
        self.until, self.crowded = until, crowded

    def seconds(self, now: datetime | None = None) -> int:
        """Whole seconds to wait, at least 1."""
        return max(1, math.ceil((self.until - (now or timezone.now())).total_seconds()))


class Uncounted(Exception):
    """The attempt ended for a reason other than a wrong password, so it does not count."""


class NotChecked(Uncounted):
    """The password could not be checked."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt whose password may be checked now; call `succeeded`, `failed` or `withdraw` to end it."""

    pk: int
    same_source: Q

    def succeeded(self) -> None:
        """Delete this attempt, and the failed ones for the same name from the same browser (or address, if the browser is unknown)."""
        SignInFailure.objects.filter(self.same_source, Q(pk=self.pk) | Q(under_way=False)).delete()

    def withdraw(self) -> None:
        """Delete this attempt, as if it had not been made."""
        SignInFailure.objects.filter(pk=self.pk).delete()

    def failed(self) -> None:
        """Count the attempt as failed at the current time."""
        SignInFailure.objects.filter(pk=self.pk).update(under_way=False, at=timezone.now())


@dataclass(frozen=True, slots=True)
class Lane:
    """Attempts that are counted together, and how many of them may fail before further ones are spaced out."""

    rows: Q
    limit: int


@contextmanager
def attempt(request: HttpRequest, username: str) -> Iterator[None]:
    """Throttle the password check inside the block: any exception from the block except Uncounted counts as a failed attempt.

    Raises TryLater if the attempt is not allowed now.
    """
    if not _CHECKING.acquire(timeout=PATIENCE):
        raise _crowded()
    token = _holds_place.set(True)
    try:
        begun = begin(request, username)
        try:
            yield
        except Uncounted:
            begun.withdraw()
            raise
        except BaseException:
            begun.failed()
            raise
        begun.succeeded()
    finally:
        _holds_place.reset(token)
        _CHECKING.release()


@contextmanager
def elsewhere() -> Iterator[None]:
    """Let another attempt be checked during the block, which waits for something other than the CPU."""
    if not _holds_place.get():
        yield
        return
    token = _holds_place.set(False)
    _CHECKING.release()
    try:
        yield
    finally:
        _CHECKING.acquire()
        _holds_place.reset(token)


def _crowded() -> TryLater:
    return TryLater(timezone.now() + timedelta(seconds=2), crowded=True)


def begin(request: HttpRequest, username: str) -> Attempt:
    """Wait until the attempt has a slot in all its lanes, and return it.

    Raises TryLater if a lane refuses it, too many attempts are waiting, or it has waited PATIENCE seconds.
    """
    row = _enter(request, username)
    try:
        _wait_for_turn(row, _lanes(row, is_trusted(request)))
    except BaseException:
        # An unchecked attempt does not count; otherwise constant retries would block the name for ever.
        row.delete()
        raise
    source = Q(device=row.device) if row.device else Q(device="", name=row.name, address=row.address)
    return Attempt(row.pk, source)


def _enter(request: HttpRequest, username: str) -> SignInFailure:
    now = timezone.now()
    SignInFailure.objects.filter(at__lte=now - MEMORY).delete()
    name, number = name_hash("name", username), devices.known(request, username)
    address = _hashed("address", client_address(request))
    failed_here = SignInFailure.objects.filter(device="", name=name, address=address)
    row = SignInFailure(at=now, name=name, address=address, under_way=True)
    row.device = _hashed("device", number) if number else ""
    row.new_address = not number and not failed_here.exists()
    connection = connections[router.db_for_write(SignInFailure)]
    if connection.vendor == "postgresql":
        # The lock makes rows visible in the order of their ids, so that a later attempt sees all earlier ones.
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.throttling'))")
            row.save(force_insert=True)
    else:
        row.save(force_insert=True)
    return row


def _lanes(row: SignInFailure, trusted: bool) -> list[Lane]:
    limits = settings.SIGN_IN_LIMITS
    if row.device:
        return [Lane(Q(device=row.device), limits.browser)]
    lanes = [
        Lane(Q(device="", name=row.name, new_address=row.new_address), limits.name),
        Lane(Q(device="", name=row.name, address=row.address), limits.tries),
    ]
    return lanes if trusted else [*lanes, Lane(Q(device="", address=row.address), limits.address)]


def _wait_for_turn(row: SignInFailure, lanes: Iterable[Lane]) -> None:
    """Wait for the attempt's turn in all lanes.

    Raises TryLater if a lane refuses it, too many attempts are waiting, or it has waited PATIENCE seconds.
    """
    if not _must_wait(row, lanes):
        return
    if not _WAITING.acquire(blocking=False):
        raise _crowded()
    try:
        ends = time.monotonic() + PATIENCE
        while True:
            with elsewhere():
                time.sleep(random.uniform(0.05, 0.15))  # noqa: S311 (only so that attempts do not all ask at once)
            if not _must_wait(row, lanes):
                return
            if time.monotonic() > ends:
                raise _crowded()
    finally:
        _WAITING.release()


def _must_wait(row: SignInFailure, lanes: Iterable[Lane]) -> bool:
    """Whether the attempt must wait for earlier ones in progress. Raises TryLater if a lane allows no attempt now."""
    until, wait = _places(row, lanes)
    if until is not None:
        raise TryLater(until)
    return wait


def _places(row: SignInFailure, lanes: Iterable[Lane]) -> tuple[datetime | None, bool]:
    """When to try again (None if every lane allows an attempt now), and whether the attempt must wait for earlier ones."""
    now = timezone.now()
    pace = timedelta(seconds=settings.SIGN_IN_LIMITS.pace)
    until: datetime | None = None
    wait = False
    for lane in lanes:
        rows = SignInFailure.objects.filter(lane.rows, at__gt=now - WINDOW).exclude(pk=row.pk)
        others = list(rows.order_by("-at").values_list("pk", "at", "under_way"))
        failed = [at for _pk, at, under_way in others if not under_way or at < now - STALE]
        ahead = sum(pk < row.pk for pk, at, under_way in others if under_way and at >= now - STALE)
        if len(failed) >= lane.limit and failed[0] + pace > now:
            until = max(until or now, failed[0] + pace)
        wait = wait or ahead >= max(1, lane.limit - len(failed))
    return until, wait


def _hashed(kind: str, value: str) -> str:
    return salted_hmac(f"orders.throttling.{kind}", value, algorithm="sha256").hexdigest()
