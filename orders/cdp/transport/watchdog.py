"""Cuts calls whose time is up, from outside.

A socket timeout bounds one read. A server that sends a header byte now and then keeps a thread for hours, inside the standard
library, where no loop of ours runs. One thread per process looks at all calls in flight ten times a second and shuts down the
socket of each whose deadline has passed; the waiting thread then wakes with an error.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

from orders.cdp.transport.forking import renew_in_child

TICK = 0.1


class Call:
    """One call in flight: when it ends, and the socket it uses once it has one."""

    __slots__ = ("_lock", "_sock", "cut", "ends")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.cut = False
        self._sock: socket.socket | None = None
        self._lock = threading.Lock()

    def use(self, sock: socket.socket | None) -> None:
        """The call goes on over `sock`; one that arrives too late is shut down at once."""
        with self._lock:
            self._sock = sock
            if self.cut:
                self._shut_down()

    def release(self) -> None:
        """The socket is about to be closed or belongs to another call now."""
        with self._lock:
            self._sock = None

    def cut_off(self) -> None:
        with self._lock:
            self.cut = True
            self._shut_down()

    def _shut_down(self) -> None:
        if self._sock is not None:
            # The base class's method: SSLSocket.shutdown would also take the TLS state away under the reading thread.
            with suppress(OSError):
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


class Watchdog:
    """All calls in flight and the one thread that watches them. It starts with the first call and sleeps between calls."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As new: a forked child has the parent's calls in memory, and none of its threads."""
        self._calls: set[Call] = set()
        self._busy = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._here = threading.local()

    def begin(self, ends: float) -> Call:
        """Watch a call of this thread until `end`."""
        call = Call(ends)
        self._here.call = call
        self._calls.add(call)
        if self._thread is None:
            self._start()
        if not self._busy.is_set():
            self._busy.set()
        return call

    def end(self, call: Call) -> None:
        self._calls.discard(call)
        self._here.call = None
        call.release()

    def current(self) -> Call | None:
        """The call this thread is in."""
        return getattr(self._here, "call", None)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cdp-watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._busy.wait()
            calls = list(self._calls)  # a copy of a set is one step for the interpreter, no lock needed
            if not calls:
                self._busy.clear()
                if self._calls:  # one began between the look and the clearing
                    self._busy.set()
                continue
            now = time.monotonic()
            for call in calls:
                if call.ends <= now and not call.cut:
                    call.cut_off()
            time.sleep(TICK)


WATCHDOG = Watchdog()
renew_in_child(WATCHDOG.reset)
