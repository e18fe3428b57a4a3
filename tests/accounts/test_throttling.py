"""Guessing passwords is slowed down across all processes, locks nobody out, and does not reveal who exists."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import client_address, throttling
from accounts.limits import SignInLimits
from accounts.models import SignInFailure
from tests.accounts.conftest import PASSWORD
from tests.recorded import events

LOGIN = "/accounts/login/"
LIMITS = SignInLimits()


def attempt(client: Client, name: str, password: str = "wrong", address: str = "192.0.2.1") -> HttpResponse:
    answer = client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)
    assert isinstance(answer, HttpResponse)
    return answer


def statuses(name: str, times: int, *, address: str = "192.0.2.1") -> list[int]:
    """The statuses that browsers without cookies get for wrong passwords, one after another."""
    return [attempt(Client(), name, address=address).status_code for _try in range(times)]


def guess(name: str, address: str = "192.0.2.1") -> bool:
    """Whether a wrong password from that address is checked at all."""
    try:
        throttling.begin(RequestFactory().post(LOGIN, REMOTE_ADDR=address), name).failed()
    except throttling.TryLater:
        return False
    return True


def later(seconds: float) -> None:
    """Let time pass, by moving all failures recorded so far into the past."""
    for row in SignInFailure.objects.all():
        SignInFailure.objects.filter(pk=row.pk).update(at=row.at - timedelta(seconds=seconds))


def test_the_sixth_try_waits_for_some_seconds_and_the_page_says_so(anna: User, client: Client) -> None:
    assert statuses("anna", LIMITS.tries) == [200] * LIMITS.tries
    # The right password is not even checked.
    answer = attempt(client, "anna", PASSWORD)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= LIMITS.pace
    assert "Too many wrong passwords. Wait " in answer.text
    assert "the account is not locked" in answer.text
    assert 'value="anna"' in answer.text
    assert "_auth_user_id" not in client.session
    later(LIMITS.pace)
    assert attempt(client, "anna", PASSWORD).status_code == 302


def test_beyond_the_limit_one_attempt_is_looked_at_every_ten_seconds(db: None) -> None:
    assert [guess("anna") for _try in range(LIMITS.tries + 1)] == [True] * LIMITS.tries + [False]
    for _round in range(30):
        later(LIMITS.pace)
        assert [guess("anna") for _try in range(3)] == [True, False, False]
        later(2)
        assert not guess("anna")


def test_knocking_does_not_prolong_the_wait(anna: User, client: Client) -> None:
    statuses("anna", LIMITS.tries)
    later(LIMITS.pace - 3)
    assert statuses("anna", 20) == [429] * 20
    later(3)
    assert attempt(client, "anna", PASSWORD).status_code == 302


def test_a_right_password_wipes_the_slate(anna: User, client: Client) -> None:
    statuses("anna", LIMITS.tries - 1)
    assert attempt(client, "anna", PASSWORD).status_code == 302
    assert SignInFailure.objects.count() == 0


def test_a_right_password_wipes_nobody_elses_slate(anna: User, ben: User, client: Client) -> None:
    statuses("ben", 2)
    statuses("anna", 2, address="198.51.100.1")
    assert attempt(client, "anna", PASSWORD).status_code == 302
    assert SignInFailure.objects.count() == 4


@pytest.mark.parametrize("addresses", [1, 5, 20])
def test_strangers_with_some_addresses_do_not_slow_a_new_browser_elsewhere(
    addresses: int, anna: User, client: Client
) -> None:
    for turn in range(60):
        guess("anna", f"198.51.100.{turn % addresses}")
    assert not guess("anna", "198.51.100.0")
    assert attempt(client, "anna", PASSWORD, address="192.0.2.1").status_code == 302


def test_many_addresses_on_one_name_share_two_lanes(anna: User) -> None:
    """25 first tries from as many addresses, 25 further ones, and then one of each kind every ten seconds."""
    first = [guess("Anna" if n % 2 else "anna", f"198.51.100.{n}") for n in range(60)]
    assert first == [True] * LIMITS.name + [False] * (60 - LIMITS.name)
    second = [guess("ANNA", f"198.51.100.{n % 25}") for n in range(60)]
    assert second.count(True) == LIMITS.name
    later(LIMITS.pace)
    assert [guess("anna", f"198.51.100.{n}") for n in range(60)].count(True) == 2


def test_one_address_on_many_names_is_slowed_down(anna: User) -> None:
    assert [guess(f"name{n}") for n in range(LIMITS.address + 5)] == [True] * LIMITS.address + [False] * 5


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("203.0.113.7", True),
        ("::ffff:203.0.113.7", True),
        ("2001:db8:5::9", True),
        ("203.0.114.7", False),
        ("2001:db8:6::9", False),
        ("unknown", False),
    ],
)
def test_an_office_behind_one_address_has_no_limit_for_all_names(
    address: str, trusted: bool, anna: User, settings: Settings
) -> None:
    from cdpviewer.limits import networks

    settings.SIGN_IN_LIMITS = replace(LIMITS, trusted=networks(("203.0.113.0/24", "2001:db8:5::/48")))
    for n in range(LIMITS.address):
        guess(f"name{n}", address)
    assert attempt(Client(), "anna", PASSWORD, address=address).status_code == (302 if trusted else 429)
    # The limit for one name holds there as well.
    assert [guess("ben", "203.0.113.7") for _try in range(LIMITS.tries + 1)] == [True] * LIMITS.tries + [False]


def test_a_session_left_open_is_no_place_for_guessing_either(as_anna: Client) -> None:
    new = "another long passphrase 7"

    def change(old: str) -> int:
        sent = {"old_password": old, "new_password1": new, "new_password2": new}
        return as_anna.post("/accounts/password/", sent).status_code

    cache.clear()  # it remembers whose lock-out was recorded
    assert [change("wrong") for _try in range(LIMITS.tries)] == [200] * LIMITS.tries
    assert change(PASSWORD) == 429
    assert events().filter(what="locked_out").count() == 1
    later(LIMITS.pace)
    assert change(PASSWORD) == 302


def test_the_admin_changes_passwords_on_the_same_page(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("root"))
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"


def test_a_name_nobody_has_is_treated_like_any_other(anna: User, client: Client) -> None:
    def story(name: str) -> list[tuple[int, int]]:
        answers = [attempt(client, name, address=f"192.0.2.{len(name)}") for _try in range(LIMITS.tries + 1)]
        return [(answer.status_code, answer.text.count("Wrong user name or password")) for answer in answers]

    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    assert story("anna") == story("nobody") == story("gone") == [(200, 1)] * 5 + [(429, 0)]


def test_names_and_addresses_are_kept_as_hashes_only(anna: User, client: Client) -> None:
    attempt(client, "anna")
    row = SignInFailure.objects.get()
    assert len(row.name) == len(row.address) == 64
    assert "anna" not in row.name
    assert row.name != row.address


def test_attempts_are_removed_after_a_day(anna: User, client: Client) -> None:
    attempt(client, "nobody")
    later(23 * 3600)
    attempt(client, "anna")
    assert SignInFailure.objects.count() == 2
    later(2 * 3600)
    attempt(client, "anna")
    assert SignInFailure.objects.count() == 2


def test_the_admin_has_no_door_of_its_own(anna: User, client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/auth/user/")
    assert answer.status_code == 302
    assert answer["Location"] == f"{LOGIN}?next=/admin/auth/user/"
    assert client.post("/admin/login/", {"username": "anna", "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == f"{LOGIN}?next=/admin/"


def together(count: int, job: object) -> None:
    """Run `job` on `count` threads at once."""
    ready = threading.Barrier(count)

    def run() -> None:
        ready.wait()
        try:
            job()  # type: ignore[operator]
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _thread in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_wrong_ones_at_once_get_no_more_tries_than_one_after_another() -> None:
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.1")
    refused: list[int] = []

    def guess() -> None:
        for _try in range(3):
            try:
                with throttling.attempt(request, "anna"):
                    time.sleep(0.05)
                    raise ValueError("wrong")
            except throttling.TryLater as limit:
                refused.append(limit.seconds())
            except ValueError:
                continue

    together(12, guess)
    assert SignInFailure.objects.filter(under_way=False).count() == LIMITS.tries
    assert not SignInFailure.objects.filter(under_way=True).exists()
    assert len(refused) == 36 - LIMITS.tries
    assert max(refused) <= LIMITS.pace


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("names", "at_once"), [(1, 20), (100, 100)], ids=["one person", "an office"])
def test_right_ones_at_once_are_all_right(names: int, at_once: int) -> None:
    """This holds for one user, and for an office behind one address, even after some wrong passwords."""
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.1")
    for n in range(LIMITS.address - 5 if names > 1 else LIMITS.tries - 2):
        throttling.begin(request, f"other{n}" if names > 1 else "name0").failed()
    right: list[int] = []
    numbers = iter(range(at_once))

    def sign_in() -> None:
        with throttling.attempt(request, f"name{next(numbers) % names}"):
            time.sleep(0.02)
            right.append(1)

    together(at_once, sign_in)
    assert len(right) == at_once
    assert not SignInFailure.objects.filter(under_way=True).exists()


@pytest.mark.django_db(transaction=True)
def test_an_attempt_of_a_process_that_died_counts_as_failed() -> None:
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.1")
    for _try in range(LIMITS.tries):
        throttling.begin(request, "anna")
    later(throttling.STALE.total_seconds() + 1)
    throttling.begin(request, "anna").failed()
    with pytest.raises(throttling.TryLater):
        throttling.begin(request, "anna")


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_too_long_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "PATIENCE", 0.2)
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.1")
    for _try in range(LIMITS.tries):
        throttling.begin(request, "anna")
    with pytest.raises(throttling.TryLater) as limit:
        throttling.begin(request, "anna")
    assert limit.value.seconds() <= 2
    assert SignInFailure.objects.count() == LIMITS.tries
    # No password has been wrong so far, so nothing is said or recorded about wrong ones.
    answer = attempt(Client(), "anna", address="192.0.2.1")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "sign-in attempts are in progress" in answer.text and "wrong" not in answer.text.lower()
    assert not events().filter(what="locked_out").exists()


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_others_takes_no_place_from_those_who_are_checked() -> None:
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.1")
    under_way = SignInFailure.objects.filter(under_way=True)
    for _try in range(LIMITS.tries):
        throttling.begin(request, "anna")

    def wait() -> None:
        try:
            with throttling.attempt(request, "anna"):
                """Entered only after the others have left."""
        finally:
            connection.close()

    with ThreadPoolExecutor(throttling.AT_ONCE) as pool:
        waiting = [pool.submit(wait) for _thread in range(throttling.AT_ONCE)]
        while under_way.count() < LIMITS.tries + throttling.AT_ONCE and not any(future.done() for future in waiting):
            """Wait until they have begun."""
        with throttling.attempt(RequestFactory().post(LOGIN, REMOTE_ADDR="192.0.2.2"), "ben"):
            assert under_way.count() == LIMITS.tries + throttling.AT_ONCE + 1
        under_way.filter(pk__in=under_way.order_by("pk").values_list("pk", flat=True)[: LIMITS.tries]).delete()
        for future in waiting:
            future.result()


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
    assert client_address.client_address(request) == address


def test_the_wait_is_never_nothing() -> None:
    assert throttling.TryLater(timezone.now() - timedelta(seconds=5)).seconds() == 1
