"""The key of a session: made by the server, new at each sign-in, and useless after signing out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.accounts.conftest import PASSWORD

FIXED = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6"  # as long as a key


def key_of(client: Client) -> str:
    held = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return held.value if held else ""


def sign_in(client: Client, name: str) -> int:
    return client.post(reverse("login"), {"username": name, "password": PASSWORD}).status_code


def may_read(key: str) -> bool:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client.get(reverse("connections")).status_code == 200


def test_a_key_that_somebody_else_chose_is_not_taken_over(anna: User) -> None:
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = FIXED
    assert sign_in(victim, "anna") == 302
    assert key_of(victim) not in ("", FIXED)
    assert may_read(key_of(victim))
    assert not may_read(FIXED)


def test_every_sign_in_has_a_key_of_its_own_and_signing_out_ends_only_that_one(anna: User) -> None:
    here, there = Client(), Client()
    assert [sign_in(here, "anna"), sign_in(there, "anna")] == [302, 302]
    first, second = key_of(here), key_of(there)
    assert len({first, second, FIXED}) == 3
    # 32 characters out of 36 are 165 bits.
    assert len(first) == len(second) == 32
    here.post(reverse("logout"))
    assert not may_read(first)
    assert may_read(second)
    assert sign_in(here, "anna") == 302
    assert key_of(here) != first
    assert not may_read(first)
