"""Access to one CDP tenant through a connection, for a single page or API request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from orders.cdp.bounds import in_time
from orders.cdp.client import CdpClient, Deadline
from orders.cdp.records import Order
from orders.models import AnyConnection
from orders.privacy.sealing import CredentialUnreadable
from orders.storage.lock_timeout import give_back
from orders.storage.session_answers import SessionAnswers


class Tenant:
    """Access to one CDP tenant through a connection, for a single page or API request. `reader` counts requests and time spent.

    A `fresh` page requests everything again, except in two cases: a search has just read the order `handed`; or the order `at_hand` is
    in a strip of orders that the agent switches between, and `left`, the order whose page the agent comes from, is not that same order.
    Raises CredentialUnreadable, also for a region that is not set up.
    """

    def __init__(
        self,
        connection: AnyConnection,
        *,
        session_key: str = "",
        fresh: bool = True,
        handed: str = "",
        at_hand: str = "",
        left: str = "",
    ) -> None:
        self.connection = connection
        base_url = settings.CDP_REGIONS.get(connection.region)
        if base_url is None:
            raise CredentialUnreadable(f"region {connection.region} is not set up on this server")
        credentials = connection.credentials()
        state = f"{connection.pk}/{connection.changed_at.timestamp()}"
        # The same for all users of this tenant, whatever their connection; used only for a hash.
        self.identity = f"{connection.region}/{credentials.client_key}"
        self._memory = SessionAnswers(session_key, state, fresh=fresh, handed=handed, at_hand=at_hand, left=left)
        self._deadline = Deadline.after(settings.CDP_LIMITS.page)
        self.client = CdpClient(
            base_url,
            credentials.client_key,
            credentials.token,
            version=connection.version,
            memory=self._memory,
            deadline=self._deadline,
            limits=settings.CDP_LIMITS,
            outbound=settings.CDP_OUTBOUND,
        )
        self.reader = self.client.reader
        give_back()

    @property
    def as_of(self) -> datetime:
        """The time at which the oldest cached answer used by this page was received, aware UTC; now if none was used."""
        return self._memory.as_of

    @property
    def strip_of(self) -> str:
        """The ref of the order whose strip lists the order of this page; "" if the page does not reuse a strip's answers."""
        return self._memory.strip_of

    def keep_at_hand(self, ref: str, orders: Iterable[Order]) -> None:
        """Let the pages of these orders, listed in the strip of order `ref`, reuse answers from the last minute."""
        names = ((name, order.ref or "") for order in orders for name in (order.ref, order.reference_id) if name)
        self._memory.keep_at_hand(dict(names), ref)

    def hand_over(self, ref: str) -> None:
        """Let the next page of the order `ref` reuse the answers of this page, once."""
        self._memory.hand_over(ref)

    def in_time(self) -> None:
        """Raise TimedOut if the page's time is up; called between computations."""
        in_time(self._deadline)
