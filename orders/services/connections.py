"""Testing a connection, and the result that is kept with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.cdp import errors
from orders.models import Connection
from orders.privacy.record_kinds import Action
from orders.problems import FAULTS, LastResult
from orders.services.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a test: `result` is stored with the connection, `sentence` is for the user."""

    result: LastResult
    sentence: str

    @property
    def accepted(self) -> bool:
        return self.result == LastResult.ACCEPTED


def try_connection(connection: Connection) -> Outcome:
    """Test the connection's credential with one live call, and store the result with the connection."""
    try:
        Tenant(connection).client.probe()
    except errors.CdpError as error:
        row = FAULTS[type(error)]
        outcome = Outcome(row.result, str(row.tested))
    else:
        outcome = Outcome(LastResult.ACCEPTED, _("The CDP accepted the credential."))
    connection.note_use(outcome.result)
    connection.record(Action.CONNECTION_TRIED, outcome=outcome.result)
    return outcome
