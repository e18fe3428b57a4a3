"""Passwords set by somebody else: they work once, and the user's connections wait until the user confirms them.

A connection carries a mark of the password hash under which its owner last confirmed it. The mark is renewed when the owner changes
the password, and when the password is removed or only hashed again. If the hash is replaced in any other way (by an administrator, a
link, a command or SQL), the mark no longer matches and the credential is not opened.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from accounts.models import SetPassword


def note_set_by(user: AbstractBaseUser, name: str) -> None:
    """Note that `name` set the user's password, which then works once."""
    values = {"set_by": name, "set_at": timezone.now(), "used_at": None, "changed_at": None}
    SetPassword.objects.update_or_create(user_id=user.pk, defaults=values)


def note_changed(user: AbstractBaseUser) -> None:
    """Note that the user has replaced the password, if somebody else had set it."""
    SetPassword.objects.filter(user_id=user.pk, changed_at=None).update(changed_at=timezone.now())


def note_chosen(user: AbstractBaseUser) -> None:
    """Forget that somebody else set the user's password: it was removed, or the user chose a new one with a link."""
    SetPassword.objects.filter(user_id=user.pk).delete()


def must_change(user: AbstractBaseUser) -> bool:
    """Whether the user still has a password that somebody else set."""
    return SetPassword.objects.filter(user_id=user.pk, changed_at=None).exists()


def is_used(user: AbstractBaseUser) -> bool:
    """Whether the password was set by somebody else and has already been used to sign in."""
    return SetPassword.objects.filter(user_id=user.pk, changed_at=None, used_at__isnull=False).exists()


def use(user: AbstractBaseUser) -> bool:
    """Whether the user, who gave the correct password, may sign in now. A password set by somebody else is used up by this call."""
    if not must_change(user):
        return True
    unused = SetPassword.objects.filter(user_id=user.pk, changed_at=None, used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def last_set(user: AbstractBaseUser | AnonymousUser) -> SetPassword | None:
    """The note about the last password that somebody else set for the user; None if there is none."""
    return SetPassword.objects.filter(user_id=user.pk or 0).first()
