"""The CDP tenant that a page or an API request reads from, with its client and cached answers."""

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
    """Access to one CDP tenant through a connection, for a single page or API request.

    `reader` counts the requests made and the time spent. If `session_key` is "", nothing is cached. If `fresh`, cached answers are not
    used, except in two cases. The order `handed` is read from the cache if a search has just read it. The order `at_hand` is read from
    the cache if it was listed in a strip (the row of a customer's orders on an order's page) whose answers are still cached, unless the
    agent comes from the page of that same order. `left` names the order whose page the agent comes from.

    Raises CredentialUnreadable if the credential cannot be opened, or if the connection's region is not set up on this server.
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
        # The same for all connections with this region and client key; used only to make a hash.
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
        """The time (aware, UTC) when the oldest cached answer on this page was received; the current time if no cached answer was used."""
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
        """Let the next page of the order `ref`, and no later one, reuse the answers of this page."""
        self._memory.hand_over(ref)

    def in_time(self) -> None:
        """Raise TimedOut if the page is too far past its deadline (see `bounds.in_time`); called between computations."""
        in_time(self._deadline)
