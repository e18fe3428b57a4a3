"""A stand-in for the CDP that costs almost nothing: every answer is prepared once and sent after the latency.

`python -m bench.standin --port 0` prints `listening on PORT`. `GET /__latency__?ms=200` sets the latency from then on, and `GET
/__calls__` returns `{"calls": n}`. The project's own sandbox covers far more of the API, but it costs more than the page to be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import signal
from urllib.parse import parse_qsl, urlsplit

import uvloop

from bench.answers import answer

_REASONS = {200: b"OK", 401: b"Unauthorized", 404: b"Not Found"}


def framed(status: int, body: bytes) -> bytes:
    """A whole HTTP/1.1 answer as bytes."""
    return (
        b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % (status, _REASONS[status], len(body))
        + body
    )


_REFUSED = framed(401, json.dumps({"status": 401, "code": 401, "message": "Unauthorized"}).encode())


class World:
    """State shared by all connections: prepared answers, the latency in seconds, the number of calls."""

    def __init__(self) -> None:
        self.base = ""
        self.answers: dict[bytes, bytes] = {}
        self.latency = 0.0
        self.calls = 0

    def make(self, target: bytes) -> bytes:
        """The answer to a new target. It is stored, unless the target is a control path."""
        address = urlsplit(target.decode("ascii", "replace"))
        query = dict(parse_qsl(address.query))
        if address.path == "/__latency__":
            self.latency = float(query.get("ms", "0")) / 1000
            return framed(200, json.dumps({"ms": self.latency * 1000}).encode())
        if address.path == "/__calls__":
            return framed(200, json.dumps({"calls": self.calls}).encode())
        made = framed(*answer(self.base, address.path, query))
        self.answers[target] = made
        return made


class StandIn(asyncio.Protocol):
    """One kept-alive connection. Accepts GET without a body, which is all that is ever sent."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        if self.pending:
            data = self.pending + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            self._answer(data[:end])
            data = data[end + 4 :]
        self.pending = data

    def _answer(self, head: bytes) -> None:
        world = self.world
        target = head[4 : head.index(b" ", 4)]
        closing = b"onnection: close" in head
        made = world.answers.get(target)
        if made is None:
            made = world.make(target)
            if target.startswith(b"/__"):
                self._send(made, closing)
                return
        world.calls += 1
        # Clients differ in the case of the name, never in that of the scheme.
        if b"uthorization: Basic " not in head:
            made = _REFUSED
        if world.latency:
            self.loop.call_later(world.latency, self._send, made, closing)
        else:
            self._send(made, closing)

    def _send(self, made: bytes, closing: bool) -> None:
        if not self.transport.is_closing():
            self.transport.write(made)
            if closing:
                self.transport.close()


async def serve(port: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    world = World()
    server = await loop.create_server(lambda: StandIn(world), "127.0.0.1", port, backlog=1024)
    world.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    print(f"listening on {world.base.rpartition(':')[2]}", flush=True)
    # Nothing here makes cycles; a garbage collection during a round would only distort the p99.
    gc.disable()
    await ended.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
