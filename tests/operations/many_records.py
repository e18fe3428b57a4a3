"""Millions of access records on PostgreSQL, as 500 people leave them in 400 days: mostly views of orders, few account events."""

from __future__ import annotations

import os

from tests.postgres_server import Server

RECORDS = int(os.environ.get("RECORDS", "200000"))
PEOPLE = 500
# Numbers that do not follow one another's pattern, and are the same in each run.
_ONE, _TWO, _THREE = (f"(hashint8(number + {more}) & 2147483647)" for more in (0, 10_000_000, 20_000_000))
_RECORDS = f"""
INSERT INTO orders_accessrecord (at, user_id, user_name, what, order_ref, reference, route, departs, connection_id, connection_name,
  outcome, request_id, ticket, subject, about_id, about_name, detail, via, chain, link, seal)
SELECT at, person, 'person' || person, what,
  CASE WHEN account THEN '' ELSE md5(trip::text)::uuid::text END, CASE WHEN account THEN '' ELSE upper(left(md5(trip::text), 6)) END,
  CASE WHEN what = 'order_opened' THEN 'DUB–LAS' ELSE '' END, at::date, '00000000-0000-0000-0000-000000000001', 'Airline (eu)',
  'shown', md5(number::text), CASE WHEN account THEN '' ELSE 'ZD-' || number / 4 END,
  CASE WHEN what IN ('searched_email', 'field_revealed') THEN md5(trip::text) || md5(person::text) ELSE '' END,
  CASE WHEN account THEN person END, CASE WHEN account THEN 'person' || person ELSE '' END, '', '',
  to_char(at, 'YYYYMMDD') || '-0123456789ab', number, md5(number::text) || md5(person::text)
FROM (
  SELECT *, what IN ('signed_in', 'signed_out', 'views_limited') AS account FROM (
    SELECT number, now() - (%(count)s - number) * (interval '400 days' / %(count)s) AS at,
      1 + {_ONE} %% {PEOPLE} AS person, {_TWO} %% 300000 AS trip,
      CASE WHEN {_THREE} %% 20000 = 0 AND number < %(count)s / 2 THEN 'field_revealed'
        WHEN {_THREE} %% 5000 = 0 THEN 'views_limited'
        ELSE (ARRAY['order_opened', 'order_opened', 'order_opened', 'order_opened', 'order_opened', 'order_opened', 'contacts_seen',
          'travellers_seen', 'searched_reference', 'raw_seen', 'searched_email', 'signed_in', 'signed_out'])[1 + {_THREE} %% 13] END AS what
    FROM generate_series(1, %(count)s) AS number) AS drawn) AS told
"""  # noqa: S608  (numbers of ours)
_PEOPLE = f"""
INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_staff, is_superuser, is_active, date_joined)
SELECT number, 'person' || number, '!', '', '', '', false, false, true, now()
FROM generate_series(1, {PEOPLE}) AS number ON CONFLICT (id) DO NOTHING
"""  # noqa: S608  (as above)


def load(postgres: Server, database: str, count: int = RECORDS) -> None:
    """Add the people, keeping the ids of existing ones, and `count` records. Indexes are created afterwards, which is faster."""
    with postgres.connect(database) as owner:
        owner.execute("SET maintenance_work_mem = '512MB'")
        indexes = owner.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'orders_accessrecord' AND indexdef NOT LIKE '%UNIQUE%'"
        ).fetchall()
        for name, _definition in indexes:
            owner.execute(f'DROP INDEX "{name}"'.encode())
        owner.execute(_PEOPLE.encode())
        owner.execute(_RECORDS.encode(), {"count": count})
        for _name, definition in indexes:
            owner.execute(definition.replace(" ON ONLY ", " ON ").encode())  # of the partitions too
        owner.execute("VACUUM ANALYZE orders_accessrecord")
