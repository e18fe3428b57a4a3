"""The findings of `manage.py check` about keys, and of `check --deploy` about production."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage
from pytest_django import Settings

from cdpviewer import checks
from cdpviewer.databases import database
from tests.live import PROJECT, environment

GOOD, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def texts(messages: list[CheckMessage]) -> list[str]:
    return [message.msg for message in messages]


@pytest.mark.parametrize(
    ("keys", "sentences"),
    [
        ((GOOD,), []),
        ((GOOD, OTHER), []),
        ((), ["CDPVIEWER_CREDENTIAL_KEYS is not set."]),
        ((GOOD[:20],), ["Key 1 of CDPVIEWER_CREDENTIAL_KEYS is too short (20 of 44 characters)."]),
        ((GOOD, "!" * 44), ["Key 2 of CDPVIEWER_CREDENTIAL_KEYS is not a Fernet key."]),
        ((GOOD, "ä" * 44), ["Key 2 of CDPVIEWER_CREDENTIAL_KEYS is not a Fernet key."]),
        ((GOOD, GOOD + "AAAA"), ["Key 2 of CDPVIEWER_CREDENTIAL_KEYS is not a Fernet key."]),
        ((GOOD, OTHER, GOOD), ["Key 3 of CDPVIEWER_CREDENTIAL_KEYS is the same as key 1."]),
    ],
)
def test_credential_keys(settings: Settings, keys: tuple[str, ...], sentences: list[str]) -> None:
    settings.CREDENTIAL_KEYS = keys
    messages = checks.credential_keys()
    assert texts(messages) == sentences
    assert all("manage.py new_key" in str(message.hint) for message in messages)
    assert not any(key in str(message) for message in messages for key in keys)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", "CDPVIEWER_SECRET_KEY is not set."),
        ("short", "CDPVIEWER_SECRET_KEY is too short or too simple: it needs 50 random characters."),
        ("a" * 60, "CDPVIEWER_SECRET_KEY is too short or too simple: it needs 50 random characters."),
    ],
)
def test_secret_key(settings: Settings, key: str, sentence: str) -> None:
    settings.SECRET_KEY = key
    (message,) = checks.secret_key()
    assert message.msg == sentence
    assert "secrets.token_urlsafe" in str(message.hint)


def deploy_check(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment(**env), cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_production_environment_passes_the_deploy_check() -> None:
    done = deploy_check(
        CDPVIEWER_ALLOWED_HOSTS="orders.example.com",
        CDPVIEWER_TRUSTED_PROXIES="1",
        DATABASE_URL="sqlite:////nowhere/data.sqlite3",
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_a_company_with_all_ways_to_sign_in_passes_it_too() -> None:
    done = deploy_check(
        CDPVIEWER_ALLOWED_HOSTS="orders.example.com",
        CDPVIEWER_TRUSTED_PROXIES="1",
        DATABASE_URL="sqlite:////nowhere/data.sqlite3",
        CDPVIEWER_OIDC_ISSUER="https://login.example.com/company",
        CDPVIEWER_OIDC_CLIENT_ID="cdpviewer",
        CDPVIEWER_OIDC_CLIENT_SECRET="canary-secret",
        CDPVIEWER_OIDC_GROUPS="cdp-agents=Agents",
        CDPVIEWER_PASSWORD_SIGN_IN="staff",
        CDPVIEWER_MFA="required",
        CDPVIEWER_CONFIRM_AFTER_MINUTES="15",
        CDPVIEWER_LDAP_URL="ldaps://ldap.example.com",
        CDPVIEWER_LDAP_PEOPLE="ou=people,dc=example,dc=com",
        CDPVIEWER_LDAP_GROUPS_BASE="ou=groups,dc=example,dc=com",
        CDPVIEWER_LDAP_GROUPS="cdp-agents=Agents",
        CDPVIEWER_PROXY_USER_HEADER="X-Remote-User",
        CDPVIEWER_PROXY_SECRET="canary-secret that is long enough to use",
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_the_deploy_check_names_everything_that_is_for_loopback_only() -> None:
    done = deploy_check(
        CDPVIEWER_HTTPS="off",
        CDPVIEWER_DEBUG="on",
        CDPVIEWER_DEMO="on",
        CDPVIEWER_ALLOWED_HOSTS="*",
        CDPVIEWER_EXTRA_REGIONS="sandbox=http://127.0.0.1:9000",
        CDPVIEWER_OIDC_ISSUER="http://127.0.0.1:9001",
        CDPVIEWER_OIDC_CLIENT_ID="cdpviewer",
        CDPVIEWER_OIDC_CLIENT_SECRET="canary-secret",
        CDPVIEWER_OIDC_GROUPS="cdp-agents=Agents",
    )
    assert done.returncode == 1
    assert "canary" not in done.stderr
    for part in (
        "CDPVIEWER_HTTPS is off",
        "CDPVIEWER_DEMO is on",
        "allows every name",
        "region sandbox",
        "DEBUG",
        "CDPVIEWER_OIDC_ISSUER is reached over plain http",
    ):
        assert part in done.stderr


def test_https_without_a_trusted_proxy_is_named() -> None:
    done = deploy_check(CDPVIEWER_ALLOWED_HOSTS="orders.example.com")
    assert done.returncode == 1
    assert "CDPVIEWER_TRUSTED_PROXIES is 0" in done.stderr


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("postgres://u:p@db.example.com/orders", "sslmode=prefer"),
        ("postgres://u:p@10.0.0.7:5432/orders?sslmode=disable", "sslmode=disable"),
        ("postgres://u:p@10.0.0.7:5432/orders?sslmode=require", "sslmode=require"),
        ("postgres://u:p@db.example.com/orders?sslmode=verify-full", ""),
        ("postgres://u:p@127.0.0.1/orders", ""),
        ("postgres://u:p@localhost/orders", ""),
        ("postgres://u:p@%2Frun%2Fpostgresql/orders", ""),
        ("", ""),
    ],
)
def test_a_database_elsewhere_is_reached_over_verified_tls(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, named: str
) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", database(address, tmp_path))
    messages = checks.database_over_tls()
    assert [named in message.msg for message in messages] == ([True] if named else [])
    assert "u:p" not in str(messages)


@pytest.mark.parametrize("command", [["-m", "gunicorn"], ["-m", "cdpviewer.run"]])
def test_the_server_does_not_start_without_keys_and_says_which(command: list[str], tmp_path: Path) -> None:
    env = environment(CDPVIEWER_BIND="127.0.0.1:0", DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite3")
    del env["CDPVIEWER_CREDENTIAL_KEYS"]
    done = subprocess.run(
        [sys.executable, *command], env=env, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert "CDPVIEWER_CREDENTIAL_KEYS is not set." in done.stderr
    assert "manage.py new_key" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["new_key"], ["check_feed", "-"]])
def test_commands_that_need_no_keys_run_without_any(command: list[str]) -> None:
    env = {name: value for name, value in environment().items() if not name.startswith("CDPVIEWER_")}
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        env=env | {"CDPVIEWER_ENV_FILE": ""}, cwd=PROJECT, capture_output=True, text=True, check=False,
        input="origin,destination,departure,arrival\nDUB,LHR,2025-08-15T16:00:00Z,2025-08-15T17:20:00Z\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_port_that_another_server_holds_stops_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        env = environment(CDPVIEWER_BIND=bind, CDPVIEWER_HTTPS="off", DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite3")
        done = subprocess.run(
            [sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip
    assert done.returncode != 0
    assert f"cannot listen at {bind} (Address already in use)" in done.stderr
