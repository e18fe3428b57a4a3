"""Credentials at rest: sealed with Fernet, and bound to the row they belong to.

What is sealed is a small JSON document that names its owner, connection, region and field beside the secret. Bare Fernet has no
such binding: a token copied into another person's row would open there, and would be sent. After opening, the names are
compared with the row, and anything that does not fit is `CredentialUnreadable`: no call leaves.

What a team shares is sealed under a data key of its own, and that key, not the credential, is sealed once for each member.
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

from orders.cdp.errors import CredentialUnreadable


@dataclass(frozen=True, slots=True)
class Credentials:
    """An opened credential, for the length of one request. Never printed, never pickled."""

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
    """A fresh random key to seal under, itself to be sealed like any secret."""
    return Fernet.generate_key().decode("ascii")


def seal(secret: str, binding: Binding, *, under: str = "") -> str:
    """The secret and its binding as Fernet text, under the first of the server's keys or the data key `under`."""
    return _fernet(under).encrypt(_document(secret, binding)).decode("ascii")


def unseal(sealed: str, binding: Binding, *, under: str = "") -> str:
    """The secret, if it opens under one of the server's keys, or under the data key `under`, and names exactly this binding.

    `CredentialUnreadable` otherwise.
    """
    try:
        document = json.loads(_fernet(under).decrypt(sealed.encode("utf-8")))
    except (InvalidToken, ValueError):
        # The cause is left out on purpose: a decoder's error carries the document it could not read, secret included.
        raise CredentialUnreadable("the sealed credential does not open under any of the keys") from None
    if not isinstance(document, dict) or document.keys() != {"owner", "connection", "region", "field", "secret"}:
        raise CredentialUnreadable("the sealed credential has another shape than expected")
    found = (document["owner"], document["connection"], document["region"], document["field"])
    if found != (binding.owner, binding.connection, binding.region, binding.field):
        raise CredentialUnreadable("the sealed credential belongs to another owner, connection, region or field")
    secret = document["secret"]
    if not isinstance(secret, str) or not secret:
        raise CredentialUnreadable("the sealed credential is empty")
    return secret


def reseal(sealed: str) -> str:
    """The same document under the first key; `CredentialUnreadable` when no key opens it."""
    try:
        return _ring(_keys()).rotate(sealed.encode("utf-8")).decode("ascii")
    except (InvalidToken, ValueError):
        raise CredentialUnreadable("the sealed credential does not open under any of the keys") from None


def key_position(sealed: str) -> int | None:
    """Which of the keys opens the value, counted from 0 (the one that seals), or None if none does."""
    for position, key in enumerate(_keys()):
        try:
            Fernet(key).decrypt(sealed.encode("utf-8"))
        except (InvalidToken, ValueError):
            continue
        return position
    return None


def fingerprints() -> list[str]:
    """Eight hexadecimal digits for each key, in order: enough to tell keys apart, useless for opening anything."""
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
        return Fernet(under) if under else _ring(_keys())  # a data key is never kept in the memory of `_ring`
    except ValueError:
        raise CredentialUnreadable("what was sealed as a data key is none") from None


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
