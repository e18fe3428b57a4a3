"""The administrator's commands for connections and their keys."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.management.commands.rotate_credentials import Command as Rotate
from accounts.management.sealed_rows import SealedRows
from orders.cdp.regions import ApiVersion
from orders.models import Connection, ConnectionGrant, ConnectionMember, SharedConnection
from orders.privacy.sealing import fingerprints, key_position, reseal
from orders.services.connections import find_connection
from tests.accounts.conftest import CLIENT_KEY, TOKEN, Cdp, connect

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command and returns its exit code, standard output and standard error."""

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
    """The new and the old key: a credential is sealed under the old one, and the new one now comes first."""
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

    def swap_after_somebody_replaced_it(
        self: Rotate, table: SealedRows, pk: UUID, sealed: dict[str, str], fresh: dict[str, str]
    ) -> bool:
        if not replaced:
            meanwhile = Connection.objects.get(pk=pk)
            meanwhile.set_credentials(region="eu", client_key="other", token="put in meanwhile")
            meanwhile.save()
            replaced.append(pk)
        return swap(self, table, pk, sealed, fresh)

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


# --- shared connections

SHARED = ("--shared", "--name", "Airline", "--region", "eu", "--client-key", CLIENT_KEY)


@pytest.fixture
def agents(db: None) -> Group:
    return Group.objects.get(name="Agents")


def test_add_connection_shares_with_groups(run: Run, anna: User, agents: Group, cdp: Cdp) -> None:
    anna.groups.add(agents)
    groups = ("--group", "Agents", "--group", "Supervisors")
    code, out, _err = run("add_connection", *SHARED, *groups, "--default", "--country", "ie", stdin=TOKEN)
    assert (code, out) == (0, "Stored 'Airline (eu)', shared with 1 people.\nThe CDP accepted the credential.\n")
    connection = find_connection(anna)
    assert connection is not None
    assert (connection.credentials().token, connection.country, connection.last_result) == (TOKEN, "IE", "accepted")
    assert set(ConnectionGrant.objects.values_list("group__name", "is_default")) == {
        ("Agents", True),
        ("Supervisors", True),
    }


def test_add_connection_replaces_a_shared_token_once_it_is_accepted(
    run: Run, anna: User, agents: Group, cdp: Cdp
) -> None:
    anna.groups.add(agents)
    run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)
    before = SharedConnection.objects.values().get(), list(ConnectionMember.objects.values())
    cdp.says(401)
    with pytest.raises(CommandError, match="Nothing is changed"):
        run("add_connection", *SHARED, stdin="newer-token")
    assert (SharedConnection.objects.values().get(), list(ConnectionMember.objects.values())) == before
    cdp.says(200, '{"items": []}')
    run("add_connection", *SHARED, stdin="newer-token")
    connection = find_connection(anna)
    assert connection is not None and connection.credentials().token == "newer-token"
    assert list(ConnectionMember.objects.values()) == before[1]


def test_add_connection_leaves_grants_as_they_are(run: Run, anna: User, agents: Group, cdp: Cdp) -> None:
    run("add_connection", *SHARED, "--group", "Agents", "--default", stdin=TOKEN)
    end = timezone.now() + timedelta(days=3)
    ConnectionGrant.objects.update(until=end)
    both = ("--group", "Agents", "--group", "Supervisors")
    assert "has ended" not in run("add_connection", *SHARED, *both, stdin="newer-token")[1]
    grants = ConnectionGrant.objects.order_by("group__name").values_list("group__name", "is_default", "until")
    assert list(grants) == [("Agents", True, end), ("Supervisors", False, None)]
    run("add_connection", *SHARED, *both, "--default", stdin=TOKEN)
    assert list(grants.all()) == [("Agents", True, end), ("Supervisors", True, None)]
    ConnectionGrant.objects.update(until=timezone.now())
    assert "The grant of Agents has expired" in run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)[1]


def test_add_connection_tests_a_shared_one_with_its_new_settings(run: Run, agents: Group, cdp: Cdp) -> None:
    run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)
    new = ("--api-version", "v2.1", "--clock", "utc")
    cdp.says(401)
    with pytest.raises(CommandError, match="Nothing is changed"):
        run("add_connection", *SHARED, *new, stdin="newer-token")
    assert SharedConnection.objects.values_list("version", "clock").get() == ("v2", "local")
    cdp.says(200, '{"items": []}')
    run("add_connection", *SHARED, *new, stdin="newer-token")
    assert SharedConnection.objects.values_list("version", "clock").get() == ("v2.1", "utc")
    assert ["/v2.1/" in path for _method, path, _headers in cdp.calls] == [False, True, True]


@pytest.mark.parametrize(
    "arguments",
    [
        (*SHARED,),
        (*SHARED, "--group", "Nobody"),
        (*SHARED, "--group", "Agents", "--user", "anna"),
        (*SHARED, "--group", "Agents", "--region", "mars"),
        (*ARGUMENTS, "--group", "Agents"),
        ("--user", "anna", "--name", "Taken", "--region", "eu", "--client-key", CLIENT_KEY),
        ("--shared", "--name", "Taken", "--region", "us", "--client-key", CLIENT_KEY),
    ],
    ids=["no group", "unknown group", "both", "region", "group of one", "shared name", "other region"],
)
def test_add_connection_refuses_what_does_not_fit(run: Run, arguments: tuple[str, ...], anna: User, cdp: Cdp) -> None:
    taken = SharedConnection(name="Taken", region="eu")
    taken.set_credentials(client_key=CLIENT_KEY, token=TOKEN)
    taken.keep(None)
    with pytest.raises(CommandError):
        run("add_connection", *arguments, stdin=TOKEN)
    assert (SharedConnection.objects.count(), Connection.objects.count(), cdp.calls) == (1, 0, [])


def test_rotation_and_check_walk_shared_connections_and_all_members(
    run: Run, anna: User, ben: User, agents: Group, two_keys: tuple[str, str], settings: Settings, cdp: Cdp
) -> None:
    settings.CREDENTIAL_KEYS = two_keys[1:]
    agents.user_set.add(anna, ben)
    run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)
    settings.CREDENTIAL_KEYS = two_keys
    secrets = SharedConnection.objects.values("sealed_token", "sealed_client_key").get()
    assert "(seals): 0\nkey 2" in run("check_credentials")[1]
    assert "]: 4\nunreadable: 0" in run("check_credentials")[1]
    assert "would be resealed: 4" in run("rotate_credentials", "--dry-run")[1]
    assert "resealed: 4\nalready under the first key: 0\n" in run("rotate_credentials")[1]
    assert "resealed: 0\nalready under the first key: 4\n" in run("rotate_credentials")[1]
    settings.CREDENTIAL_KEYS = two_keys[:1]
    assert "(seals): 4\nunreadable: 0" in run("check_credentials")[1]
    for user in (anna, ben):
        connection = find_connection(user, "Airline")
        assert connection is not None and connection.credentials().token == TOKEN
    assert SharedConnection.objects.values("sealed_token", "sealed_client_key").get() == secrets


def test_check_names_a_member_whose_copy_opens_nothing(
    run: Run, anna: User, ben: User, agents: Group, cdp: Cdp
) -> None:
    agents.user_set.add(anna, ben)
    run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)
    ConnectionMember.objects.filter(user=ben).update(sealed_key=ConnectionMember.objects.get(user=anna).sealed_key)
    for command in ("check_credentials", "rotate_credentials"):
        code, _out, err = run(command)
        assert code == 1
        assert f"shared connection {SharedConnection.objects.get().pk} for user {ben.pk}" in err
        assert "belongs to another" in err


def test_a_token_replaced_while_the_keys_are_rotated_leaves_the_data_key(
    run: Run, anna: User, agents: Group, two_keys: tuple[str, str], settings: Settings, cdp: Cdp
) -> None:
    settings.CREDENTIAL_KEYS = two_keys[1:]
    agents.user_set.add(anna)
    run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)
    settings.CREDENTIAL_KEYS = two_keys
    entered = SharedConnection.objects.get()
    entered.set_credentials(client_key=CLIENT_KEY, token="newer-token")
    run("rotate_credentials")
    before = ConnectionMember.objects.values().get()
    entered.keep(None)
    settings.CREDENTIAL_KEYS = two_keys[:1]
    assert ConnectionMember.objects.values().get() == before
    connection = find_connection(anna, "Airline")
    assert connection is not None and connection.credentials().token == "newer-token"
    assert run("check_credentials")[0] == 0


def test_rotation_leaves_a_shared_token_replaced_meanwhile(
    anna: User,
    agents: Group,
    two_keys: tuple[str, str],
    cdp: Cdp,
    monkeypatch: pytest.MonkeyPatch,
    run: Run,
    settings: Settings,
) -> None:
    settings.CREDENTIAL_KEYS = two_keys[1:]
    agents.user_set.add(anna)
    run("add_connection", *SHARED, "--group", "Agents", stdin=TOKEN)
    settings.CREDENTIAL_KEYS = two_keys
    swap = Rotate.swap

    def replace_first(self: Rotate, table: SealedRows, pk: UUID, sealed: dict[str, str], fresh: dict[str, str]) -> bool:
        if table.model is SharedConnection:
            meanwhile = SharedConnection.objects.get()
            meanwhile.set_credentials(client_key=CLIENT_KEY, token="put in meanwhile")
            meanwhile.keep(None)
        return swap(self, table, pk, sealed, fresh)

    monkeypatch.setattr(Rotate, "swap", replace_first)
    call_command("rotate_credentials", stdout=StringIO())
    settings.CREDENTIAL_KEYS = two_keys[:1]
    connection = find_connection(anna, "Airline")
    assert connection is not None and connection.credentials().token == "put in meanwhile"


def test_a_connection_offers_the_versions_that_the_client_reads() -> None:
    assert Connection.Version.values == list(ApiVersion)
