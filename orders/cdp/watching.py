"""Observers of calls to the CDP: metrics and traces, if enabled. They receive no path, personal data or credential."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """An observer, notified once per event in the thread of the event. Must not raise."""

    def called(self, origin: str, outcome: str, began: float, seconds: float) -> None:
        """A call ended, after any retries.

        `outcome` is "ok" or an error class name, `began` is in seconds since 1970, `seconds` the duration.
        """

    def tried(self, origin: str) -> None:
        """A request was sent to the CDP."""

    def remembered(self, hit: bool) -> None:
        """The answer cache was read; `hit` is whether it had the answer."""

    def place(self, change: int) -> None:
        """A slot for waiting on the CDP was taken (1) or released (-1)."""

    def refused(self) -> None:
        """A call was refused because every slot was taken."""


watchers: list[Watcher] = []
