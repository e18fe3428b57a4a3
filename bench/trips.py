"""Rows of one page at a time: contacts and items by their number, in upstream round trips and in CPU."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise

from bench import world
from bench.load import ask
from bench.servers import Server, Servers
from bench.speed import APP, PLAIN, Targets, measure

LATENCY = 200
TASK_LATENCY = 500  # milliseconds, so that the app's own time is small in comparison


@dataclass(frozen=True, slots=True)
class Trip:
    """One page: median seconds, in upstream round trips too, the calls it made, and the answers that were wrong."""

    seconds: float
    calls: int
    errors: int
    latency: int = LATENCY

    @property
    def round_trips(self) -> float:
        return self.seconds * 1000 / self.latency


def once(
    servers: Servers,
    server: Server,
    path: str,
    marker: str,
    samples: int,
    *,
    htmx: bool = False,
    latency: int = LATENCY,
) -> Trip:
    """The page as requested by one agent after another, each for the first time, so that no cache helps."""
    headers = ["HX-Request: true"] if htmx else []
    times, errors, calls = [], 0, 0
    for number in range(samples):
        own = ask(path, host="127.0.0.1", cookie=server.cookies[number], marker=marker, headers=headers)
        before = servers.calls()
        seen = measure(servers, server, [own], warm=0.0, seconds=90, pages=1)
        calls = servers.calls() - before
        times += seen.tally.times
        errors += seen.tally.error_count
    return Trip(statistics.median(times) if times else float("nan"), calls, errors, latency)


TaskRows = dict[str, tuple[Trip, float]]

# An agent's tasks: path, words on the page, and the most sequential round trips allowed.
TASKS: dict[str, tuple[str, str, float]] = {
    "a link with the order's ref": (f"/orders/{world.ref(world.AGENT, 0)}/", world.reference(world.AGENT, 0), 1.05),
    "a ticket link with the booking reference": (
        f"/orders/{world.reference(world.AGENT, 1)}/",
        world.reference(world.AGENT, 1),
        2.15,
    ),
    "a search link (`?q=`)": (f"/orders/?q={world.reference(world.AGENT, 2)}", world.reference(world.AGENT, 2), 2.15),
    "237 items": (f"/orders/{world.ref(world.ITEMS, 237)}/", "item237", 4.0),
    "73 contacts": (f"/orders/{world.ref(world.CONTACTS, 73)}/contacts/", "Example73", 1.15),
    "73 contacts, listed as references": (
        f"/orders/{world.ref(world.CONTACTS_BY_REFERENCE, 73)}/contacts/",
        "Example73",
        4.15,
    ),
}


def tasks(servers: Servers, server: Server, samples: int) -> TaskRows:
    """By task: the page once for each of `samples` agents, and the limit in round trips."""
    servers.set_latency(TASK_LATENCY)
    rows = {
        name: (once(servers, server, path, marker, samples, htmx="/contacts/" in path, latency=TASK_LATENCY), limit)
        for name, (path, marker, limit) in TASKS.items()
    }
    servers.set_latency(0)
    return rows


ContactRows = dict[tuple[int, bool, str], Trip]


def contacts(
    servers: Servers, targets: Targets, numbers: tuple[int, ...], samples: int, plain_up_to: int
) -> ContactRows:
    """By (number of contacts, whether the CDP expands the list, target). The plain peer always asks for each contact."""
    rows: ContactRows = {}
    servers.set_latency(LATENCY)
    for number in numbers:
        for expands in (False, True):
            kind = world.CONTACTS if expands else world.CONTACTS_BY_REFERENCE
            path = f"/orders/{world.ref(kind, number)}/contacts/"
            rows[number, expands, APP] = once(servers, targets[APP], path, f"Example{number}", samples, htmx=True)
            if PLAIN in targets and not expands and number <= plain_up_to:
                few = samples if number <= 10 else 1
                rows[number, expands, PLAIN] = once(servers, targets[PLAIN], path, f"Example{number}", few)
    servers.set_latency(0)
    return rows


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An order of many items: one page at 200 ms upstream, and the CPU and median milliseconds of one at 0 ms."""

    trip: Trip
    cpu: float
    milliseconds: float
    kilobytes: float


ItemRows = dict[tuple[int, str], ItemRow]


def items(servers: Servers, targets: Targets, numbers: tuple[int, ...], samples: int) -> ItemRows:
    """By (number of items, target)."""
    rows: ItemRows = {}
    names = [name for name in targets if name in (APP, PLAIN, "FastAPI + aiohttp")]
    for number in numbers:
        path, marker = f"/orders/{world.ref(world.ITEMS, number)}/", f"item{number:03d}"
        for name in names:
            server = targets[name]
            servers.set_latency(LATENCY)
            trip = once(servers, server, path, marker, samples)
            servers.set_latency(0)
            own = ask(path, host="127.0.0.1", cookie=server.cookies[0], marker=marker)
            seen = measure(servers, server, [own], warm=0.5, seconds=20, pages=10 * samples)
            rows[number, name] = ItemRow(trip, seen.cpu_per_page, seen.tally.median * 1000, seen.tally.body / 1000)
    return rows


def cost_per_item(rows: ItemRows, name: str, numbers: tuple[int, ...]) -> list[float]:
    """CPU in milliseconds that each further item costs, between neighbours of `numbers`."""
    return [(rows[more, name].cpu - rows[fewer, name].cpu) / (more - fewer) for fewer, more in pairwise(numbers)]
