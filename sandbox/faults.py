"""The faults by name, and their targets: everything, an order, a guest, or a part or page of an order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from sandbox.asked import COLLECTIONS, SINGLES, Asked

FAULTS = {
    # an error status
    "400": "400 with the documented error body",
    "401": "401 with the documented error body, whatever the credential",
    "401-html": "401 with an HTML page",
    "403": "403 with an error body",
    "404": "404 with the documented error body",
    "415": "415 with the documented error body",
    "429": "429 without Retry-After",
    "429-seconds": "429 with Retry-After: 30",
    "429-date": "429 with Retry-After as a date 30 seconds ahead",
    "429-6h": "429 with Retry-After: 21600",
    "429-once": "429 with Retry-After: 1, then well, in turn for each path",
    "500": "500 with the documented error body",
    "500-once": "500, then well, in turn for each path",
    "502": "502 with an HTML page, as a proxy sends it",
    "503": "503 every time",
    "503-once": "503, then well, in turn for each path",
    "504": "504 with an HTML page",
    "redirect": "302 to the same path on another host",
    # on the wire
    "refused": "connection refused (everywhere only; for one order the connection is reset before a byte)",
    "reset-before": "connection reset before the first byte",
    "reset-inside": "connection reset in the middle of the body",
    "close-inside": "connection closed in order in the middle of the body",
    "hang": "no byte, and the connection stays open",
    "slow-headers": "headers at a byte a second, without end",
    "slow-body": "the body at a byte a second",
    "slow-1s": "well, after one second",
    "slow-3s": "well, after three seconds",
    "long-length": "Content-Length 100 larger than the body, then closed",
    "short-length": "Content-Length half of the body",
    "not-http": "an answer that is not HTTP",
    "chunked": "well, in chunks",
    "chunked-cut": "chunks that end before the last",
    "gzip": "well, gzip encoded",
    "gzip-bomb": "100 MB of blanks in 100 kB of gzip",
    "gzip-broken": "Content-Encoding: gzip over bytes that are not",
    "big-body": "3 MB of valid JSON",
    "set-cookie": "well, with two Set-Cookie headers",
    # the body instead of the answer
    "html": "200 with an HTML page",
    "empty": "200 with an empty body",
    "null": "200 with null",
    "list": "200 with []",
    "text": "200 with a JSON string",
    "cut-off": "200 with the first half of the JSON, Content-Length right",
    "deep": "200 with arrays 2,000 deep in a field",
    "deep-bare": "200 with arrays 2,000 deep and nothing else",
    "latin1": "200 with bytes that are not UTF-8",
    "bom": "200 with a byte order mark before the JSON",
    # the answer, altered
    "wrong-types": "texts as numbers, numbers as objects, objects as lists, lists as texts",
    "duplicate-keys": "every key of every record twice, the wrong value first",
    "nan": "prices NaN, quantities Infinity, page numbers -Infinity",
    "lone-surrogates": "texts that hold half a character pair",
    "no-ref": "records without ref",
    "no-ref-no-href": "records without ref and without href",
    "other-host": "every href points to another host",
    "next-loop": "a next link on every page that points to the same page",
    "ignore-offset": "every page is the first",
    "ignore-limit": "pages of 10 whatever was requested",
    "short-pages": "pages of 7 at most, though the limit is repeated as requested",
    "all-at-once": "all records in one page, whatever was requested",
    "no-expand": "expand is not done: links only",
}

_PART = re.compile(r"(?P<what>[a-z]+)(?::(?P<number>\d+)|:with-(?P<holds>\d+))?")
NUMBERED = tuple(name.removesuffix("s") for name in SINGLES.values())
PARTS = ("order", *COLLECTIONS.values(), *NUMBERED, "extensions", "extension")
SEARCHES = ("orders", "guests", "guest")


@dataclass(frozen=True)
class Rule:
    """A fault for a whole target or, if `part` is not empty, only for the parts it names (separated by commas).

    Examples of a part are `items`, `items:3` (the third page), `items:with-40` (the page with the fortieth item) and
    `contact:2` (the second contact on its own).
    """

    fault: str
    part: str = ""

    def fits(self, asked: Asked, *, everywhere: bool) -> bool:
        if not self.part:
            return everywhere or asked.what in PARTS or asked.what == "guest"
        return any(_part_fits(part, asked) for part in self.part.split(","))


def _part_fits(part: str, asked: Asked) -> bool:
    match = _PART.fullmatch(part)
    if match is None or ("orders" if match["what"] == "search" else match["what"]) != asked.what:
        return False
    if match["number"]:
        page = asked.offset // asked.limit + 1
        return int(match["number"]) == (asked.number if asked.what in NUMBERED else page)
    return not match["holds"] or asked.offset < int(match["holds"]) <= asked.offset + asked.limit


class Faults:
    """The active faults by target: `*`, an order's ref or a guest's ref."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = {}
        self._turns: Counter[tuple[str, str]] = Counter()
        self.changes = 0

    def set(self, target: str, fault: str, part: str | None = None) -> Rule:
        """Add a fault and return its rule. Raises ValueError if the fault or a part is unknown."""
        if fault not in FAULTS:
            raise ValueError(f"There is no fault named {fault}.")
        for piece in (part or "").split(",") if part else ():
            match = _PART.fullmatch(piece)
            if match is None or match["what"] not in (*PARTS, *SEARCHES, "search"):
                raise ValueError(f"There is no part named {piece}.")
        rule = Rule(fault, part or "")
        self._rules.setdefault(target.lower(), []).append(rule)
        self.changes += 1
        return rule

    def end(self, target: str, rule: Rule) -> None:
        """Remove this very rule from a target, but none that is merely equal to it. It may have been cleared already."""
        left = [other for other in self._rules.pop(target.lower(), ()) if other is not rule]
        if left:
            self._rules[target.lower()] = left
        self.changes += 1

    def clear(self, target: str | None = None) -> None:
        """Remove all faults, or those of one target."""
        if target is None:
            self._rules.clear()
        else:
            self._rules.pop(target.lower(), None)
        self._turns.clear()
        self.changes += 1

    def everywhere(self, fault: str) -> bool:
        return any(rule.fault == fault for rule in self._rules.get("*", ()))

    def of(self, asked: Asked) -> list[str]:
        """The names of the faults that apply to this request, each once: a `…-once` fault takes turns by request, not by rule."""
        if not self._rules:
            return []
        names = [rule.fault for rule in self._rules.get("*", ()) if rule.fits(asked, everywhere=True)]
        for target in asked.touches:
            names += [rule.fault for rule in self._rules.get(target, ()) if rule.fits(asked, everywhere=False)]
        return list(dict.fromkeys(names))

    def first_of_two(self, fault: str, path: str) -> bool:
        """Count a request for a path. True for the first, the third and so on, because `…-once` faults affect every other request."""
        self._turns[(fault, path)] += 1
        return self._turns[(fault, path)] % 2 == 1


def fault_in_ref(ref: str) -> Rule | None:
    """The fault that a ref such as `fault-429-6h` or `fault-503-0000~items.2` names; None if it names none.

    The part follows `~`, with `.` instead of `:`.
    """
    head, _, part = ref.lower().partition("~")
    if not head.startswith("fault-"):
        return None
    named = head.removeprefix("fault-")
    fitting = [name for name in FAULTS if named == name or named.startswith(f"{name}-")]
    if not fitting:
        return None
    return Rule(max(fitting, key=len), part.replace(".", ":"))
