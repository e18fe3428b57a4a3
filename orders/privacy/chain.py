"""Access records are chained: each carries a keyed hash over itself and over the hash of the one before it.

One chain for the whole table would make every writer wait for every other one, so each process keeps a chain of its own for each
day (UTC), and another for a page that writes at the same moment. Their state is in memory, so a record still costs one INSERT. The
chains are tied together by notes in the records: with its first record and then once an hour, a process notes the heads of
the chains that others have extended (`Action.CHAIN_SEEN`). `orders.privacy.proving` reads and checks all chains.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

NOTE_OTHERS_EVERY = timedelta(hours=1)
# Not sealed: the database assigns the id, and the seal is the result.
UNSEALED = frozenset({"id", "seal"})


def seal_keys() -> tuple[bytes, ...]:
    """The keys derived from RECORD_KEYS: the first one seals, and all of them verify."""
    return tuple(_derived(key) for key in settings.RECORD_KEYS)


@lru_cache(maxsize=16)
def _derived(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"cdpviewer access records", "sha256")


def seal(key: bytes, before: str, record: Mapping[str, Any]) -> str:
    """The keyed hash (64 hexadecimal digits) of a record; `before` is the seal of its predecessor, "" for the first of a chain.

    Empty columns are left out, so a column that a later version adds changes no older seal. Each value is hashed with its name and length,
    so nothing can be moved from one column into the next.
    """
    values = ((name, _plain(record[name])) for name in sorted(record) if name not in UNSEALED)
    content = "\n".join(f"{name} {len(value)} {value}" for name, value in values if value)
    return hmac.digest(key, f"{before}\n{content}".encode(), "sha256").hex()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return value.hex
    return "" if value is None else str(value)


def day_of(chain: str) -> date | None:
    """The day (UTC) in a chain's name, or None if the name has no day."""
    try:
        return date.fromisoformat(chain[:8])
    except ValueError:
        return None


@dataclass(slots=True)
class Chain:
    """One writer's chain on one day: its name and day, and the link, seal and time of its last record."""

    name: str
    day: date
    at: datetime
    link: int = 0
    seal: str = ""

    @classmethod
    def open(cls, at: datetime) -> Chain:
        return cls(f"{at:%Y%m%d}-{secrets.token_hex(6)}", at.date(), at)

    def extend(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of the chain's next record. Within a chain, time never goes back, even if the clock does."""
        self.at = max(self.at, columns["at"].astimezone(UTC))
        self.link += 1
        record = {**columns, "at": self.at, "chain": self.name, "link": self.link}
        self.seal = record["seal"] = seal(seal_keys()[0], self.seal, record)
        return record


class Chains:
    """The idle chains of this process.

    A chain is taken, extended and given back once its record is committed. One that is not given back, because its record may or may
    not have been written, is never continued; the next record begins another.
    """

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        """Drop all chains after a fork: only the parent process continues its own."""
        self._idle: deque[Chain] = deque()
        self._noted_at: datetime | None = None

    def take(self, at: datetime) -> Chain:
        """The last chain given back whose day (UTC) is that of `at` (aware), or a new one."""
        moment = at.astimezone(UTC)
        for chain in self._taken():
            if chain.day == moment.date():
                return chain
        return Chain.open(moment)

    def _taken(self) -> Iterator[Chain]:
        """Pop the idle chains, the last one first; those that `take` passes over are dropped."""
        while True:
            try:
                yield self._idle.pop()
            except IndexError:
                return

    def give_back(self, chain: Chain) -> None:
        self._idle.append(chain)

    def must_note_others(self, now: datetime) -> bool:
        """Whether it is time to note the heads of other chains; once it returns True, they count as noted."""
        if self._noted_at is not None and now - self._noted_at < NOTE_OTHERS_EVERY:
            return False
        self._noted_at = now
        return True


CHAINS = Chains()
