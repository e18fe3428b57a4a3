"""For each key, count the rows with secrets sealed under it; also count the rows that cannot be read."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from accounts.management.sealed_rows import TABLES
from accounts.sign_on import factors
from orders.privacy import sealing
from orders.privacy.sealing import CredentialUnreadable


class Command(BaseCommand):
    help = (
        "Count the stored credentials, the keys of those that are shared, and second factors, per key, and those that cannot be read. "
        "Exits with 1 if any cannot be read."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        per_key: Counter[int] = Counter()
        unreadable: list[str] = []
        for table in TABLES:
            for row in table.model._default_manager.select_related(*table.related).order_by("pk").iterator():  # noqa: SLF001
                try:
                    table.check(row)
                except CredentialUnreadable as error:
                    unreadable.append(f"{table.title(row)}: {error}")
                    continue
                # A row counts for the oldest of the keys it needs; while a key has any rows, it must not be removed.
                per_key[max(sealing.key_position(value) or 0 for value in table.sealed(row).values())] += 1
        for factor, _field in factors.sealed_values():
            try:
                per_key[sealing.key_position(factors.open_sealed(factor)) or 0] += 1
            except CredentialUnreadable as error:
                unreadable.append(f"second factor {factor.pk} of user {factor.user_id}: {error}")
        for position, fingerprint in enumerate(sealing.fingerprints()):
            note = " (seals)" if position == 0 else ""
            self.stdout.write(f"key {position + 1} [{fingerprint}]{note}: {per_key[position]}")
        self.stdout.write(f"unreadable: {len(unreadable)}")
        for line in unreadable:
            self.stderr.write(line)
        if unreadable:
            sys.exit(1)
