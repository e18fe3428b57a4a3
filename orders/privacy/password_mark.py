"""The mark of a password: a keyed hash of the stored password hash. A new password invalidates earlier marks."""

from __future__ import annotations

import hmac

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from orders.privacy import chain


def marks(user: AbstractBaseUser | AnonymousUser, password_hash: str = "") -> list[str]:
    """The marks of `password_hash` (by default, the user's current one): 64 hexadecimal digits for each key, the sealing key first."""
    hashed = password_hash or getattr(user, "password", "")
    return [hmac.digest(key, f"password {user.pk} {hashed}".encode(), "sha256").hex() for key in chain.seal_keys()]


def mark(user: AbstractBaseUser | AnonymousUser) -> str:
    """The mark of the user's current password hash, made with the sealing key."""
    return marks(user)[0]


def is_marked(user: AbstractBaseUser | AnonymousUser, stored: str) -> bool:
    """Whether `stored` is the mark of the user's current password hash, made with any of the keys."""
    return any(hmac.compare_digest(stored, each) for each in marks(user))
