"""Revoke the key of an integration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.models import Integration


class Command(BaseCommand):
    help = "Revoke the key of an integration: it opens nothing from now on. Can be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        integrations = Integration.objects.select_related("shared").filter(name=options["name"])
        if not integrations.exists():
            raise CommandError(f"There is no integration {options['name']!r}.")
        for integration in integrations.filter(revoked_at=None):
            integration.revoke()
        self.stdout.write(f"The key of {options['name']!r} is revoked.")
