"""Agents with browsers: each opens an order, then its contacts, then the customer's other orders, and reads for half a minute.

Every answer is read whole and must be the page that the agent requested. A browser keeps its connection open. If it is closed before any
answer has arrived, the browser requests the page again on a new one, as real browsers do.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

from bench import world
from bench.scale.points import KINDS
from bench.tally import Tally

T = TypeVar("T")

READING = (1.0, 3.0)  # seconds on the order before its contacts are opened
KEPT = 25.0  # seconds that a browser keeps an idle connection, less than the balancer does


def _takes_any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@dataclass(slots=True)
class Office:
    """All agents of a run: the servers' address, and the results by kind of request while `measuring` is true."""

    url: str
    host: str
    pause: tuple[float, float]  # seconds from one visit to the next, evenly spread
    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    trusting: ssl.SSLContext = field(default_factory=_takes_any_certificate)
    visits: int = 0
    measuring: bool = False

    async def visit(self, browser: aiohttp.ClientSession, number: int, *, hurried: bool = False) -> None:
        """Open one customer's order, its contacts and the customer's orders. With `hurried`, do not pause to read the order."""
        path, reference = f"/orders/{world.ref(world.AGENT, number)}/", world.reference(world.AGENT, number)
        await self._get(browser, "order", path, reference)
        if not hurried:
            await asyncio.sleep(random.uniform(*READING))
        second = world.contact("", world.AGENT, number, 1)
        await self._get(browser, "contacts", path + "contacts/", second["guest"]["href"].rpartition("/")[2])
        await self._get(browser, "trips", path + "trips/", world.reference(world.AGENT, number + world.OTHER))
        self.visits += self.measuring

    async def _get(self, browser: aiohttp.ClientSession, kind: str, path: str, marker: str) -> None:
        headers = {} if kind == "order" else {"HX-Request": "true"}
        tally, began, counts = self.tallies[kind], time.perf_counter(), self.measuring
        try:
            async with browser.get(self.url + path, headers=headers, allow_redirects=False) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            why = type(error).__name__
        else:
            why = f"status {answer.status}" if answer.status != 200 else "" if marker in text else "another page"
        if counts and why:
            tally.failed(why)
        elif counts:
            tally.times.append(time.perf_counter() - began)

    def browser(self, cookies: str) -> aiohttp.ClientSession:
        """A new browser, which is signed in and accepts any certificate."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self.trusting, keepalive_timeout=KEPT),
            headers={"Host": self.host, "Accept": "text/html", "Accept-Encoding": "gzip", "Cookie": cookies},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=30),
        )

    async def agent(self, cookies: str, number: int, over: asyncio.Event) -> None:
        """Work until `over` is set. The first visit begins after a random part of a pause, so that not all agents begin at once."""
        async with self.browser(cookies) as browser:
            wait = random.uniform(0, self.pause[1])
            while not await _within(over, wait):
                await self.visit(browser, number)
                number += 1
                wait = random.uniform(*self.pause)


async def _within(over: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def work(office: Office, cookies: list[str], warm: float, seconds: float, read: Callable[[], T]) -> tuple[T, T]:
    """Let all agents work for `warm` seconds, and then for `seconds` seconds that count.

    Return the results of `read` just before and just after the seconds that count.
    """
    over = asyncio.Event()
    agents = [
        # Each reads customers of its own, and fewer than these in one run.
        asyncio.create_task(office.agent(own, 500 * position, over))
        for position, own in enumerate(cookies)
    ]
    await asyncio.sleep(warm)
    before = read()
    office.measuring = True
    await asyncio.sleep(seconds)
    office.measuring = False
    after = read()
    over.set()
    await asyncio.gather(*agents)
    return before, after


async def one_after_another(office: Office, cookies: list[str]) -> None:
    """Let each agent make one hurried visit, with nobody else at work."""
    office.measuring = True
    for position, own in enumerate(cookies):
        async with office.browser(own) as browser:
            await office.visit(browser, 3_000_000 + position, hurried=True)
