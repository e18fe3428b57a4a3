"""Monthly partitions of the access records on PostgreSQL, so that a month is removed by dropping its table. SQLite keeps one table.

The table is partitioned by `at`, in UTC. The first partition is the original table from before the division, and has no start. The
default partition takes records of months that have no partition, so that a missing partition never causes a record, and with it a page,
to be refused. All of this is done as the tables' owner, and only if the tables that it needs become free soon, because pages queue behind a
waiting change.

The parent cannot have unique indexes without `at`, so each partition has its own: on `id`, and on `chain` and `link`. A chain covers
one day, so it lies in one partition; `proving` reports a chain that does not, and an id that occurs twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from orders.privacy import append_only
from orders.privacy.record_rows import TABLE
from orders.privacy.short_locks import InUse, run, shortly

log = structlog.stdlib.get_logger("orders.records")

FIRST = f"{TABLE}_first"
DEFAULT = f"{TABLE}_default"
MONTHS_AHEAD = 2  # the nightly prune may fail for this long before records go to the default partition
MOST_MOVED = 5_000  # rows that may be moved from the default partition to a new one, or read for that, while pages wait
MOST_READ = 32 * 1024 * 1024  # bytes of the default partition, read then too: a prune may have left it empty but large
# An interrupted run leaves a check that refuses records of a later month. The next night's run removes it; there is time for two runs.
SPARE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition and its bounds (UTC): `start` is included, `end` is not. Both are None in the default partition.

    The first partition has no start.
    """

    name: str
    start: datetime | None
    end: datetime | None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.end is not None and self.end > start and (self.start is None or self.start < end)


def month_of(moment: datetime) -> datetime:
    """The beginning (UTC) of the month of `moment` (aware)."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_after(moment: datetime) -> datetime:
    """The beginning (UTC) of the month after that of `moment` (aware)."""
    first = month_of(moment)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def partitions(connection: BaseDatabaseWrapper) -> list[Partition]:
    """The partitions in chronological order, the default one last; none on SQLite or before the table is divided."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        start, end = (f"substring(bounds FROM '{word} [(]''(.+?)''')::timestamptz" for word in ("FROM", "TO"))
        cursor.execute(
            f"SELECT relname, {start}, {end} FROM (SELECT relname, pg_get_expr(relpartbound, pg_class.oid) AS bounds FROM pg_class"  # noqa: S608
            " JOIN pg_inherits ON inhrelid = pg_class.oid WHERE inhparent = %s::regclass) AS found ORDER BY 3 NULLS LAST",
            [TABLE],
        )
        return [Partition(*row) for row in cursor.fetchall()]


def divide(connection: BaseDatabaseWrapper) -> None:
    """Turn the table into the first partition of a new, partitioned table, without copying or rebuilding it.

    Nothing happens on SQLite, or if the table is divided already. Raises InUse if the table does not become free soon. Must not run in a
    transaction: others must still be able to write while PostgreSQL validates a check constraint. Thanks to this constraint, PostgreSQL
    can then attach the table without reading it under a lock.
    """
    if connection.vendor != "postgresql" or partitions(connection):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(at) FROM {TABLE}")  # noqa: S608  (a constant, as below)
        newest = cursor.fetchone()[0]
    # A month to spare: meanwhile the check refuses records from after it, and an interrupted migration leaves it in place.
    end = month_after(month_after(max(timezone.now(), newest or timezone.now())))
    check = f"{FIRST}_end"
    drop = f"DROP CONSTRAINT IF EXISTS {check}"
    add = f"ADD CONSTRAINT {check} CHECK (at < '{end.isoformat()}') NOT VALID"
    shortly(connection, partial(run, connection, f"ALTER TABLE {TABLE} {drop}, {add}"), TABLE)
    try:
        run(connection, f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {check}")
        shortly(connection, partial(_switch, connection, end, check), TABLE)
    except BaseException:
        shortly(connection, partial(run, connection, f"ALTER TABLE {TABLE} {drop}"), TABLE)
        raise


def _switch(connection: BaseDatabaseWrapper, end: datetime, check: str) -> None:
    """Put a new parent in place of the table, which becomes its first partition; rights, indexes and triggers are carried over."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        _become_owner(connection)
        cursor.execute(
            "SELECT relname, pg_get_indexdef(indexrelid), indisunique FROM pg_index JOIN pg_class ON oid = indexrelid"
            " WHERE indrelid = %s::regclass",
            [TABLE],
        )
        indexes = cursor.fetchall()
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [TABLE])
        cursor.execute(f"SELECT last_value + is_called::integer FROM {cursor.fetchone()[0]}")  # noqa: S608  (the database's own name)
        (next_id,) = cursor.fetchone()
        cursor.execute(
            "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END"
            " FROM pg_class, aclexplode(relacl) WHERE oid = %s::regclass AND grantee <> relowner",
            [TABLE],
        )
        rights = cursor.fetchall()
    run(
        connection,
        f"DROP TRIGGER IF EXISTS {append_only.NO_CHANGE} ON {TABLE}",  # the parent's trigger has the same name in each partition
        f"ALTER TABLE {TABLE} RENAME TO {FIRST}",
        *(
            f"ALTER INDEX {quote(name)} RENAME TO {quote(f'{FIRST}_{name}'[:63])}"
            for name, _definition, _unique in indexes
        ),
        f"ALTER TABLE {FIRST} ALTER COLUMN id DROP IDENTITY",
        f"CREATE TABLE {TABLE} (LIKE {FIRST}) PARTITION BY RANGE (at)",
        f"ALTER TABLE {TABLE} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {next_id})",
        *(definition for _name, definition, unique in indexes if not unique),
        f"ALTER TABLE {TABLE} ATTACH PARTITION {FIRST} FOR VALUES FROM (MINVALUE) TO ('{end.isoformat()}')",
        f"ALTER TABLE {FIRST} DROP CONSTRAINT {check}",
        *_new(DEFAULT),
        f"ALTER TABLE {TABLE} ATTACH PARTITION {DEFAULT} DEFAULT",
        *(f"GRANT {right} ON {TABLE} TO {role}" for right, role in rights),
        *(f"REVOKE ALL ON {FIRST} FROM {role}" for role in {role for _right, role in rights}),
    )
    append_only.add_missing_triggers(connection)


def prepare(connection: BaseDatabaseWrapper) -> list[str]:
    """Create any missing partitions for this month and the next MONTHS_AHEAD; return the names of those that could not be created.

    Records of a month without a partition go to the default partition, and are moved when a later call succeeds.
    """
    missing = []
    start = month_of(timezone.now())
    for _month in range(1 + MONTHS_AHEAD):
        end = month_after(start)
        if not _is_covered(connection, start, end):
            name = f"{TABLE}_{start:%Y%m}"
            try:
                made = _create(connection, name, start, end)
            except InUse:
                made = False
            if not made:
                log.warning("a partition of the access records could not be created", partition=name)
                missing.append(name)
        start = end
    return missing


def _is_covered(connection: BaseDatabaseWrapper, start: datetime, end: datetime) -> bool:
    """Whether there is nothing to create for the month: it has a partition, or there are no partitions at all."""
    existing = partitions(connection)
    return not existing or any(partition.overlaps(start, end) for partition in existing)


def _create(connection: BaseDatabaseWrapper, name: str, start: datetime, end: datetime) -> bool:
    """Create a month's partition; False if the state of the default partition does not allow it. Raises InUse if a table stays in use.

    Attaching the partition reads all of the default one while pages wait, unless a check constraint proves that it has no record of the
    month. If the default partition has more than MOST_MOVED records or MOST_READ bytes, such a constraint is added first. The result is
    then False in two cases: if the month begins sooner than SPARE from now, because the constraint would refuse new records of the month;
    and if the default partition already has records of the month.
    """
    check = f"{DEFAULT}_not_later"
    drop = partial(run, connection, f"ALTER TABLE {DEFAULT} DROP CONSTRAINT IF EXISTS {check}")
    attach = partial(_attach, connection, name, start, end)
    shortly(connection, drop, DEFAULT)  # an interrupted run left it
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_relation_size(%s) <= %s AND (SELECT count(*) FROM (SELECT FROM {DEFAULT} LIMIT %s) AS few) <= %s",  # noqa: S608
            [DEFAULT, MOST_READ, MOST_MOVED + 1, MOST_MOVED],
        )
        (is_small,) = cursor.fetchone()
    if is_small:
        return shortly(connection, attach, DEFAULT)
    if start < timezone.now() + SPARE:
        return False
    add = f"ADD CONSTRAINT {check} CHECK (at < '{start.isoformat()}' OR at >= '{end.isoformat()}') NOT VALID"
    shortly(connection, partial(run, connection, f"ALTER TABLE {DEFAULT} {add}"), DEFAULT)
    try:
        run(connection, f"ALTER TABLE {DEFAULT} VALIDATE CONSTRAINT {check}")
        return shortly(connection, attach, DEFAULT)
    except IntegrityError:  # a wrong clock made a record of the month
        return False
    finally:
        shortly(connection, drop, DEFAULT)


def _attach(connection: BaseDatabaseWrapper, name: str, start: datetime, end: datetime) -> bool:
    """Create and attach the month's partition, moving the month's records to it from the default partition. Returns True."""
    with connection.cursor() as cursor:
        # Pages have to wait for the table as a whole: a record already on its way to the default partition would be refused there
        # afterwards. With weaker locks, attaching would wait for pages that have read the table and wait to write to it.
        cursor.execute(f"LOCK TABLE ONLY {TABLE}, ONLY {DEFAULT} IN ACCESS EXCLUSIVE MODE")
        if _is_covered(connection, start, end):  # by another process, while this one waited for the lock
            return True
        _become_owner(connection)
        run(connection, *_new(name))
        cursor.execute("SELECT set_config('cdpviewer.prune_before', %s, true)", [end.isoformat()])
        cursor.execute(
            f"WITH moved AS (DELETE FROM {DEFAULT} WHERE at >= %s AND at < %s RETURNING *) INSERT INTO {name} SELECT * FROM moved",  # noqa: S608
            [start, end],
        )
        cursor.execute("SELECT set_config('cdpviewer.prune_before', '', true)")
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
        )
    append_only.add_missing_triggers(connection)
    return True


def drop_before(connection: BaseDatabaseWrapper, limit: datetime) -> None:
    """Drop each partition whose range ends at or before `limit` (aware); the default partition is never dropped.

    Raises InUse if a table stays in use, perhaps after other partitions have been dropped.
    """
    for partition in partitions(connection):
        if partition.end is not None and partition.end <= limit:
            shortly(connection, partial(run, connection, f"DROP TABLE {partition.name}"), partition.name)


def analyze(connection: BaseDatabaseWrapper) -> None:
    """Gather the planner's statistics on the table as a whole, unless that was done in the last 6 days. Nobody has to wait meanwhile.

    Nothing happens if the table is not divided. Autovacuum gathers only the statistics on each partition. ANALYZE samples each
    partition twice, so with many large ones, every night would be too often.
    """
    if not partitions(connection):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(last_analyze, '-infinity') < now() - interval '6 days' FROM pg_stat_user_tables WHERE relid = %s::regclass",
            [TABLE],
        )
        if cursor.fetchone() == (True,):
            cursor.execute(f"ANALYZE {TABLE}")


def repeated_ids(connection: BaseDatabaseWrapper) -> list[int]:
    """The ids that occur in more than one partition; within one, they are unique."""
    if not partitions(connection):
        return []
    with connection.cursor() as cursor:
        before = f"SELECT id, lag(id) OVER (ORDER BY id) AS before FROM {TABLE}"  # noqa: S608  (as above)
        cursor.execute(f"SELECT DISTINCT id FROM ({before}) AS numbered WHERE id = before ORDER BY id")  # noqa: S608  (as above)
        return [number for (number,) in cursor.fetchall()]


def _become_owner(connection: BaseDatabaseWrapper) -> None:
    """Until the transaction ends, act as the table's owner, so that new tables get the same owner even if a superuser creates them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', pg_get_userbyid(relowner), true) FROM pg_class WHERE oid = %s::regclass", [TABLE]
        )


def _new(name: str) -> tuple[str, ...]:
    """The statements that create a table that can be attached as a partition. Attaching it adds the parent's other indexes."""
    return (
        f"CREATE TABLE {name} (LIKE {TABLE})",
        f"ALTER TABLE {name} ADD PRIMARY KEY (id), ADD CONSTRAINT {name}_link_once UNIQUE (chain, link)",
    )
