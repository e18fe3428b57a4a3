"""Is a person's password their own? One that somebody else set works once, and connections wait until the person confirms them.

A connection carries a mark of the password hash under which its person last vouched for it. Whatever replaces the hash, an
administrator, a command or SQL, makes the mark wrong, and the credential is not opened.
"""

from __future__ import annotations

import hmac
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils import timezone

from orders import chain


class SetPassword(models.Model):
    """A password that somebody else set, with what became of it. Stamps are aware UTC, or None for not yet."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[SetPassword]]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"password of user {self.user_id}, set by somebody else"


def marks(user: AbstractBaseUser | AnonymousUser, password_hash: str = "") -> list[str]:
    """The marks (64 hexadecimal digits) of the person's password hash, or of an earlier one: one for each key, the sealing one first."""
    hashed = password_hash or getattr(user, "password", "")
    return [hmac.digest(key, f"password {user.pk} {hashed}".encode(), "sha256").hex() for key in chain.seal_keys()]


def mark(user: AbstractBaseUser | AnonymousUser) -> str:
    """The mark of the person's present password hash."""
    return marks(user)[0]


def is_marked(user: AbstractBaseUser | AnonymousUser, stored: str) -> bool:
    """Whether `stored` is the mark of the person's present password hash, under any of the keys."""
    return any(hmac.compare_digest(stored, each) for each in marks(user))


def note_set_by(user: AbstractBaseUser, name: str) -> None:
    """Remember that `name` set the person's password: it works once."""
    values = {"set_by": name, "set_at": timezone.now(), "used_at": None, "changed_at": None}
    SetPassword.objects.update_or_create(user_id=user.pk, defaults=values)


def note_changed(user: AbstractBaseUser) -> None:
    """Remember that the person has chosen a password of their own."""
    SetPassword.objects.filter(user_id=user.pk, changed_at=None).update(changed_at=timezone.now())


def must_change(user: AbstractBaseUser) -> bool:
    """Whether the person's password was set by somebody else and is still that one."""
    return SetPassword.objects.filter(user_id=user.pk, changed_at=None).exists()


def use(user: AbstractBaseUser) -> bool:
    """Whether the right password may be used to sign in now. One set by somebody else is used up by that."""
    if not must_change(user):
        return True
    unused = SetPassword.objects.filter(user_id=user.pk, changed_at=None, used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def last_set(user: AbstractBaseUser | AnonymousUser) -> SetPassword | None:
    """Who set the person's password last, and when; None if only the person did."""
    return SetPassword.objects.filter(user_id=user.pk or 0).first()
