"""Check that the access records are unchanged, or start a new chain and print its head, to be stored outside the database."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router
from django.utils import timezone

from orders.models import AccessRecord
from orders.privacy import append_only, proving


class Command(BaseCommand):
    help = "Check that no access record was forged, changed, moved or removed. Names each row at fault and exits with 1 if there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--head",
            action="store_true",
            help="note the heads of all chains and print one line to keep apart from the database",
        )
        what.add_argument(
            "--since", metavar="HEAD", help="a line printed by --head: everything recorded up to it must still be there"
        )
        what.add_argument(
            "--days", metavar="N", type=int, help="read only the chains of the last N days (UTC), today among them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["head"]:
            chain = append_only.take_head(connections[router.db_for_write(AccessRecord)])
            self.stdout.write(str(proving.Head(chain.name, chain.link, chain.seal)))
            return
        since = proving.Head.read(options["since"]) if options["since"] else None
        if options["since"] and since is None:
            raise CommandError("That is not a head as --head prints it: chain/link/seal.")
        days = options["days"]
        if days is not None and days < 1:
            raise CommandError("--days must be at least 1.")
        first = timezone.now().astimezone(UTC).date() - timedelta(days=days - 1) if days else None
        proof = proving.prove(since, first=first)
        for fault in proof.faults:
            self.stderr.write(fault)
        older = f", {proof.without_chain} from before the chains" if proof.without_chain else ""
        later = f" since {first}" if first else ""
        self.stdout.write(f"{proof.records} records in {proof.chains} chains{later}{older}: {len(proof.faults)} faults")
        if proof.faults:
            raise SystemExit(1)
