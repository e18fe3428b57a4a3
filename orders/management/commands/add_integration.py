"""Create an API key with which another program reads orders through a shared connection."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.display.unfit import flaw_sentence
from orders.models import Integration, SharedConnection, integrations
from orders.models.integrations import A_MINUTE, LONGEST_DAYS, MOST_A_MINUTE, USUAL_DAYS
from orders.services.credential_text import Unfit, clean_connection_name, clean_networks


class Command(BaseCommand):
    help = "Create a key with which another program reads orders through a shared connection. It is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the program, as in “Help desk widget”")
        parser.add_argument("--connection", required=True, help="the name of a shared connection")

        parser.add_argument(
            "--days", type=int, default=USUAL_DAYS, help=f"how long the key may be used, at most {LONGEST_DAYS}"
        )
        parser.add_argument(
            "--per-minute", type=int, default=A_MINUTE, help="how many requests it may make in a minute"
        )
        parser.add_argument(
            "--networks", default="", help="where it may be used from, as 203.0.113.0/24; any address if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name = clean_connection_name(options["name"])
            networks = clean_networks(options["networks"])
        except Unfit as error:
            raise CommandError(flaw_sentence(error.flaw)) from None
        shared = SharedConnection.objects.filter(name=options["connection"], active=True).first()
        if shared is None:
            raise CommandError(f"There is no shared connection {options['connection']!r}.")
        if Integration.objects.filter(name=name, revoked_at=None).exists():
            raise CommandError(f"There is an integration {name!r}; revoke it first.")
        if not 1 <= options["days"] <= LONGEST_DAYS or not 1 <= options["per_minute"] <= MOST_A_MINUTE:
            raise CommandError(f"--days must be 1 to {LONGEST_DAYS}, --per-minute 1 to {MOST_A_MINUTE}.")
        _made, key = integrations.add(
            name, shared, None, days=options["days"], per_minute=options["per_minute"], networks=networks
        )
        self.stdout.write(f"key: {key}")
