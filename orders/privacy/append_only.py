"""Triggers that make access records append-only, even for direct SQL, and that prevent users from being deleted.

On SQLite, there are three triggers on the records: against UPDATE, against DELETE, and against inserting an id that exists, because
INSERT OR REPLACE overwrites a row without firing a delete trigger. On PostgreSQL, one function refuses UPDATE, DELETE and TRUNCATE.

For retention, `delete_older_than` can still delete records. On SQLite, it drops the delete trigger and creates it again in one
transaction. On PostgreSQL, it calls a function that deletes as the table's owner. `orders.privacy.partitions` drops whole months and
moves records to new partitions, which have the same triggers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from orders.privacy.chain import CHAINS, Chain
from orders.privacy.record_kinds import Action
from orders.privacy.record_rows import TABLE, empty_record, insert
from orders.privacy.short_locks import run
from orders.storage.combined_statement import Row, RowStatement
from orders.storage.lock_timeout import set_lock_timeout

log = structlog.stdlib.get_logger("orders.records")

REFUSAL = "access records are append-only"

PEOPLE = "auth_user"
NEVER_DELETED = "people are deactivated, never deleted"

_SQLITE_DELETE = f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_delete BEFORE DELETE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""

_SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_update BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_replace BEFORE INSERT ON {TABLE}
WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608 - the table's name is the constant above
    _SQLITE_DELETE,
    f"""CREATE TRIGGER IF NOT EXISTS {PEOPLE}_no_delete BEFORE DELETE ON {PEOPLE}
BEGIN SELECT RAISE(ABORT, '{NEVER_DELETED}'); END""",
)

# Only the table's owner can delete rows, directly or through the function below, in which `current_user` is the owner.
_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < NULLIF(current_setting('cdpviewer.prune_before', true), '')::timestamptz
     AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_catalog.pg_class WHERE oid = TG_RELID) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '{REFUSAL}';
END $$""",  # noqa: S608 - the table's name is the constant above
    f"""CREATE OR REPLACE FUNCTION {PEOPLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{NEVER_DELETED}';
END $$""",
    f"""CREATE OR REPLACE FUNCTION {TABLE}_prune(before timestamptz, batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {{schema}}, pg_temp AS $$
DECLARE gone bigint;
BEGIN
  PERFORM set_config('cdpviewer.prune_before', before::text, true);
  DELETE FROM {TABLE} WHERE at < before AND id IN (SELECT id FROM {TABLE} WHERE at < before ORDER BY at LIMIT batch);
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('cdpviewer.prune_before', '', true);
  RETURN gone;
END $$""",  # noqa: S608 - as above
    f"REVOKE ALL ON FUNCTION {TABLE}_prune(timestamptz, integer) FROM PUBLIC",
)
NO_CHANGE, NO_TRUNCATE, NO_DELETE = f"{TABLE}_no_change", f"{TABLE}_no_truncate", f"{PEOPLE}_no_delete"
_TRUNCATE = f"BEFORE TRUNCATE ON {{table}} FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()"
_POSTGRESQL_TRIGGERS = {
    (TABLE, NO_CHANGE): f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    (TABLE, NO_TRUNCATE): _TRUNCATE.format(table=TABLE),
    (PEOPLE, NO_DELETE): f"BEFORE DELETE OR TRUNCATE ON {PEOPLE} FOR EACH STATEMENT EXECUTE FUNCTION {PEOPLE}_refuse()",
}

# The last record of each chain that has a record with an id above a given one.
# Grouping by an expression keeps SQLite from reading the whole index.
_HEADS = f"""SELECT record.chain, record.link, record.seal FROM {TABLE} record
JOIN (SELECT MAX(chain) AS chain, MAX(link) AS link FROM {TABLE} WHERE id > %s AND chain <> '' GROUP BY chain || '') head
ON record.chain = head.chain AND record.link = head.link"""  # noqa: S608
# PostgreSQL assigns ids before rows are committed, so a row may appear after others with higher ids.
LATE_ROWS = 2000

_REMOVE = {
    "sqlite": (
        *(f"DROP TRIGGER IF EXISTS {TABLE}_{name}" for name in ("no_update", "no_replace", "no_delete")),
        f"DROP TRIGGER IF EXISTS {PEOPLE}_no_delete",
    ),
    "postgresql": (
        f"DROP FUNCTION IF EXISTS {TABLE}_prune(timestamptz, integer)",
        f"DROP FUNCTION IF EXISTS {TABLE}_refuse() CASCADE",
        f"DROP FUNCTION IF EXISTS {PEOPLE}_refuse() CASCADE",
    ),
}


class Unsupported(Exception):
    """There are no triggers for this database, which is neither SQLite nor PostgreSQL."""


@register(Tags.database)
def database_keeps_records(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """System check: an error for each database that is neither SQLite nor PostgreSQL, because there are no triggers for it."""
    return [
        Error(
            f"The database {alias!r} is neither SQLite nor PostgreSQL, so access records cannot be made append-only.",
            hint="Point DATABASE_URL at SQLite or PostgreSQL.",
            id="orders.E001",
        )
        for alias in databases or []
        if connections[alias].vendor not in {"sqlite", "postgresql"}
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Install the missing triggers; on PostgreSQL, also enable those that are disabled.

    Raises Unsupported if the database is neither SQLite nor PostgreSQL.

    `receivers.migrated` calls this after every `migrate`, because a migration on SQLite may rebuild a table without its triggers.
    """
    if connection.vendor == "sqlite":
        run(connection, *_SQLITE)
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema())")
            schema = cursor.fetchone()[0]
        run(connection, *(statement.replace("{schema}", schema) for statement in _POSTGRESQL))
        add_missing_triggers(connection)
    else:
        raise Unsupported(f"no append-only triggers are known for {connection.vendor}; use SQLite or PostgreSQL")


def add_missing_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that a PostgreSQL database lacks, on partitions too, and enable those that are disabled.

    No table is locked unless there is something to do: creating a trigger waits for every writer, and later writers queue behind it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        partitions = [name for (name,) in cursor.fetchall()]
        names = [NO_CHANGE, NO_TRUNCATE, NO_DELETE]
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled IN ('O', 'A') FROM pg_trigger WHERE tgname = ANY(%s)",
            [names],
        )
        there = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    triggers = _POSTGRESQL_TRIGGERS | {(name, NO_TRUNCATE): _TRUNCATE.format(table=name) for name in partitions}
    created = [
        f"CREATE TRIGGER {name} {rest}" for (table, name), rest in triggers.items() if (table, name) not in there
    ]
    # PostgreSQL copies the trigger for rows to all partitions, where it can only be disabled.
    disabled = [f"ALTER TABLE {table} ENABLE TRIGGER {name}" for (table, name), enabled in there.items() if not enabled]
    run(connection, *created, *disabled)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers, to reverse the migration that installs them."""
    run(connection, *_REMOVE[connection.vendor])


def add(
    connection: BaseDatabaseWrapper,
    *records: Mapping[str, Any],
    patient: bool = False,
    change: RowStatement | None = None,
) -> Row:
    """Insert records as the next links of one of this process's chains. Raises DatabaseError if that fails.

    The records, each a mapping of column names to values, must have the same time. All are inserted in one statement. On PostgreSQL
    only, `change` can be run as part of it. Return the row that `change` returns, or () if there is no `change`.

    Pages wait for this insert, so it is plain SQL, which takes half the time that the ORM would. On SQLite, unless `patient` is true,
    it waits only briefly for another writer: a page that has already waited for the CDP must still have time to report that nothing
    can be shown.

    Inside a transaction, the chain can be continued only after the commit. Outside one, the records are committed at once; then, at
    most once an hour in each process, the heads of other chains are noted.
    """
    if not patient:
        set_lock_timeout(connection)
    chain = CHAINS.take(records[0]["at"])
    returned = insert(connection, *map(chain.extend, records), change=change)
    if connection.in_atomic_block:
        transaction.on_commit(lambda: CHAINS.give_back(chain), using=connection.alias)
        return returned
    if CHAINS.must_note_others(chain.at):
        try:
            note_other_chains(connection, chain)
        except DatabaseError as error:  # the record itself is written; noting is retried an hour later
            log.warning("the heads of other chains could not be noted", exc_info=error)
            return returned
    CHAINS.give_back(chain)
    return returned


def note_other_chains(connection: BaseDatabaseWrapper, chain: Chain) -> None:
    """Add to `chain` a note of the head of each other chain that was extended after the last such notes were made, or shortly before.

    With these notes, `proving.prove` can detect that a chain has lost its end.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # The action is written out, not passed as a parameter, so that the index of these few records is used.
        cursor.execute(f"SELECT MAX(id) FROM {TABLE} WHERE what = 'chain_seen'")  # noqa: S608
        latest: int = (cursor.fetchone() or [None])[0] or 0
        cursor.execute(_HEADS, [latest - LATE_ROWS])
        for name, link, seal in cursor.fetchall():
            if name != chain.name:
                note = {"at": chain.at, "what": Action.CHAIN_SEEN.value, "detail": f"{name}/{link}", "subject": seal}
                insert(connection, chain.extend({**empty_record(), **note}))


def take_head(connection: BaseDatabaseWrapper) -> Chain:
    """Open and return a new chain, in which the heads of other chains are noted.

    If the new chain's own head is stored elsewhere, `proving.prove` can later use it to detect that earlier records were removed.
    """
    chain = Chain.open(timezone.now())
    note_other_chains(connection, chain)
    insert(connection, chain.extend({**empty_record(), "at": chain.at, "what": Action.HEAD_TAKEN.value}))
    return chain


def delete_older_than(connection: BaseDatabaseWrapper, limit: datetime, *, batch: int = 1000) -> int:
    """Remove up to `batch` of the records from before `limit` (aware), and return how many were removed; 0 if none were left."""
    moment = limit.astimezone(UTC)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {TABLE}_prune(%s, %s)", [moment, batch])
            return int(cursor.fetchone()[0])
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_delete")
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE} WHERE at < %s ORDER BY at LIMIT %s)",  # noqa: S608
            [connection.ops.adapt_datetimefield_value(moment), batch],
        )
        gone: int = cursor.rowcount
        cursor.execute(_SQLITE_DELETE)
    return gone
