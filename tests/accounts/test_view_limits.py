"""Limits on how much one user may view: counted across processes, explained on the page, and recorded once for auditors."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import view_limits
from accounts.limits import Over, SignInLimits, ViewLimits
from accounts.models import ViewCount
from cdpviewer import limits
from cdpviewer.environment import Environment
from sandbox.server import Sandbox
from tests.accounts.conftest import CLIENT_KEY, TOKEN, Cdp, connect
from tests.live import App, environment, free_port, wait_until_it_answers
from tests.panels import PANELS_OF_AN_ORDER
from tests.recorded import events

NOON = 1_800_000_000 - 1_800_000_000 % 86_400 + 12 * 3600.0
ORDER = "/orders/d680c9be-4c07-4731-857e-9602034b15f2/"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(view_limits, "time", clock)
    return clock


def set_limits(settings: Settings, a_minute: int, a_day: int = 0) -> None:
    settings.VIEW_LIMITS = ViewLimits(a_minute, a_day)


def views(user: User, times: int) -> list[Over | None]:
    return [view_limits.count(user) for _view in range(times)]


@pytest.mark.parametrize("limit", [1, 2, 7, 120])
def test_a_minute_allows_exactly_its_limit_and_the_next_one_as_much(
    limit: int, anna: User, ben: User, clock: Clock, settings: Settings
) -> None:
    set_limits(settings, limit)
    clock.now += 15
    assert views(anna, limit) == [None] * limit
    assert views(anna, 3) == [Over(limit, daily=False, seconds=45)] * 3
    assert views(ben, limit) == [None] * limit
    clock.now += 45
    assert views(anna, limit + 1) == [None] * limit + [Over(limit, daily=False, seconds=60)]


def test_a_day_allows_its_limit_over_all_minutes(anna: User, clock: Clock, settings: Settings) -> None:
    set_limits(settings, 10, 35)
    for _minute in range(3):
        assert views(anna, 10) == [None] * 10
        clock.now += 60
    assert views(anna, 6) == [None] * 5 + [Over(35, daily=True, seconds=12 * 3600 - 180)]
    clock.now += 12 * 3600
    assert views(anna, 5) == [None] * 5


def test_off_is_off_and_costs_nothing(anna: User, settings: Settings, django_assert_num_queries: object) -> None:
    set_limits(settings, 0, 0)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert views(anna, 500) == [None] * 500
    set_limits(settings, 0, 3)
    assert views(anna, 4)[2:] == [None, Over(3, daily=True, seconds=12 * 3600)]


def test_a_view_costs_one_statement(anna: User, settings: Settings, django_assert_num_queries: object) -> None:
    settings.VIEW_LIMITS = ViewLimits()
    with django_assert_num_queries(60):  # type: ignore[operator]
        views(anna, 60)


@pytest.mark.django_db(transaction=True)
def test_threads_lose_no_view_and_count_none_twice(settings: Settings) -> None:
    set_limits(settings, 100_000)
    user = User.objects.create_user("anna")

    def look() -> None:
        for _view in range(50):
            view_limits.View(user, int(NOON)).change.run(connection)
        connections.close_all()

    threads = [threading.Thread(target=look) for _thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert view_limits.View(user, int(NOON)).change.run(connection) == (401, 401)
    assert ViewCount.objects.get().in_minute == 401


def test_a_database_that_takes_nothing_costs_no_view(anna: User, settings: Settings) -> None:
    set_limits(settings, 1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_viewcount RENAME TO gone")
    assert views(anna, 1) == [None]


# --- on the page


@pytest.fixture
def desk(anna: User, as_anna: Client, cdp: Cdp) -> Client:
    connect(anna)
    return as_anna


def test_the_page_says_so_and_the_cdp_is_not_asked(desk: Client, cdp: Cdp, settings: Settings) -> None:
    set_limits(settings, 2)
    desk.get(ORDER)
    desk.get(ORDER)
    asked = len(cdp.calls)
    answer = desk.get(ORDER)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "You have reached your limit of 2 views a minute" in answer.text
    assert "Nothing was sent to the CDP." in answer.text
    assert "Try again in 60 seconds. Auditors can see" in answer.text
    assert f'href="{ORDER}"' in answer.text
    assert len(cdp.calls) == asked


@pytest.mark.parametrize(
    ("method", "path", "typed"),
    [
        ("get", ORDER, {}),
        *(("get", ORDER + panel, {}) for panel in PANELS_OF_AN_ORDER),
        ("get", ORDER + "raw/", {}),
        ("get", ORDER + "itinerary.ics", {}),
        ("get", ORDER + "guests/6c1c5a0d-9d1c-4c5b-8f0e-1b2a3c4d5e6f/orders/", {}),
        ("get", "/orders/?q=B94TXY", {}),
        ("post", "/orders/", {"q": "B94TXY"}),
        ("post", "/orders/", {"q": "zoe@example.com"}),
        ("post", "/find-person/", {"first_name": "Zoë", "last_name": "O’Neill"}),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_every_way_to_the_cdp_counts_and_loses_nothing_typed(
    method: str, path: str, typed: dict[str, str], htmx: bool, desk: Client, cdp: Cdp, settings: Settings
) -> None:
    set_limits(settings, 1)
    headers = {"HX-Request": "true"} if htmx else {}
    getattr(desk, method)(path, typed, headers=headers)
    asked = len(cdp.calls)
    assert asked
    answer = getattr(desk, method)(path, typed, headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert len(cdp.calls) == asked
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in answer.text
    assert "Try again" in answer.text


def test_connection_tests_count(desk: Client, anna: User, cdp: Cdp, settings: Settings) -> None:
    set_limits(settings, 1)
    way = connect(anna, "second")
    assert desk.post(f"/connections/{way.pk}/try/").status_code == 302
    asked = len(cdp.calls)
    tried = desk.post(f"/connections/{way.pk}/try/")
    form = {
        "name": "third",
        "region": "eu",
        "client_key": CLIENT_KEY,
        "token": TOKEN,
        "version": "v2",
        "clock": "local",
    }
    added = desk.post("/connections/add/", form)
    replaced = desk.post(f"/connections/{way.pk}/replace/", form)
    for answer in (tried, added, replaced):
        assert (answer.status_code, answer["Retry-After"]) == (429, "60")
        assert "You have reached your limit of 1 views a minute" in answer.text
    assert 'value="third"' in added.text and TOKEN not in added.text
    assert len(cdp.calls) == asked
    assert not anna.cdp_connections.filter(name="third").exists()


def test_auditors_see_it_once_a_window(desk: Client, auditor: User, clock: Clock, settings: Settings) -> None:
    set_limits(settings, 2, 5)
    for _minute in range(3):
        for _view in range(6):
            desk.get(ORDER)
        clock.now += 60
    seen = events().filter(what="views_limited")
    assert list(seen.values_list("user_name", "about_name", "outcome")) == [
        ("anna", "anna", "2 a minute"),
        ("anna", "anna", "5 a day"),
    ]
    client = Client()
    client.force_login(auditor)
    page = client.get("/activity/?everybody=1&everyone=1&all=1").text
    assert "too many views" in page
    assert "limit: 5 a day" in page


# --- settings


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ViewLimits(120, 3000)),
        ({"CDPVIEWER_VIEWS_A_MINUTE": "0", "CDPVIEWER_VIEWS_A_DAY": "0"}, ViewLimits(0, 0)),
        ({"CDPVIEWER_VIEWS_A_MINUTE": "10", "CDPVIEWER_VIEWS_A_DAY": "10"}, ViewLimits(10, 10)),
        ({"CDPVIEWER_VIEWS_A_DAY": "0"}, ViewLimits(120, 0)),
        ({"CDPVIEWER_VIEWS_A_DAY": "100"}, "must not be less"),
        ({"CDPVIEWER_VIEWS_A_MINUTE": "many"}, "whole number"),
        ({"CDPVIEWER_VIEWS_A_MINUTE": "-1"}, "whole number"),
    ],
)
def test_settings_of_views(environ: dict[str, str], expected: ViewLimits | str) -> None:
    check(limits.views, environ, expected)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, SignInLimits()),
        ({"CDPVIEWER_SIGN_IN_TRIES": "3", "CDPVIEWER_SIGN_IN_BROWSER_TRIES": "6"}, SignInLimits(tries=3, browser=6)),
        ({"CDPVIEWER_SIGN_IN_PACE_SECONDS": "60"}, SignInLimits(pace=60)),
        (
            {"CDPVIEWER_TRUSTED_NETWORKS": "203.0.113.0/24, 2001:db8::/48,198.51.100.7"},
            SignInLimits(trusted=limits.networks(("203.0.113.0/24", "2001:db8::/48", "198.51.100.7/32"))),
        ),
        ({"CDPVIEWER_SIGN_IN_TRIES": "0"}, "1 or more"),
        ({"CDPVIEWER_SIGN_IN_PACE_SECONDS": "900"}, "60 or less"),
        ({"CDPVIEWER_SIGN_IN_NAME_TRIES": "4"}, "at least CDPVIEWER_SIGN_IN_TRIES"),
        ({"CDPVIEWER_SIGN_IN_ADDRESS_TRIES": "4"}, "at least CDPVIEWER_SIGN_IN_TRIES"),
        ({"CDPVIEWER_TRUSTED_NETWORKS": "office.example.com"}, "Network 1"),
        ({"CDPVIEWER_TRUSTED_NETWORKS": "203.0.113.0/24,203.0.113.7/24"}, "Network 2"),
        ({"CDPVIEWER_TRUSTED_NETWORKS": "0.0.0.0/0"}, "too wide"),
        ({"CDPVIEWER_TRUSTED_NETWORKS": "::/0"}, "too wide"),
        ({"CDPVIEWER_TRUSTED_NETWORKS": "203.0.113.0/33"}, "is not one"),
    ],
)
def test_settings_of_sign_ins(environ: dict[str, str], expected: SignInLimits | str) -> None:
    check(limits.sign_in, environ, expected)


def check(read: object, environ: dict[str, str], expected: object) -> None:
    if isinstance(expected, str):
        with pytest.raises(ImproperlyConfigured, match=expected):
            read(Environment(environ, {}))  # type: ignore[operator]
    else:
        assert read(Environment(environ, {})) == expected  # type: ignore[operator]


# --- through the real server


@pytest.fixture
def limited_app(live_app: App, sandbox: Sandbox, tmp_path: Path) -> Iterator[App]:
    """Another server on the same database, with two processes and a limit of 20 views a minute."""
    port, log = free_port(), tmp_path / "limited.log"
    env = environment(**live_app.environment) | {
        "CDPVIEWER_BIND": f"127.0.0.1:{port}",
        "CDPVIEWER_WORKERS": "2",
        "CDPVIEWER_VIEWS_A_MINUTE": "20",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"], env=env, cwd=Path(__file__).parents[2], stdout=out, stderr=out
        )
    try:
        wait_until_it_answers(process, port, log)
        yield App(f"http://127.0.0.1:{port}", log, process, sandbox, env)
    finally:
        process.terminate()
        process.wait(20)


def test_two_processes_count_together(limited_app: App) -> None:
    limited_app.person()
    cookies = limited_app.signed_in().cookies.get_dict()
    while time.time() % 60 > 40:  # all of it within one minute
        time.sleep(0.5)

    def look(_number: int) -> int:
        return requests.get(limited_app.url + ORDER, cookies=cookies, timeout=30).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(look, range(60)))
    assert set(statuses) == {200, 429}
    assert statuses[200] == 20
    assert events().filter(what="views_limited").count() == 1
