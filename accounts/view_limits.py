"""View limits: how often one user may read from the CDP, per minute and per day (UTC).

Each view is counted by one SQL statement, so that the limits hold across processes. On PostgreSQL, the same statement usually
also reads the user's connection to the CDP.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, connections, router
from django.utils.translation import gettext as _

from accounts.limits import Over
from accounts.models import ViewCount
from orders import problems
from orders.models import AnyUser
from orders.privacy import account_events, outcomes
from orders.privacy.record_kinds import Action
from orders.problems import Problem
from orders.storage.combined_statement import RowStatement

MINUTE, DAY = 60, 86_400  # seconds

log = structlog.stdlib.get_logger("orders.views")

_ADD = """INSERT INTO orders_viewcount AS held (user_id, minute, in_minute, day, on_day, noted_minute, noted_day)
VALUES (%s, %s, 1, %s, 1, 0, 0)
ON CONFLICT (user_id) DO UPDATE SET
in_minute = 1 + CASE WHEN excluded.minute > held.minute THEN 0 ELSE held.in_minute END,
minute = CASE WHEN excluded.minute > held.minute THEN excluded.minute ELSE held.minute END,
on_day = 1 + CASE WHEN excluded.day > held.day THEN 0 ELSE held.on_day END,
day = CASE WHEN excluded.day > held.day THEN excluded.day ELSE held.day END
RETURNING in_minute, on_day"""


@dataclass(frozen=True, slots=True)
class View:
    """A view at `now` (seconds since 1970). Running `change` counts it, and returns the person's totals for that minute and that day."""

    person: AbstractBaseUser
    now: int

    @property
    def change(self) -> RowStatement:
        return RowStatement(_ADD, [self.person.pk, self.now // MINUTE, self.now // DAY])

    def over(self, in_minute: int, on_day: int) -> Over | None:
        """The limit that these counts exceed, or None. The first excess in each minute or day is recorded.

        Raises DatabaseError if it cannot be recorded.
        """
        limits = settings.VIEW_LIMITS
        if limits.a_day and on_day > limits.a_day:
            over = Over(limits.a_day, daily=True, seconds=DAY - self.now % DAY)
        elif limits.a_minute and in_minute > limits.a_minute:
            over = Over(limits.a_minute, daily=False, seconds=MINUTE - self.now % MINUTE)
        else:
            return None
        _note(self.person, over, self.now)
        return over


def view_of(person: AnyUser) -> View | None:
    """A view by this person, still to be counted; None if no limit is set or nobody is signed in."""
    limits = settings.VIEW_LIMITS
    if not (limits.a_minute or limits.a_day) or not isinstance(person, AbstractBaseUser):
        return None
    return View(person, int(time.time()))


def count(person: AnyUser) -> Over | None:
    """Count a view, and return the limit that it exceeds, or None.

    If the view cannot be counted, or the excess cannot be recorded, None is returned.
    """
    view = view_of(person)
    if view is None:
        return None
    try:
        return view.over(*view.change.run(connections[router.db_for_write(ViewCount)]))
    except DatabaseError as error:
        log.warning("views could not be counted", exc_info=error)
        return None


def problem(over: Over) -> Problem:
    """The problem to show to a user who has exceeded a view limit. It says that nothing was sent to the CDP."""
    if over.daily:
        sentence = _("You have reached your limit of %(limit)s views a day. Nothing was sent to the CDP.")
    else:
        sentence = _("You have reached your limit of %(limit)s views a minute. Nothing was sent to the CDP.")
    return problems.views_limited(sentence % {"limit": over.limit}, over.seconds)


def _note(person: AbstractBaseUser, over: Over, now: int) -> None:
    """Record that the limit was exceeded, unless this has already been recorded for this minute or day."""
    column, window = ("noted_day", now // DAY) if over.daily else ("noted_minute", now // MINUTE)
    rows = ViewCount.objects.filter(user_id=person.pk, **{f"{column}__lt": window})
    if rows.update(**{column: window}):
        account_events.record(
            Action.VIEWS_LIMITED, about=person, outcome=outcomes.limited(over.limit, daily=over.daily)
        )
