"""Password validators: a password must be long enough, not known from breaches, not made of obvious names, and not too simple.

There are no rules about capitals, digits or symbols. All Unicode characters are allowed, including spaces, and there is no maximum length.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.common_passwords import core, folded, is_listed
from accounts.simplicity import weight
from orders.models import Connection, SharedConnection

LEAST, ADVISED = 12, 15  # characters
LEAST_WEIGHT = 8  # see accounts.simplicity
LEAST_NAME = 4  # characters; shorter names occur in too many other words
SITE = ("cdpviewer", "sitecore")

_WORD = re.compile(r"[^\W\d_]+")


class Length:
    """Require at least 12 characters; 15 are recommended."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(password) < LEAST:
            raise ValidationError(
                _("This password needs at least %(least)s characters; it has only %(count)s.")
                % {"count": len(password), "least": LEAST},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return _(
            "At least %(least)s characters, preferably %(advised)s or more. A few unrelated words are easy to remember. "
            "All characters are allowed, including spaces."
        ) % {"least": LEAST, "advised": ADVISED}


class NotCommon:
    """Refuse the common passwords that attackers try first, even with a few digits and symbols around them."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if is_common(password):
            raise ValidationError(
                _("This password is known from data breaches, with or without the digits and symbols at its ends."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return _("Not a password known from data breaches, even with digits or symbols added.")


class NotSimple:
    """Refuse passwords that have too few different characters, or consist mostly of repetitions, sequences or keyboard rows."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if is_simple(password):
            raise ValidationError(
                _(
                    "This password is too simple: it has too few different characters, or is mostly repetitions or sequences"
                    " such as abcd, 1234 or qwerty."
                ),
                code="password_too_simple",
            )

    def get_help_text(self) -> str:
        return _("Not just repetitions, sequences or keyboard rows.")


class WithoutNames:
    """Refuse passwords that are little more than the name of the user, of the site or of one of the user's connections."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        rest = left = folded(password)
        for name in sorted(_names(user), key=len, reverse=True):
            rest = rest.replace(name, "")
        if rest != left and (len(rest) < LEAST_WEIGHT or is_simple(rest) or is_common(rest)):
            raise ValidationError(
                _("This password is little more than your name, or the name of this site or of a connection."),
                code="password_too_similar",
            )

    def get_help_text(self) -> str:
        return _("Not just your own name, or the name of this site or of a connection.")


def is_common(password: str) -> bool:
    """Whether the password is on the list of common passwords, or adds little to a core on that list.

    A core is a password without the digits and symbols at its ends (see `accounts.common_passwords`).
    """
    spelling = folded(password)
    inside = core(spelling)
    around = spelling.replace(inside, "", 1) if inside else ""
    return is_listed(spelling) or (is_listed(inside) and weight(around) < LEAST_WEIGHT)


def is_simple(password: str) -> bool:
    """Whether the password is too easy to guess.

    This is so if its weight is low (see `accounts.simplicity`), if it has fewer than five different characters, or if it only repeats a
    piece of fewer than 12 characters.
    """
    spelling = folded(password)
    piece = (spelling + spelling).find(spelling, 1)
    return weight(spelling) < LEAST_WEIGHT or len(set(spelling)) < 5 or piece < min(LEAST, len(spelling))


def _names(user: AbstractBaseUser | None) -> set[str]:
    """The names that this user's password must not rely on, as `folded` returns them.

    Each name is included as a whole, as its separate words, and as all its words joined together. Anything shorter than four characters
    is left out.
    """
    texts = [*SITE, *settings.ALLOWED_HOSTS]
    if user is not None:
        texts += [str(getattr(user, field, "")) for field in ("username", "first_name", "last_name", "email")]
        if user.pk:
            texts += Connection.objects.for_user(user).values_list("name", flat=True)
            texts += SharedConnection.objects.filter(members__user=user.pk).values_list("name", flat=True)
    names: set[str] = set()
    for text in map(folded, texts):
        words = _WORD.findall(text)
        names |= {text, "".join(words), *words}
    return {name for name in names if len(name) >= LEAST_NAME}
