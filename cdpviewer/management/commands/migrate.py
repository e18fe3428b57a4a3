"""Django's `migrate`, safe while a server is running: never two at once, never on a newer version's database, no long waits for locks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from cdpviewer import migrating
from cdpviewer.databases import OWNER
from cdpviewer.postgresql import roles
from orders.privacy import owner
from orders.privacy.alone import Busy, alone
from orders.privacy.short_locks import LOCK_NOT_AVAILABLE


class Command(migrate.Command):
    """Migrate the database.

    If CDPVIEWER_OWNER_DATABASE_URL is set, do so as the tables' owner, then grant the pages' database role its rights.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=owner.alias())

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        try:
            with alone(connection), migrating.waiting_shortly(connection):
                if newer := migrating.unknown(connection):
                    raise CommandError(
                        f"This database has been migrated by a newer version ({', '.join(newer)}). Nothing was changed."
                    )
                super().handle(*args, **options)
                if connection.alias == OWNER:
                    roles.grant(connection, connections[DEFAULT_DB_ALIAS].settings_dict["USER"])
        except Busy as busy:
            raise CommandError(f"{busy} Run it again.") from None
        except OperationalError as error:
            if connection.connection is None:
                raise CommandError(f"The database does not answer: {str(error).partition(chr(10))[0]}") from None
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise CommandError(
                "Somebody holds a table for longer than a migration may wait, because pages would wait behind it. Migrations that were "
                "finished before stay. Run it again before the end of the month: a check that may be left refuses records of later ones."
            ) from None
