"""Speed rows: pages under load. Each round measures all targets, so that other load on the machine affects them all alike."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import world
from bench.load import Ask, ask, fetch, load, unpacked
from bench.servers import CLIENT_KEY, TOKEN, CannotMeasure, Server, Servers
from bench.tally import Spread, Tally

UPSTREAM, APP, HTTPX, AIOHTTP, PLAIN = (
    "upstream call alone", "this app", "FastAPI + httpx", "FastAPI + aiohttp", "plain Django",
)  # fmt: skip
PEERS = (HTTPX, AIOHTTP, PLAIN)
BASIC = "Authorization: Basic " + b64encode(f"{CLIENT_KEY}:{TOKEN}".encode()).decode()
SETTLED_SHARE = 0.05
MOST_SETTLING_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Setting:
    """The number of agents, the latency upstream in milliseconds, and the seconds that are measured in a round."""

    agents: int
    latency: int
    seconds: float


FULL = (
    Setting(1, 0, 3),
    Setting(1, 200, 6),
    Setting(32, 0, 4),
    Setting(32, 200, 5),
    Setting(128, 0, 5),
    Setting(128, 200, 6),
)
QUICK = (
    Setting(1, 0, 2),
    Setting(1, 200, 4),
    Setting(32, 0, 2),
    Setting(32, 200, 2),
    Setting(128, 0, 3),
    Setting(128, 200, 5),
)


@dataclass(slots=True)
class Cell:
    """The measurements of one target in one setting and round. CPU time is in seconds, for the whole server and for the stand-in."""

    tally: Tally = field(default_factory=Tally)
    cpu: float = 0.0
    standin_cpu: float = 0.0

    @property
    def median(self) -> float:
        """The median time of a page, in milliseconds."""
        return 1000 * self.tally.median

    @property
    def p99(self) -> float:
        """The 99th percentile of the time of a page, in milliseconds."""
        return 1000 * self.tally.p99

    @property
    def per_second(self) -> float:
        return self.tally.per_second

    @property
    def cpu_per_page(self) -> float:
        """CPU milliseconds of a page; NaN if no page was served."""
        return 1000 * self.cpu / len(self.tally.times) if self.tally.times else float("nan")


@dataclass(slots=True)
class Rounds:
    """The measurements of one target in one setting, round by round."""

    cells: list[Cell] = field(default_factory=list)

    def of(self, figure: str) -> Spread:
        """A figure of `Cell` by its name, over the rounds."""
        return Spread.over([getattr(cell, figure) for cell in self.cells])

    def total(self) -> Cell:
        """All rounds as one."""
        whole = Cell()
        for cell in self.cells:
            whole.tally.add(cell.tally)
            whole.cpu += cell.cpu
            whole.standin_cpu += cell.standin_cpu
        return whole


Cells = dict[tuple[int, int], dict[str, Rounds]]
Targets = dict[str, Server]


def page_asks(name: str, server: Server, agents: int, *, kind: int = world.AGENT, first: int = 0) -> list[Ask]:
    """The request of each agent: the page of the agent's own order or, for UPSTREAM, the API call for that order."""
    if name == UPSTREAM:
        return [
            ask(
                f"/v2/orders/{world.ref(kind, first + number)}?expand=orderItems",
                host="127.0.0.1",
                marker=world.reference(kind, first + number),
                headers=[BASIC],
            )
            for number in range(agents)
        ]
    return [
        ask(
            f"/orders/{world.ref(kind, first + number)}/",
            host="127.0.0.1",
            cookie=server.cookies[number],
            marker=world.reference(kind, first + number),
        )
        for number in range(agents)
    ]


FACTS = (
    "B100000",
    "100.00",
    "PURCHASED",
    "Card",
    "Visa",
    "WEB",
    "DUB",
    "LHR",
    "LAS",
    "16:00",
    "17:20",
    "20:00",
    "22:40",
)


def check_pages(targets: Targets) -> dict[str, int]:
    """The uncompressed size of each target's page of the first order, in bytes.

    Raises CannotMeasure if a status is not 200, or if a page lacks any of FACTS. UPSTREAM's answer need not contain them.
    """
    sizes = {}
    for name, server in targets.items():
        status, head, body = fetch(server.port, page_asks(name, server, 1)[0])
        text = unpacked(head, body).decode() if status == 200 else ""
        missing = [fact for fact in FACTS if fact not in text and name != UPSTREAM]
        if status != 200 or missing:
            raise CannotMeasure(f"{name} answered {status}; its page lacks {', '.join(missing) or 'nothing'}")
        sizes[name] = len(text.encode())
    return sizes


def warm_up(servers: Servers, targets: Targets) -> None:
    """Before measuring, let the workers of every target serve order pages and, for APP and PLAIN, a page of contacts."""
    servers.set_latency(0)
    for name, server in targets.items():
        measure(servers, server, page_asks(name, server, 32), warm=1.0, seconds=1.0)
        if name in (APP, PLAIN):
            path = f"/orders/{world.ref(world.by_reference(world.CONTACTS), 25)}/contacts/"
            asks = [
                ask(path, host="127.0.0.1", cookie=cookie, headers=["HX-Request: true"])
                for cookie in server.cookies[-16:]
            ]
            measure(servers, server, asks, warm=1.0, seconds=0.5)


def settle(server: Server) -> None:
    """Wait until the server has finished any abandoned pages, but at most for MOST_SETTLING_SECONDS."""
    limit = time.monotonic() + MOST_SETTLING_SECONDS
    spent = server.cpu()
    while time.monotonic() < limit:
        time.sleep(0.25)
        now = server.cpu()
        if now - spent < 0.25 * SETTLED_SHARE:
            return
        spent = now


def measure(
    servers: Servers,
    server: Server,
    asks: Sequence[Ask],
    *,
    warm: float,
    seconds: float,
    pages: int = 0,
    once: bool = False,
) -> Cell:
    """Run one load against one server, and measure its cost."""
    before: list[float] = []

    def begin() -> None:
        before.extend((server.cpu(), servers.standin.cpu()))

    tally = load(server.port, asks, warm=warm, seconds=seconds, pages=pages, once=once, on_measuring=begin)
    cell = Cell(tally, server.cpu() - before[0], servers.standin.cpu() - before[1])
    settle(server)
    return cell


def throughput(servers: Servers, targets: Targets, settings: Sequence[Setting], rounds: int) -> Cells:
    """Measure all targets in all settings, `rounds` times, with the targets in a different order in each round."""
    cells: Cells = {(setting.agents, setting.latency): {name: Rounds() for name in targets} for setting in settings}
    for turn in range(rounds):
        for setting in settings:
            servers.set_latency(setting.latency)
            names = list(targets)
            names = names[turn % len(names) :] + names[: turn % len(names)]
            for name in names:
                asks = page_asks(name, targets[name], setting.agents)
                warm = 1.0 if setting.agents == 1 or name == UPSTREAM else 2.0
                seen = measure(servers, targets[name], asks, warm=warm, seconds=setting.seconds)
                cells[setting.agents, setting.latency][name].cells.append(seen)
    servers.set_latency(0)
    return cells
