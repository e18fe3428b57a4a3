"""When an answer must be there, and a socket that keeps to it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock by which an answer must be there."""

    ends: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(monotonic() + seconds)

    def left(self) -> float:
        """Seconds left; negative when it has passed."""
        return self.ends - monotonic()

    def within(self, seconds: float) -> Deadline:
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(min(self.ends, monotonic() + seconds))


class DeadlineSocket(socket.socket):
    """A socket whose timeout is for everything that follows, where a plain one grants it to each read anew.

    A server that sends a byte now and then would otherwise hold a page for hours: in the headers, where no loop of ours runs, in
    the body, and under TLS, which reads from here as well. Raises TimeoutError. What has arrived in time can still be read
    later: with a thousand pages waiting, a process may come to it late.
    """

    _deadline: Deadline | None = None

    def settimeout(self, value: float | None) -> None:
        """Everything sent and received from now on has `value` seconds together; None is without end."""
        self._deadline = None if value is None else Deadline.after(value)

    def recv(self, *args: Any) -> bytes:
        return self._in_time(super().recv, *args)

    def recv_into(self, *args: Any) -> int:
        return self._in_time(super().recv_into, *args)

    def sendall(self, *args: Any) -> None:
        self._in_time(super().sendall, *args)

    def _in_time(self, operation: Callable[..., T], *args: Any) -> T:
        super().settimeout(None if self._deadline is None else max(0.0, self._deadline.left()))
        try:
            return operation(*args)
        except BlockingIOError:  # no time is left, and nothing was there
            raise TimeoutError("the time for the call is over") from None
