"""The answer cache in Redis, shared by all processes and hosts.

Redis holds nothing readable. Keys are keyed hashes; values are sealed under the server's secret, the session's key and two random
numbers, one for the session and one for the state of its connection. Deleting such a number makes everything sealed with it
unreadable. If Redis does not answer, one request waits briefly, and for some seconds pages use the CDP instead.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from cryptography.fernet import Fernet, InvalidToken
from django.core.cache.backends.base import BaseCache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from orders.storage.answer_cache import SECONDS, Held, Key

T = TypeVar("T")

NUMBER_SECONDS = (
    600.0  # lifetime of a random number; at its end the answers sealed with it are lost, which costs a call
)
REST = 5.0  # seconds without Redis after it failed
MOST_UNSENT = 1_000  # deletions that are pending because Redis was unavailable

log = structlog.stdlib.get_logger("orders.memory")


class JsonSerializer:
    """Serializer for Django's RedisCache: JSON instead of pickle, which could execute code."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class SharedAnswerCache:
    """Answers by (session, connection, key), kept for a minute; the same interface as `AnswerCache`."""

    def __init__(self, cache: BaseCache, *, rest: float = REST) -> None:
        self._cache, self._rest = cache, rest
        self._away_until = 0.0
        self._unsent: set[str] = set()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Held | None:
        """The answer under `key`, or None if there is none, it is too old, or Redis is unavailable."""
        names = (*_numbers(key[0], key[1]), _name("answer", *key))
        held: dict[str, Any] = self._asked(lambda: self._cache.get_many(names), {})
        if len(held) < len(names) or not all(isinstance(value, str) for value in held.values()):
            return None
        return _opened(key, held[names[0]] + held[names[1]], held[names[2]])

    def put(self, key: Key, answer: bytes) -> None:
        """Store `answer` under `key` for a minute."""
        self._asked(lambda: self._put(key, answer), None)

    def take(self, key: Key) -> bool:
        """Delete the answer under `key`, and return whether there was one; True for only one of two concurrent calls."""
        return self.get(key) is not None and self._asked(lambda: self._cache.delete(_name("answer", *key)), False)

    def forget(self, session: str, connection: str | None = None) -> None:
        """Make unreadable all answers of one session, or only those over one connection."""
        number = _numbers(session, connection or "")[1 if connection else 0]
        if not self._asked(lambda: self._cache.delete(number) or True, False):
            with self._lock:
                if len(self._unsent) < MOST_UNSENT:
                    self._unsent.add(number)

    def _put(self, key: Key, answer: bytes) -> None:
        names = _numbers(key[0], key[1])
        numbers = self._cache.get_many(names)
        for name in names:
            if name not in numbers:
                numbers[name] = secrets.token_hex(16)
                # If another process was first, use its number.
                if not self._cache.add(name, numbers[name], timeout=NUMBER_SECONDS):
                    numbers[name] = self._cache.get(name, "")
        sealed = _sealed(key, "".join(numbers[name] for name in names), answer)
        self._cache.set(_name("answer", *key), sealed, timeout=SECONDS)

    def _asked(self, ask: Callable[[], T], otherwise: T) -> T:
        """The result of `ask`; `otherwise` if Redis does not answer, and for some seconds after that."""
        if time.monotonic() < self._away_until:
            return otherwise
        try:
            self._catch_up()
            return ask()
        except (RedisError, ValueError) as error:
            self._away_until = time.monotonic() + self._rest
            log.warning("the shared cache is not responding", error=type(error).__name__)
            return otherwise

    def _catch_up(self) -> None:
        """Make the pending deletions, before any other use of Redis."""
        if self._unsent:
            with self._lock:
                self._cache.delete_many(self._unsent)
                self._unsent.clear()


def _numbers(session: str, connection: str) -> tuple[str, str]:
    """The names of the session's random number and of that of its connection."""
    return _name("session", session), _name("connection", session, connection)


def _name(kind: str, *parts: str) -> str:
    """A key that does not reveal its parts."""
    return (
        f"{kind}-{salted_hmac('orders.shared_memory.name', json.dumps([kind, *parts]), algorithm='sha256').hexdigest()}"
    )


def _lock_of(key: Key, numbers: str) -> Fernet:
    secret = salted_hmac(
        "orders.shared_memory.seal", json.dumps([key[0], key[1], numbers]), algorithm="sha256"
    ).digest()
    return Fernet(base64.urlsafe_b64encode(secret))


def _sealed(key: Key, numbers: str, answer: bytes) -> str:
    """The sealed answer with the time it was read and its name, so that it cannot be swapped for another."""
    head = json.dumps([time.time(), _name("answer", *key)]).encode()
    return _lock_of(key, numbers).encrypt(head + b"\n" + answer).decode("ascii")


def _opened(key: Key, numbers: str, sealed: str) -> Held | None:
    try:
        head, _newline, answer = _lock_of(key, numbers).decrypt(sealed, ttl=int(SECONDS)).partition(b"\n")
    except InvalidToken:
        return None
    read_at, name = json.loads(head)
    return Held(time.monotonic(), read_at, answer) if name == _name("answer", *key) else None
