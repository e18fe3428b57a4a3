"""Print a new key for sealing credentials."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a fresh key for CDPVIEWER_CREDENTIAL_KEYS. Nothing is changed."
    # Without a key, the system checks would stop this command.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(Fernet.generate_key().decode("ascii"))
