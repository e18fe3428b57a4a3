"""Reseal every stored credential under the first key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from orders.cdp.errors import CredentialUnreadable
from orders.models import Connection
from orders.privacy import sealing

# How often a row is read again when somebody replaces its credential at the same moment.
TRIES = 3


class Command(BaseCommand):
    help = (
        "Reseal every stored credential under the first key of CDPVIEWER_CREDENTIAL_KEYS. Can be run again at any time, "
        "while people work. Exits with 1 if a credential could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"resealed": 0, "already": 0, "changed meanwhile": 0, "unreadable": 0}
        for pk in list(Connection.objects.order_by("pk").values_list("pk", flat=True)):
            result = self.rotate(pk, dry_run=options["dry_run"])
            if result:
                counts[result] += 1
        self.stdout.write(f"{'would be resealed' if options['dry_run'] else 'resealed'}: {counts['resealed']}")
        self.stdout.write(f"already under the first key: {counts['already']}")
        self.stdout.write(f"changed meanwhile, run again: {counts['changed meanwhile']}")
        self.stdout.write(f"unreadable, left as they are: {counts['unreadable']}")
        if counts["unreadable"] or counts["changed meanwhile"]:
            raise SystemExit(1)

    def rotate(self, pk: UUID, *, dry_run: bool) -> str:
        """Reseal one row if nobody changes it meanwhile; what happened, or "" when the row is gone."""
        for _again in range(TRIES):
            connection = Connection.objects.filter(pk=pk).first()
            if connection is None:
                return ""
            sealed = {"sealed_client_key": connection.sealed_client_key, "sealed_token": connection.sealed_token}
            try:
                connection.open_sealed()
                fresh = {name: sealing.reseal(value) for name, value in sealed.items()}
            except CredentialUnreadable as error:
                self.stderr.write(f"connection {pk}: {error}")
                return "unreadable"
            if all(sealing.key_position(value) == 0 for value in sealed.values()):
                return "already"
            # Only if the row still holds what was read: a credential replaced meanwhile must not come back.
            if dry_run or self.swap(pk, sealed, fresh):
                return "resealed"
        return "changed meanwhile"

    def swap(self, pk: UUID, sealed: dict[str, str], fresh: dict[str, str]) -> bool:
        """Write `fresh` where the row still holds `sealed`; False when it does not any more."""
        return Connection.objects.filter(pk=pk, **sealed).update(**fresh) == 1
