"""Rows measured one page at a time: agents' tasks, and varying numbers of contacts and items, in upstream round trips and CPU time."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bench import world
from bench.load import ask, search_form
from bench.servers import Server, Servers
from bench.speed import APP, PLAIN, Targets, measure

LATENCY = 200
TASK_LATENCY = 500  # milliseconds, so that the app's own time is small in comparison


@dataclass(frozen=True, slots=True)
class Trip:
    """One page: its median time in seconds, the calls that it made, the number of errors, and the mean CPU milliseconds."""

    seconds: float
    calls: int
    errors: int
    latency: int = LATENCY
    cpu: float = 0.0

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
    posted: str = "",
    htmx: bool = False,
    latency: int = LATENCY,
) -> Trip:
    """The page, requested by one agent after another. Each requests it for the first time, so that no cache helps."""
    headers = ["HX-Request: true"] if htmx else []
    times, errors, calls, cpu = [], 0, 0, 0.0
    for number in range(samples):
        cookie = server.cookies[number]
        if posted:
            own = search_form(path, posted, host="127.0.0.1", cookie=cookie, marker=marker)
        else:
            own = ask(path, host="127.0.0.1", cookie=cookie, marker=marker, headers=headers)
        before = servers.calls()
        seen = measure(servers, server, [own], warm=0.0, seconds=90, pages=1, once=True)
        calls = servers.calls() - before
        times += seen.tally.times
        errors += seen.tally.error_count
        cpu += 1000 * seen.cpu / samples
    return Trip(statistics.median(times) if times else float("nan"), calls, errors, latency, cpu)


@dataclass(frozen=True, slots=True)
class Task:
    """A page that an agent waits for.

    `marker` is a text that the page must contain. `limit` is the time allowed, as a multiple of the time that the CDP takes for an answer.
    `posted` is the search text if the page is requested by a form.
    """

    path: str
    marker: str
    limit: float
    posted: str = ""


TaskRows = dict[str, tuple[Trip, float]]
AT_HAND, INLINED, LINKED = "the list holds the order whole", "the list holds records", "the list holds references"


def _tasks() -> Iterator[tuple[str, Task]]:
    """The tasks by name, for each kind of CDP that makes a difference to them."""
    whole, inlined, linked = world.WHOLE, world.AGENT, world.by_reference(world.AGENT)
    for way, kind in ((INLINED, inlined), (LINKED, linked)):
        yield f"order by its ref, {way}", Task(f"/orders/{world.ref(kind, 0)}/", world.reference(kind, 0), 1.05)
    for link, start, end in (("ticket link", "/orders/", "/"), ("search link (`?q=`)", "/orders/?q=", "")):
        for way, kind, limit in ((AT_HAND, whole, 1.15), (INLINED, inlined, 2.15), (LINKED, linked, 2.15)):
            reference = world.reference(kind, 1)
            yield f"{link}, {way}", Task(f"{start}{reference}{end}", reference, limit)
    for way, kind, limit in ((INLINED, world.GUEST, 2.15), (LINKED, world.by_reference(world.GUEST), 3.15)):
        # A guest's second order.
        order = world.reference(inlined if kind == world.GUEST else linked, 7)
        yield f"e-mail search, {way}", Task("/orders/", order, limit, posted=world.email(kind, 3))
    for way, kind, limit in ((INLINED, world.CONTACTS, 1.15), (LINKED, world.by_reference(world.CONTACTS), 4.15)):
        yield f"73 contacts, {way}", Task(f"/orders/{world.ref(kind, 73)}/contacts/", "Example73", limit)
    for way, kind, limit in ((INLINED, world.ITEMS, 3.15), (LINKED, world.by_reference(world.ITEMS), 13.15)):
        yield f"237 items, {way}", Task(f"/orders/{world.ref(kind, 237)}/", "item237", limit)


TASKS = dict(_tasks())


def tasks(servers: Servers, server: Server, samples: int) -> TaskRows:
    """For each task, the page, requested once by each of `samples` agents, and the limit in round trips."""
    servers.set_latency(TASK_LATENCY)
    rows = {
        name: (
            once(
                servers,
                server,
                task.path,
                task.marker,
                samples,
                posted=task.posted,
                htmx="/contacts/" in task.path,
                latency=TASK_LATENCY,
            ),
            task.limit,
        )
        for name, task in TASKS.items()
    }
    servers.set_latency(0)
    return rows


ContactRows = dict[tuple[int, bool, str], Trip]


def contacts(
    servers: Servers, targets: Targets, numbers: tuple[int, ...], samples: int, plain_up_to: int
) -> ContactRows:
    """The pages of contacts, by (number of contacts, whether the CDP expands the list, target).

    The plain peer always makes a call for each contact. So it is measured only if the CDP does not expand the list, and only with up to
    `plain_up_to` contacts.
    """
    rows: ContactRows = {}
    servers.set_latency(LATENCY)
    for number in numbers:
        for expands in (False, True):
            kind = world.CONTACTS if expands else world.by_reference(world.CONTACTS)
            path = f"/orders/{world.ref(kind, number)}/contacts/"
            rows[number, expands, APP] = once(servers, targets[APP], path, f"Example{number}", samples, htmx=True)
            if PLAIN in targets and not expands and number <= plain_up_to:
                few = samples if number <= 10 else 1
                rows[number, expands, PLAIN] = once(servers, targets[PLAIN], path, f"Example{number}", few)
    servers.set_latency(0)
    return rows


@dataclass(frozen=True, slots=True)
class ItemRow:
    """The page of an order with many items.

    `trip` is measured at 200 ms upstream, and the rest at 0 ms: the CPU milliseconds, the median milliseconds and the kilobytes of a page.
    """

    trip: Trip
    cpu: float
    milliseconds: float
    kilobytes: float


ItemRows = dict[tuple[int, str], ItemRow]


def items(servers: Servers, targets: Targets, numbers: tuple[int, ...], samples: int) -> ItemRows:
    """The pages of orders with many items, by (number of items, target)."""
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
    """CPU milliseconds that each further item costs, for each pair of neighbours in `numbers`."""
    return [(rows[more, name].cpu - rows[fewer, name].cpu) / (more - fewer) for fewer, more in pairwise(numbers)]
