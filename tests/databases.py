"""The mark `database`, for tests whose result may differ between SQLite and PostgreSQL: `make test-postgres` runs these.

Tests that start a PostgreSQL of their own also have the mark `postgresql`, and run only there.

A test has the mark `any_database` if it stores only what other tests store as well, and is about something else: a proxy, a browser,
memory or an address.
"""

from __future__ import annotations

import pytest

FIXTURES = {"db", "transactional_db", "django_db_setup"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark tests that use the tests' database, directly or through a server, but no browser: a page is the same on both databases."""
    if item.get_closest_marker("any_database"):
        return
    fixtures = set(getattr(item, "fixturenames", ()))
    if "postgres" in fixtures:
        item.add_marker("postgresql")
    if "postgres" in fixtures or (
        (fixtures & FIXTURES or item.get_closest_marker("django_db")) and "browser" not in fixtures
    ):
        item.add_marker("database")
