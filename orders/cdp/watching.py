"""Observers of calls to the CDP: metrics and traces, if enabled. They get no paths, personal data or credentials."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """An observer. Its methods are called once per event, on the thread where the event occurs, and must not raise."""

    def called(self, origin: str, outcome: str, began: float, seconds: float) -> None:
        """A call ended, after any retries.

        `outcome` is "ok" or the name of an error class, `began` the start in seconds since 1970, `seconds` the duration.
        """

    def tried(self, origin: str) -> None:
        """A request is about to be sent to the CDP."""

    def remembered(self, hit: bool) -> None:
        """An answer was looked up in the reader's `Memory`; `hit` says whether it was there."""

    def place(self, change: int) -> None:
        """A slot for waiting on the CDP was taken (1) or released (-1)."""

    def refused(self) -> None:
        """A call was refused because every slot was taken."""


watchers: list[Watcher] = []
