"""Remove access records that are older than the house keeps them: the only way to remove any."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router
from django.utils import timezone

from orders import append_only
from orders.models import AccessRecord

DAYS = {"d": 1, "w": 7}


def age(text: str) -> timedelta:
    """`400d` or `57w` as a length of time, at least a day; `CommandError` otherwise."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([dw])", text)
    if found is None:
        raise CommandError(f"{text!r} is not an age such as 400d (days) or 57w (weeks).")
    return timedelta(days=int(found[1]) * DAYS[found[2]])


class Command(BaseCommand):
    help = "Remove access records older than the given age, for retention. Nothing else removes any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", required=True, metavar="AGE", help="400d (days) or 57w (weeks)")
        parser.add_argument("--dry-run", action="store_true", help="count only, remove nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        limit = timezone.now() - age(options["older_than"])
        if options["dry_run"]:
            count = AccessRecord.objects.filter(at__lt=limit).count()
            self.stdout.write(f"would be removed: {count} from before {limit:%Y-%m-%d %H:%M} UTC")
            return
        connection = connections[router.db_for_write(AccessRecord) or "default"]
        removed = 0
        while gone := append_only.delete_older_than(connection, limit):
            removed += gone
        self.stdout.write(f"removed: {removed} from before {limit:%Y-%m-%d %H:%M} UTC")
