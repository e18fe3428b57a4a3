"""Reseal users' credentials, the data keys of shared connections, and the secrets of second factors under the server's first key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.management.sealed_rows import TABLES, SealedRows
from accounts.sign_on import factors
from orders.privacy import sealing
from orders.privacy.sealing import CredentialUnreadable

# How many times to try to reseal a row that keeps changing.
TRIES = 3


class Command(BaseCommand):
    help = (
        "Reseal every stored credential, every copy of the key of a shared one, and every second factor under the first key of "
        "CDPVIEWER_CREDENTIAL_KEYS. Can be run again at any time, while people work. Exits with 1 if one could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"resealed": 0, "already": 0, "changed meanwhile": 0, "unreadable": 0}
        for table in TABLES:
            for pk in list(table.model._default_manager.order_by("pk").values_list("pk", flat=True)):  # noqa: SLF001
                result = self.rotate(table, pk, dry_run=options["dry_run"])
                if result:
                    counts[result] += 1
        for factor, _field in list(factors.sealed_values()):
            result = factors.reseal(factor.pk, dry_run=options["dry_run"])
            if result == "unreadable":
                self.stderr.write(f"second factor {factor.pk} of user {factor.user_id} cannot be read")
            if result:
                counts[result] += 1
        self.stdout.write(f"{'would be resealed' if options['dry_run'] else 'resealed'}: {counts['resealed']}")
        self.stdout.write(f"already under the first key: {counts['already']}")
        self.stdout.write(f"changed meanwhile, run again: {counts['changed meanwhile']}")
        self.stdout.write(f"unreadable, left as they are: {counts['unreadable']}")
        if counts["unreadable"] or counts["changed meanwhile"]:
            raise SystemExit(1)

    def rotate(self, table: SealedRows, pk: object, *, dry_run: bool) -> str:
        """Reseal one row, trying again if it changes meanwhile; with `dry_run`, only test whether it can be resealed.

        Return "resealed" (also with `dry_run`), "already" (under the first key), "changed meanwhile" (on every attempt) or "unreadable"; ""
        if the row is gone.
        """
        for _again in range(TRIES):
            row = table.model._default_manager.select_related(*table.related).filter(pk=pk).first()  # noqa: SLF001
            if row is None:
                return ""
            sealed = table.sealed(row)
            try:
                table.check(row)
                fresh = {name: sealing.reseal(value) for name, value in sealed.items()}
            except CredentialUnreadable as error:
                self.stderr.write(f"{table.title(row)}: {error}")
                return "unreadable"
            if all(sealing.key_position(value) == 0 for value in sealed.values()):
                return "already"
            # Only if the row is unchanged: a credential that was replaced meanwhile must not come back.
            if dry_run or self.swap(table, pk, sealed, fresh):
                return "resealed"
        return "changed meanwhile"

    def swap(self, table: SealedRows, pk: object, sealed: dict[str, str], fresh: dict[str, str]) -> bool:
        """Write the `fresh` values if the row still holds the `sealed` ones. Return whether they were written."""
        return table.model._default_manager.filter(pk=pk, **sealed).update(**fresh) == 1  # noqa: SLF001
