"""The sandbox on a socket: a small HTTP/1.1 server, and `Sandbox`, which runs it in a thread for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox import wire
from sandbox.rounds import Rounds
from sandbox.service import Reply, Service
from sandbox.world import load, order_from

_MAX_HEAD = 64 * 1024


class Conversation(asyncio.Protocol):
    """One keep-alive connection; pipelined requests are answered in order."""

    def __init__(
        self,
        service: Service,
        latency: float,
        drip: float,
        open_ones: set[Conversation],
        faults_changed: Callable[[], object],
    ) -> None:
        self._service, self._latency, self._drip, self._open_ones = service, latency, drip, open_ones
        self._faults_changed = faults_changed
        self._waiting = b""
        self._busy = False
        self._counted = False
        self._later: asyncio.TimerHandle | asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)
        if self._later is not None:
            self._later.cancel()
        self._finish()

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if not self._busy:
            self._next()

    def _next(self) -> None:
        end = self._waiting.find(b"\r\n\r\n")
        if end < 0:
            if len(self._waiting) > _MAX_HEAD:
                self._send(Reply(wire.answer(431, b""), close=True))
            return
        lines = self._waiting[:end].decode("latin-1").split("\r\n")
        self._waiting = self._waiting[end + 4 :]
        words = lines[0].split(" ")
        if len(words) != 3 or not words[1].startswith("/"):
            self._send(Reply(wire.answer(400, b""), close=True))
            return
        method, target, version = words
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self._busy = True
        self._close = headers.get("connection", "").lower() == "close" or version == "HTTP/1.0"
        if target.startswith("/__"):
            self._send(self._service.own_address(target))
            self._faults_changed()
            return
        self._service.ledger.start(method, target, headers)
        self._counted = True
        reply = self._service.reply(method, target, headers)
        if self._service.rounds is not None:
            self._service.rounds.hold(lambda: self._send(reply))
        elif self._latency:
            self._later = asyncio.get_running_loop().call_later(self._latency, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.play:
            self._later = asyncio.get_running_loop().create_task(self._play(reply))
            return
        self._finish()
        self.transport.write(reply.raw)
        self._done(close=reply.close)

    async def _play(self, reply: Reply) -> None:
        keep = await wire.PLAYS[reply.play](wire.Stage(self.transport, reply.body, reply.kind, self._drip))
        self._later = None
        self._done(close=not keep)

    def _done(self, *, close: bool) -> None:
        self._finish()
        if close or self._close:
            self.transport.close()
            return
        self._busy = False
        if self._waiting:
            self._next()

    def _finish(self) -> None:
        if self._counted:
            self._counted = False
            self._service.ledger.finish()


class Listener:
    """The listening socket, which can refuse connections while keeping the port (for the fault `refused`)."""

    def __init__(self, service: Service, *, port: int, latency: float, drip: float) -> None:
        self._service, self._latency, self._drip = service, latency, drip
        self._open_ones: set[Conversation] = set()
        self._server: asyncio.Server | None = None
        self._socket = bound(port)
        self.port: int = self._socket.getsockname()[1]
        service.own = f"http://127.0.0.1:{self.port}"

    async def apply(self) -> None:
        """Listen, or refuse connections if the fault `refused` is set for everything."""
        refuse = self._service.faults.everywhere("refused")
        if refuse and self._server is not None:
            self._stop()
            self._socket = bound(self.port)
        elif not refuse and self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: Conversation(self._service, self._latency, self._drip, self._open_ones, self._apply_soon),
                sock=self._socket,
                backlog=2048,
            )

    def _apply_soon(self) -> None:
        """Apply a change made by a request to `/__fault__` just after the answer, and again when a fault that was set for a time ends."""
        loop = asyncio.get_running_loop()
        for seconds in (0.02, *self._service.lasting):
            loop.call_later(seconds + 0.01, lambda: setattr(self, "_applying", loop.create_task(self.apply())))
        self._service.lasting.clear()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for conversation in list(self._open_ones):
            conversation.transport.abort()

    def close(self) -> None:
        self._stop()
        self._socket.close()


def bound(port: int) -> socket.socket:
    """A loopback socket bound to `port` (0: any free port) but not yet listening. Raises OSError if the port is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        sock.close()
        raise
    return sock


class Sandbox:
    """The sandbox in a thread of this process, on a free port: `with Sandbox() as s: … s.url …`.

    `data` is a folder of world files (ours by default). With `expand=False`, a request's `expand=true` has no effect on collections.
    `miss` is the status of a search without a hit. `drip` is the pause between two bytes in the slow faults, in seconds. With
    `list_items`, an expanded list of orders includes their items. With `round_quiet`, calls are answered in rounds: a round ends when
    no call has arrived for that many seconds.
    """

    def __init__(
        self,
        latency_ms: float = 0,
        token: str = "sandbox-token",
        client_key: str = "sandbox-key",
        data: Path | str | None = None,
        expand: bool = True,
        *,
        miss: int = 200,
        drip: float = 1.0,
        port: int = 0,
        list_items: bool = False,
        round_quiet: float = 0,
    ) -> None:
        world = load(Path(data) if data else None)
        rounds = Rounds(round_quiet) if round_quiet else None
        self.service = Service(world, client_key, token, miss=miss, expand=expand, list_items=list_items, rounds=rounds)
        self.client_key, self.token = client_key, token
        self._listener = Listener(self.service, port=port, latency=latency_ms / 1000, drip=drip)
        self.url = self.service.own
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._listener.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def __enter__(self) -> Sandbox:
        self._thread.start()
        self._apply()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _apply(self) -> None:
        asyncio.run_coroutine_threadsafe(self._listener.apply(), self._loop).result(5)

    def calls(self) -> dict[str, Any]:
        """Counts since the last reset: total, by_method, by_path, in_flight, most_in_flight, elsewhere."""
        return self.service.ledger.calls()

    @property
    def rounds(self) -> int:
        """The number of rounds of calls answered since the last reset."""
        return self.service.rounds.count if self.service.rounds is not None else 0

    def seen(self) -> list[dict[str, Any]]:
        """The latest 500 requests: method, target, user, cookie (sent or not), accept, user_agent, headers (names)."""
        return list(self.service.ledger.seen)

    def reset(self) -> None:
        """Reset the counts; faults stay."""
        self.service.ledger.reset()
        if self.service.rounds is not None:
            self.service.rounds.count = 0

    def set_fault(self, order: str, fault: str, part: str | None = None) -> None:
        """Add a fault for an order (ref or reference id), a guest (ref) or everything (`*`).

        Raises ValueError if the fault or a part is unknown.
        """
        for target in self.service.targets(order):
            self.service.faults.set(target, fault, part)
        self._apply()

    def clear_faults(self, order: str | None = None) -> None:
        """Remove the faults of one order, or all faults, including those in the world's files."""
        self.service.clear(order)
        self._apply()

    def restore_faults(self) -> None:
        """Go back to the faults of the world's orders, and to the world's own answers."""
        self.service.restore_faults()
        self._apply()

    def add_order(self, entry: dict[str, Any]) -> str:
        """Add an order written as in a world file, and return its ref. Raises ValueError if a ref is already in use."""
        order = order_from(entry)
        self.service.world.add(order)
        self.service.take_faults(order)
        return order.ref

    def change_order(self, entry: dict[str, Any]) -> str:
        """Replace the order that has the entry's ref, as a feed does when a flight is rescheduled, and return the ref."""
        self.service.world.remove(order_from(entry).ref)
        ref = self.add_order(entry)
        self.service.forget_pages()
        return ref

    def answer_with(self, path: str, body: bytes, status: int = 200, kind: str = "application/json") -> None:
        """Send this body for a path (`/v2/orders/…`, with or without its query) from now on, in place of the world's answer."""
        self.service.instead[path] = wire.answer(status, body, kind=kind)
