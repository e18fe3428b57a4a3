"""Passwords set by somebody else. Each works only once. The user must then confirm their own connections before these can be used again.

Each of these connections stores a mark of its owner's password hash, made when the owner last confirmed the connection. A mark that
matches is updated when the owner changes the password, and when the password is removed or merely rehashed. If the hash is replaced in
any other way (by an administrator, a link, a command or SQL), the mark no longer matches, and the connection cannot be used.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from accounts.models import SetPassword


def note_set_by(user: AbstractBaseUser, name: str) -> None:
    """Note that another person or a command, named `name`, set the user's password, which therefore works only once."""
    values = {"set_by": name, "set_at": timezone.now(), "used_at": None, "changed_at": None}
    SetPassword.objects.update_or_create(user_id=user.pk, defaults=values)


def note_changed(user: AbstractBaseUser) -> None:
    """If somebody else had set the user's password, note that the user has now replaced it."""
    SetPassword.objects.filter(user_id=user.pk, changed_at=None).update(changed_at=timezone.now())


def note_chosen(user: AbstractBaseUser) -> None:
    """Forget that somebody else set the user's password, because it was removed or the user chose a new one through a link."""
    SetPassword.objects.filter(user_id=user.pk).delete()


def must_change(user: AbstractBaseUser) -> bool:
    """Whether the user still has a password that somebody else set."""
    return SetPassword.objects.filter(user_id=user.pk, changed_at=None).exists()


def is_used(user: AbstractBaseUser) -> bool:
    """Whether the user's password was set by somebody else and has already been used to sign in."""
    return SetPassword.objects.filter(user_id=user.pk, changed_at=None, used_at__isnull=False).exists()


def use(user: AbstractBaseUser) -> bool:
    """Whether the user's password, which has just been checked, may be used to sign in.

    A password that somebody else set may be used only once; this call uses it up.
    """
    if not must_change(user):
        return True
    unused = SetPassword.objects.filter(user_id=user.pk, changed_at=None, used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def last_set(user: AbstractBaseUser | AnonymousUser) -> SetPassword | None:
    """The note about the password that somebody else last set for the user; None if there is no such note."""
    return SetPassword.objects.filter(user_id=user.pk or 0).first()
