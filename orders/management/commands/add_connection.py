"""Add or replace a user's own connection, or one shared with groups; the token is read from standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from orders.display import countries
from orders.display.connections import answer
from orders.display.unfit import flaw_sentence
from orders.models import AnyConnection, Connection, SharedConnection, members
from orders.models.shared import grant_also
from orders.privacy.sealing import CredentialUnreadable
from orders.services import connections
from orders.services.credential_text import Unfit, clean_client_key, clean_connection_name, clean_token

LONGEST_TOKEN = 4000


class Command(BaseCommand):
    help = (
        "Set up a CDP connection for a person (--user) or for groups (--shared --group), or replace the one of that name. The API "
        "token is read from standard input. The connection is stored whatever the CDP answers, and the answer is printed; only "
        "a shared one that exists stays as it is until the CDP accepts the new credential. Its grants keep their expiry date and default."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", help="the person's sign-in name")
        whose.add_argument("--shared", action="store_true", help="share it with groups")
        parser.add_argument("--group", action="append", default=[], help="a group that may use it; may be given again")
        parser.add_argument("--name", required=True, help="the connection's name, once per person or among shared ones")
        parser.add_argument("--region", required=True, help=f"one of: {', '.join(settings.CDP_REGIONS)}")
        parser.add_argument("--client-key", required=True)
        parser.add_argument("--default", action="store_true", help="make it the default of the person or of the groups")
        parser.add_argument("--api-version", choices=Connection.Version.values, help="v2 unless said otherwise")
        parser.add_argument(
            "--country",
            help="ISO 3166 alpha-2 code of the country whose phone numbers are written without a country code",
        )
        parser.add_argument("--clock", choices=Connection.Clock.values, help="utc if the tenant's feed sends UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["region"] not in settings.CDP_REGIONS:
            raise CommandError(
                f"There is no region {options['region']!r}; there are: {', '.join(settings.CDP_REGIONS)}."
            )
        options["name"] = _cleaned("name", clean_connection_name, options["name"])
        options["client_key"] = _cleaned("client key", clean_client_key, options["client_key"])
        options["country"] = (options["country"] or "").upper()
        if options["country"] and options["country"] not in dict(countries.choices()):
            raise CommandError(f"There is no country {options['country']!r}; give two letters, such as IE.")
        store = self.store_shared if options["shared"] else self.store_own
        try:
            store(options)
        except CredentialUnreadable as error:
            raise CommandError(f"{error}. See CDPVIEWER_CREDENTIAL_KEYS and `manage.py new_key`.") from None

    def store_own(self, options: dict[str, Any]) -> None:
        """Add or replace a user's own connection, and then test its credential. Raises CommandError or CredentialUnreadable."""
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        if options["group"]:
            raise CommandError("A group is given with --shared, not with --user.")
        name, token = options["name"], _token(options["client_key"])
        connection = Connection.objects.named(user, name)
        if connection is None and SharedConnection.objects.filter(name=name).exists():
            raise CommandError(f"A shared connection is called {name!r}; choose another name.")
        connection = connection or Connection(user=user, name=name)
        _apply(connection, options)
        connection.set_credentials(region=options["region"], client_key=options["client_key"], token=token)
        connection.keep()
        if options["default"]:
            connection.make_default()
        self.stdout.write(f"Stored {name!r} ({connection.region}) for {options['user']}.")
        self.stdout.write(answer(connections.try_connection(connection)))

    def store_shared(self, options: dict[str, Any]) -> None:
        """Store a shared connection; an existing one is changed only if the CDP accepts the new credential.

        Raises CommandError or CredentialUnreadable.
        """
        groups = [_group(name) for name in options["group"]]
        shared = SharedConnection.objects.filter(name=options["name"]).first()
        if shared is None and not groups:
            raise CommandError("Name the groups that may use it: --group Agents.")
        if shared is not None and shared.region != options["region"]:
            raise CommandError(f"{shared} is of another region, which stays: give a new one a name of its own.")
        token = _token(options["client_key"])
        existed, shared = shared is not None, shared or SharedConnection(name=options["name"], region=options["region"])
        shared.set_credentials(client_key=options["client_key"], token=token)
        _apply(shared, options)
        if existed:
            test = connections.try_connection(shared)
            if not test.accepted:
                raise CommandError(f"Nothing is changed. {answer(test)}")
        with transaction.atomic():
            shared.keep(None)
            shared.keep_settings()
            grant_also(shared, groups, by=None, is_default=options["default"])
            members.update(shared)
        self.stdout.write(f"Stored {str(shared)!r}, shared with {members.count(shared)} people.")
        for given in shared.grants.filter(group__in=groups).select_related("group"):
            if not given.is_valid:
                self.stdout.write(
                    f"The grant of {given.group} has expired; set a new expiry date on the connection's page."
                )
        if not existed:
            self.stdout.write(answer(connections.try_connection(shared)))


def _apply(connection: AnyConnection, options: dict[str, Any]) -> None:
    connection.version = options["api_version"] or connection.version
    connection.clock = options["clock"] or connection.clock
    connection.country = options["country"] or connection.country


def _group(name: str) -> Group:
    group = Group.objects.filter(name=name).first()
    if group is None:
        raise CommandError(
            f"There is no group {name!r}; there are: {', '.join(Group.objects.values_list('name', flat=True))}."
        )
    return group


def _token(client_key: str) -> str:
    """Read the token from standard input. Raises CommandError if it is not usable, or if it or the client key is too long."""
    try:
        sent = sys.stdin.read(LONGEST_TOKEN + 2).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise CommandError("The token is not text.") from None
    token = _cleaned("API token", clean_token, sent)
    if len(token) > LONGEST_TOKEN or len(client_key) > LONGEST_TOKEN:
        raise CommandError("That is too long for a client key or a token.")
    return token


def _cleaned(what: str, clean: Callable[[str], str], value: str) -> str:
    try:
        return clean(value)
    except Unfit as error:
        raise CommandError(f"The {what} cannot be used. {flaw_sentence(error.flaw)}") from None
