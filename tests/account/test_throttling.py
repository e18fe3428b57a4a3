"""Guessing is slow, for every process at once, and tells nothing about who exists."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from orders import throttling
from orders.models import SignInFailure
from tests.account.conftest import PASSWORD

LOGIN = "/accounts/login/"


def attempt(client: Client, name: str, password: str = "wrong", address: str = "192.0.2.1") -> object:
    return client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def later(minutes: float) -> None:
    """Let time pass: everything written down so far happened that much earlier."""
    for row in SignInFailure.objects.all():
        SignInFailure.objects.filter(pk=row.pk).update(at=row.at - timedelta(minutes=minutes))


def test_the_sixth_try_waits_and_says_until_when(anna: User, client: Client) -> None:
    for _try in range(throttling.PER_PAIR):
        assert attempt(client, "anna").status_code == 200  # type: ignore[attr-defined]
    # The right password is not even looked at.
    answer = client.post(LOGIN, {"username": "anna", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 429
    assert 800 < int(answer["Retry-After"]) <= 900
    assert "Too many attempts with a wrong password. Try again at " in answer.text
    assert "in 15 min." in answer.text
    assert "_auth_user_id" not in client.session


def test_waiting_helps_and_knocking_does_not_prolong_it(anna: User, client: Client) -> None:
    for _try in range(throttling.PER_PAIR):
        attempt(client, "anna")
    later(10)
    for _knock in range(20):
        assert attempt(client, "anna").status_code == 429  # type: ignore[attr-defined]
    later(5.1)
    assert attempt(client, "anna", PASSWORD).status_code == 302  # type: ignore[attr-defined]


def test_a_right_password_wipes_the_slate(anna: User, client: Client) -> None:
    for _try in range(throttling.PER_PAIR - 1):
        attempt(client, "anna")
    assert attempt(client, "anna", PASSWORD).status_code == 302  # type: ignore[attr-defined]
    assert SignInFailure.objects.count() == 0


def test_a_stranger_does_not_lock_a_person_out(anna: User, client: Client) -> None:
    for _try in range(throttling.PER_PAIR + 3):
        attempt(client, "anna", address="198.51.100.9")
    assert attempt(client, "anna", PASSWORD, address="192.0.2.1").status_code == 302  # type: ignore[attr-defined]


def test_many_addresses_on_one_name_are_stopped(anna: User, client: Client) -> None:
    answers = [
        attempt(client, "Anna" if n % 2 else "anna", address=f"198.51.100.{n}") for n in range(throttling.PER_NAME + 1)
    ]
    assert [answer.status_code for answer in answers] == [200] * throttling.PER_NAME + [429]  # type: ignore[attr-defined]


def test_one_address_on_many_names_is_stopped(anna: User, client: Client) -> None:
    answers = [attempt(client, f"name{n}") for n in range(throttling.PER_ADDRESS + 1)]
    assert [answer.status_code for answer in answers] == [200] * throttling.PER_ADDRESS + [429]  # type: ignore[attr-defined]


def test_a_session_left_open_is_no_place_for_guessing_either(as_anna: Client) -> None:
    new = "another long passphrase 7"

    def guess(old: str) -> int:
        sent = {"old_password": old, "new_password1": new, "new_password2": new}
        return as_anna.post("/accounts/password/", sent).status_code

    assert [guess("wrong") for _try in range(throttling.PER_PAIR)] == [200] * throttling.PER_PAIR
    assert guess(PASSWORD) == 429


def test_the_admin_changes_passwords_on_the_same_page(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("root"))
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"


def test_a_name_nobody_has_is_treated_like_any_other(anna: User, client: Client) -> None:
    def story(name: str) -> list[tuple[int, int]]:
        told = []
        for _try in range(throttling.PER_PAIR + 1):
            answer = client.post(LOGIN, {"username": name, "password": "wrong"}, REMOTE_ADDR=f"192.0.2.{len(name)}")
            told.append((answer.status_code, answer.text.count("do not belong together")))
        return told

    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    assert story("anna") == story("nobody") == story("gone") == [(200, 1)] * 5 + [(429, 0)]


def test_names_and_addresses_are_kept_as_hashes_only(anna: User, client: Client) -> None:
    attempt(client, "anna")
    row = SignInFailure.objects.get()
    assert len(row.name) == len(row.address) == 64
    assert "anna" not in row.name
    assert row.name != row.address


def test_old_attempts_are_removed(anna: User, client: Client) -> None:
    attempt(client, "nobody")
    later(16)
    attempt(client, "anna")
    assert SignInFailure.objects.count() == 1


def test_the_admin_has_no_door_of_its_own(anna: User, client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/auth/user/")
    assert answer.status_code == 302
    assert answer["Location"] == f"{LOGIN}?next=/admin/auth/user/"
    assert client.post("/admin/login/", {"username": "anna", "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == f"{LOGIN}?next=/admin/"


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_get_no_more_tries_than_one_after_another() -> None:
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.1")
    looked_at: list[object] = []
    together = threading.Barrier(12)

    def guess() -> None:
        together.wait()
        try:
            for _try in range(4):
                try:
                    looked_at.append(throttling.begin(request, "anna"))
                except throttling.TryLater:
                    continue
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _thread in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(looked_at) <= throttling.PER_PAIR


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.1", "203.0.113.5", "192.0.2.1"),
        (1, "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        (1, "127.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"),
        (2, "127.0.0.1", "1.2.3.4, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (3, "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        (1, "127.0.0.1", "", "127.0.0.1"),
        (1, "127.0.0.1", " , ,", "127.0.0.1"),
        (1, "127.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        (1, "127.0.0.1", "[2001:db8:1:2:3::9]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "", "", ""),
        (1, "127.0.0.1", "unknown", "unknown"),
    ],
)
def test_the_client_is_whom_the_trusted_proxies_saw(
    proxies: int, remote: str, forwarded: str, address: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {}, REMOTE_ADDR=remote)
    assert throttling.client_address(request) == address


def test_the_wait_is_never_nothing() -> None:
    assert throttling.TryLater(timezone.now() - timedelta(seconds=5)).seconds() == 1
