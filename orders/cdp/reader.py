"""The requests that one page makes to the CDP, all through `Reader.get`.

The reader counts and times the calls, keeps documents for the raw view if asked to, and stores answers for the user's later pages.
"""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from time import monotonic, time
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from orders.cdp import refs
from orders.cdp.bounds import in_time
from orders.cdp.decode import is_error_body
from orders.cdp.errors import CdpError, ReferenceProblem, TimedOut, TooBusy, TooLarge, Unreadable
from orders.cdp.jsontext import parse
from orders.cdp.records import Document, Note
from orders.cdp.regions import ApiVersion
from orders.cdp.transport import Deadline, Limits, Transport
from orders.cdp.watching import watchers

T = TypeVar("T")

_IMPERSONAL = {"referenceId", "guestRef", "expand", "limit", "offset"}  # any other parameter may name somebody


class Memory(Protocol):
    """A store of one user's recent answers, for the pages that this user opens next. No key contains a search term for guests."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, body: bytes) -> None: ...


class Reader:
    """Makes the GET requests of one page, with one credential. Thread-safe. Raises ValueError unless `version` is "v2" or "v2.1"."""

    def __init__(
        self,
        base_url: str,
        client_key: str,
        token: str,
        *,
        version: str,
        memory: Memory | None,
        deadline: Deadline | None,
        transport: Transport,
    ) -> None:
        self.version = ApiVersion(version)
        self._origin = base_url.rstrip("/")
        # A lone surrogate, from a shell that misread bytes, cannot be encoded; the encoder's own error would contain the token.
        credential = f"{client_key}:{token}".encode(errors="replace")
        self._authorization = "Basic " + base64.b64encode(credential).decode("ascii")
        self._memory = memory
        self._transport = transport
        self._deadline = deadline
        self._lock = threading.Lock()
        # Limits the concurrent calls of one page, also across nested fan-outs.
        self._room = threading.Semaphore(transport.limits.side_by_side)
        self._failures: list[CdpError] = []
        self._listener: tuple[str, Callable[[int, int], None]] | None = None
        self._kept: list[tuple[str, bytes] | None] | None = None
        self._answers: dict[str, Future[bytes]] = {}
        self._notes: dict[str, str] = {}
        self._bytes = 0
        self._values = 0
        self._waiting = 0
        self._since = 0.0
        self._seconds = 0.0
        self._calls = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._origin} {self.version}>"

    @property
    def limits(self) -> Limits:
        return self._transport.limits

    @property
    def deadline(self) -> Deadline:
        """The page's deadline: the one given, or else `limits.page` seconds after this property is first read."""
        if self._deadline is None:
            self._deadline = Deadline.after(self.limits.page)
        return self._deadline

    @property
    def calls(self) -> int:
        """The number of requests sent to the CDP, retries included."""
        return self._calls

    @property
    def seconds(self) -> float:
        """Seconds of wall-clock time during which at least one call was under way."""
        with self._lock:
            return self._seconds + (monotonic() - self._since if self._waiting else 0.0)

    def keep_documents(self) -> None:
        """From now on, keep the answers to all requests in `documents`, for the raw view."""
        self._kept = []

    @property
    def documents(self) -> tuple[Document, ...]:
        """The kept answers, decoded to text but otherwise as received, in the order of the requests."""
        kept = [slot for slot in self._kept or () if slot is not None]
        return tuple(Document(path, body.decode("utf-8-sig", errors="replace")) for path, body in kept)

    def get(self, parts: Sequence[str], params: Mapping[str, str | int]) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """The JSON object of GET /<version>/<parts>?<params>, and a note if the body is not valid UTF-8.

        Raises a CdpError: for example, BadReference before any call (see `target`), or TooLarge if the page's answers together exceed its
        limits. Each URL is requested only once for the page. Later callers get the same answer or error; concurrent callers wait for it.
        If the request has personal parameters, the answer never comes from the memory, and its document omits the query.
        """
        target, own = self.target(parts, params), Future[bytes]()
        with self._lock:
            answer = self._answers.setdefault(target, own)
        if answer is not own:
            return parse(self._awaited(answer))
        try:
            body, parsed = self._get(target, personal=not params.keys() <= _IMPERSONAL)
        except BaseException as error:
            own.set_exception(error)
            if isinstance(error, CdpError) and not isinstance(error, ReferenceProblem):
                self._failures.append(error)
            raise
        own.set_result(body)
        return parsed

    def target(self, parts: Sequence[str], params: Mapping[str, str | int]) -> str:
        """The path and query of the URL for `parts` and `params`. Raises BadReference for a part that fails `refs.is_ref`."""
        path = f"/{self.version}/" + "/".join([refs.in_path(part) for part in parts])
        return f"{path}?{urlencode(params, quote_via=quote, safe='')}" if params else path

    def again(self, target: str) -> dict[str, Any] | None:
        """The answer to a request for `target` if this page or the memory already has it; otherwise None. Makes no call."""
        with self._lock:
            answer = self._answers.get(target)
        if answer is not None:
            return parse(answer.result())[0] if answer.done() and answer.exception() is None else None
        body = self._memory.get(target) if self._memory is not None else None
        if body is None:
            return None
        self._place_for(target)(body)
        known = Future[bytes]()
        known.set_result(body)
        with self._lock:
            self._answers.setdefault(target, known)
        return parse(body)[0]

    def note(self, key: str, value: str) -> None:
        """Store `value` under `key`, for this page and, if there is a memory, for the user's later pages."""
        self._notes[key] = value
        if self._memory is not None:
            self._memory.put(key, value.encode())

    def noted(self, key: str) -> str | None:
        """The value that `note` stored under `key`, or None."""
        if key not in self._notes and self._memory is not None:
            kept = self._memory.get(key)
            return kept.decode() if kept is not None else None
        return self._notes.get(key)

    def take_failures(self) -> list[CdpError]:
        """The errors since the last call of this method: all from `get` but ReferenceProblems, and any TooBusy from `run_parallel`."""
        failures, self._failures = self._failures, []
        return failures

    def _get(self, target: str, *, personal: bool) -> tuple[bytes, tuple[dict[str, Any], tuple[Note, ...]]]:
        keep = self._place_for(target.partition("?")[0] + "?…" if personal else target)
        memory = None if personal else self._memory
        body = memory.get(target) if memory is not None else None
        if memory is not None:
            for watcher in watchers:
                watcher.remembered(body is not None)
        if body is not None:
            keep(body)
            return body, self._parse(body)
        self._check_room()
        body = self._call(target)
        keep(body)
        parsed = self._parse(body)
        if is_error_body(parsed[0]):
            raise Unreadable("an error came with a good status")
        if memory is not None:
            memory.put(target, body)
        return body, parsed

    def _awaited(self, answer: Future[bytes]) -> bytes:
        try:
            return answer.result(timeout=max(0.0, self.deadline.left()))
        except FutureTimeout:
            raise TimedOut("the same call did not end in time") from None

    def _parse(self, body: bytes) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """Parse an answer. Raises Unreadable, TimedOut (see `in_time`), or TooLarge if the page's answers together exceed its limits.

        One limit is on the number of values, which is estimated by counting commas and opening brackets.
        """
        with self._lock:
            self._bytes += len(body)
            self._values += body.count(b",") + body.count(b"{") + body.count(b"[")
        self._check_room()
        in_time(self.deadline)
        return parse(body)

    def _check_room(self) -> None:
        if self._bytes > self.limits.page_bytes or self._values > self.limits.page_values:
            raise TooLarge("the answers are more than one page reads")

    def report_progress(self, of: str, listener: Callable[[int, int], None]) -> None:
        """Have `listener(finished, total)` called when a group of tasks begins and whenever one of them ends.

        `of` is the group's name, as given to `run_parallel`; for a listing, it is the last part of the path ("contacts"). `listener` may
        be called on any thread. It replaces any earlier listener.
        """
        self._listener = (of, listener)

    def run_parallel(self, tasks: Sequence[Callable[[], T]], *, of: str = "") -> list[T | CdpError]:
        """Run `tasks` in parallel. Return their results in order, with a CdpError in place of the result of a failed task.

        If the page gets no slot, each result is a TooBusy. Errors other than CdpErrors are raised. `of` is the name for `report_progress`.
        """
        if tasks and self._listener is not None and self._listener[0] == of:
            tasks = self._counted(tasks, self._listener[1])
        try:
            return self._transport.side_by_side(tasks, self.deadline)
        except TooBusy as error:
            self._failures.append(error)
            return [error for _ in tasks]

    def _counted(self, tasks: Sequence[Callable[[], T]], report: Callable[[int, int], None]) -> list[Callable[[], T]]:
        turns = itertools.count(1)  # next() on it is atomic
        report(0, len(tasks))

        def counted(task: Callable[[], T]) -> T:
            try:
                return task()
            finally:
                report(next(turns), len(tasks))

        return [partial(counted, task) for task in tasks]

    def _call(self, target: str) -> bytes:
        if not self._room.acquire(timeout=max(0.0, self.deadline.left())):
            raise TimedOut("the call did not get its turn in time")
        try:
            return self._timed_call(target)
        finally:
            self._room.release()

    def _timed_call(self, target: str) -> bytes:
        with self._lock:
            if not self._waiting:
                self._since = monotonic()
            self._waiting += 1
        began, since, outcome = time(), monotonic(), "ok"
        try:
            return self._transport.get(self._origin, target, self._authorization, self.deadline, count=self._count_one)
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            for watcher in watchers:
                watcher.called(self._origin, outcome, began, monotonic() - since)
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._seconds += monotonic() - self._since

    def _count_one(self) -> None:
        with self._lock:
            self._calls += 1
        for watcher in watchers:
            watcher.tried(self._origin)

    def _place_for(self, path: str) -> Callable[[bytes], None]:
        """A function to call with the answer to `path`: it keeps the answer as a document, or drops it if documents are not kept."""
        kept = self._kept
        if kept is None:
            return _forget
        with self._lock:
            kept.append(None)
            place = len(kept) - 1

        def keep(body: bytes) -> None:
            kept[place] = (path, body)

        return keep


def _forget(_body: bytes) -> None:
    """Drop an answer: documents are not kept."""
