"""Paging: read a collection to its end, however the server handles offset, limit and `next`.

The API gives no total. A page after the first is taken for the last if it is empty, if it contains nothing new, or if it is shorter
than the first and has no `next` link (see also `_ends`). For the first page, see `_is_all`. Links are only hints: the vendor's own
samples contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from orders.cdp.errors import CdpError
from orders.cdp.limits import Limits
from orders.cdp.pages import DEFAULT_PAGE, Page


@dataclass(frozen=True, slots=True)
class Gathered:
    """The entries that were read, in order. `complete` is False if there may be more.

    There may be more if a page failed (`problem` is its error), if a limit ended the reading, or if a page only repeated earlier
    entries. In the last case, `complete` is still True if the first page held more than was requested: such a server does not page.
    `left` is the number of received entries that were left out because of a limit; None if no limit ended the reading.
    """

    entries: tuple[Any, ...]
    complete: bool = True
    problem: CdpError | None = None
    left: int | None = None


class Pager:
    """Reads a collection page by page: request the pages at `next_offsets()` and pass them to `add`, until `done()` returns a result.

    At most `most` entries are kept. `at_least` is how many are known to exist: a first page with fewer is not taken for the whole
    collection, unless it is empty. `identity` returns a name that identifies an entry, or None. An entry is dropped if its name was on
    an earlier page.
    """

    def __init__(
        self, first: Page, limits: Limits, *, most: int, at_least: int, identity: Callable[[Any], str | None]
    ) -> None:
        self._limits, self._most, self._identity = limits, most, identity
        self._entries: list[Any] = []
        self._names: set[str] = set()
        self._pages: list[tuple[Any, ...]] = []
        self._problem: CdpError | None = None
        self._gathered: Gathered | None = None
        self._step = self._offset = len(first.entries)
        self._last = first
        self._bursts = _bursts(full=self._step >= limits.page_size)
        self._keep(first)
        if first.left or self._step > most:
            self._cut(first.left)
        elif not first.entries or (_is_all(first, limits.page_size) and self._step >= at_least):
            self._finish()

    def done(self) -> Gathered | None:
        """The gathered entries; None until the reading has ended."""
        return self._gathered

    def next_offsets(self) -> list[int]:
        """The offsets of the next pages, to be requested in parallel; [] if the reading has ended."""
        if self._gathered is None and (
            len(self._entries) >= self._most or self._offset >= self._step * self._limits.most_pages
        ):
            self._cut(0)
        if self._gathered is not None:
            return []
        start, count = self._offset, next(self._bursts)
        self._offset += self._step * count
        return [start + self._step * turn for turn in range(count)]

    def add(self, pages: Iterable[Page | CdpError]) -> None:
        """Add the pages at the requested offsets, in order. Pages after a failed one are still added, but no more are requested."""
        for page in pages:
            if isinstance(page, CdpError):
                self._problem = self._problem or page
            else:
                self._add(page)
            if self._gathered is not None:
                return
        if self._problem is not None:
            self._finish()

    def _add(self, page: Page) -> None:
        if not page.entries:
            self._finish()
        elif not self._keep(page):
            # Probably the first page again. If that page held more than was requested, the server does not page and sent everything.
            self._finish(complete=self._step > self._limits.page_size)
        elif page.left:
            self._cut(page.left)
        elif _ends(page, self._last, self._step):
            self._finish()
        self._last = page

    def _keep(self, page: Page) -> bool:
        """Keep the new entries of `page`; return whether there were any."""
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
        self._entries += new
        return bool(new)

    def _finish(self, *, complete: bool = True) -> None:
        if len(self._entries) > self._most:
            self._cut(0)
            return
        self._gathered = Gathered(tuple(self._entries), complete and self._problem is None, self._problem)

    def _cut(self, left: int) -> None:
        """End the reading with the first `most` entries. `left` is how many entries of the last page were not read."""
        beyond = left + max(0, len(self._entries) - self._most)
        self._gathered = Gathered(
            tuple(self._entries[: self._most]), complete=False, problem=self._problem, left=beyond
        )


def _bursts(*, full: bool) -> Iterator[int]:
    """The number of pages to request in parallel, round by round.

    A full first page is usually followed by several more, so five are requested at once: 500 entries take two round trips. A short
    first page may be the whole collection, so the second page is then requested alone.
    """
    return chain((5, 10) if full else (1, 5, 10), repeat(20))


def _is_all(first: Page, page_size: int) -> bool:
    """Whether the first page is the whole collection, judging by its own limit and `next` link. False if that is unclear."""
    came = len(first.entries)
    if first.onward or first.limit is None or came >= first.limit:
        return False
    # Exactly ten although more were requested: perhaps a server that repeats our limit and applies its own.
    return came != DEFAULT_PAGE or page_size <= DEFAULT_PAGE


def _ends(page: Page, before: Page, step: int) -> bool:
    if page.onward:
        return False
    if len(page.entries) < step:
        return True
    # A server that sent `next` links and now sends none is done, unless its pages are shorter than its limit: then its links are wrong.
    return before.onward and step >= (page.limit or step)
