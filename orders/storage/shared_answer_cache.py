"""The answer cache in Redis, shared by all processes and hosts.

Redis holds no readable answer. Names are keyed hashes. Answers are encrypted with a key derived from the server's secret, the session's
key and two random numbers in Redis, one for the session and one for its connection. Deleting a number makes all answers encrypted with
it unreadable. If Redis does not respond, a request waits only briefly; then, for some seconds, this process asks the CDP instead.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import structlog
from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.exceptions import RedisError

from orders.storage.answer_cache import SECONDS, Held, Key

T = TypeVar("T")

NUMBER_SECONDS = 600  # lifetime of a random number; then its answers must be requested again
REST = 5.0  # seconds without Redis after it failed
MOST_UNSENT = 1_000  # the most deletions kept pending while Redis is unavailable

log = structlog.stdlib.get_logger("orders.memory")


class PatientRedis:
    """A client that leaves Redis alone for `rest` seconds after a failure.

    After that, one request tries Redis again, starting with the deletions that failed. Meanwhile, other requests do without it.
    """

    def __init__(self, client: Redis, *, rest: float = REST) -> None:
        self._client, self._rest = client, rest
        self._away_until = 0.0
        self._unsent: set[str] = set()
        self._lock = threading.Lock()

    def asked(self, ask: Callable[[Redis], T], otherwise: T) -> T:
        """Call `ask` with the client and return its result, or `otherwise` if Redis fails or is paused after a recent failure."""
        now = time.monotonic()
        if now < self._away_until:
            return otherwise
        if self._away_until:
            self._away_until = now + self._rest
        try:
            self._catch_up()
            answer = ask(self._client)
        except (RedisError, ValueError) as error:
            self._away_until = time.monotonic() + self._rest
            log.warning("the shared cache is not responding", error=type(error).__name__)
            return otherwise
        self._away_until = 0.0
        return answer

    def delete_at_last(self, name: str) -> None:
        """Delete the key `name`; if Redis is unavailable, delete it later, unless MOST_UNSENT deletions are already pending."""
        if not self.asked(lambda client: client.delete(name) >= 0, False):
            with self._lock:
                if len(self._unsent) < MOST_UNSENT:
                    self._unsent.add(name)

    def _catch_up(self) -> None:
        """Carry out the pending deletions."""
        if self._unsent:
            with self._lock:
                self._client.delete(*self._unsent)
                self._unsent.clear()


class SharedAnswerCache:
    """A cache of answers by (session, connection, name), each kept for a minute. It implements `Memory`, as `AnswerCache` does."""

    def __init__(self, redis: PatientRedis, *, numbers: dict[str, str | None] | None = None) -> None:
        self._redis, self._kept = redis, numbers

    def for_request(self) -> SharedAnswerCache:
        """This cache, for use during one request: each random number is read only once, not again for every answer."""
        return SharedAnswerCache(self._redis, numbers={})

    def get(self, key: Key) -> Held | None:
        """The answer under `key`; None if it is missing, too old or no longer readable, or if Redis is unavailable."""
        names, answer, known = _numbers(key[0], key[1]), _name("answer", *key), self._known()
        unread = [name for name in names if name not in known]
        if any(known.get(name, "unread") is None for name in names):
            return None  # an answer cannot be opened unless both numbers exist
        held = self._redis.asked(lambda client: client.mget([*unread, answer]), None)
        if held is None:
            return None
        *numbers_read, sealed = map(_text, held)
        known.update(zip(unread, numbers_read, strict=True))
        numbers = _joined(known, names)
        return _opened(key, numbers, sealed) if numbers and sealed else None

    def put(self, key: Key, answer: bytes) -> None:
        """Store `answer` under `key` for a minute."""
        self.put_all({key: answer})

    def put_all(self, answers: Mapping[Key, bytes]) -> None:
        """Store answers for a minute, all sent to Redis at once. They must belong to a single session and connection."""
        if answers:
            self._redis.asked(lambda client: self._put(client, answers), None)

    def take(self, key: Key) -> bool:
        """Delete the answer under `key`, and return whether there was one. Of several concurrent calls, at most one returns True."""
        return self.get(key) is not None and self._redis.asked(
            lambda client: client.delete(_name("answer", *key)) == 1, False
        )

    def forget(self, session: str, connection: str | None = None) -> None:
        """Make all answers of `session` unreadable or, if `connection` is given, only its answers from that connection."""
        number, known = _numbers(session, connection or "")[1 if connection else 0], self._known()
        if known.get(number, "unread") is not None:
            self._redis.delete_at_last(number)
            known[number] = None

    def _known(self) -> dict[str, str | None]:
        """The random numbers that this request has read or made, by name; None for one that does not exist."""
        return {} if self._kept is None else self._kept

    def _put(self, client: Redis, answers: Mapping[Key, bytes]) -> None:
        (owner,) = {key[:2] for key in answers}
        names, known = _numbers(*owner), self._known()
        if unread := [name for name in names if name not in known]:
            known.update(zip(unread, map(_text, client.mget(unread)), strict=True))
        for name in names:
            if known[name] is None:
                number = secrets.token_hex(16)
                # If another process was first, use its number.
                added = client.set(name, number, nx=True, ex=NUMBER_SECONDS)
                known[name] = number if added else _text(client.get(name))
        numbers = _joined(known, names)
        if not numbers:
            return
        with client.pipeline(transaction=False) as message:
            for key, answer in answers.items():
                message.set(_name("answer", *key), _sealed(key, numbers, answer), ex=round(SECONDS))
            message.execute()


def _numbers(session: str, connection: str) -> tuple[str, str]:
    """The names of the random numbers of a session and of its connection."""
    return _name("session", session), _name("connection", session, connection)


def _name(kind: str, *parts: str) -> str:
    """A name in Redis that does not reveal `parts`."""
    hidden = salted_hmac("orders.shared_memory.name", json.dumps([kind, *parts]), algorithm="sha256")
    return f"cdpviewer:{kind}:{hidden.hexdigest()}"


def _text(value: bytes | str | None) -> str | None:
    """A value from Redis as text; None if it is missing, empty or not ASCII."""
    return value.decode("ascii") if isinstance(value, bytes) and value and value.isascii() else None


def _joined(known: Mapping[str, str | None], names: Sequence[str]) -> str:
    """The random numbers with these names, joined into one text; "" if any is missing."""
    numbers = [known[name] or "" for name in names]
    return "".join(numbers) if all(numbers) else ""


def _lock_of(key: Key, numbers: str) -> Fernet:
    secret = salted_hmac(
        "orders.shared_memory.seal", json.dumps([key[0], key[1], numbers]), algorithm="sha256"
    ).digest()
    return Fernet(base64.urlsafe_b64encode(secret))


def _sealed(key: Key, numbers: str, answer: bytes) -> str:
    """The answer encrypted together with the time and with its name, which prevents one answer from being swapped for another."""
    head = json.dumps([time.time(), _name("answer", *key)]).encode()
    return _lock_of(key, numbers).encrypt(head + b"\n" + answer).decode("ascii")


def _opened(key: Key, numbers: str, sealed: str) -> Held | None:
    try:
        head, _newline, answer = _lock_of(key, numbers).decrypt(sealed, ttl=int(SECONDS)).partition(b"\n")
    except InvalidToken:
        return None
    read_at, name = json.loads(head)
    return Held(time.monotonic(), read_at, answer) if name == _name("answer", *key) else None
