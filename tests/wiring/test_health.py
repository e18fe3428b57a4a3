"""`/livez` reports that the process answers, `/readyz` that it can serve people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from django.contrib.auth.models import User
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cdpviewer import health
from orders.itinerary.zones import VERSION
from orders.models import Connection
from tests.live import App

WELL = {"database": "ok", "migrations": "ok", "keys": "ok", "clock": "ok", "tzdata": VERSION}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    health._found_complete.clear()
    yield
    health._found_complete.clear()


def test_livez_answers_without_the_database(client: Client) -> None:
    # No database is available to this test: any query would fail it.
    assert client.get("/livez").content == b"ok\n"


@pytest.mark.django_db
def test_readyz_is_well_and_holds_no_connection_of_a_page(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/readyz").json() == WELL


@pytest.mark.django_db
def test_one_probe_at_a_time_asks_the_database(client: Client) -> None:
    with health._asking:  # as if the previous one were still unanswered
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["database"], answer.json()["migrations"]) == ("does not answer", "not known")


def test_readyz_says_no_before_a_stop(client: Client) -> None:
    health.stop()
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"server": "stops"})
        assert client.get("/livez").status_code == 200
    finally:
        health._stopping.clear()


@pytest.mark.django_db(transaction=True)
def test_readyz_notices_a_migration_that_is_not_applied(client: Client) -> None:
    applied = MigrationRecorder.Migration.objects.filter(app="orders")
    rows = list(applied)
    applied.delete()
    try:
        answer = client.get("/readyz")
    finally:
        MigrationRecorder.Migration.objects.bulk_create(rows)
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "not applied: run manage.py migrate"


@pytest.mark.django_db
def test_readyz_notices_keys_that_cannot_be_used(client: Client, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ("not a key",)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["keys"] == "not usable: run manage.py check"
    assert "not a key" not in answer.content.decode()


@pytest.mark.django_db
def test_readyz_says_nothing_of_tenants_and_their_state(client: Client) -> None:
    anna = User.objects.create_user("anna")
    way = Connection(user=anna, name="main")
    way.set_credentials(region="eu", client_key="k", token="t")
    way.keep()
    way.note_use("unreachable")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL)


def test_a_probe_calls_an_address_and_not_a_name_and_needs_no_sign_in(live_app: App) -> None:
    for path in ("/livez", "/readyz"):
        answer = requests.get(live_app.url + path, headers={"Host": "10.0.0.7:8000"}, timeout=20, allow_redirects=False)
        assert answer.status_code == 200
        assert requests.post(live_app.url + path, timeout=20).status_code == 405
