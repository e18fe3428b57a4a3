"""Sealing of stored credentials and other secrets: encryption with Fernet, and a binding to the row they belong to.

The text that is sealed is a small JSON document with the owner, connection, region, field and secret. With Fernet alone, a sealed value
copied into another user's row would open there, and the secret would be sent. So after opening, the first four values are
compared with the row, and a mismatch raises `CredentialUnreadable` before anything is sent.

A shared credential is sealed under its own data key, which is sealed once for the connection and once for each member.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from orders.cdp.errors import ClientActionNeeded


class CredentialUnreadable(ClientActionNeeded):
    """The credential cannot be sealed or opened on this server, or belongs to another row; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An opened credential, for one request. Never printed or pickled."""

    client_key: str = field(repr=False)
    token: str = field(repr=False)

    def __getstate__(self) -> NoReturn:
        raise TypeError("a credential is never serialized")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a credential is never serialized")


@dataclass(frozen=True, slots=True)
class Binding:
    """The row and field that a sealed value belongs to, each part as text."""

    owner: str
    connection: str
    region: str
    field: str


def new_data_key() -> str:
    """A new random data key, for the parameter `under` of `seal` and `unseal`; it must itself be sealed before it is stored."""
    return Fernet.generate_key().decode("ascii")


def seal(secret: str, binding: Binding, *, under: str = "") -> str:
    """The secret and its binding, sealed with the data key `under` or, without one, with the first of the server's keys.

    Raises CredentialUnreadable if there is no key to seal with, or if a key is invalid.
    """
    return _fernet(under).encrypt(_document(secret, binding)).decode("ascii")


def unseal(sealed: str, binding: Binding, *, under: str = "") -> str:
    """The secret in `sealed`, opened with the data key `under` or, without one, with whichever of the server's keys fits.

    Raises CredentialUnreadable if `sealed` cannot be opened, is malformed, has an empty secret, or was bound to something else.
    """
    try:
        document = json.loads(_fernet(under).decrypt(sealed.encode("utf-8")))
    except (InvalidToken, ValueError):
        # Without a cause on purpose: a decoder's error contains the document, and so the secret.
        raise CredentialUnreadable("the sealed credential does not open under any of the keys") from None
    if not isinstance(document, dict) or document.keys() != {"owner", "connection", "region", "field", "secret"}:
        raise CredentialUnreadable("the sealed credential has another shape than expected")
    bound_to = (document["owner"], document["connection"], document["region"], document["field"])
    if bound_to != (binding.owner, binding.connection, binding.region, binding.field):
        raise CredentialUnreadable("the sealed credential belongs to another owner, connection, region or field")
    secret = document["secret"]
    if not isinstance(secret, str) or not secret:
        raise CredentialUnreadable("the sealed credential is empty")
    return secret


def reseal(sealed: str) -> str:
    """The document in `sealed`, sealed again under the server's first key. Raises CredentialUnreadable if no server key opens it."""
    try:
        return _ring(_keys()).rotate(sealed.encode("utf-8")).decode("ascii")
    except (InvalidToken, ValueError):
        raise CredentialUnreadable("the sealed credential does not open under any of the keys") from None


def key_position(sealed: str) -> int | None:
    """The position of the server key that opens `sealed`, from 0 (the key that seals new values); None if no key opens it."""
    for position, key in enumerate(_keys()):
        try:
            Fernet(key).decrypt(sealed.encode("utf-8"))
        except (InvalidToken, ValueError):
            continue
        return position
    return None


def fingerprints() -> list[str]:
    """Eight hexadecimal digits for each server key, in order, to distinguish the keys without revealing them."""
    return [hashlib.sha256(key.encode("utf-8")).hexdigest()[:8] for key in _keys()]


def _document(secret: str, binding: Binding) -> bytes:
    return json.dumps(
        {
            "owner": binding.owner,
            "connection": binding.connection,
            "region": binding.region,
            "field": binding.field,
            "secret": secret,
        },
        separators=(",", ":"),
    ).encode("ascii")


def _fernet(under: str) -> Fernet | MultiFernet:
    try:
        return Fernet(under) if under else _ring(_keys())  # a data key is never cached by `_ring`
    except ValueError:
        raise CredentialUnreadable("what was sealed as a data key is not one") from None


def _keys() -> tuple[str, ...]:
    keys: Sequence[str] = settings.CREDENTIAL_KEYS
    return tuple(keys)


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise CredentialUnreadable("no credential key is configured")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise CredentialUnreadable("a configured credential key is not a Fernet key") from None
