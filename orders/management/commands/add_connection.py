"""Set up a connection for a person; the token comes from standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.cdp.errors import CredentialUnreadable
from orders.models import Connection
from orders.search_text.phones import COUNTRIES
from orders.services import connections
from orders.services.credential_text import clean_client_key, clean_connection_name, clean_token

LONGEST_TOKEN = 4000


class Command(BaseCommand):
    help = (
        "Set up a CDP connection for a person, or replace the one of that name. The API token is read from standard input. "
        "The connection is stored whatever the CDP answers, and the answer is printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="the person's sign-in name")
        parser.add_argument("--name", required=True, help="the connection's name, once per person")
        parser.add_argument("--region", required=True, help=f"one of: {', '.join(settings.CDP_REGIONS)}")
        parser.add_argument("--client-key", required=True)
        parser.add_argument("--default", action="store_true", help="make it the person's default")
        parser.add_argument("--api-version", choices=Connection.Version.values, help="v2 unless said otherwise")
        parser.add_argument(
            "--country",
            help="ISO 3166 alpha-2 code of the country whose phone numbers are written without a country code",
        )
        parser.add_argument("--clock", choices=Connection.Clock.values, help="utc if the tenant's feed sends UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        if options["region"] not in settings.CDP_REGIONS:
            raise CommandError(
                f"There is no region {options['region']!r}; there are: {', '.join(settings.CDP_REGIONS)}."
            )
        name = _cleaned("name", clean_connection_name, options["name"])
        client_key = _cleaned("client key", clean_client_key, options["client_key"])
        country = (options["country"] or "").upper()
        if country and country not in COUNTRIES:
            raise CommandError(f"There is no country {options['country']!r}; give two letters, such as IE.")
        try:
            sent = sys.stdin.read(LONGEST_TOKEN + 2).removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise CommandError("The token is not text.") from None
        token = _cleaned("API token", clean_token, sent)
        if len(token) > LONGEST_TOKEN or len(client_key) > LONGEST_TOKEN:
            raise CommandError("That is too long for a client key or a token.")
        connection = Connection.objects.named(user, name) or Connection(user=user, name=name)
        connection.version = options["api_version"] or connection.version
        connection.clock = options["clock"] or connection.clock
        connection.country = country or connection.country
        try:
            connection.set_credentials(region=options["region"], client_key=client_key, token=token)
        except CredentialUnreadable as error:
            raise CommandError(f"{error}. See CDPVIEWER_CREDENTIAL_KEYS and `manage.py new_key`.") from None
        connection.keep()
        if options["default"]:
            connection.make_default()
        self.stdout.write(f"Stored {connection.name!r} ({connection.region}) for {options['user']}.")
        self.stdout.write(connections.try_connection(connection).sentence)


def _cleaned(what: str, clean: Callable[[str], str], value: str) -> str:
    try:
        return clean(value)
    except ValidationError as error:
        raise CommandError(f"The {what} cannot be used. {' '.join(error.messages)}") from None
