"""The mark `database`, for the tests that SQLite and PostgreSQL may decide differently: `make test-postgres` runs these.

Those that start a PostgreSQL of their own also have the mark `postgresql`, and run there only.

A test has the mark `any_database` where it stores only what other tests store as well, and is about something else: a proxy, a
browser, memory, an address.
"""

from __future__ import annotations

import pytest

FIXTURES = {"db", "transactional_db", "django_db_setup"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what uses the tests' database, itself or in a server it starts, and is judged without a browser: a page is the same on both."""
    if item.get_closest_marker("any_database"):
        return
    fixtures = set(getattr(item, "fixturenames", ()))
    if "postgres" in fixtures:
        item.add_marker("postgresql")
    if "postgres" in fixtures or (
        (fixtures & FIXTURES or item.get_closest_marker("django_db")) and "browser" not in fixtures
    ):
        item.add_marker("database")
