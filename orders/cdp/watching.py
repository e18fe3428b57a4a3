"""Who else hears of calls to the CDP: metrics and traces, where a server has them. No path, person or credential passes here."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Hears of each event once, in the thread it happens in, and raises nothing."""

    def called(self, origin: str, outcome: str, began: float, seconds: float) -> None:
        """A call ended, with its retries: `outcome` is "ok" or an error's class, `began` seconds since 1970."""

    def tried(self, origin: str) -> None:
        """A request left for the CDP."""

    def remembered(self, hit: bool) -> None:
        """The minute's memory was asked for an answer, and had it or not."""

    def place(self, change: int) -> None:
        """A place for waiting on the CDP was taken (1) or is free again (-1)."""

    def refused(self) -> None:
        """Every place was taken."""


watchers: list[Watcher] = []
