"""Stored credentials: bound to their row, refused if there is any doubt, and never shown."""

from __future__ import annotations

import base64
import copy
import pickle
import traceback

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.db import connection as database
from pytest_django.fixtures import Settings

from orders.models import Connection
from orders.privacy import sealing
from orders.privacy.sealing import Binding, Credentials, CredentialUnreadable, seal, unseal
from orders.services import connections
from tests.accounts.conftest import CLIENT_KEY, OTHER_REGION, TOKEN, Cdp, connect

BINDING = Binding(owner="1", connection="c", region="eu", field="token")


def refused(connection: Connection) -> None:
    """Check that the credential does not open, and that the error shows nothing of it."""
    with pytest.raises(CredentialUnreadable) as caught:
        connection.credentials()
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert CLIENT_KEY not in shown


def test_a_sealed_secret_opens_under_its_own_binding() -> None:
    assert unseal(seal("päss", BINDING), BINDING) == "päss"


@pytest.mark.parametrize(
    "other",
    [
        Binding("2", "c", "eu", "token"),
        Binding("1", "d", "eu", "token"),
        Binding("1", "c", "us", "token"),
        Binding("1", "c", "eu", "client_key"),
    ],
)
def test_another_owner_connection_region_or_field_is_refused(other: Binding) -> None:
    with pytest.raises(CredentialUnreadable, match="belongs to another"):
        unseal(seal(TOKEN, BINDING), other)


def test_every_flipped_byte_is_refused() -> None:
    sealed = bytearray(base64.urlsafe_b64decode(seal(TOKEN, BINDING)))
    for position in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[position] ^= 1
        with pytest.raises(CredentialUnreadable):
            unseal(base64.urlsafe_b64encode(flipped).decode(), BINDING)


@pytest.mark.parametrize("stored", ["", TOKEN, "gAAAAA", "é", "\ud800", '{"secret": "x"}', "A" * 5000])
def test_anything_else_in_the_column_is_refused(stored: str) -> None:
    with pytest.raises(CredentialUnreadable):
        unseal(stored, BINDING)


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{",
        b'{"owner":"1","connection":"c","region":"eu","field":"token"}',
        b'{"owner":"1","connection":"c","region":"eu","field":"token","secret":""}',
        b'{"owner":"1","connection":"c","region":"eu","field":"token","secret":7}',
        b'{"owner":1,"connection":"c","region":"eu","field":"token","secret":"x"}',
    ],
)
def test_a_document_of_another_shape_is_refused(document: bytes, settings: Settings) -> None:
    sealed = Fernet(settings.CREDENTIAL_KEYS[0]).encrypt(document).decode()
    with pytest.raises(CredentialUnreadable):
        unseal(sealed, BINDING)


def test_an_unknown_key_is_refused_and_an_old_one_still_opens(settings: Settings) -> None:
    sealed = seal(TOKEN, BINDING)
    first, fresh = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = (fresh,)
    with pytest.raises(CredentialUnreadable):
        unseal(sealed, BINDING)
    settings.CREDENTIAL_KEYS = (fresh, first)
    assert unseal(sealed, BINDING) == TOKEN
    assert sealing.key_position(sealed) == 1
    assert sealing.key_position(sealing.reseal(sealed)) == 0


@pytest.mark.parametrize("keys", [(), ("short",), ("",), ("x" * 44,)])
def test_without_proper_keys_nothing_is_sealed_or_opened(keys: tuple[str, ...], settings: Settings) -> None:
    sealed = seal(TOKEN, BINDING)
    settings.CREDENTIAL_KEYS = keys
    with pytest.raises(CredentialUnreadable):
        seal(TOKEN, BINDING)
    with pytest.raises(CredentialUnreadable):
        unseal(sealed, BINDING)


def test_two_rows_swapped_are_refused_and_no_call_leaves(anna: User, ben: User, cdp: Cdp) -> None:
    hers, his = connect(anna), connect(ben)
    hers.sealed_token, his.sealed_token = his.sealed_token, hers.sealed_token
    for connection in (hers, his):
        connection.save()
        refused(Connection.objects.get(pk=connection.pk))
        assert connections.try_connection(connection).result == "unreadable"
    assert cdp.calls == []


def test_two_connections_of_one_person_swapped_are_refused(anna: User, cdp: Cdp) -> None:
    first, second = connect(anna, "one"), connect(anna, "two")
    first.sealed_client_key, first.sealed_token = second.sealed_client_key, second.sealed_token
    refused(first)
    assert connections.try_connection(first).result == "unreadable"
    assert cdp.calls == []


def test_fields_swapped_are_refused(anna: User, cdp: Cdp) -> None:
    connection = connect(anna)
    connection.sealed_client_key, connection.sealed_token = connection.sealed_token, connection.sealed_client_key
    refused(connection)
    assert connections.try_connection(connection).result == "unreadable"
    assert cdp.calls == []


def test_another_region_or_owner_in_the_row_is_refused(anna: User, ben: User, cdp: Cdp) -> None:
    moved = connect(anna)
    moved.region = OTHER_REGION
    refused(moved)
    assert connections.try_connection(moved).result == "unreadable"
    assert cdp.calls == []
    given = connect(anna, "given")
    given.user = ben
    refused(given)


def test_nothing_shows_a_credential(anna: User) -> None:
    connection = connect(anna)
    credentials = connection.credentials()
    assert (credentials.client_key, credentials.token) == (CLIENT_KEY, TOKEN)
    for shown in (
        repr(credentials),
        str(credentials),
        f"{credentials}",
        repr(connection),
        str(connection),
        repr(connection.__dict__),
    ):
        assert TOKEN not in shown
        assert CLIENT_KEY not in shown


@pytest.mark.parametrize("serialize", [pickle.dumps, copy.deepcopy, copy.copy])
def test_a_credential_is_never_serialized(serialize: object, anna: User) -> None:
    connection = connect(anna)
    for secret in (Credentials(client_key="a", token="b"), connection):
        with pytest.raises(TypeError, match="never serialized"):
            serialize(secret)  # type: ignore[operator]


@pytest.mark.django_db(transaction=True)
def test_the_database_file_holds_no_credential() -> None:
    connect(User.objects.create_user("carl"))
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM orders_connection")
        stored = repr(cursor.fetchall())
    if database.vendor == "sqlite":
        database.ensure_connection()
        stored += "".join(database.connection.iterdump())
    assert "carl" in stored or "gAAAA" in stored
    for secret in (TOKEN, CLIENT_KEY):
        assert secret not in stored
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in stored
