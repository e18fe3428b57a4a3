"""A browser that has signed in before is counted on its own: strangers do not slow it down, and its cookie alone opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import Morsel

import pytest
import requests
from django.conf import settings as active
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from accounts import devices
from accounts.limits import SignInLimits
from accounts.models import SignInFailure
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_throttling import attempt, guess, later
from tests.live import App, sign_in

LIMITS = SignInLimits()
COOKIE = active.DEVICE_COOKIE_NAME


def signed_in_before(name: str = "anna") -> Client:
    """A browser in which the user signed in and out."""
    client = Client()
    assert attempt(client, name, PASSWORD).status_code == 302
    client.post("/accounts/logout/")
    assert COOKIE in client.cookies
    return client


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = value
    return client


def cookie_of(client: Client) -> Morsel[str]:
    return client.cookies[COOKIE]


def under_attack(name: str = "anna") -> None:
    """Use up every try on the name, as strangers: from the user's own address, from many new ones, and again from those."""
    for _try in range(LIMITS.tries + 1):
        guess(name)
    for n in range(LIMITS.name + 5):
        guess(name, f"198.51.100.{n}")
        guess(name, f"198.51.100.{n % 20}")


def test_strangers_do_not_slow_a_known_browser_down(anna: User) -> None:
    known = signed_in_before()
    under_attack()
    assert attempt(Client(), "anna", PASSWORD).status_code == 429
    assert attempt(known, "anna", PASSWORD).status_code == 302


def test_a_known_browser_has_a_limit_of_its_own(anna: User) -> None:
    known = signed_in_before()
    answers = [attempt(known, "anna").status_code for _try in range(LIMITS.browser + 2)]
    assert answers == [200] * LIMITS.browser + [429] * 2
    assert attempt(known, "anna", PASSWORD).status_code == 429
    # Its failures slow nobody else down.
    assert attempt(Client(), "anna", PASSWORD).status_code == 302
    later(LIMITS.pace)
    assert attempt(known, "anna", PASSWORD).status_code == 302


def test_the_cookie_is_kept_from_scripts_and_other_sites(anna: User, settings: Settings) -> None:
    cookie = cookie_of(signed_in_before())
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert int(cookie["max-age"]) == devices.LIFE
    assert "anna" not in cookie.value and len(cookie.value) < 400
    settings.SESSION_COOKIE_SECURE = True
    assert cookie_of(signed_in_before())["secure"] is True


def test_each_sign_in_renews_the_cookie_with_another_number(anna: User) -> None:
    known = signed_in_before()
    before = cookie_of(known).value
    attempt(known, "anna", PASSWORD)
    assert cookie_of(known).value != before
    # An earlier copy is counted separately: its holder uses up only its own tries.
    copy = with_cookie(before)
    for _try in range(LIMITS.browser + 1):
        attempt(copy, "anna")
    assert attempt(copy, "anna", PASSWORD).status_code == 429
    known.post("/accounts/logout/")
    assert attempt(known, "anna", PASSWORD).status_code == 302


def test_a_wrong_password_sets_no_cookie(anna: User, client: Client) -> None:
    attempt(client, "anna")
    attempt(client, "nobody")
    assert COOKIE not in client.cookies


def test_a_stolen_cookie_opens_nothing(anna: User, ben: User) -> None:
    thief = with_cookie(cookie_of(signed_in_before()).value)
    assert thief.get("/activity/").status_code == 302
    assert attempt(thief, "anna").status_code == 200
    assert "_auth_user_id" not in thief.session


def _held(cookie: str) -> list[tuple[str, str, int]]:
    held: list[tuple[str, str, int]] = signing.loads(cookie, salt=devices.SALT)
    return held


FORGERIES: dict[str, Callable[[str], str]] = {
    "flipped": lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
    "longer": lambda value: "x" + value,
    "unsigned": lambda value: value.split(":")[0],
    "cut": lambda value: value[:40],
    "under another key": lambda value: signing.dumps(_held(value), key="a key of somebody else", salt=devices.SALT),
    "for another purpose": lambda value: signing.dumps(_held(value), salt="another purpose"),
    "expired": lambda value: _signed([[name, number, since - devices.LIFE] for name, number, since in _held(value)]),
    "with a plain name": lambda value: _signed([["anna", number, since] for _name, number, since in _held(value)]),
}
ODD = {
    "empty": [],
    "text": "anna",
    "four": [["anna", "1", 1, 2]],
    "map": {"anna": 1},
    "number": 7,
    "no stamp": [["anna", "1", None]],
}


def _signed(content: object) -> str:
    return signing.dumps(content, salt=devices.SALT)


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_a_signed_cookie_of_another_shape_is_none(content: object) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = _signed(content)
    assert devices.known(request, "anna") == ""


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_or_expired_cookie_is_none(forge: Callable[[str], str], anna: User) -> None:
    cookie = forge(cookie_of(signed_in_before()).value)
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie
    assert devices.known(request, "anna") == ""
    under_attack()
    assert attempt(with_cookie(cookie), "anna", PASSWORD).status_code == 429


def test_a_cookie_of_another_name_helps_nobody(anna: User, ben: User) -> None:
    bens = signed_in_before("ben")
    under_attack("anna")
    assert attempt(bens, "anna", PASSWORD).status_code == 429
    assert attempt(bens, "ben", PASSWORD).status_code == 302


def test_a_shared_browser_knows_those_who_signed_in_last(db: None) -> None:
    names = [f"agent{n}" for n in range(devices.MOST_PEOPLE + 2)]
    shared = Client()
    for name in names:
        User.objects.create_user(name, password=PASSWORD)
        assert attempt(shared, name, PASSWORD).status_code == 302
        shared.post("/accounts/logout/")
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie_of(shared).value
    assert [bool(devices.known(request, name)) for name in names] == [False] * 2 + [True] * devices.MOST_PEOPLE
    assert len(cookie_of(shared).value) < 1000


@pytest.mark.parametrize("spelling", ["anna", "ANNA", "Anna", "ａｎｎａ"])
def test_a_name_is_known_in_all_its_spellings(spelling: str, anna: User) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie_of(signed_in_before()).value
    assert devices.known(request, spelling)
    assert not devices.known(request, spelling + "x")


def test_changing_the_password_renews_the_cookie_and_counts_for_the_browser(anna: User) -> None:
    known = Client()
    attempt(known, "anna", PASSWORD)
    under_attack()
    before, new = cookie_of(known).value, "another long passphrase 7"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert known.post("/accounts/password/", sent).status_code == 302
    assert cookie_of(known).value != before


def test_through_the_real_server(live_app: App) -> None:
    """A user signs in with a known browser while strangers guess from the same address."""
    live_app.person(connected=False)
    known = live_app.signed_in()
    assert COOKIE in known.cookies
    strangers = [sign_in(session(), live_app.url, "agent", "wrong") for _try in range(LIMITS.tries + 2)]
    assert [answer.status_code for answer in strangers] == [200] * LIMITS.tries + [429] * 2
    assert int(strangers[-1].headers["Retry-After"]) <= LIMITS.pace
    held = {COOKIE: str(known.cookies[COOKIE])}
    known.cookies.clear()
    known.cookies.update(held)
    assert sign_in(known, live_app.url, "agent").status_code == 302
    assert sign_in(session(), live_app.url, "agent").status_code == 429
    later(LIMITS.pace)
    assert sign_in(session(), live_app.url, "agent").status_code == 302


def session() -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    return made


def test_right_sign_ins_at_once_through_the_real_server(live_app: App) -> None:
    """24 sign-ins of one user from one address, with only two tries left after some wrong passwords, all succeed."""
    live_app.person(connected=False)
    for _try in range(LIMITS.tries - 2):
        assert sign_in(session(), live_app.url, "agent", "wrong").status_code == 200

    def enter(_number: int) -> int:
        return sign_in(session(), live_app.url, "agent").status_code

    with ThreadPoolExecutor(24) as pool:
        assert set(pool.map(enter, range(24))) == {302}
    assert not SignInFailure.objects.exists()
