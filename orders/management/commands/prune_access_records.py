"""Remove access records older than a given age. Nothing else removes access records.

The command also removes old views of orders and, on PostgreSQL, creates missing partitions.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router
from django.utils import timezone

from orders.models import AccessRecord
from orders.privacy import account_events, append_only, partitions, viewed_order

DAYS = {"d": 1, "w": 7}
BETWEEN_BATCHES = 0.05  # seconds; pages that wait for SQLite try again at least every 0.02 s


def age(text: str) -> timedelta:
    """Parse an age such as `400d` (days) or `57w` (weeks). Raises CommandError if `text` is not such an age."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([dw])", text)
    if found is None:
        raise CommandError(f"{text!r} is not an age such as 400d (days) or 57w (weeks).")
    return timedelta(days=int(found[1]) * DAYS[found[2]])


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
        # Connect as the table's owner if pages use a separate role, which may not delete rows.
        connection = connections["owner" if "owner" in connections else router.db_for_write(AccessRecord)]
        if not options["dry_run"] and (missing := partitions.prepare(connection)):
            self.stderr.write(
                f"No partitions yet: {', '.join(missing)}. The default partition takes their records meanwhile."
            )
        self._prune_views(dry_run=options["dry_run"])
        older = AccessRecord.objects.filter(at__lt=limit)
        count, since = older.count(), f"from before {limit:%Y-%m-%d %H:%M} UTC"
        if options["dry_run"]:
            self.stdout.write(f"would be removed: {count} {since}")
            return
        if not count:
            self.stdout.write(f"removed: 0 {since}")
            return
        left = AccessRecord.objects.filter(chain="", at__gte=limit).count()
        detail = f"before {limit:%Y-%m-%d}, {left} without a chain left"
        account_events.record(AccessRecord.Action.RECORDS_PRUNED, detail=detail, outcome=f"removed: {count}")
        try:
            partitions.drop_before(connection, limit)
        except partitions.InUse:
            raise CommandError(
                "Not everything was removed: somebody, a backup for example, has been reading the records for too long. Run it again."
            ) from None
        while append_only.delete_older_than(connection, limit):
            time.sleep(BETWEEN_BATCHES)
        self.stdout.write(f"removed: {count - older.count()} {since}")

    def _prune_views(self, *, dry_run: bool) -> None:
        """Remove stored order views that are more than CHANGES_DAYS days old; with `dry_run`, only count them.

        The age given for access records does not matter here.
        """
        gone = viewed_order.prune(dry_run=dry_run)
        if gone:
            self.stdout.write(f"views to compare with {'to be removed' if dry_run else 'removed'}: {gone}")
