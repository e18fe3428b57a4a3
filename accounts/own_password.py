"""Passwords set by somebody else: they work once, and the user's connections wait until the user confirms them.

A connection carries a mark of the password hash under which its person last vouched for it. If anything replaces the hash (an
administrator, a command or SQL), the mark no longer matches and the credential is not opened.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from accounts.models import SetPassword


def note_set_by(user: AbstractBaseUser, name: str) -> None:
    """Remember that `name` set the person's password: it works once."""
    values = {"set_by": name, "set_at": timezone.now(), "used_at": None, "changed_at": None}
    SetPassword.objects.update_or_create(user_id=user.pk, defaults=values)


def note_changed(user: AbstractBaseUser) -> None:
    """Remember that the person has chosen a password of their own."""
    SetPassword.objects.filter(user_id=user.pk, changed_at=None).update(changed_at=timezone.now())


def note_chosen(user: AbstractBaseUser) -> None:
    """Remember that the person's password was set by nobody else, whatever was set before."""
    SetPassword.objects.filter(user_id=user.pk).delete()


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
