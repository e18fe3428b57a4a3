"""Read a collection of the API to its end, fetching in parallel the records that it lists by ref only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from orders.cdp import decode, pages, refs
from orders.cdp.bounds import in_time
from orders.cdp.errors import CdpError, RequestRefused, TooLarge, Unreadable
from orders.cdp.fields import ref_of
from orders.cdp.paging import Gathered, Pager
from orders.cdp.reader import Reader
from orders.cdp.records import Loaded

T = TypeVar("T")


class Listing:
    """A collection at path `parts`, filtered by `search`; its entries are requested in full unless `expand` is False.

    `owner` is the ref of the order that the collection belongs to. It is needed only if an entry's link may end in that ref instead of
    the entry's own.
    """

    def __init__(
        self,
        reader: Reader,
        parts: Sequence[str],
        search: Mapping[str, str],
        owner: str | None = None,
        *,
        expand: bool = True,
    ) -> None:
        self._expand = {"expand": "true"} if expand else {}
        self._reader, self._parts, self._search, self._owner = reader, parts, search, owner
        self._bare = False
        self.is_one_record = False  # after `read`: whether the collection is a single entry that is a whole record

    def read(
        self,
        single: str,
        read: Callable[[dict[str, Any]], T],
        *,
        at_least: int = 0,
        most: int | None = None,
        fetch: Callable[[str], T] | None = None,
        beside: Callable[[str], None] | None = None,
    ) -> Loaded[T]:
        """The records that could be read, at most `most`, each decoded by `read`.

        A record that is listed by ref only is fetched from /{single}/{its ref}, or by `fetch` if given. `at_least` is how many entries
        are known to exist (see `Pager`). While the records are fetched, `beside` is called with the ref of each entry that has one;
        it must not raise CdpError. If the limits cut the collection short and nothing failed, `problem` is TooLarge, unless `most` is
        given. An error on the first page is raised, and so is TimedOut if there is no time left to read the entries.
        """
        gathered = self._gather(at_least, most)
        first = gathered.entries[0] if len(gathered.entries) == 1 else None
        self.is_one_record = gathered.complete and isinstance(first, dict) and not decode.is_bare_reference(first)
        records = self._resolve(gathered.entries, read, fetch or partial(self._fetch, single, read), beside)
        return _loaded(gathered, records, cut=most is None)

    def read_refs(self, *, at_least: int = 0) -> Loaded[str]:
        """The refs of the entries, without fetching any record; otherwise like `read`. An entry without a ref counts as missing."""
        gathered = self._gather(at_least, None)
        return _loaded(gathered, [self._identity(entry) or _nameless() for entry in gathered.entries], cut=True)

    @property
    def first_page(self) -> str:
        """The path and query of the request that returned the first page; known only after `read`."""
        return self._reader.target(self._parts, self._search if self._bare else self._full(0))

    def _gather(self, at_least: int, most: int | None) -> Gathered:
        limits = self._reader.limits
        pager = Pager(
            self._ask(0),
            limits,
            most=limits.most_records if most is None else most,
            at_least=at_least,
            identity=self._identity,
        )
        while (gathered := pager.done()) is None:
            if offsets := pager.next_offsets():
                pager.add(self._reader.run_parallel([partial(self._ask, offset) for offset in offsets]))
        return gathered

    def _ask(self, offset: int) -> pages.Page:
        params: dict[str, str | int] = {**self._search, "offset": offset} if offset else {**self._search}
        if not self._bare:
            try:
                return pages.page(self._reader.get(self._parts, self._full(offset))[0], at=offset)
            except RequestRefused:
                if offset:
                    raise
                self._bare = True  # a server that accepts only the documented parameters
        return pages.page(self._reader.get(self._parts, params)[0], at=offset)

    def _full(self, offset: int) -> dict[str, str | int]:
        return {**self._search, **self._expand, "limit": self._reader.limits.page_size, "offset": offset}

    def _identity(self, entry: object) -> str | None:
        """The ref that identifies an entry; None if it has none, or only a link that ends in the owner's ref.

        In the vendor's sample, an item's link ends in the ref of its order.
        """
        if not isinstance(entry, dict):
            return None
        ref = ref_of(entry)
        return None if entry.get("ref") is None and refs.same(ref, self._owner) else ref

    def _fetch(self, single: str, read: Callable[[dict[str, Any]], T], ref: str) -> T:
        return read(whole_record(self._reader.get((single, ref), {})[0]))

    def _resolve(
        self,
        entries: Sequence[object],
        read: Callable[[dict[str, Any]], T],
        fetch: Callable[[str], T],
        beside: Callable[[str], None] | None,
    ) -> list[T | CdpError]:
        def record_or_task(entry: object) -> Callable[[], T] | T | CdpError:
            if not isinstance(entry, dict) or not entry:
                return Unreadable("an entry of the collection is not a record")
            if not decode.is_bare_reference(entry):
                try:
                    return read(entry)
                except CdpError as error:
                    return error
            # A lone entry is requested even if its link ends in the order's ref.
            ref = ref_of(entry) if len(entries) == 1 else self._identity(entry)
            return partial(fetch, ref) if ref is not None else _nameless()

        records_and_tasks = []
        for entry in entries:
            in_time(self._reader.deadline)
            records_and_tasks.append(record_or_task(entry))
        tasks: list[Callable[[], T | None]] = [task for task in records_and_tasks if callable(task)]
        if beside is not None:
            tasks += [partial(beside, ref) for ref in map(self._identity, entries) if ref is not None]
        asked = iter(cast("list[T | CdpError]", self._reader.run_parallel(tasks, of=self._parts[-1])))
        return [next(asked) if callable(task) else task for task in records_and_tasks]


def _loaded(gathered: Gathered, records: Sequence[T | CdpError], *, cut: bool) -> Loaded[T]:
    """The records read from the gathered entries; `cut` says whether entries beyond a limit count as missing and as a problem."""
    failures = [record for record in records if isinstance(record, CdpError)]
    return Loaded(
        tuple(record for record in records if not isinstance(record, CdpError)),
        missing=len(failures) + (gathered.left or 0 if cut else 0),
        complete=gathered.complete and not failures,
        problem=gathered.problem or next(iter(failures), None) or (_too_large(gathered) if cut else None),
    )


def _nameless() -> Unreadable:
    return Unreadable("an entry names no record")


def _too_large(gathered: Gathered) -> TooLarge | None:
    return None if gathered.left is None else TooLarge(f"the list has more than {len(gathered.entries)} records")


def whole_record(raw: dict[str, Any]) -> dict[str, Any]:
    """The answer for a single record, unchanged. Raises Unreadable if it is `{}`."""
    if not raw:
        raise Unreadable("the answer is not a record")
    return raw
