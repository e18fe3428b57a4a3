"""Rows without load: memory per process, bytes on the wire, CPU of planning a trip and of checking a feed."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bench import world
from bench.load import ask, fetch, unpacked
from bench.servers import Server, Servers
from bench.speed import measure, page_asks

AGENTS = 32
PAGES_A_TURN = 500


@dataclass(slots=True)
class Memory:
    """Resident megabytes of each worker, by the number of pages served since the row began."""

    at: dict[int, list[float]] = field(default_factory=dict)
    replaced: bool = False
    errors: int = 0

    def grown(self, early: int, late: int) -> float:
        """Growth of the workers' memory between `early` and `late` pages, as a share."""
        return sum(self.at[late]) / sum(self.at[early]) - 1


def memory(servers: Servers, server: Server, name: str, stops: tuple[int, ...]) -> Memory:
    """Request pages of new orders, and measure memory when each number of pages in `stops` is reached. End early if no page arrives."""
    measured = Memory({0: server.memory()})
    pids = sorted(process.pid for process in server.workers())
    served, first = 0, 10_000
    for stop in stops:
        while served < stop:
            asks = page_asks(name, server, AGENTS, first=first)
            seen = measure(servers, server, asks, warm=0.0, seconds=120, pages=min(PAGES_A_TURN, stop - served))
            served += len(seen.tally.times)
            measured.errors += seen.tally.error_count
            first += AGENTS
            if not seen.tally.times:
                return measured
        measured.at[stop] = server.memory()
    measured.replaced = pids != sorted(process.pid for process in server.workers())
    return measured


class Linked(HTMLParser):
    """The URLs that a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = None
        if tag == "link" and {"stylesheet", "icon", "preload", "modulepreload", "manifest"} & set(
            (given.get("rel") or "").split()
        ):
            address = given.get("href")
        elif tag in ("script", "img", "iframe", "source"):
            address = given.get("src")
        elif tag == "use":
            address = (given.get("href") or "").partition("#")[0]
        if address and address not in self.addresses:
            self.addresses.append(address)


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a visit: the bytes of the answer with headers and of its body alone, and whether a later visit requests it again."""

    address: str
    bytes: int
    body: int
    asked_again: bool


def visit(server: Server) -> tuple[list[Part], list[str]]:
    """The requests of a first visit to the order page, and the URLs of files on other hosts, of which there should be none."""
    base = f"http://127.0.0.1:{server.port}"
    page = f"/orders/{world.ref(world.AGENT, 0)}/"
    parts: list[Part] = []
    foreign: list[str] = []
    waiting, seen = [page], {page}
    while waiting:
        path = waiting.pop(0)
        _, head, body = fetch(server.port, ask(path, host=f"127.0.0.1:{server.port}", cookie=server.cookies[0]))
        lowered = head.lower()
        kept = re.search(rb"\r\ncache-control:[^\r]*(immutable|max-age=\d{4})", lowered) is not None
        parts.append(Part(path, len(head) + 4 + len(body), len(body), not kept))
        text = unpacked(head, body).decode(errors="replace")
        addresses: list[str] = []
        if b"text/html" in lowered:
            reader = Linked()
            reader.feed(text)
            addresses = reader.addresses
        elif b"text/css" in lowered:
            addresses = re.findall(r"url\(\s*['\"]?([^'\")]+)", text)
        for address in addresses:
            whole = urljoin(base + path, address)
            if whole.startswith("data:"):
                continue
            if not whole.startswith(base + "/"):
                foreign.append(whole)
                continue
            inner = urlsplit(whole).path
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    return parts, foreign


def planning(segments: int = 120, turns: int = 40) -> float:
    """CPU milliseconds of planning an order with `segments` different flights, the median of `turns` turns.

    Raises ValueError if flights are lost.
    """
    import json

    from orders.cdp import decode, jsontext
    from orders.itinerary import journeys

    flights = world.different_flights(segments)
    items = []
    for start in range(0, segments, 2):
        body = world.item("http://127.0.0.1", world.ITEMS, segments, 0) | {"flightSegments": flights[start : start + 2]}
        items.append(decode.item(jsontext.parse(json.dumps(body).encode())[0]))
    planned = len(journeys.plan(items).flights)
    if planned != segments:
        raise ValueError(f"{planned} flights came of {segments}")
    costs = []
    for _ in range(turns):
        began = time.process_time()
        journeys.plan(items)
        costs.append(time.process_time() - began)
    return 1000 * statistics.median(costs)


def feed(rows: int = 10_000) -> float:
    """CPU milliseconds per row that `check_feed` takes for a table of `rows` rows, each with a different route.

    Raises ValueError if rows are lost.
    """
    from orders.itinerary import airports
    from orders.itinerary.clock_check.feed import check

    codes = [code for code, place in sorted(airports.all_places().items()) if place.zone][:5000]
    table = [
        (
            at,
            [codes[at % 5000], codes[(at * 7 + at // 5000 + 1) % 5000], "2025-02-15T08:00:00Z", "2025-02-15T12:10:00Z"],
        )
        for at in range(rows)
    ]
    began = time.process_time()
    checked = check(["origin", "destination", "departure", "arrival"], table)
    spent = time.process_time() - began
    if len(checked.rows) != rows:
        raise ValueError(f"{len(checked.rows)} rows came of {rows}")
    return 1000 * spent / rows
