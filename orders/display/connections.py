"""What was done to connections, their grants and the keys of integrations, in sentences."""

from __future__ import annotations

from django.utils.translation import ngettext

from accounts.language import translate as _
from orders.problems.faults import FAULTS
from orders.services.connections import CredentialTest


def answer(test: CredentialTest) -> str:
    """The sentence for a test of a credential."""
    return str(FAULTS[test.fault].tested) if test.fault else _("The CDP accepted the credential.")


def tested(name: str, test: CredentialTest) -> str:
    """The result of a test, with the connection's name in front."""
    return f"{name}: {answer(test)}"


def saved(name: str, test: CredentialTest) -> str:
    """The sentences shown after a user's own connection is saved."""
    return _("“%(name)s” was saved. %(answer)s") % {"name": name, "answer": answer(test)}


def saved_and_shared(name: str, people: int, test: CredentialTest) -> str:
    """The sentences shown after a new connection is shared with so many people."""
    facts = {"name": name, "people": people_counted(people), "answer": answer(test)}
    return _("“%(name)s” was saved and shared with %(people)s. %(answer)s") % facts


def changed(name: str) -> str:
    """The sentence shown after a connection's settings are changed."""
    return _("“%(name)s” was changed.") % {"name": name}


def made_default(name: str) -> str:
    """The sentence shown after a connection becomes the user's default."""
    return _("“%(name)s” is now your default connection.") % {"name": name}


def deleted(name: str) -> str:
    """The sentence shown after a connection is deleted."""
    return _("“%(name)s” was deleted.") % {"name": name}


def token_replaced(name: str) -> str:
    """The sentences shown after the token of a shared connection is replaced."""
    return _("The token for “%(name)s” was replaced. The new token is now in use.") % {"name": name}


def granted(name: str, group: str) -> str:
    """The sentence shown after a group is granted a shared connection."""
    return _("The group %(group)s now has access to “%(name)s”.") % {"name": name, "group": group}


def taken_back(name: str, group: str) -> str:
    """The sentence shown after a group's grant is revoked."""
    return _("The group %(group)s can no longer use “%(name)s”.") % {"name": name, "group": group}


def withdrawn(name: str) -> str:
    """The sentences shown after a shared connection is withdrawn from everybody."""
    return _("“%(name)s” was withdrawn. Nobody can use it any more.") % {"name": name}


def shared_again(name: str) -> str:
    """The sentence shown after a withdrawn connection is restored for its groups."""
    return _("“%(name)s” is shared with its groups again.") % {"name": name}


def key_revoked(name: str) -> str:
    """The sentence shown after the key of an integration is revoked."""
    return _("The key for “%(name)s” was revoked.") % {"name": name}


def people_counted(count: int) -> str:
    """A number of people: "1 person", "12 people"."""
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}
