"""Request handling: authentication, endpoints, faults, and the sandbox's own `/__…__` URLs."""

from __future__ import annotations

import asyncio
import base64
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox import mangle
from sandbox.answers import document, error_body
from sandbox.asked import Asked, Refused, understand
from sandbox.faults import Faults, fault_in_ref
from sandbox.jsontext import dumps
from sandbox.ledger import Ledger
from sandbox.rounds import Rounds
from sandbox.wire import PLAYS, answer
from sandbox.world import Order, World
from sandbox.world_faults import add_fault_order

_PAGES_KEPT = 4000


@dataclass
class Reply:
    """Bytes to send, or a body to send with a fault on the wire."""

    raw: bytes = b""
    play: str = ""
    body: bytes = b""
    kind: str = "application/json"
    close: bool = False


@dataclass
class Service:
    """The sandbox without its socket. `own` is the URL used if a request has no Host; `server.Sandbox` explains the options."""

    world: World = field(repr=False)
    client_key: str
    token: str = field(repr=False)
    own: str = "http://127.0.0.1"
    miss: int = 200
    expand: bool = True
    list_items: bool = False
    rounds: Rounds | None = None
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    lasting: list[float] = field(default_factory=list)
    instead: dict[str, bytes] = field(default_factory=dict, repr=False)
    _pages: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)
    _faults_seen: int = -1

    def __post_init__(self) -> None:
        self._basic = "Basic " + base64.b64encode(f"{self.client_key}:{self.token}".encode()).decode()
        self.restore_faults()

    def restore_faults(self) -> None:
        """Switch on the faults of the world's orders, and no others. Forget all answers set in place of the world's own."""
        self.instead.clear()
        self.faults.clear()
        for order in self.world.orders.values():
            self.take_faults(order)

    def take_faults(self, order: Order) -> None:
        """Switch on the faults in an order's own `_fault`."""
        for entry in order.faults:
            self.faults.set(order.ref, entry["fault"], entry.get("part"))

    def forget_pages(self) -> None:
        """Drop all prepared answers, after the world has changed."""
        self._pages.clear()

    def reply(self, method: str, target: str, headers: dict[str, str]) -> Reply:
        """The reply to one API call, which the ledger has already counted."""
        if method != "GET":
            return self._error(405, "Only GET is served here.", close=True, extra=("Allow: GET",))
        if not hmac.compare_digest(headers.get("authorization", "").encode(), self._basic.encode()):
            return self._error(
                401, "The client key or API token is not valid.", extra=('WWW-Authenticate: Basic realm="CDP"',)
            )
        if self.instead and (canned := self.instead.get(target) or self.instead.get(target.partition("?")[0])):
            return Reply(canned)
        base = f"http://{headers['host']}" if headers.get("host") else self.own
        if self._faults_seen != self.faults.changes:
            self._pages.clear()
            self._faults_seen = self.faults.changes
        kept = self._pages.get((base, target))
        return Reply(kept) if kept is not None else self._fresh(base, target)

    def _fresh(self, base: str, target: str) -> Reply:
        self._know_fault_order(target)
        try:
            asked = understand(self.world, base, target, miss=self.miss)
            names = self.faults.of(asked)
            quirks = {*names, "no-expand"} if not self.expand and asked.what != "order" else set(names)
            if self.list_items:
                quirks.add("list-items")
            body = document(asked, quirks)
        except Refused as refused:
            return self._error(refused.status, refused.message)
        if names:
            return self._faulty(asked, names, body)
        raw = answer(200, dumps(body))
        if len(self._pages) >= _PAGES_KEPT:
            self._pages.clear()
        self._pages[(base, target)] = raw
        return Reply(raw)

    def _know_fault_order(self, target: str) -> None:
        """Create an order for each ref and reference id in the request that names a fault, unless the order exists already."""
        parts = urlsplit(target)
        steps = parts.path.split("/")
        refs = [steps[3]] if len(steps) > 3 and steps[2] == "orders" else []
        refs += [value for key, value in parse_qsl(parts.query) if key == "referenceId"]
        for ref in refs:
            rule = fault_in_ref(ref)
            if rule is not None and ref.lower() not in self.world.orders:
                try:
                    self.faults.set(ref, rule.fault, rule.part)
                except ValueError:
                    continue
                add_fault_order(self.world, ref)

    def _faulty(self, asked: Asked, names: list[str], body: dict[str, Any]) -> Reply:
        whole: Any = body
        for name in names:
            whole = mangle.altered(name, whole, self.elsewhere)
        text = mangle.text(whole)
        for name in names:
            other = mangle.instead(name, text)
            if other is not None:
                return Reply(answer(200, other[0], kind=other[1]))
            failed = self._status(name, asked)
            if failed is not None:
                return failed
        for name in names:
            if name in PLAYS:
                return Reply(play=name, body=text)
        extra = ("Set-Cookie: session=sandbox-cookie; Path=/", "Set-Cookie: track=1; Path=/; HttpOnly")
        return Reply(answer(200, text, extra=extra if "set-cookie" in names else ()))

    def _status(self, name: str, asked: Asked) -> Reply | None:
        code, _, how = name.partition("-")
        if how == "once" and not self.faults.first_of_two(name, asked.target):
            return None
        if name == "redirect":
            return Reply(answer(302, b"", extra=(f"Location: {self.elsewhere}{asked.target}",)))
        if not (len(code) == 3 and code.isdigit()):
            return None
        status = int(code)
        if status in (502, 504) or how == "html":
            return Reply(answer(status, mangle.HTML, kind="text/html;charset=utf-8"))
        wait = {
            "seconds": "30",
            "6h": "21600",
            "date": format_datetime(datetime.now(UTC) + timedelta(seconds=30), True),
        }
        wait["once"] = "1"
        extra = (f"Retry-After: {wait[how]}",) if status == 429 and how else ()
        return self._error(status, f"This order always answers {status} here.", extra=extra)

    @property
    def elsewhere(self) -> str:
        """The other host for `redirect` and `other-host`: this server under another name, so that visits are counted."""
        return self.own.replace("127.0.0.1", "localhost") + "/__elsewhere__"

    @staticmethod
    def _error(status: int, message: str, *, close: bool = False, extra: tuple[str, ...] = ()) -> Reply:
        return Reply(answer(status, dumps(error_body(status, message)), extra=extra), close=close)

    def own_address(self, target: str) -> Reply:
        """The reply at `/__calls__`, `/__seen__` or `/__fault__`, which need no password and are not counted.

        A request for any other `/__…` URL is counted as `elsewhere` and answered with 404.
        """
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        match parts.path:
            case "/__calls__":
                content: Any = self.ledger.calls()
                if query.get("reset"):
                    self.ledger.reset()
            case "/__seen__":
                content = list(self.ledger.seen)
            case "/__fault__":
                try:
                    content = self.switch(query)
                except ValueError as problem:
                    return self._error(400, str(problem))
            case _:
                self.ledger.elsewhere += 1
                return self._error(404, "Nobody should have come here.")
        return Reply(answer(200, dumps(content)))

    def switch(self, query: dict[str, str]) -> dict[str, Any]:
        """Set a fault (`order`, `fault`, `part`, `seconds`) or clear faults (`clear`, optionally `order`).

        Raises ValueError if the fault, a part or the number of seconds is invalid.
        """
        targets = self.targets(query.get("order", "*"))
        if query.get("clear"):
            self.clear(query.get("order"))
            return {"cleared": query.get("order", "all")}
        seconds = float(query.get("seconds") or 0)
        for target in targets:
            rule = self.faults.set(target, query.get("fault", ""), query.get("part"))
            if seconds > 0:
                self.lasting.append(seconds)
                asyncio.get_running_loop().call_later(seconds, self.faults.end, target, rule)
        return {"order": query.get("order", "*"), "fault": query.get("fault"), "part": query.get("part")}

    def clear(self, name: str | None = None) -> None:
        """Switch off the faults of one name (see `targets`), or all faults."""
        if name is None:
            self.faults.clear()
            return
        for target in self.targets(name):
            self.faults.clear(target)

    def targets(self, name: str) -> list[str]:
        """The refs that a name stands for: those of the orders with this reference id or, if there are none, the name itself."""
        return [order.ref for order in self.world.with_reference(name)] or [name]
