"""The administrator's commands around connections and their keys."""

from __future__ import annotations

import io
from collections.abc import Callable
from io import StringIO
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from orders.management.commands.rotate_credentials import Command as Rotate
from orders.models import Connection
from orders.privacy.sealing import fingerprints, key_position, reseal
from tests.accounts.conftest import CLIENT_KEY, TOKEN, Cdp, connect

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command: exit code, standard output, standard error."""

    def call(name: str, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            call_command(name, *arguments, stdout=out, stderr=err)
        except SystemExit as ended:
            return int(str(ended.code)), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    return call


ARGUMENTS = ("--user", "anna", "--name", "prod", "--region", "eu", "--client-key", CLIENT_KEY)


def test_add_connection_stores_and_says_what_the_cdp_answered(run: Run, anna: User, cdp: Cdp) -> None:
    code, out, err = run("add_connection", *ARGUMENTS, "--api-version", "v2.1", "--clock", "utc", stdin=f"{TOKEN}\n")
    assert (code, err) == (0, "")
    assert "The CDP accepted the credential." in out
    assert TOKEN not in out
    connection = Connection.objects.get()
    assert (connection.user, connection.name, connection.version, connection.clock) == (anna, "prod", "v2.1", "utc")
    assert (connection.credentials().token, connection.is_default, connection.last_result) == (TOKEN, True, "accepted")


def test_add_connection_keeps_a_country_that_is_not_named_again(run: Run, anna: User, cdp: Cdp) -> None:
    run("add_connection", *ARGUMENTS, "--country", "ie", stdin=TOKEN)
    assert Connection.objects.get().country == "IE"
    run("add_connection", *ARGUMENTS, stdin=TOKEN)
    assert Connection.objects.get().country == "IE"


def test_add_connection_stores_a_refused_one_too(run: Run, anna: User, cdp: Cdp) -> None:
    cdp.says(401)
    code, out, _err = run("add_connection", *ARGUMENTS, stdin=TOKEN)
    assert (code, "The CDP refused the credential" in out) == (0, True)
    assert Connection.objects.get().last_result == "refused"


def test_add_connection_replaces_the_one_of_that_name(run: Run, anna: User, cdp: Cdp) -> None:
    connect(anna, "first")
    old = connect(anna, "prod", token="old")
    Connection.objects.filter(pk=old.pk).update(clock="utc")
    assert run("add_connection", *ARGUMENTS, "--default", stdin=TOKEN)[0] == 0
    connection = Connection.objects.get(name="prod")
    assert (connection.pk, connection.credentials().token, connection.clock) == (old.pk, TOKEN, "utc")
    assert list(Connection.objects.filter(is_default=True)) == [connection]


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("--user", "nobody"), TOKEN),
        (("--region", "mars"), TOKEN),
        (("--region", "https://evil.example"), TOKEN),
        (("--name", ""), TOKEN),
        (("--name", "x" * 61), TOKEN),
        (("--client-key", "a:b"), TOKEN),
        (("--client-key", ""), TOKEN),
        (("--api-version", "v3"), TOKEN),
        (("--clock", "moon"), TOKEN),
        (("--country", "XX"), TOKEN),
        (("--country", "Ireland"), TOKEN),
        ((), ""),
        ((), "\n"),
        ((), "two\nlines"),
        ((), "x" * 4001),
    ],
)
def test_add_connection_fails_for_bad_arguments_before_any_call(
    arguments: tuple[str, ...], stdin: str, run: Run, anna: User, cdp: Cdp
) -> None:
    with pytest.raises(CommandError) as caught:
        run("add_connection", *ARGUMENTS, *arguments, stdin=stdin)
    assert not Connection.objects.exists()
    assert TOKEN not in str(caught.value)
    assert cdp.calls == []


def test_add_connection_without_keys_says_what_to_do(run: Run, anna: User, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ()
    with pytest.raises(CommandError, match="CDPVIEWER_CREDENTIAL_KEYS"):
        run("add_connection", *ARGUMENTS, stdin=TOKEN)


def test_a_new_key_is_a_key_and_a_fresh_one(run: Run, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ()
    keys = [run("new_key")[1].strip() for _time in range(2)]
    assert keys[0] != keys[1]
    for key in keys:
        Fernet(key)


@pytest.fixture
def two_keys(anna: User, settings: Settings) -> tuple[str, str]:
    """One credential under an old key, then a new key in front of it."""
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    connect(anna, "one")
    settings.CREDENTIAL_KEYS = (new, old)
    return new, old


def test_rotation_moves_everything_to_the_first_key_and_can_be_run_again(
    run: Run, anna: User, two_keys: tuple[str, str], settings: Settings
) -> None:
    connect(anna, "two")
    before = list(Connection.objects.order_by("name").values())
    code, out, _err = run("rotate_credentials", "--dry-run")
    assert (code, "would be resealed: 1" in out) == (0, True)
    assert list(Connection.objects.order_by("name").values()) == before
    code, out, _err = run("rotate_credentials")
    assert code == 0
    assert "resealed: 1\nalready under the first key: 1\n" in out
    settings.CREDENTIAL_KEYS = two_keys[:1]
    for connection in Connection.objects.all():
        assert connection.credentials().token == TOKEN
    code, out, _err = run("rotate_credentials")
    assert (code, "resealed: 0" in out, "already under the first key: 2" in out) == (0, True, True)
    after = Connection.objects.get(name="one")
    assert (after.set_at, after.changed_at) == (before[0]["set_at"], before[0]["changed_at"])


def test_rotation_never_brings_a_replaced_credential_back(
    anna: User, two_keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = Rotate.swap
    replaced: list[UUID] = []

    def swap_after_somebody_replaced_it(self: Rotate, pk: UUID, sealed: dict[str, str], fresh: dict[str, str]) -> bool:
        if not replaced:
            meanwhile = Connection.objects.get(pk=pk)
            meanwhile.set_credentials(region="eu", client_key="other", token="put in meanwhile")
            meanwhile.save()
            replaced.append(pk)
        return swap(self, pk, sealed, fresh)

    monkeypatch.setattr(Rotate, "swap", swap_after_somebody_replaced_it)
    out = StringIO()
    call_command("rotate_credentials", stdout=out)
    assert "already under the first key: 1" in out.getvalue()
    connection = Connection.objects.get()
    assert connection.credentials().token == "put in meanwhile"
    assert key_position(connection.sealed_token) == 0


def test_rotation_says_when_a_row_never_holds_still(
    run: Run, anna: User, two_keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rotate, "swap", lambda *_arguments: False)
    code, out, _err = run("rotate_credentials")
    assert (code, "changed meanwhile, run again: 1" in out) == (1, True)


def test_rotation_leaves_what_it_cannot_read(run: Run, anna: User, two_keys: tuple[str, str]) -> None:
    broken = connect(anna, "broken")
    Connection.objects.filter(pk=broken.pk).update(sealed_token="gone")
    code, out, err = run("rotate_credentials")
    assert (code, "resealed: 1" in out, "unreadable, left as they are: 1" in out) == (1, True, True)
    assert str(broken.pk) in err
    assert Connection.objects.get(pk=broken.pk).sealed_token == "gone"


def test_check_counts_rows_per_key_and_fails_for_unreadable_ones(
    run: Run, anna: User, two_keys: tuple[str, str]
) -> None:
    connect(anna, "two")
    connect(anna, "three")
    first, second = fingerprints()
    code, out, err = run("check_credentials")
    assert (code, err) == (0, "")
    assert out == f"key 1 [{first}] (seals): 2\nkey 2 [{second}]: 1\nunreadable: 0\n"
    three = Connection.objects.get(name="three")
    Connection.objects.filter(name="two").update(sealed_token=three.sealed_token)
    code, out, err = run("check_credentials")
    assert (code, "unreadable: 1" in out) == (1, True)
    assert "belongs to another" in err
    for shown in (out, err):
        for secret in (TOKEN, CLIENT_KEY, *two_keys):
            assert secret not in shown


def test_a_row_counts_for_the_older_key_it_still_needs(run: Run, anna: User, two_keys: tuple[str, str]) -> None:
    connection = Connection.objects.get()
    Connection.objects.update(sealed_token=reseal(connection.sealed_token))
    assert "]: 1\nunreadable: 0" in run("check_credentials")[1]
    assert "resealed: 1" in run("rotate_credentials")[1]
    assert "(seals): 1" in run("check_credentials")[1]
