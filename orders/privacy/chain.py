"""The chains of access records: each record carries a keyed hash of its own content and of the previous record's hash.

With one chain for the whole table, every writer would wait for every other, so each process keeps its own chain for each day (UTC), and
opens more when several pages write at the same moment. The end of each chain is kept in memory, so a record usually costs one INSERT.
The chains are tied together by notes in the records: about once an hour, a process that adds records also notes the heads (current
ends) of the other chains extended since the last notes (`Action.CHAIN_SEEN`). `orders.privacy.proving` reads and checks all chains.
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
    """The keys derived from RECORD_KEYS: the first seals new records; a seal made with any of them is valid."""
    return tuple(_derived(key) for key in settings.RECORD_KEYS)


@lru_cache(maxsize=16)
def _derived(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"cdpviewer access records", "sha256")


def seal(key: bytes, before: str, record: Mapping[str, Any]) -> str:
    """The keyed hash (64 hexadecimal digits) of a record; `before` is the seal of its predecessor, "" for the first of a chain.

    Empty columns are left out, so a column added by a later version changes no older seal. Each value is hashed with its column's name
    and its own length, so nothing can be moved from one column to another unnoticed.
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
    """A chain of one process for one day (UTC): its name and day, and the time, number (`link`) and seal of its last record.

    Before the first record, `link` is 0, `seal` is "", and `at` (aware UTC) is when the chain was opened.
    """

    name: str
    day: date
    at: datetime
    link: int = 0
    seal: str = ""

    @classmethod
    def open(cls, at: datetime) -> Chain:
        return cls(f"{at:%Y%m%d}-{secrets.token_hex(6)}", at.date(), at)

    def extend(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Make `columns` the next record of this chain; return them with the chain's own columns added, ready to insert.

        Within a chain, time never goes back, even if the clock does.
        """
        self.at = max(self.at, columns["at"].astimezone(UTC))
        self.link += 1
        record = {**columns, "at": self.at, "chain": self.name, "link": self.link}
        self.seal = record["seal"] = seal(seal_keys()[0], self.seal, record)
        return record


class Chains:
    """The idle chains of this process.

    A chain is taken and extended, and is given back once its record is committed. If it is uncertain whether the record was written, the
    chain is neither given back nor continued; later records use another.
    """

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        """Start with no chains. This also runs in a forked child, because only the parent may continue its chains."""
        self._idle: deque[Chain] = deque()
        self._noted_at: datetime | None = None

    def take(self, at: datetime) -> Chain:
        """Take the most recently returned idle chain for the UTC day of `at` (aware), or open a new one."""
        moment = at.astimezone(UTC)
        for chain in self._taken():
            if chain.day == moment.date():
                return chain
        return Chain.open(moment)

    def _taken(self) -> Iterator[Chain]:
        """Remove and yield the idle chains, most recently returned first; those that `take` passes over are dropped."""
        while True:
            try:
                yield self._idle.pop()
            except IndexError:
                return

    def give_back(self, chain: Chain) -> None:
        self._idle.append(chain)

    def must_note_others(self, now: datetime) -> bool:
        """Whether it is time to note the heads of other chains; True at most once per NOTE_OTHERS_EVERY."""
        if self._noted_at is not None and now - self._noted_at < NOTE_OTHERS_EVERY:
            return False
        self._noted_at = now
        return True


CHAINS = Chains()
