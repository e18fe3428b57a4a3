"""A proxy that signs people in: trusted only with its secret, only for existing accounts, and under the same limits as everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.sign_on.choices import ProxyHeader, SecondFactor
from accounts.sign_on.proxy_header import named_by_proxy
from orders.models import AccessRecord
from tests.sign_on.conftest import LOGIN

SECRET = "a secret that only the proxy has, 32 long"
PROVED = {"X-Remote-User": "anna", "X-Proxy-Secret": SECRET}
PAGE, SIGNED_OUT = "/activity/", "/accounts/signed-out/"


@pytest.fixture(autouse=True)
def proxy(anna: User, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, proxy=ProxyHeader("X-Remote-User", "X-Proxy-Secret", SECRET))
    at = settings.MIDDLEWARE.index("accounts.sessions.session_limits") + 1
    name = f"{named_by_proxy.__module__}.{named_by_proxy.__name__}"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], name, *settings.MIDDLEWARE[at:]]


def status(client: Client, **headers: str) -> int:
    return client.get(PAGE, headers={name.replace("_", "-"): value for name, value in headers.items()}).status_code


def test_whom_the_proxy_names_is_signed_in_at_once(client: Client) -> None:
    assert client.get(PAGE, headers=PROVED).status_code == 200
    assert list(AccessRecord.objects.filter(what="signed_in").values_list("about_name", "outcome")) == [
        ("anna", "proxy")
    ]
    key = client.session.session_key
    assert client.get(PAGE, headers=PROVED).status_code == 200
    assert client.session.session_key == key  # not signed in again with every request


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Remote-User": "anna"},
        {"X-Remote-User": "anna", "X-Proxy-Secret": "wrong"},
        {"X-Remote-User": "anna", "X-Proxy-Secret": ""},
        {"X-Remote-User": "", "X-Proxy-Secret": SECRET},
        {"X-Proxy-Secret": SECRET},
        {"X-Remote-User": "Anna", "X-Proxy-Secret": SECRET},
        {"X-Remote-User": "nobody", "X-Proxy-Secret": SECRET},
        {"X-Remote-User": "x" * 1000, "X-Proxy-Secret": SECRET},
    ],
)  # fmt: skip
def test_nobody_else_is(headers: dict[str, str], client: Client) -> None:
    assert client.get(PAGE, headers=headers)["Location"].startswith(LOGIN)
    assert User.objects.count() == 1


def test_somebody_inactive_is_not(client: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get(PAGE, headers=PROVED).status_code == 302


def test_the_session_ends_with_the_proxys_word(client: Client) -> None:
    User.objects.create_user("ben")
    client.get(PAGE, headers=PROVED)
    assert client.get(PAGE).status_code == 302
    client.get(PAGE, headers=PROVED)
    client.get(PAGE, headers={**PROVED, "X-Remote-User": "ben"})
    assert client.session["_auth_user_id"] == str(User.objects.get(username="ben").pk)


def test_a_session_left_alone_ends_and_the_sign_in_after_it_is_recorded(client: Client) -> None:
    client.get(PAGE, headers=PROVED)
    held = client.session
    held["seen_at"] -= 31 * 60
    held.save()
    key = client.session.session_key
    assert client.get(PAGE, headers=PROVED).status_code == 200
    assert client.session.session_key != key
    assert AccessRecord.objects.filter(what="signed_in").count() == 2
    assert AccessRecord.objects.filter(what="signed_out", outcome="session over").count() == 1


def test_signing_out_says_that_the_next_page_signs_in_again(client: Client) -> None:
    client.get(PAGE, headers=PROVED)
    out = client.post("/accounts/logout/", headers=PROVED)
    assert out["Location"] == SIGNED_OUT
    page = client.get(SIGNED_OUT, headers=PROVED)
    assert "You are signed out" in page.text and "will sign you in again as soon as you open another page" in page.text
    assert not page.wsgi_request.user.is_authenticated
    assert AccessRecord.objects.filter(what="signed_in").count() == 1
    assert client.get(SIGNED_OUT)["Location"] == LOGIN  # without the proxy there is nothing to say
    assert client.get(PAGE, headers=PROVED).status_code == 200


def test_too_long_a_name_is_nobody_even_if_its_beginning_is_somebody(client: Client) -> None:
    User.objects.create_user("x" * 150)
    assert client.get(PAGE, headers={**PROVED, "X-Remote-User": "x" * 151}).status_code == 302
    assert client.get(PAGE, headers={**PROVED, "X-Remote-User": "x" * 150}).status_code == 200


def test_no_second_step_behind_a_proxy(client: Client, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.REQUIRED)
    assert client.get(PAGE, headers=PROVED).status_code == 200
