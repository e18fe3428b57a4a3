"""Answers in rounds: calls are held until no new one has arrived for a while, and then all are answered at once.

So the number of rounds is the number of sequential round trips, however fast the machine is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Rounds:
    """Answers held back until `quiet` seconds have passed without a call. `count` is the number of rounds so far."""

    def __init__(self, quiet: float) -> None:
        self.quiet = quiet
        self.count = 0
        self._held: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def hold(self, send: Callable[[], None]) -> None:
        """Call `send` when the round ends."""
        self._held.append(send)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self.quiet, self._answer)

    def _answer(self) -> None:
        held, self._held, self._timer = self._held, [], None
        self.count += 1
        for send in held:
            send()
