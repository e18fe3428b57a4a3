"""One person's way to one tenant, for the time of one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar, cast

from django.conf import settings

from orders.cdp import errors
from orders.cdp.bounds import in_time
from orders.cdp.client import CdpClient, Deadline
from orders.models import Connection
from orders.storage.lock_timeout import give_back
from orders.storage.session_answers import SessionAnswers

A = TypeVar("A")
B = TypeVar("B")


class Tenant:
    """One person's way to one tenant for the time of one page. `calls` and `seconds` tell what the CDP cost so far.

    A `fresh` page asks the CDP for everything, unless a search has just handed over the order `handed`.
    """

    def __init__(self, connection: Connection, *, session_key: str = "", fresh: bool = True, handed: str = "") -> None:
        self.connection = connection
        base_url = settings.CDP_REGIONS.get(connection.region)
        if base_url is None:
            raise errors.CredentialUnreadable(f"region {connection.region} is not set up on this server")
        credentials = connection.credentials()
        state = f"{connection.pk}/{connection.changed_at.timestamp()}"
        self._memory = SessionAnswers(session_key, state, fresh=fresh, handed=handed)
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
        give_back()

    @property
    def calls(self) -> int:
        return self.client.calls

    @property
    def seconds(self) -> float:
        return self.client.seconds

    @property
    def as_of(self) -> datetime:
        """When the oldest answer that this page is made of was read, aware UTC."""
        return self._memory.as_of

    def hand_over(self, ref: str) -> None:
        """Let the next page of the order `ref`, once, be made of what this page has read."""
        self._memory.hand_over(ref)

    def in_time(self) -> None:
        """Raise TimedOut if the page's time is up; looked at between what computes."""
        in_time(self._deadline)

    def run_parallel(self, jobs: Sequence[Callable[[], A]], *, of: str = "") -> list[A | errors.CdpError]:
        """Run `jobs` at the same time, results in their order; a CdpError is a result too. `of` names them for `client.tell`."""
        return self.client.side_by_side(jobs, of=of)

    def both(self, one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
        """Run two jobs at the same time; the first failure is raised."""
        jobs: list[Callable[[], A | B]] = [one, other]
        answers = self.run_parallel(jobs)
        for answer in answers:
            if isinstance(answer, errors.CdpError):
                raise answer
        return cast("tuple[A, B]", tuple(answers))
