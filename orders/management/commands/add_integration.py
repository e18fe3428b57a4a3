"""Make a key with which another program reads orders through a shared connection."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.connections import integrations
from orders.models import Integration, SharedConnection
from orders.services.credential_text import clean_connection_name


class Command(BaseCommand):
    help = "Make a key with which another program reads orders through a shared connection. It is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the program, as in “Help desk widget”")
        parser.add_argument("--connection", required=True, help="the name of a shared connection")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name = clean_connection_name(options["name"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        shared = SharedConnection.objects.filter(name=options["connection"], active=True).first()
        if shared is None:
            raise CommandError(f"There is no shared connection {options['connection']!r}.")
        if Integration.objects.filter(name=name, revoked_at=None).exists():
            raise CommandError(f"There is an integration {name!r}; revoke it first.")
        _made, key = integrations.add(name, shared, None)
        self.stdout.write(f"key: {key}")
