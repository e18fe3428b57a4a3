"""Texts that users paste into the fields of a credential, and the reason why some are refused before any call."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from orders.display.unfit import flaw_sentence
from orders.models import Connection
from orders.services.credential_text import Unfit, clean_client_key, clean_token
from tests.accounts.conftest import CLIENT_KEY, TOKEN, Cdp
from tests.accounts.test_connection_pages import ADD, FIELDS

S = "s3cretAbCd1234"
PASTED = {
    "unseen": [f"{S}\u200b", f"\u200b{S}", f"{S[:4]}\u200d{S[4:]}", f"\ufeff{S}", f"{S}\u00ad", f"{S}\u2060", f"{S}\ufe0f", f"\u202e{S}",
               f"{S[:3]}\x07{S[3:]}", f"{S[:3]}\x00{S[3:]}", f"{S}\u3164", f"{S}\u2800", f"\u180e{S}", f"{S}\ue000", f"{S}\U000e0041"],
    "masked": ["••••••••", f"••••{S[-4:]}", f"{S[:4]}••••", "********", f"****{S[-4:]}", "●●●●●●", "∙∙∙∙", "····", "○○○○", "▪▪▪▪", "…", f"{S}…",
               f"{S[:4]}...{S[-4:]}", "xxxxxxxxxxxx", "XXXXXXXXXX", "⬤⬤⬤⬤", "＊＊＊＊"],
    "quotes": [f'"{S}"', f"'{S}'", f"`{S}`", f"“{S}”", f"„{S}“", f"«{S}»", f"‘{S}’", f'"{S}', f"{S}'", f"<{S}>", f"{{{S}}}", f"[{S}]", f"({S})", f"「{S}」"],
    "label": [f"Bearer {S}", f"bearer  {S}", f"Basic {S}", f"BASIC {S}", f"Authorization: Basic {S}", f"authorization:{S}", f"client key: {S}",
              f"Client Key {S}", f"client_key={S}", f"clientKey: {S}", f"API token: {S}", f"api-token={S}", f"apiToken:{S}", f"token: {S}", f"Token {S}",
              f"token\n{S}", f"API key : {S}", f"key={S}", f"secret: {S}", f"password: {S}", f"username={S}", f"Client ID: {S}", f"Token：{S}"],
    "space": [f"{S[:4]} {S[4:]}", f"{S[:4]}\n{S[4:]}", f"{S[:4]}\t{S[4:]}", f"{S[:4]}\r\n{S[4:]}", f"{S[:4]}\u00a0{S[4:]}", f"{S[:4]}\u3000{S[4:]}", f"{S} {S}"],
    "letters": [f"{S}é", f"{S}ß", "ｓｅｃｒｅｔ１", f"{S}а", f"{S}–x", f"{S}😀x", f"{S}—1"],
    "address": ["https://api-engage-eu.sitecorecloud.io", f"http://x/{S}", f"https://{S}:x@host/", "www.example.com"],
    "empty": ["", " ", "\n", "\u00a0"],
}  # fmt: skip
ALL = [(code, value) for code, values in PASTED.items() for value in values]
GOOD = [
    S,
    "A",
    "psfu6uh05hsr9c34rptlr06dn864cqrx",
    "tok-canary-c0ffee-59d2b8",
    "a.b_c~d+e/f==",
    "p@ss!w#rd$%^&",
    "keyless",
    "token1",
    "basically",
    "userX",
    'in"side',
    "x" * 7,
]


@pytest.mark.parametrize("clean", [clean_client_key, clean_token])
@pytest.mark.parametrize(("code", "value"), ALL)
def test_what_cannot_be_a_credential_is_refused_with_its_reason(
    code: str, value: str, clean: Callable[[str], str]
) -> None:
    with pytest.raises(Unfit) as caught:
        clean(value)
    assert caught.value.flaw == code
    assert S[-4:] not in f"{caught.value!r} {flaw_sentence(caught.value.flaw)}"


@pytest.mark.parametrize("value", GOOD)
@pytest.mark.parametrize("around", ["", " ", "\n", "\r\n", "\t", "\u00a0"])
def test_a_good_one_is_taken_without_white_space_around_it(value: str, around: str) -> None:
    assert clean_token(f"{around}{value}{around}") == value
    assert clean_client_key(f"{around}{value}{around}") == value


def test_key_and_token_in_one_field() -> None:
    with pytest.raises(Unfit) as caught:
        clean_client_key(f"{S}:{S}")
    assert "each in its own field" in flaw_sentence(caught.value.flaw)
    assert clean_token(f"{S}:{S}") == f"{S}:{S}"


@pytest.mark.parametrize("field", ["client_key", "token"])
@pytest.mark.parametrize(("code", "value"), [(code, values[0]) for code, values in PASTED.items()])
def test_the_form_says_so_before_any_call(code: str, value: str, field: str, as_anna: Client, cdp: Cdp) -> None:
    page = as_anna.post(ADD, {**FIELDS, field: value})
    assert page.status_code == 422
    assert "errorlist" in page.text
    assert not value.strip() or value not in page.text
    assert TOKEN not in page.text
    assert (CLIENT_KEY in page.text) == (field == "token")  # a good client key is kept in its field, a token never
    assert cdp.calls == [] and not Connection.objects.exists()


@pytest.mark.parametrize(("code", "value"), [(code, values[0]) for code, values in PASTED.items()])
def test_so_does_the_command(code: str, value: str, anna: User, cdp: Cdp, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--user", "anna", "--name", "prod", "--region", "eu", "--client-key")
    for key, token, what in ((value, TOKEN, "client key"), (CLIENT_KEY, value, "API token")):
        monkeypatch.setattr("sys.stdin", io.StringIO(token))
        with pytest.raises(CommandError, match=f"^The {what} cannot be used") as caught:
            call_command("add_connection", *options, key)
        assert not value.strip() or value.strip() not in str(caught.value)
    assert cdp.calls == [] and not Connection.objects.exists()


def test_the_command_reads_a_token_with_a_byte_order_mark(
    anna: User, cdp: Cdp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"\ufeff{TOKEN}\r\n"))
    call_command(
        "add_connection",
        "--user",
        "anna",
        "--name",
        "prod",
        "--region",
        "eu",
        "--client-key",
        CLIENT_KEY,
        stdout=io.StringIO(),
    )
    assert Connection.objects.get().credentials().token == TOKEN
