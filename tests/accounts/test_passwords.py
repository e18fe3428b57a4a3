"""New passwords: which are refused, and why; all others are accepted."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from accounts import common_passwords
from accounts.management.commands.build_common_passwords import chosen
from accounts.simplicity import weight
from tests.accounts.conftest import PASSWORD, connect

COMMON, SIMPLE, SHORT, SIMILAR = (
    "password_too_common",
    "password_too_simple",
    "password_too_short",
    "password_too_similar",
)


def reasons(password: str, user: User | None = None) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {str(each.code) for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "another long passphrase",
        "my very own passphrase",
        "correcthorsebatterystaple",
        "blue sky over Lisbon",
        "Sommerurlaub in Tirol",
        "zebra-tango-42-marmot",
        "kQ7-vmT2zx.Wd",
        "84729105736281",
        "trois petits cochons verts",
        "мой дядя самых честных",
        "東京特許許可局長今日急遽",
        "🦊🐢🦉🐝🦔🐙🦀🐡🐌🐞🦋🐧",
        "   seven leading spaces",
        "7391-sommer-8821940-!!",
        "x" * 3 + "kq7vmt2zw9",
        "many words " * 3 + "and one more thing to say " * 10,
        "".join(chr(33 + n * 7 % 90) for n in range(4000)),
    ],
)
def test_what_is_long_and_neither_known_nor_simple_may_be_chosen(password: str, db: None) -> None:
    assert reasons(password, User(username="anna")) == set()


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "ß" * 11, "🦊🐢🦉"])
def test_twelve_characters_are_the_least(password: str) -> None:
    assert SHORT in reasons(password)


@pytest.mark.parametrize(
    "password",
    [
        "password12345", "Password12345", "PASSWORD-2026", "Welcome12345!", "Administrator1!", "iloveyou1234", "P@ssw0rd2024!", "p4ssw0rd!!!!",
        "passwort1234", "sommer2024!!!", "!Letmein!2026!", "1liverpool1234", "hannah12345678", "00football00!", "ｐａｓｓｗｏｒｄ12345",
        "passwordpassword", "1q2w3e4r5t6y", "qwertyuiop123", "monkey.monkey.", "2024-Dragon-24", "trustno1trustno1", "superman123456",
    ],
)  # fmt: skip
def test_what_others_chose_before_is_refused_with_anything_around_it(password: str) -> None:
    assert reasons(password) & {COMMON, SIMPLE}


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa", "            ", "abababababab", "abcabcabcabc", "abc123abc123", "123456789012", "012345678901", "987654321098",
        "111222333444", "112233445566", "aabbccddeeff", "abcdefghijkl", "zyxwvutsrqpo", "mnopqrstuvwx", "qwertyuiopas", "poiuytrewqlk",
        "asdfghjklöä#", "qwertzuiopü1", "azertyuiopqs", "yxcvbnm,.-yx", "1qaz2wsx3edc", "zaq1zaq1zaq1", "qazqazqazqaz", "йцукенгшщзхъ",
        "абвгдежзийкл", "αβγδεζηθικλμ", "!!!!!!!!!!!!", "ääääääääääää", "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊", "AbCaBcAbCaBc", "annikaannika", "Sommer7+Sommer7+",
        "123123123123", "1212121212ab", "hello12345678", "abcd1234abcd1234", "a" * 5000, "0123456789" * 300, "xyxyxyxyxyxyx",
    ],
)  # fmt: skip
def test_repetitions_sequences_and_rows_of_keys_are_refused(password: str) -> None:
    assert SIMPLE in reasons(password)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("", 0),
        ("a", 1),
        ("aaaaaaaaaaaa", 1),
        ("abcabcabcabc", 3),
        ("qwertyuiop12", 4),
        ("correct horse", 12),
        ("1122334455", 2),
        (" ", 1),
        ("            ", 1),
        (" correct horse", 13),
        ("  correct horse", 13),
        ("correct horse ", 13),
    ],
)
def test_choices_are_counted(text: str, choices: int) -> None:
    assert weight(text) == choices


@pytest.mark.parametrize(
    "password",
    [
        "Kowalczyk2026", "kowalczyk-kowalczyk", "marta.kowalczyk", "MartaKowalczyk1", "m.kowalczyk!!", "kowalczykmarta", "cdpviewer2026!",
        "Sitecore12345", "AcmeAirways2026", "acme airways!!", "Acme-Airways-1", "orders.acme.example", "KOWALCZYKpassword1", "Ｋｏｗａｌｃｚｙｋ2026",
        "mkowalczyk7@acme", "2026Kowalczyk2026",
    ],
)  # fmt: skip
def test_little_more_than_a_name_is_refused(password: str, db: None, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["orders.acme.example"]
    marta = User.objects.create_user(
        "mkowalczyk7", email="marta@acme.example", first_name="Marta", last_name="Kowalczyk", password=PASSWORD
    )
    connect(marta, "Acme Airways")
    assert SIMILAR in reasons(password, marta)
    assert reasons(f"{password} und dreizehn Apfelkuchen", marta) == set()


def test_somebody_elses_connection_is_no_name_of_mine(anna: User, ben: User) -> None:
    connect(ben, "Zubrowka")
    assert reasons("Zubrowka-2026", anna) == set()
    assert reasons("Zubrowka-2026", ben) == {SIMILAR}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "at least 12",
                "known from data breaches",
                "mostly repetitions or sequences",
                "little more than your name",
            ],
        ),
        ("de", ["mindestens 12", "aus Datenlecks bekannt", "vor allem aus Wiederholungen", "kaum mehr als"]),
    ],
)
def test_each_reason_has_words(language: str, words: list[str], db: None) -> None:
    texts: list[str] = []
    with translation.override(language):
        for password in ("short", "password12345", "aaaaaaaaaaaa", "kowalczyk2026"):
            with pytest.raises(ValidationError) as error:
                validate_password(password, User(username="kowalczyk"))
            texts.append(" ".join(error.value.messages))
        advice = password_validators_help_text_html()
    assert all(word in text for word, text in zip(words, texts, strict=True)), texts
    assert "12" in advice and "15" in advice


def change(client: Client, new: str) -> str:
    return client.post(
        "/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    ).text


def test_on_the_form_to_change_it(as_anna: Client) -> None:
    page = as_anna.get("/accounts/password/").text
    assert "preferably 15 or more" in page
    assert "known from data breaches" in change(as_anna, "Welcome12345!")
    assert "mostly repetitions or sequences" in change(as_anna, "abcabcabcabc")
    long = "a passphrase " + "of so many words that it never ends, " * 6
    assert len(long) > 200
    assert "errorlist" not in change(as_anna, long)
    assert User.objects.get(username="anna").check_password(long)


def test_in_the_admin(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("root"))
    sent = {"username": "zoe", "usable_password": "true", "password1": "Welcome12345!", "password2": "Welcome12345!"}
    assert "known from data breaches" in client.post("/admin/auth/user/add/", sent).text
    assert not User.objects.filter(username="zoe").exists()
    zoe = User.objects.create_user("zoe", password=PASSWORD)
    assert "known from data breaches" in client.post(f"/admin/auth/user/{zoe.pk}/password/", sent).text


def test_with_commands(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["Welcome12345!"] * 6)
    monkeypatch.setattr("getpass.getpass", lambda **_prompt: next(typed))
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("changepassword", "anna", stdout=output, stderr=output)
    assert "known from data breaches" in output.getvalue()
    assert User.objects.get(username="anna").check_password(PASSWORD)


def test_the_filter_has_no_false_no_and_few_false_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = chosen([f"Entry{n}word" for n in range(3000)] + ["Passwords2026", "passwords!!", "abcd"])
    assert {"passwords2026", "passwords"} <= entries
    bits = common_passwords.build(entries)
    monkeypatch.setattr(common_passwords, "_bits", lambda: bits)
    assert all(common_passwords.is_listed(entry) for entry in entries)
    false = sum(common_passwords._holds(f"nothing like it {n}") for n in range(20_000))
    assert false < 20


def test_the_filter_is_small() -> None:
    assert common_passwords.FILE.stat().st_size < 1_000_000
