"""Deactivate somebody who has left: they can no longer sign in, and their sessions end."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Deactivate a person: they can no longer sign in, and their sessions end. Their records stay. Can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError("There is no person with that user name.")
        # Save even if SQL has already made them inactive: saving ends sessions and deletes copies of shared connections' keys.
        person.is_active = False
        person.save(update_fields=["is_active"])
        self.stdout.write(f"{person.username} is deactivated.")
