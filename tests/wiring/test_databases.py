"""The choice of tests that run on PostgreSQL too: without this check, a break in the rule of tests/databases.py would go unnoticed."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from playwright.sync_api import Browser

from tests.live import App
from tests.postgres_server import Server, postgres

__all__ = ["postgres"]

CHOSEN = "postgres" if "TESTS_DATABASE_URL" in os.environ else "sqlite"


def marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("database") is not None


def test_a_test_of_the_database_runs_on_both_and_this_is_the_one_that_was_chosen(
    request: pytest.FixtureRequest, db: None
) -> None:
    assert marked(request)
    assert connection.vendor.startswith(CHOSEN)


@pytest.mark.django_db
def test_a_test_marked_for_django_runs_on_both(request: pytest.FixtureRequest) -> None:
    assert marked(request)


def test_a_test_of_the_server_runs_on_both_and_the_server_has_that_database(
    request: pytest.FixtureRequest, live_app: App
) -> None:
    assert marked(request)
    assert live_app.environment["DATABASE_URL"].startswith(CHOSEN)


def test_a_walk_through_pages_runs_once(request: pytest.FixtureRequest, browser: Browser, db: None) -> None:
    assert not marked(request)


@pytest.mark.any_database
def test_a_test_that_is_about_something_else_runs_once(request: pytest.FixtureRequest, db: None) -> None:
    assert not marked(request)


def test_a_test_of_postgresql_itself_runs_only_there(request: pytest.FixtureRequest, postgres: Server) -> None:
    assert marked(request) and request.node.get_closest_marker("postgresql") is not None


def test_a_test_without_a_database_runs_once(request: pytest.FixtureRequest) -> None:
    assert not marked(request)
