"""Remove access records older than a given age. Nothing else removes access records.

The command also removes old views of orders and, on PostgreSQL, creates missing partitions. Statements that can take a long time
run as the tables' owner, if one is configured, because the time limits of pages do not apply to the owner.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from accounts import database_clock
from orders.models import AccessRecord
from orders.privacy import account_events, append_only, outcomes, owner, partitions, viewed_order
from orders.privacy.alone import Busy, alone
from orders.privacy.short_locks import InUse

DAYS = {"d": 1, "w": 7}
BETWEEN_BATCHES = 0.05  # seconds; pages that wait for SQLite try again at least every 0.02 s


def age(text: str) -> timedelta:
    """Parse an age such as `400d` (days) or `57w` (weeks). Raises CommandError if `text` is not such an age."""
    match = re.fullmatch(r"([1-9][0-9]{0,4})([dw])", text)
    if match is None:
        raise CommandError(f"{text!r} is not an age such as 400d (days) or 57w (weeks).")
    return timedelta(days=int(match[1]) * DAYS[match[2]])


class Command(BaseCommand):
    help = "Remove access records older than the given age, for retention. Nothing else removes any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", required=True, metavar="AGE", help="400d (days) or 57w (weeks)")
        parser.add_argument(
            "--whole-months",
            action="store_true",
            help="remove no month (UTC) before all of it is that old, so that PostgreSQL drops its table instead of deleting its records",
        )
        parser.add_argument("--dry-run", action="store_true", help="count only, remove nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = age(options["older_than"])
        if kept.days < settings.LEAST_RECORD_DAYS:
            raise CommandError(
                f"Records are kept for {settings.LEAST_RECORD_DAYS} days at least. Nothing was removed. "
                "CDPVIEWER_LEAST_RECORD_DAYS sets that age."
            )
        # Whole days (UTC), so that whole chains are removed and the rest can still be proved.
        limit = datetime.combine((timezone.now() - kept).astimezone(UTC).date(), datetime.min.time(), tzinfo=UTC)
        if options["whole_months"]:
            limit = limit.replace(day=1)
        connection = connections[owner.alias()]
        older = AccessRecord.objects.using(connection.alias).filter(at__lt=limit)
        since = f"from before {limit:%Y-%m-%d %H:%M} UTC"
        if options["dry_run"]:
            self._report_views(viewed_order.old_views().count(), "to be removed")
            self.stdout.write(f"would be removed: {older.count()} {since}")
            return
        _refuse_wrong_clock(connection)
        self._report_views(_in_batches(viewed_order.delete_old_views), "removed")
        try:
            with alone(connection):  # only this part, so that a migration never has to wait for the batches
                missing = partitions.prepare(connection)
                count = older.count()
                if count:
                    self._drop_months(connection, limit, count)
        except Busy as busy:
            raise CommandError(f"{busy} No records were removed. Run it again.") from None
        if count:
            _in_batches(partial(append_only.delete_older_than, connection, limit))
        self.stdout.write(f"removed: {count - older.count()} {since}")
        partitions.analyze(connection)
        if missing:
            raise CommandError(
                f"No partitions yet: {', '.join(missing)}. The default partition takes their records meanwhile (docs/operating.md)."
            )

    def _drop_months(self, connection: BaseDatabaseWrapper, limit: datetime, count: int) -> None:
        """Record the removal of the records from before `limit` (`count` of them), and drop the tables of whole months.

        The removal is recorded first, because otherwise `proving` could report the records as missing. A run that completes an earlier,
        interrupted one does not record it again. Raises CommandError if a month's table is in use for too long.
        """
        left = AccessRecord.objects.using(connection.alias).filter(chain="", at__gte=limit).count()
        detail = f"before {limit:%Y-%m-%d}, {left} without a chain left"
        pruned = AccessRecord.objects.using(connection.alias).filter(what=AccessRecord.Action.RECORDS_PRUNED)
        if pruned.order_by("-at").values_list("detail", flat=True).first() != detail:
            account_events.record(AccessRecord.Action.RECORDS_PRUNED, detail=detail, outcome=outcomes.removed(count))
        try:
            partitions.drop_before(connection, limit)
        except InUse:
            raise CommandError(
                "Not everything was removed: somebody, a backup for example, has been reading the records for too long. Run it again."
            ) from None

    def _report_views(self, count: int, what: str) -> None:
        if count:
            self.stdout.write(f"views to compare with {what}: {count}")


def _refuse_wrong_clock(connection: BaseDatabaseWrapper) -> None:
    """Raise CommandError if this host's clock and PostgreSQL's differ by more than MOST_OFF seconds.

    With a clock that is ahead, records would be removed too early.
    """
    if connection.vendor != "postgresql":
        return
    offset = database_clock.host_offset(*database_clock.STATEMENT.run(connection))
    if abs(offset) > database_clock.MOST_OFF:
        raise CommandError(f"The clock of this host is {abs(round(offset))} s off the database's. Nothing was removed.")


def _in_batches(remove: Callable[[], int]) -> int:
    """Call `remove`, which returns how many rows it removed, until it returns 0; pause in between, so that pages can write.

    Return the total number of rows removed.
    """
    total = 0
    while gone := remove():
        total += gone
        time.sleep(BETWEEN_BATCHES)
    return total
