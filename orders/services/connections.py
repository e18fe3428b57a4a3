"""Trying a connection, and the result that is kept with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.cdp import errors
from orders.models import Connection
from orders.privacy.record_kinds import What
from orders.services.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of trying a credential: `code` for the row ("accepted", "refused", ...), `sentence` for the person."""

    code: str
    sentence: str

    @property
    def accepted(self) -> bool:
        return self.code == "accepted"


def try_connection(connection: Connection) -> Outcome:
    """Prove the connection's credential with one live call and keep the answer's code with the connection."""
    try:
        Tenant(connection).client.probe()
    except errors.CdpError as error:
        outcome = _outcome(error)
    else:
        outcome = Outcome("accepted", _("The CDP accepted the credential."))
    connection.note_use(outcome.code)
    connection.record(What.CONNECTION_TRIED, outcome=outcome.code)
    return outcome


def _outcome(error: errors.CdpError) -> Outcome:
    said: list[tuple[type[errors.CdpError], str, str]] = [
        (
            errors.CredentialRefused,
            "refused",
            _("The CDP refused the credential: client key or token is wrong or switched off."),
        ),
        (errors.NotPermitted, "not permitted", _("The CDP knows the credential, but it may not read orders.")),
        (errors.CredentialUnreadable, "unreadable", _("The stored credential cannot be opened; enter it again.")),
        (errors.RateLimited, "rate limited", _("The CDP asks us to wait, so the credential is not proven yet.")),
        (errors.Wait, "slow", _("The CDP is slow at the moment, so the credential is not proven yet.")),
        (errors.TimedOut, "slow", _("The CDP did not answer in time, so the credential is not proven yet.")),
        (errors.Untrusted, "untrusted", _("The CDP’s certificate is not trusted, so nothing was sent.")),
        (errors.Unreachable, "unreachable", _("The CDP could not be reached, so the credential is not proven yet.")),
        (errors.CdpError, "broken", _("The CDP answered with a fault, so the credential is not proven yet.")),
    ]
    code, sentence = next((code, sentence) for kind, code, sentence in said if isinstance(error, kind))
    return Outcome(code, sentence)


def result_of(error: errors.CdpError) -> str:
    """The code under which a failed use is remembered with its connection."""
    return "accepted" if isinstance(error, errors.ReferenceProblem | errors.TooLarge) else _outcome(error).code
