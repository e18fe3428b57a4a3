"""A malformed address in a setting stops the start with a sentence that names the setting, and nothing repeats the address."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdpviewer import embedding, environment, remote, sentry, shared_redis, sign_on, traces
from cdpviewer.databases import databases
from cdpviewer.environment import Environment
from tests.live import PROJECT
from tests.live import environment as surroundings

CANARY = "canary7715"

# Each setting with an address: the start of its values, and the function that reads it.
READ: dict[str, tuple[str, Callable[[Environment], object]]] = {
    "CDPVIEWER_REDIS_URL": ("redis", lambda env: shared_redis.client(env.text("CDPVIEWER_REDIS_URL"))),
    "CDPVIEWER_SENTRY_DSN": ("https", sentry.dsn),
    "CDPVIEWER_OUTBOUND_PROXY": ("http", remote.outbound),
    "CDPVIEWER_OTLP_ENDPOINT": ("http", traces.endpoint),
    "CDPVIEWER_OIDC_ISSUER": ("https", sign_on.read),
    "CDPVIEWER_OIDC_ORIGINS": ("https", sign_on.read),
    "CDPVIEWER_LDAP_URL": ("ldaps", sign_on.read),
    "CDPVIEWER_EXTRA_REGIONS": ("mine=https", remote.regions),
    "CDPVIEWER_EMBED_ORIGINS": ("https", embedding.origins),
    "DATABASE_URL": ("postgres", lambda env: databases(env, Path())),
    "CDPVIEWER_OWNER_DATABASE_URL": ("postgres", lambda env: databases(env, Path())),
}
MALFORMED = {
    "a full-width sign in the password": f"user:{CANARY}＃1@host.example.com/1",
    "a full-width sign in the host": f"user:{CANARY}@host＃.example.com/1",
    "a full-width at sign": f"user:{CANARY}＠host.example.com/1",
    "a bracket that is not closed": f"[{CANARY}",
    "a bracket that is not closed after a password": f"user:{CANARY}@[x/1",
    "a bracket in the password": f"user:{CANARY}[@host.example.com/1",
    "brackets around a name": f"user:{CANARY}@[x]/1",
    "a port that is a word": f"user:1@host.example.com:{CANARY}/1",
    "a port that is too large": f"user:{CANARY}@host.example.com:99999/1",
    "a negative port": f"user:{CANARY}@host.example.com:-1/1",
    "a slash in the password": f"user:{CANARY}/1@host.example.com/1",
    "a number sign in the password": f"user:{CANARY}#1@host.example.com/1",
    "a question mark in the password": f"user:{CANARY}?1@host.example.com/1",
}


def message(name: str, address: str) -> str:
    """The message with which the setting is refused, after a check that a traceback would not contain the canary."""
    scheme, read = READ[name]
    values = {"CDPVIEWER_OIDC_ISSUER": "https://login.example.com"} if name == "CDPVIEWER_OIDC_ORIGINS" else {}
    with pytest.raises(ImproperlyConfigured) as caught:
        read(Environment({**values, name: f"{scheme}://{address}"}, {}))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


@pytest.mark.parametrize("address", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("name", READ)
def test_a_malformed_address_is_refused_by_the_name_of_its_setting(name: str, address: str) -> None:
    assert name in message(name, address)


@pytest.mark.parametrize("name", ["DATABASE_URL", "CDPVIEWER_OWNER_DATABASE_URL"])
def test_another_kind_of_database_is_refused_by_the_name_of_its_setting(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} names neither SQLite nor PostgreSQL") as caught:
        databases(Environment({name: f"mysql://user:{CANARY}@host.example.com/1"}, {}), Path())
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port"),
    [
        ("redis://user:p%23ss@host.example.com:6379/0", "redis", "host.example.com", 6379),
        ("rediss://[::1]:6379", "rediss", "::1", 6379),
        ("unix:///run/redis.sock?db=1", "unix", None, None),
        ("https://host.example.com", "https", "host.example.com", None),
        ("", "", None, None),
    ],
)
def test_a_usable_address_is_taken_apart(url: str, scheme: str, host: str | None, port: int | None) -> None:
    parts = environment.address("CDPVIEWER_X", url)
    assert (parts.scheme, parts.hostname, parts.port) == (scheme, host, port)


def test_a_program_that_is_started_with_a_malformed_address_prints_no_part_of_it() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=surroundings(CDPVIEWER_REDIS_URL=f"redis://user:{CANARY}＃1@host.example.com/0"),
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode
    assert "CDPVIEWER_REDIS_URL cannot be read as a URL" in done.stderr
    assert CANARY not in done.stdout + done.stderr


def test_addresses_in_settings_are_taken_apart_in_one_place() -> None:
    folder = Path(environment.__file__).parent
    assert [file.name for file in folder.rglob("*.py") if "urlsplit(" in file.read_text()] == ["environment.py"]
