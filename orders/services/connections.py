"""Finding a user's own and shared connections, choosing the default, and testing a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from orders.cdp import errors
from orders.models import AnyConnection, AnyUser, Connection, SharedConnection, members, own_connections
from orders.privacy import outcomes
from orders.privacy.record_kinds import Action
from orders.problems.faults import FAULTS, LastResult
from orders.services.tenant import Tenant
from orders.storage.combined_statement import Question, Row, RowStatement, ask


@dataclass(frozen=True, slots=True)
class CredentialTest:
    """A test of a credential: the kind of failure, or None if the CDP accepted the credential."""

    fault: type[errors.CdpError] | None = None

    @property
    def accepted(self) -> bool:
        return self.fault is None

    @property
    def result(self) -> LastResult:
        """The result as stored with the connection."""
        return LastResult.ACCEPTED if self.fault is None else FAULTS[self.fault].result


def find_connection(user: AnyUser, name: str = "") -> AnyConnection | None:
    """The connection called `name`, or the default if `name` is ""; None if there is none (see `chosen`)."""
    return chosen(user, name)[0]


def chosen(
    user: AnyUser, name: str, *, change: RowStatement | None = None, also: Sequence[Question] = ()
) -> tuple[AnyConnection | None, Row, list[Any]]:
    """The connection called `name`: the user's own if there is one, else a shared one. If `name` is "", the default.

    The default is the user's choice, else the first of their own connections by name, else a shared one: the
    first by name of those granted as the default or, if there are none, of all shared ones.

    The other two parts of the result are the columns that `change` returns (() without a change), and a list with the row
    that each `Question` in `also` returns (None if it returns none). The statement that looks up the connection also runs these
    queries and, on PostgreSQL, `change`. If `name` contains a NUL character, nothing is looked up or changed.
    """
    if "\x00" in name:  # PostgreSQL accepts no NUL in text, and a URL may contain one
        return None, (), [None for _question in also]
    person, now = user.pk or 0, timezone.now()
    if name:
        questions = Question(own_connections.NAMED, [person, name]), Question(members.NAMED, [person, name, now])
    else:
        questions = Question(own_connections.DEFAULT, [person]), Question(members.DEFAULT, [person, now, now])
    (own, member, *others), changed = ask(*questions, *also, change=change)
    connection = own_connections.opened(user, own) or members.opened(user, member)
    if connection is None and not name:
        connection = Connection.objects.for_user(user).first()
    return connection, changed, others


def usable_by(user: AnyUser) -> list[AnyConnection]:
    """All connections that the user can choose by name: the default first, then their own, then the shared ones.

    A shared connection is left out if one of the user's own has the same name.
    """
    own = list(Connection.objects.for_user(user))
    names = {connection.name for connection in own}
    usable = [*own, *(shared for shared in members.of_person(user) if shared.name not in names)]
    return sorted(usable, key=lambda connection: not connection.is_chosen)


def make_default(user: AnyUser, connection: AnyConnection) -> None:
    """Make `connection` the user's only default. The caller must have checked that the user may use it."""
    if isinstance(connection, SharedConnection) and isinstance(user, AbstractBaseUser):
        members.make_default(user, connection)
    elif isinstance(connection, Connection):
        connection.make_default()


def try_connection(connection: AnyConnection) -> CredentialTest:
    """Test the connection's credential with a live call, store the result with the connection, and record the test."""
    try:
        Tenant(connection).client.probe()
    except errors.CdpError as error:
        test = CredentialTest(type(error))
    else:
        test = CredentialTest()
    connection.note_use(test.result)
    connection.record(Action.CONNECTION_TRIED, outcome=outcomes.tested(test.result))
    return test
