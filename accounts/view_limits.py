"""View limits: how often one user may read from the CDP, per minute and per day (UTC).

Views are counted in the process and added to the user's row every few views, which also returns the counts of other processes. So a
view costs a fraction of a statement, and each additional process allows at most those few views beyond the limit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, connections, router
from django.utils.translation import gettext as _

from accounts.limits import Over
from accounts.models import ViewCount
from orders import problems
from orders.models import AnyUser
from orders.privacy import account_events
from orders.privacy.record_kinds import Action
from orders.problems import Problem

MINUTE, DAY = 60, 86_400  # seconds
# The share of a limit that a process counts before it adds to the row; from NEAR on it adds every view.
SHARE, NEAR = 1 / 20, 0.9
MOST_UNSHARED = 10

log = structlog.stdlib.get_logger("orders.views")

_ADD = """INSERT INTO orders_viewcount AS held (user_id, minute, in_minute, day, on_day, noted_minute, noted_day)
VALUES (%s, %s, %s, %s, %s, 0, 0)
ON CONFLICT (user_id) DO UPDATE SET
in_minute = excluded.in_minute + CASE WHEN excluded.minute > held.minute THEN 0 ELSE held.in_minute END,
minute = CASE WHEN excluded.minute > held.minute THEN excluded.minute ELSE held.minute END,
on_day = excluded.on_day + CASE WHEN excluded.day > held.day THEN 0 ELSE held.on_day END,
day = CASE WHEN excluded.day > held.day THEN excluded.day ELSE held.day END
RETURNING in_minute, on_day"""


@dataclass(slots=True)
class _Count:
    """Views in one window: the row's count when last read, and those of this process since."""

    window: int = 0
    shared: int = 0
    unshared: int = 0

    def add(self, window: int) -> None:
        if window != self.window:
            self.window, self.shared, self.unshared = window, 0, 0
        self.unshared += 1

    def take(self) -> int:
        """The views to add to the row now; they count as shared at once, so that concurrent views do not add them again."""
        taken, self.unshared = self.unshared, 0
        self.shared += taken
        return taken

    @property
    def views(self) -> int:
        return self.shared + self.unshared


class Counts:
    """The views of each user, as known to this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._people: dict[int, tuple[_Count, _Count]] = {}

    def add(self, user_id: int, now: float) -> tuple[int, int]:
        """Count a view at `now`, in seconds since 1970; return the user's views in this minute and on this day."""
        moment, limits = int(now), settings.VIEW_LIMITS
        with self._lock:
            minute, day = self._people.setdefault(user_id, (_Count(), _Count()))
            minute.add(moment // MINUTE)
            day.add(moment // DAY)
            if not (_is_due(minute, limits.a_minute) or _is_due(day, limits.a_day)):
                return minute.views, day.views
            row = [user_id, minute.window, minute.take(), day.window, day.take()]
        totals = _add_to_row(row)
        with self._lock:
            for views, window, total in zip((minute, day), (row[1], row[3]), totals, strict=True):
                if views.window == window:
                    views.shared = max(total, views.shared)
            return minute.views, day.views


def _is_due(count: _Count, limit: int) -> bool:
    """Whether the views counted since should be added to the row now."""
    return limit > 0 and (
        count.unshared >= min(max(1, int(limit * SHARE)), MOST_UNSHARED) or count.views >= limit * NEAR
    )


def _add_to_row(row: list[int]) -> tuple[int, int]:
    """Add to the user's row, and return all views in this minute and on this day."""
    with connections[router.db_for_write(ViewCount)].cursor() as cursor:
        cursor.execute(_ADD, row)
        in_minute, on_day = cursor.fetchone()
    return in_minute, on_day


COUNTS = Counts()


def count(person: AnyUser) -> Over | None:
    """Count a view, and return the limit that it exceeds, or None.

    The first excess in each minute and day is recorded. If the database accepts no writes, the process counts alone: a view that
    cannot be recorded is not shown anyway.
    """
    limits = settings.VIEW_LIMITS
    if not (limits.a_minute or limits.a_day) or not isinstance(person, AbstractBaseUser):
        return None
    now = time.time()
    try:
        in_minute, on_day = COUNTS.add(person.pk, now)
        if limits.a_day and on_day > limits.a_day:
            over = Over(limits.a_day, "a day", DAY - int(now) % DAY)
        elif limits.a_minute and in_minute > limits.a_minute:
            over = Over(limits.a_minute, "a minute", MINUTE - int(now) % MINUTE)
        else:
            return None
        _note(person, over, int(now))
    except DatabaseError as error:
        log.warning("views could not be counted", exc_info=error)
        return None
    return over


def problem(over: Over) -> Problem:
    """The problem for a user who has reached a limit on views; the CDP was not called."""
    if over.window == "a day":
        sentence = _(
            "The limit for one person is %(limit)s views a day, and you have reached it. Nothing was sent to the CDP."
        )
    else:
        sentence = _(
            "The limit for one person is %(limit)s views a minute, and you have reached it. Nothing was sent to the CDP."
        )
    return problems.views_limited(sentence % {"limit": over.limit}, over.seconds)


def _note(person: AbstractBaseUser, over: Over, now: int) -> None:
    """Record the excess, unless another view or process has done so for this minute or day."""
    column, window = ("noted_day", now // DAY) if over.window == "a day" else ("noted_minute", now // MINUTE)
    rows = ViewCount.objects.filter(user_id=person.pk, **{f"{column}__lt": window})
    if rows.update(**{column: window}):
        account_events.record(Action.VIEWS_LIMITED, about=person, outcome=f"{over.limit} {over.window}")
