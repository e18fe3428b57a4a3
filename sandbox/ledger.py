"""Requests received: counts for `/__calls__` and the latest requests for `/__seen__`."""

from __future__ import annotations

import base64
import binascii
from collections import Counter, deque
from functools import lru_cache
from typing import Any


class Ledger:
    """Counts of calls by method and path, the highest number in flight at once, and the latest requests. Tokens are not kept."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Reset the counts and forget the requests, but keep the number of calls in flight."""
        self.total = 0
        self.elsewhere = 0
        self.most_in_flight = self.in_flight
        self.by_method: Counter[str] = Counter()
        self.by_path: Counter[str] = Counter()
        self.seen: deque[dict[str, Any]] = deque(maxlen=500)

    def start(self, method: str, target: str, headers: dict[str, str]) -> None:
        """Count a call when it arrives, and keep its request. It is in flight until `finish` is called."""
        self.total += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.by_method[method] += 1
        self.by_path[target.partition("?")[0]] += 1
        self.seen.append(
            {
                "method": method,
                "target": target,
                "user": user_of(headers.get("authorization", "")),
                "cookie": "cookie" in headers,
                "accept": headers.get("accept", ""),
                "user_agent": headers.get("user-agent", ""),
                "headers": list(headers),
            }
        )

    def finish(self) -> None:
        self.in_flight = max(0, self.in_flight - 1)

    def calls(self) -> dict[str, Any]:
        """The counts returned by `/__calls__`. `elsewhere` counts calls that followed a link to another host."""
        return {
            "total": self.total,
            "by_method": dict(self.by_method),
            "by_path": dict(self.by_path),
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
            "elsewhere": self.elsewhere,
        }


@lru_cache(maxsize=64)
def user_of(authorization: str) -> str:
    """The user name in a Basic authorization header, "" if there is none; the password is dropped."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded).decode("utf-8", "replace").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""
