"""The load: agents who each request their own page again and again, each over one kept-alive connection.

It is written to cost little, because the load, the stand-in and the measured server share two cores. The bytes of a request are made
once, and only the status and the length of an answer are read. One answer in `SAMPLE` is read whole, to check that it is the agent's
own page.
"""

from __future__ import annotations

import asyncio
import gc
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.tally import Tally

SAMPLE = 25


@dataclass(frozen=True, slots=True)
class Ask:
    """The request that an agent repeats, and the words that only the right answer contains."""

    request: bytes
    marker: bytes = b""


def ask(path: str, *, host: str, cookie: str = "", marker: str = "", headers: Sequence[str] = ()) -> Ask:
    """A GET as browsers send it: accepting compression, with the session in a cookie."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: text/html", "Accept-Encoding: gzip", *headers]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return Ask("\r\n".join([*lines, "", ""]).encode("ascii"), marker.encode())


def search_form(path: str, text: str, *, host: str, cookie: str, marker: str) -> Ask:
    """The search form as browsers post it. The CSRF secret in the cookie is itself a valid token."""
    token = cookie.rpartition("=")[2]
    body = urlencode({"q": text, "csrfmiddlewaretoken": token}).encode("ascii")
    sent = ask(path, host=host, cookie=cookie, marker=marker, headers=[
        f"Origin: http://{host}", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
    ])  # fmt: skip
    return Ask(sent.request.replace(b"GET", b"POST", 1) + body, sent.marker)


def unpacked(head: bytes, body: bytes) -> bytes:
    """The body without chunked and gzip encoding, if it has them."""
    head = head.lower()
    if b"\r\ntransfer-encoding: chunked" in head:
        parts, at = [], 0
        while True:
            line_end = body.index(b"\r\n", at)
            size = int(body[at:line_end].split(b";")[0], 16)
            if size == 0:
                break
            parts.append(body[line_end + 2 : line_end + 2 + size])
            at = line_end + 2 + size + 2
        body = b"".join(parts)
    return zlib.decompress(body, 31) if b"\r\ncontent-encoding: gzip" in head else body


class Agent(asyncio.Protocol):
    """One agent: sends a request, waits for the whole answer, records the time, and repeats until stopped."""

    def __init__(self, own: Ask, run: Run) -> None:
        self.own = own
        self.run = run
        self.parts: list[bytes] = []
        self.received = 0
        self.total = -1
        self.chunked = False
        self.waiting = False
        self.count = 0
        self.started = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._send()

    def _send(self) -> None:
        assert self.transport is not None
        self.waiting = True
        self.started = time.perf_counter()
        self.transport.write(self.own.request)

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)
        self.received += len(data)
        if self.total < 0 and not self.chunked:
            self._read_head()
        if (self.total >= 0 and self.received >= self.total) or (
            self.chunked and self.parts[-1].endswith(b"0\r\n\r\n")
        ):
            self._answered()

    def _read_head(self) -> None:
        data = b"".join(self.parts)
        self.parts = [data]
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = data[:end].lower()
        at = head.find(b"\r\ncontent-length: ")
        if at >= 0:
            line_end = head.find(b"\r\n", at + 18)
            self.total = end + 4 + int(head[at + 18 : line_end if line_end >= 0 else None])
        else:
            self.chunked = True

    def _answered(self) -> None:
        took = time.perf_counter() - self.started
        data = self.parts[0] if len(self.parts) == 1 else b"".join(self.parts)
        self.parts, self.received, self.total, self.chunked, self.waiting = [], 0, -1, False, False
        self.count += 1
        if self.count % SAMPLE == 1:
            head, _, body = data.partition(b"\r\n\r\n")
            if self.own.marker and self.own.marker not in unpacked(head, body):
                self.run.tally.failed("the page is not this agent's own")
            self.run.tally.body = len(body)
        self.run.answered(took, data[9:12])
        if self.run.goes_on() and not self.run.once:
            self._send()
        else:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if not self.run.goes_on() or (self.run.once and self.count):
            return
        if self.waiting and self.received:
            self.run.tally.failed("cut off inside an answer")
        # A server may close a kept-alive connection whenever no answer is under way; a browser simply connects again.
        self.run.tally.reconnects += 1
        self.parts, self.received, self.total, self.chunked, self.waiting = [], 0, -1, False, False
        self.run.connect(self)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Run:
    """One run. After `warm` seconds that do not count, it counts for `seconds` seconds, or until it has `pages` answers (0: no limit)."""

    def __init__(self, port: int, warm: float, seconds: float, pages: int, *, once: bool = False) -> None:
        self.once = once
        self.tally = Tally()
        self.port = port
        self.warm_until = warm
        self.until = warm + seconds
        self.pages = pages
        self.began = 0.0
        self.measured_from = 0.0
        self.on_measuring: Callable[[], None] = lambda: None
        self.ended = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    def connect(self, agent: Agent) -> None:
        task = asyncio.ensure_future(self._connect(agent))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _connect(self, agent: Agent) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: agent, "127.0.0.1", self.port)
        except OSError as error:
            self.tally.failed(f"no connection: {error.__class__.__name__}")
            await asyncio.sleep(0.05)
            if self.goes_on():
                self.connect(agent)

    def goes_on(self) -> bool:
        return not self.ended.is_set()

    def answered(self, took: float, status: bytes) -> None:
        if not self.measured_from:
            return
        if status == b"200":
            self.tally.times.append(took)
        else:
            self.tally.failed(f"status {status.decode('ascii', 'replace')}")
        came = len(self.tally.times) + (self.tally.error_count if self.once else 0)
        if self.pages and came >= self.pages:
            self.ended.set()

    async def go(self, asks: Sequence[Ask]) -> Tally:
        loop = asyncio.get_running_loop()
        agents = [Agent(own, self) for own in asks]
        for agent in agents:
            self.connect(agent)
        await asyncio.sleep(self.warm_until)
        cpu = time.process_time()
        self.on_measuring()
        self.measured_from = time.perf_counter()
        timer = loop.call_later(self.until - self.warm_until, self.ended.set)
        await self.ended.wait()
        timer.cancel()
        now = time.perf_counter()
        self.tally.seconds = now - self.measured_from
        self.tally.waiting = [now - agent.started for agent in agents if agent.waiting]
        self.measured_from = 0.0
        self.tally.own_cpu = time.process_time() - cpu
        for agent in agents:
            agent.close()
        await asyncio.sleep(0)
        return self.tally


def load(
    port: int,
    asks: Sequence[Ask],
    *,
    warm: float = 1.0,
    seconds: float = 5.0,
    pages: int = 0,
    once: bool = False,
    on_measuring: Callable[[], None] = lambda: None,
) -> Tally:
    """Run all `asks` at once against a port on loopback, as a closed loop.

    `on_measuring` is called when counting begins. With `once`, each agent sends a single request, and failures count towards `pages`.
    """

    import uvloop  # `make bench` installs it; tests of what does not measure go without

    async def go() -> Tally:
        run = Run(port, warm, seconds, pages, once=once)
        run.on_measuring = on_measuring
        return await run.go(asks)

    gc.collect()
    gc.disable()
    try:
        tally: Tally = uvloop.run(go())
        return tally
    finally:
        gc.enable()


def fetch(port: int, own: Ask) -> tuple[int, bytes, bytes]:
    """One answer, read whole on a connection of its own: (status, head, body as sent)."""

    async def go() -> tuple[int, bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(own.request.replace(b"\r\nHost:", b"\r\nConnection: close\r\nHost:", 1))
        data = await reader.read()
        writer.close()
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head[9:12]), head, body

    return asyncio.run(go())
