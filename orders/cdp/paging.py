"""Reading a collection to its end, whatever its server makes of offset, limit and `next`.

The API gives no total. The end is a page that is shorter than the step, an empty one, or one whose `next` link is gone.
Links are hints only: the vendor's own samples contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from orders.cdp.decode import Page
from orders.cdp.errors import CdpError

_DEFAULT_PAGE = 10


@dataclass(frozen=True, slots=True)
class Gathered:
    """Entries in order. `complete` is False when a page failed (`problem`) or the server contradicted itself.

    `left` is how many more came than are read; None where nothing was left out for being too much.
    """

    entries: tuple[Any, ...]
    complete: bool = True
    problem: CdpError | None = None
    left: int | None = None


def gather(
    ask: Callable[[int], Page],
    ask_many: Callable[[list[int]], list[Page | CdpError]],
    *,
    page_size: int,
    most: int,
    most_pages: int,
    at_least: int,
    identity: Callable[[Any], str | None],
) -> Gathered:
    """All entries. `ask(offset)` reads one page, `ask_many(offsets)` several side by side; a failing first page is raised.

    `at_least` is how many are known to exist, so that a first page with fewer is not taken for all.
    `identity` names an entry, None where it has no name; by it a server that ignores `offset` is found out.
    """
    first = ask(0)
    reading = _Reading(identity)
    reading.add(first)
    if first.left or len(first.entries) > most:
        return reading.cut(most, first.left)
    if not first.entries or (_is_all(first, page_size) and len(first.entries) >= at_least):
        return Gathered(tuple(reading.entries))
    step, offset, last = len(first.entries), len(first.entries), first
    for count in _bursts(full=step >= page_size):
        if len(reading.entries) >= most or offset >= step * most_pages:
            return reading.cut(most, 0)
        offsets = [offset + step * turn for turn in range(count)]
        problem: CdpError | None = None
        for one in ask_many(offsets):
            if isinstance(one, CdpError):
                problem = problem or one
                continue  # the pages behind the failed one are still the customer's
            if not one.entries:
                return Gathered(tuple(reading.entries), problem is None, problem)
            if not reading.add(one):
                # The first page again. If it held more than was asked for, its server does not page and sent all there is.
                return Gathered(tuple(reading.entries), problem is None and step > page_size, problem)
            if one.left:
                return reading.cut(most, one.left)
            if _ends(one, last, step):
                return Gathered(tuple(reading.entries), problem is None, problem)
            last = one
        if problem is not None:
            return Gathered(tuple(reading.entries), False, problem)
        offset += step * count
    raise AssertionError("the bursts never end")


class _Reading:
    """What came so far, and how a repeated page is recognized."""

    def __init__(self, identity: Callable[[Any], str | None]) -> None:
        self.entries: list[Any] = []
        self._identity = identity
        self._names: set[str] = set()
        self._pages: list[tuple[Any, ...]] = []

    def add(self, page: Page) -> bool:
        """Keep what is new on `page`; False when nothing is."""
        if page.entries in self._pages:
            return False
        self._pages.append(page.entries)
        names = [self._identity(entry) for entry in page.entries]
        new = [
            entry
            for entry, name in zip(page.entries, names, strict=True)
            if name is None or name.lower() not in self._names
        ]
        self._names.update(name.lower() for name in names if name is not None)
        self.entries += new
        return bool(new)

    def cut(self, most: int, left: int) -> Gathered:
        """The first `most` entries of more than are read; `left` did not even become entries."""
        return Gathered(tuple(self.entries[:most]), complete=False, left=left + max(0, len(self.entries) - most))


def _bursts(*, full: bool) -> Iterator[int]:
    """Pages asked for side by side, turn by turn. After a full first page there are mostly several: 500 entries take two round
    trips. Pages that are shorter than asked for may be all there is, so then one is tried alone."""
    return chain((5, 10) if full else (1, 5, 10), repeat(20))


def _is_all(first: Page, page_size: int) -> bool:
    """Whether the first page is the whole collection by what it says itself; in doubt one more page is asked for."""
    came = len(first.entries)
    if first.onward or first.limit is None or came >= first.limit:
        return False
    # Exactly ten although more were asked for: perhaps a server that repeats our limit and obeys its own.
    return came != _DEFAULT_PAGE or page_size <= _DEFAULT_PAGE


def _ends(page: Page, before: Page, step: int) -> bool:
    if page.onward:
        return False
    if len(page.entries) < step:
        return True
    # A server that linked on and stops doing so is done, unless its pages are shorter than it says: then its links count wrong.
    return before.onward and step >= (page.limit or step)
