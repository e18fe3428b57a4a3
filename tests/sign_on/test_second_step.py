"""The second step after a password: codes from another implementation, recovery codes, who must have one, what is stored."""

from __future__ import annotations

import base64
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from uuid import uuid4

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from pytest_django.fixtures import Settings

import accounts.urls
import orders.urls
from accounts.models import SignInFailure
from accounts.session_store import SessionStore
from accounts.sign_on import factors
from accounts.sign_on.choices import SecondFactor
from orders.models import AccessRecord
from orders.privacy import sealing
from orders.privacy.sealing import CredentialUnreadable
from tests.sign_on.conftest import LOGIN, PASSWORD, is_signed_in

STEP, APP, LIST = "/accounts/second-step/", "/accounts/second-factor/app/", "/accounts/second-factor/"
ORDER = "/orders/B94TXY/?connection=main&ticket=MFA-1"


@pytest.fixture(autouse=True)
def optional(settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.OPTIONAL)


def password_step(page: str = "/", client: Client | None = None) -> Client:
    client = client or Client()
    client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": page})
    return client


def set_up(client: Client) -> tuple[pyotp.TOTP, list[str]]:
    """Set an app up by hand from the page; returns it with the recovery codes that are shown afterwards."""
    page = client.get(APP).text
    secret = re.search(r'<code class="mono">([A-Z2-7 ]+)</code>', page)
    assert secret, page
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    # The code before the current one, so that the current one is still valid for a sign-in.
    codes = client.post(APP, {"code": app.at(time.time() - 30)})
    assert codes.status_code == 200, codes.text
    return app, re.findall(r"<li>(\d{8})</li>", codes.text)


@pytest.fixture
def enrolled(anna: User) -> tuple[pyotp.TOTP, list[str]]:
    return set_up(password_step())


def test_a_code_of_the_app_signs_in_and_leads_on(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    client = Client()
    asked = client.post(LOGIN, {"username": "anna", "password": PASSWORD, "next": ORDER})
    assert asked["Location"] == STEP
    assert client.post(STEP, {"code": enrolled[0].now()})["Location"] == ORDER
    assert is_signed_in(client)
    assert list(AccessRecord.objects.filter(what="signed_in").order_by("pk").values_list("outcome", flat=True)) == [
        "",
        "password, second step",
    ]


def test_half_signed_in_sees_nothing(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    client = password_step(ORDER)
    for page in (
        "/",
        ORDER,
        "/activity/",
        "/connections/",
        "/accounts/sessions/",
        LIST,
        APP,
        f"{APP}picture.svg",
        "/admin/",
    ):
        assert client.get(page)["Location"].startswith((LOGIN, "/admin/login/")), page
    panel = client.get("/orders/B94TXY/contacts/", headers={"HX-Request": "true"})
    assert panel.status_code == 401
    assert "anna" not in client.get(STEP).text
    assert AccessRecord.objects.filter(what="signed_in").count() == 1  # the one that set the app up


def test_the_second_step_is_nothing_without_the_first(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    client = Client()
    assert client.get(STEP)["Location"] == LOGIN
    assert client.post(STEP, {"code": enrolled[0].now()})["Location"] == LOGIN
    assert not is_signed_in(client)


def test_a_code_works_once_whichever_process_takes_it(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    code = enrolled[0].now()
    first, second = password_step(), password_step()
    assert first.post(STEP, {"code": code}).status_code == 302
    # Django's cache belongs to this process: nothing may depend on it.
    from django.core.cache import cache

    cache.clear()
    again = second.post(STEP, {"code": code})
    assert (again.status_code, "already been used" in again.text) == (422, True)
    assert not is_signed_in(second)
    failed = AccessRecord.objects.get(what="sign_in_failed")
    assert (failed.about_name, failed.outcome) == ("anna", "second factor")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_in(settings: Settings) -> None:
    person = User.objects.create_user("anna", password=PASSWORD)
    app, _codes = set_up(password_step())
    code = app.now()

    def take(_turn: int) -> bool:
        try:
            return factors.accepts(person, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == [False, False, False, True]


@pytest.mark.parametrize("wrong", ["", "000000", "abcdef", "12345", "9" * 30, "\u0661\u0662\u0663\u0664\u0665\u0666"])
def test_a_wrong_code_is_refused(wrong: str, enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    client = password_step()
    assert client.post(STEP, {"code": wrong}).status_code == 422
    assert not is_signed_in(client)


def test_guessing_codes_is_slowed_down(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    client = password_step()
    statuses = [client.post(STEP, {"code": "000000"}).status_code for _try in range(6)]
    assert statuses == [422] * 5 + [429]
    # The right code has to wait as well, and a new password step does not reset the count.
    assert password_step(client=Client()).post(STEP, {"code": enrolled[0].now()}).status_code == 429


@pytest.mark.parametrize("before", ["", " ", "\x00"])
def test_no_name_in_the_form_holds_up_the_second_step_of_somebody(
    before: str, enrolled: tuple[pyotp.TOTP, list[str]], anna: User
) -> None:
    stranger = Client()
    for _try in range(6):
        stranger.post(LOGIN, {"username": f"{before}second step {anna.pk}", "password": "wrong"})
    assert password_step().post(STEP, {"code": enrolled[0].now()}).status_code == 302


def test_each_recovery_code_works_once(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    codes = enrolled[1]
    assert len(set(codes)) == 10
    client = password_step()
    assert client.post(STEP, {"code": f"{codes[3][:4]} {codes[3][4:]}"}).status_code == 302
    assert "You have 9 unused codes" in client.get(LIST).text
    assert password_step().post(STEP, {"code": codes[3]}).status_code == 422
    assert password_step().post(STEP, {"code": codes[4]}).status_code == 302
    new = re.findall(r"<li>(\d{8})</li>", client.post("/accounts/second-factor/codes/").text)
    assert len(new) == 10 and not set(new) & set(codes)
    assert password_step().post(STEP, {"code": codes[5]}).status_code == 422


def test_nothing_that_opens_an_account_lies_readable(enrolled: tuple[pyotp.TOTP, list[str]], anna: User) -> None:
    app, codes = enrolled
    kept = json.dumps([row.data for row in Authenticator.objects.all()])
    sessions = json.dumps([SessionStore().decode(row.session_data) for row in Session.objects.all()])
    for secret in (app.secret, *codes):
        assert secret not in kept
        assert secret not in sessions


def test_a_secret_that_waits_in_the_session_is_sealed(anna: User) -> None:
    client = password_step()
    secret = re.search(r'<code class="mono">([A-Z2-7 ]+)</code>', client.get(APP).text)
    assert secret
    assert secret[1].replace(" ", "") not in json.dumps(dict(client.session.items()))


def test_a_row_copied_to_somebody_else_opens_nothing(enrolled: tuple[pyotp.TOTP, list[str]], anna: User) -> None:
    ben = User.objects.create_user("ben", password=PASSWORD)
    Authenticator.objects.update(user=ben)
    for code in (enrolled[0].now(), enrolled[1][0]):
        with pytest.raises(CredentialUnreadable):
            factors.accepts(ben, code)


def test_keys_are_rotated_and_checked_with_the_credentials(
    enrolled: tuple[pyotp.TOTP, list[str]], settings: Settings
) -> None:
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = (new, old)
    for expected in ("resealed: 2", "resealed: 0"):
        out = StringIO()
        call_command("rotate_credentials", stdout=out)
        assert expected in out.getvalue()
    settings.CREDENTIAL_KEYS = (new,)
    call_command("check_credentials", stdout=StringIO())
    assert password_step().post(STEP, {"code": enrolled[0].now()}).status_code == 302
    settings.CREDENTIAL_KEYS = (old,)
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("check_credentials", stdout=out, stderr=err)
    assert "unreadable: 2" in out.getvalue()


def test_a_lost_key_says_so_and_lets_nobody_in(enrolled: tuple[pyotp.TOTP, list[str]], settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = (Fernet.generate_key().decode(),)
    client = password_step()
    answer = client.post(STEP, {"code": enrolled[0].now()})
    assert (answer.status_code, "cannot be checked" in answer.text) == (503, True)
    assert not is_signed_in(client)


def test_where_it_is_required_one_adds_it_first(anna: User, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.REQUIRED)
    client = password_step(ORDER)
    for page in (ORDER, "/", "/activity/", "/connections/add/", "/accounts/password/", "/accounts/sessions/"):
        assert client.get(page)["Location"] == LIST, page
    assert "requires two-step sign-in" in client.get(LIST).text
    set_up(client)
    assert is_signed_in(client)
    row = Authenticator.objects.get(type="totp")
    client.post(f"/accounts/second-factor/{row.pk}/remove/")
    assert client.get("/activity/")["Location"] == LIST


def test_a_password_of_ones_own_comes_before_the_second_step(anna: User, settings: Settings) -> None:
    from accounts import own_password

    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.REQUIRED)
    own_password.note_set_by(anna, "root")
    client = password_step()
    assert client.get("/activity/")["Location"] == "/accounts/password/"
    assert client.get(LIST)["Location"] == "/accounts/password/"


def test_a_password_that_works_once_is_used_up_by_the_second_step(
    enrolled: tuple[pyotp.TOTP, list[str]], anna: User
) -> None:
    from accounts import own_password

    own_password.note_set_by(anna, "root")
    first, second = password_step(), password_step()  # without the phone, it can still be used for another attempt
    assert first.post(STEP, {"code": enrolled[0].now()}).status_code == 302
    refused = second.post(STEP, {"code": enrolled[1][0]})
    assert (refused.status_code, "works only once" in refused.text) == (403, True)
    assert not is_signed_in(second)
    assert "works only once" in Client().post(LOGIN, {"username": "anna", "password": PASSWORD}).text
    assert AccessRecord.objects.filter(what="sign_in_failed", outcome="password used before").count() == 2


def test_a_new_password_ends_what_the_old_one_began(enrolled: tuple[pyotp.TOTP, list[str]], anna: User) -> None:
    client = password_step()
    anna.set_password("another long enough passphrase")
    anna.save()
    assert client.post(STEP, {"code": enrolled[0].now()})["Location"] == LOGIN
    assert not is_signed_in(client)


def test_where_it_is_off_nobody_is_asked_and_the_pages_are_gone(
    enrolled: tuple[pyotp.TOTP, list[str]], settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.OFF)
    client = password_step()
    assert is_signed_in(client)
    assert [client.get(page).status_code for page in (LIST, APP, "/accounts/second-factor/passkey/")] == [404, 404, 404]
    assert "second-factor" not in client.get("/").text


@pytest.fixture
def later(anna: User) -> Client:
    """Somebody whose sign-in is ten minutes old."""
    client = password_step()
    held = client.session
    held["signed_in_at"] -= 600
    held.save()
    return client


def test_adding_one_asks_for_the_password_again_and_says_why(later: Client) -> None:
    asked = later.get(APP)
    assert asked["Location"] == "/accounts/confirm/?next=%2Faccounts%2Fsecond-factor%2Fapp%2F"
    assert "Confirm it’s you, then continue" in later.get(asked["Location"]).text
    wrong = later.post(asked["Location"], {"password": "wrong", "next": APP})
    assert (wrong.status_code, "Wrong password" in wrong.text) == (422, True)
    assert later.post(asked["Location"], {"password": PASSWORD, "next": APP})["Location"] == APP
    assert later.get(APP).status_code == 200


def test_guessing_the_password_there_is_slowed_down_too(later: Client) -> None:
    tries = [later.post("/accounts/confirm/", {"password": "wrong"}).status_code for _try in range(11)]
    assert tries == [422] * 10 + [429]  # this browser is remembered


@pytest.mark.parametrize("page", ["/connections/add/", "/admin/", "/accounts/second-factor/app/"])
@pytest.mark.parametrize(("minutes", "asked"), [(5, True), (15, False), (0, False)])
def test_what_gives_access_needs_a_recent_sign_in_where_that_is_set(
    page: str, minutes: int, asked: bool, later: Client, anna: User, settings: Settings
) -> None:
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    settings.SIGN_ON = replace(settings.SIGN_ON, confirm_after=minutes * 60)
    answer = later.get(page)
    is_asked = answer.status_code == 302 and answer["Location"].startswith("/accounts/confirm/")
    assert is_asked is (asked or "second-factor" in page)


CHANGES_ACCESS = {
    "connection_add", "connection_replace", "reveal", "integrations", "integration_revoke",
    "shared_add", "shared_replace", "shared_change", "shared_grant", "shared_take_back", "shared_withdraw", "shared_offer",
    "person_add", "person_roles", "person_link", "person_active", "person_sessions", "person_second_factor",
}  # fmt: skip
CHANGES_FACTORS = {
    "second_factor_app", "second_factor_picture", "second_factor_passkey", "recovery_codes", "second_factor_remove",
}  # fmt: skip
VALUES = {"connection_id": uuid4(), "grant_id": 1, "integration_id": 1, "person_id": 1, "pk": 1, "ref": "B94TXY", "guest_ref": "x",
    "text": "x", "uidb64": "x", "token": "x"}  # fmt: skip


def test_every_address_that_changes_access_asks_and_no_other_does(later: Client, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, confirm_after=300)
    patterns = [*accounts.urls.urlpatterns, *orders.urls.urlpatterns]
    asked = set()
    for pattern in patterns:
        if not isinstance(pattern, URLPattern) or pattern.name in {None, "logout", "signed_out"}:
            continue
        values = {name: VALUES[name] for name in pattern.pattern.regex.groupindex}
        answer = later.post(reverse(pattern.name, kwargs=values))
        if answer.status_code == 302 and answer["Location"].startswith("/accounts/confirm/?next="):
            asked.add(pattern.name)
    assert asked == CHANGES_ACCESS | CHANGES_FACTORS


def test_revealing_sends_the_whole_page_to_be_confirmed(later: Client, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, confirm_after=300)
    answer = later.post(
        "/orders/B94TXY/reveal/",
        {"field": "all"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/orders/B94TXY/"},
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/accounts/confirm/?next=%2Forders%2FB94TXY%2F")
    assert not AccessRecord.objects.filter(what__in=("field_revealed", "reveal_refused")).exists()


PASSKEY = f"{LIST}passkey/"


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


CREATED = json.dumps({"type": "webauthn.create", "challenge": "AAAA", "origin": "http://testserver"}).encode()
OBJECT = cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(37)})
MALFORMED = {
    "no JSON": "{",
    "no object": "[]",
    "nested too deep": '{"id": ' + "[" * 9_000 + "]" * 9_000 + "}",
    "too long a number": '{"id": ' + "9" * 5_000 + "}",
    "empty": "{}",
    "a list for a part": '{"id": "AA", "rawId": "AA", "type": "public-key", "response": []}',
    "null for a part": '{"id": "AA", "rawId": "AA", "type": "public-key", "response": null}',
    **{
        f"answer {number}": json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": parts})
        for number, parts in enumerate(
            {"clientDataJSON": encoded(client_data), "attestationObject": encoded(made), "authenticatorData": encoded(auth), "signature": "AA"}
            for client_data, made, auth in (
                (b"[]", OBJECT, bytes(37)), (b"{}", OBJECT, bytes(37)), (b"\xff", OBJECT, bytes(37)), (CREATED, OBJECT, bytes(37)),
                (CREATED, b"", b""), (CREATED, b"\xa1", bytes(36)), (CREATED, b"\x5b", bytes(3)),
                (CREATED, b"\x81" * 5_000, bytes(32) + b"\xff" * 30), (CREATED, b"\xa1\x81\x01\x01", bytes(32) + b"\x40" + bytes(20)),
            )
        )
    },
}  # fmt: skip


def a_passkey() -> dict[str, object]:
    """A passkey as a browser creates it."""
    public = generate_private_key(SECP256R1()).public_key()
    key = AttestedCredentialData.create(bytes(16), b"id", ES256.from_cryptography_key(public))  # type: ignore[no-untyped-call]
    data = AuthenticatorData.create(bytes(32), AuthenticatorData.FLAG(0x41), 0, key)
    parts = {
        "clientDataJSON": encoded(CREATED),
        "attestationObject": encoded(AttestationObject.create("none", data, {})),
    }
    return {"id": encoded(b"id"), "rawId": encoded(b"id"), "type": "public-key", "response": parts}


def test_a_malformed_passkey_is_refused_with_words(enrolled: tuple[pyotp.TOTP, list[str]], anna: User) -> None:
    Authenticator.objects.create(user=anna, type="webauthn", data={"name": "x", "credential": a_passkey()})
    client = Client()
    assert client.post(LOGIN, {"username": "anna", "password": PASSWORD})["Location"] == STEP
    # With the challenge of the page, which the answers repeat.
    for name, sent in MALFORMED.items():
        client.get(STEP)
        SignInFailure.objects.all().delete()
        answer = client.post(STEP, {"credential": sent})
        assert (answer.status_code, "was not accepted" in answer.text) == (422, True), name
    client.post(STEP, {"code": enrolled[0].now()})
    for name, sent in MALFORMED.items():
        client.get(PASSKEY)
        answer = client.post(PASSKEY, {"name": "x", "credential": sent})
        assert (answer.status_code, "was not accepted" in answer.text) == (422, True), name


def test_nobody_removes_a_factor_of_somebody_else(enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    User.objects.create_user("ben", password=PASSWORD)
    his = Client()
    his.post(LOGIN, {"username": "ben", "password": PASSWORD})
    for row in Authenticator.objects.all():
        his.post(f"/accounts/second-factor/{row.pk}/remove/")
    assert Authenticator.objects.count() == 2


def test_the_picture_is_a_file_of_ours_and_not_kept(anna: User) -> None:
    client = password_step()
    picture = client.get(f"{APP}picture.svg")
    assert picture["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert "no-store" in picture["Cache-Control"]
    assert "data:" not in client.get(APP).text
    assert picture.text.startswith("<?xml") and "<script" not in picture.text


def test_what_is_done_to_factors_is_recorded(enrolled: tuple[pyotp.TOTP, list[str]], anna: User) -> None:
    client = password_step()
    client.post(STEP, {"code": enrolled[0].now()})
    client.post(f"/accounts/second-factor/{Authenticator.objects.get(type='totp').pk}/remove/")
    assert not Authenticator.objects.exists()
    kinds = ("factor_added", "factor_removed")
    rows = (
        AccessRecord.objects.filter(what__in=kinds)
        .order_by("pk")
        .values_list("what", "about_name", "user_name", "detail")
    )
    assert list(rows) == [
        ("factor_added", "anna", "anna", "totp"),
        ("factor_added", "anna", "anna", "recovery_codes"),
        ("factor_removed", "anna", "anna", "totp"),
    ]


def test_sealing_needs_a_place() -> None:
    with pytest.raises(CredentialUnreadable):
        factors.Adapter().encrypt("x")
    sealed = sealing.seal("x", factors.binding(1, "totp"))
    with factors.at(2, "totp"), pytest.raises(CredentialUnreadable):
        factors.Adapter().decrypt(sealed)
