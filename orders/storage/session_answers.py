"""Cached answers of one session: in the memory of this process, or in Redis if it is set up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from django.conf import settings

from orders.storage.answer_cache import AnswerCache, Key, Memory

_HANDED = "handed/"  # followed by an order's ref
_AT_HAND = "at hand/"  # followed by an order's ref or reference


@cache
def answers() -> Memory:
    """The cache that this process uses: Redis if CDPVIEWER_REDIS_URL is set, otherwise the memory of this process."""
    if not settings.SHARED_REDIS:
        return AnswerCache()
    from redis import Redis

    from orders.storage.shared_answer_cache import PatientRedis, SharedAnswerCache

    return SharedAnswerCache(PatientRedis(Redis.from_url(**settings.SHARED_REDIS)))


class SessionAnswers:
    """The cached answers of one session (`owner`) for one connection in its current state; the `memory` of a `CdpClient`.

    If `fresh`, they are deleted first: the page and its panels then request everything again and, if the page fails, nothing older is
    shown instead. There are two exceptions. If a search has just read the order `handed`, the answers are kept and used for the next
    page of that order. If a strip (the row of a customer's orders at the top of an order's page) listed the order `at_hand`, they are
    kept and used for its page while the strip's answers are cached, unless the user comes from the page of that same order.

    `left` names the order whose page the user comes from. `handed` is a ref; `at_hand` and `left` may also be booking references.
    `strip_of` is the ref of the order that the strip belongs to, "" if no strip's answers are used. If `owner` is "", nothing is cached.
    """

    def __init__(
        self,
        owner: str,
        connection: str,
        *,
        fresh: bool,
        handed: str = "",
        at_hand: str = "",
        left: str = "",
        memory: Memory | None = None,
    ) -> None:
        memory = (answers() if memory is None else memory).for_request()
        self._owner, self._connection, self._memory = owner, connection, memory
        if fresh and handed and owner:
            fresh = not memory.take((owner, connection, _HANDED + handed.lower()))
        self.strip_of = self._strip_of(at_hand, left) if at_hand and owner else ""
        fresh = fresh and not self.strip_of
        self._fresh = fresh
        self._oldest: float | None = None
        if fresh and owner:
            memory.forget(owner, connection)

    def _strip_of(self, at_hand: str, left: str) -> str:
        held = self._memory.get(self._at_hand(at_hand))
        before = self._memory.get(self._at_hand(left)) if held is not None and left else None
        if held is None or (before is not None and before.answer == held.answer):
            return ""
        return held.answer.decode().partition("/")[0]

    def _at_hand(self, name: str) -> Key:
        return self._owner, self._connection, _AT_HAND + name.lower()

    @property
    def as_of(self) -> datetime:
        """The time (aware, UTC) when the oldest of the answers used from the cache was received; the current time if none was used."""
        return datetime.now(UTC) if self._oldest is None else datetime.fromtimestamp(self._oldest, UTC)

    def hand_over(self, ref: str) -> None:
        """Let the next page of the order `ref`, and no later one, use these answers."""
        self.put(_HANDED + ref.lower(), b"")

    def keep_at_hand(self, refs: Mapping[str, str], strip_of: str) -> None:
        """Let the pages of the orders in `refs` use these answers for as long as the answers are cached.

        These orders are listed in the strip on the page of the order `strip_of`. `refs` maps each text that can name one of them in a
        URL (a ref or booking reference) to that order's ref.
        """
        if self._owner:
            self._memory.put_all({self._at_hand(name): f"{strip_of}/{ref}".encode() for name, ref in refs.items()})

    def get(self, key: str) -> bytes | None:
        if self._fresh:
            return None
        held = self._memory.get((self._owner, self._connection, key))
        if held is None:
            return None
        self._oldest = held.read_at if self._oldest is None else min(self._oldest, held.read_at)
        return held.answer

    def put(self, key: str, answer: bytes) -> None:
        if self._owner:
            self._memory.put((self._owner, self._connection, key), answer)
