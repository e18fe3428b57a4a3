"""A database as it is after 400 days: people with a connection each, and records in chains that can be verified.

`python -m tests.operations.grown PEOPLE RECORDS` fills the database of DATABASE_URL.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import django
from django.db import connection, transaction

DAYS = 400
WHAT = ("order_opened",) * 7 + ("contacts_seen", "travellers_seen", "searched_reference", "raw_seen")

# Indexes of the access records, except those that keep a record from occurring twice.
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'orders_accessrecord' AND sql NOT LIKE '%UNIQUE%'",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'orders_accessrecord' AND indexdef NOT LIKE '%UNIQUE%'",
}


def fill(people: int, records: int) -> None:
    from django.contrib.auth.models import Group, User

    from orders.models import Connection
    from tests.canary import CANARY

    with transaction.atomic():
        users = User.objects.bulk_create(User(username=f"person{number}", password="!") for number in range(people))
        group = Group.objects.get(name="Agents")
        User.groups.through.objects.bulk_create(User.groups.through(user=user, group=group) for user in users)
        owned = [Connection(user=user, name="Airline", is_default=True) for user in users]
        for own_connection in owned:
            own_connection.set_credentials(region="eu", client_key=CANARY.client_key, token=CANARY.token)
        Connection.objects.bulk_create(owned)
        _add(list(_records(records, [(user.pk, user.username) for user in users])))


def _records(count: int, people: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    """The columns of each record: one chain a day, as a single process writes them."""
    from orders.privacy.chain import Chain
    from orders.privacy.record_rows import empty_record

    a_day, first = -(-count // DAYS), datetime.now(UTC).replace(hour=6) - timedelta(days=DAYS + 1)
    airline, empty = uuid4(), empty_record()
    chain = Chain.open(first)
    for number in range(count):
        day, of_the_day = divmod(number, a_day)
        at = first + timedelta(days=day, seconds=of_the_day * 36_000 / a_day)
        if chain.day != at.date():
            chain = Chain.open(at)
        person, name = people[number * 7919 % len(people)]
        yield chain.extend(
            empty
            | {
                "at": at, "user_id": person, "user_name": name, "what": WHAT[number % len(WHAT)], "order_ref": str(uuid4()),
                "reference": f"{number % 90_000 + 10_000}", "route": "DUB–LAS", "departs": at.date() + timedelta(days=30),
                "connection_id": airline, "connection_name": "Airline (eu)", "outcome": "shown",
                "request_id": f"{number:032x}", "ticket": f"ZD-{number // 4}",
            }
        )  # fmt: skip


def _add(records: list[dict[str, Any]]) -> None:
    """Insert the records, and create their indexes afterwards, which is faster."""
    from orders.privacy import record_rows

    names, places = ", ".join(records[0]), ", ".join(["%s"] * len(records[0]))
    with connection.cursor() as cursor:
        cursor.execute(INDEXES[connection.vendor])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {record_rows.TABLE} ({names}) FROM STDIN") as copy:
                for record in records:
                    copy.write_row(list(record.values()))
        else:
            values = [[record_rows._adapted(connection, value) for value in record.values()] for record in records]
            cursor.executemany(f"INSERT INTO {record_rows.TABLE} ({names}) VALUES ({places})", values)  # noqa: S608  (names of ours)
        for _name, definition in indexes:
            cursor.execute(definition.replace(" ON ONLY ", " ON "))  # of PostgreSQL's partitions too


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]), int(sys.argv[2]))
