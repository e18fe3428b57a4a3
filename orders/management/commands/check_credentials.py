"""Count the stored credentials per key, and those that cannot be read."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from orders.cdp.errors import CredentialUnreadable
from orders.models import Connection
from orders.privacy import sealing


class Command(BaseCommand):
    help = "Count the stored credentials per key, and those that cannot be read. Exits with 1 if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        per_key: Counter[int] = Counter()
        unreadable = []
        for connection in Connection.objects.order_by("pk").iterator():
            try:
                connection.open_sealed()
            except CredentialUnreadable as error:
                unreadable.append((connection, str(error)))
                continue
            positions = [
                sealing.key_position(connection.sealed_client_key),
                sealing.key_position(connection.sealed_token),
            ]
            # A row counts for the older of the keys it needs: as long as it does, that key must stay.
            per_key[max(position or 0 for position in positions)] += 1
        for position, fingerprint in enumerate(sealing.fingerprints()):
            note = " (seals)" if position == 0 else ""
            self.stdout.write(f"key {position + 1} [{fingerprint}]{note}: {per_key[position]}")
        self.stdout.write(f"unreadable: {len(unreadable)}")
        for connection, why in unreadable:
            self.stderr.write(f"connection {connection.pk} of user {connection.user_id}: {why}")
        if unreadable:
            sys.exit(1)
