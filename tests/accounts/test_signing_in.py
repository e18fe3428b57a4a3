"""Signing in and out: which page follows, how long a session lasts, and what a panel answers when it is over."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts import database_clock
from accounts.open_sessions import SIGNED_IN_AT
from tests.accounts.conftest import PASSWORD

LOGIN = "/accounts/login/"
ORDER = "/orders/B94TXY/?connection=main&ticket=ZD-1"


def next_of(address: str) -> str:
    return parse_qs(urlsplit(address).query).get("next", [""])[0]


def test_the_page_that_was_asked_for_survives_a_wrong_password(anna: User, client: Client) -> None:
    to_sign_in = client.get(ORDER)
    assert to_sign_in.status_code == 302
    assert next_of(to_sign_in["Location"]) == ORDER
    form = client.get(to_sign_in["Location"])
    assert f'name="next" value="{ORDER.replace("&", "&amp;")}"' in form.text
    wrong = client.post(LOGIN, {"username": "anna", "password": "wrong", "next": ORDER})
    assert wrong.status_code == 200
    assert f'name="next" value="{ORDER.replace("&", "&amp;")}"' in wrong.text
    assert "wrong" not in wrong.text
    right = client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": ORDER})
    assert right["Location"] == ORDER


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "http://testserver.evil.example/",
        "//evil.example/x",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:///evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "\t//evil.example",
        "\x00//evil.example",
        "http://testserver@evil.example/",
        "http://testserver//evil.example/",
        "ftp://testserver/",
        "http://[::1",
        "//[",
        "/accounts/login/",
        "/accounts/logout/",
        "/accounts/login/?next=//evil.example",
        "relative",
        "",
    ],
)
def test_next_never_leads_away_or_in_a_circle(evil: str, anna: User, client: Client) -> None:
    answer = client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": evil})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    # A user who is signed in already is redirected at once, by the same rule.
    assert client.get(LOGIN, {"next": evil})["Location"] == "/"


@pytest.mark.parametrize("good", ["/activity/", "/orders/x/?a=b&c=d", "http://testserver/activity/?day=2026-01-01"])
def test_next_leads_anywhere_on_this_site(good: str, anna: User, client: Client) -> None:
    answer = client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": good})
    assert answer["Location"] == good.removeprefix("http://testserver")


def test_signing_out_takes_a_post_and_ends_the_session(as_anna: Client) -> None:
    assert as_anna.get("/accounts/logout/").status_code == 405
    assert as_anna.get("/activity/").status_code == 200
    out = as_anna.post("/accounts/logout/")
    assert (out.status_code, out["Location"]) == (302, LOGIN)
    assert "storage" in out["Clear-Site-Data"]
    assert as_anna.get("/activity/").status_code == 302


def test_a_panel_after_the_session_sends_the_page_to_sign_in(client: Client, db: None) -> None:
    answer = client.get(
        "/orders/B94TXY/contacts/",
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{ORDER}"},
    )
    assert answer.status_code == 401
    goal = urlsplit(answer["HX-Redirect"])
    assert (goal.netloc, goal.path) == ("", LOGIN)
    assert next_of(answer["HX-Redirect"]) == ORDER
    assert "<" not in answer.text


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/accounts/login/"]
)
def test_a_page_that_is_not_ours_is_not_gone_back_to(page: str, client: Client, db: None) -> None:
    answer = client.get("/orders/x/contacts/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert (answer.status_code, next_of(answer["HX-Redirect"])) == (401, "/")


def test_a_form_sent_too_late_leads_back_to_its_page(client: Client, db: None) -> None:
    answer = client.post("/orders/x/reveal/", headers={"Referer": f"http://testserver{ORDER}"})
    assert next_of(answer["Location"]) == ORDER
    assert next_of(client.post("/orders/x/reveal/", headers={"Referer": "https://evil.example/"})["Location"]) == "/"
    assert next_of(client.post("/orders/x/reveal/")["Location"]) == "/"


class Clock:
    """The clock of the sessions, in seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def seconds(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(database_clock, "seconds", clock.seconds)
    return clock


def test_half_an_hour_without_a_click_ends_the_session(clock: Clock, anna: User, client: Client) -> None:
    client.force_login(anna)
    clock.now += 30 * 60 - 1
    assert client.get("/activity/").status_code == 200
    clock.now += 30 * 60
    assert client.get("/activity/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_ten_hours_end_the_session_however_busy_it_is(clock: Clock, anna: User, client: Client) -> None:
    client.force_login(anna)
    for _turn in range(10 * 4 - 1):
        clock.now += 15 * 60
        assert client.get("/activity/").status_code == 200
    clock.now += 15 * 60
    assert client.get("/activity/").status_code == 302


def test_a_session_without_clocks_is_over(anna: User, client: Client) -> None:
    client.force_login(anna)
    held = client.session
    del held[SIGNED_IN_AT]
    held.save()
    assert client.get("/activity/").status_code == 302


def test_a_click_writes_the_session_at_most_once_a_minute(clock: Clock, anna: User, client: Client) -> None:
    client.force_login(anna)
    client.get("/activity/")

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/activity/")
        return sum("django_session" in query["sql"] and query["sql"].startswith("UPDATE") for query in queries)

    assert [writes() for _click in range(3)] == [0, 0, 0]
    clock.now += 60
    assert [writes() for _click in range(3)] == [1, 0, 0]


def test_one_changes_ones_own_password_and_other_sessions_end(anna: User, as_anna: Client) -> None:
    elsewhere = Client()
    elsewhere.force_login(anna)
    new = "another long passphrase 7"
    wrong = as_anna.post("/accounts/password/", {"old_password": "no", "new_password1": new, "new_password2": new})
    assert wrong.status_code == 200
    short = as_anna.post(
        "/accounts/password/", {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    )
    assert short.status_code == 200
    right = as_anna.post(
        "/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}, follow=True
    )
    assert "Your password was changed" in right.text
    assert as_anna.get("/activity/").status_code == 200
    assert elsewhere.get("/activity/").status_code == 302
    anna.refresh_from_db()
    assert anna.check_password(new)


def test_limits_are_settings(clock: Clock, anna: User, client: Client, settings: Settings) -> None:
    settings.SESSION_IDLE_SECONDS = 100
    client.force_login(anna)
    clock.now += 101
    assert client.get("/activity/").status_code == 302
