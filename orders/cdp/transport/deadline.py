"""Deadlines, and a socket that enforces them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock by which an answer must have arrived."""

    ends: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(monotonic() + seconds)

    def left(self) -> float:
        """Seconds left; negative if the deadline has passed."""
        return self.ends - monotonic()

    def within(self, seconds: float) -> Deadline:
        """This deadline, or `seconds` from now if that is earlier."""
        return Deadline(min(self.ends, monotonic() + seconds))


class DeadlineSocket(socket.socket):
    """A socket whose timeout covers all later reads and writes together; a plain socket applies it to each one.

    With a plain socket, a server that sends a byte now and then could hold up a page for hours.
    TLS uses this socket too. After the deadline, data that has already arrived can still be read, because a process with a thousand
    waiting pages may get to it late; otherwise TimeoutError is raised.
    """

    _deadline: Deadline | None = None

    def settimeout(self, value: float | None) -> None:
        """Allow `value` seconds in all for everything sent and received from now on; None means no limit."""
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
        except BlockingIOError:  # no time left, and nothing can be read or sent at once
            raise TimeoutError("the time for the call is over") from None
