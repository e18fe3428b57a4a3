"""The cache that keeps answers for a minute, in a real Redis: shared, sealed, cleared, and not needed if Redis is down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from cdpviewer import shared_redis
from orders.storage import shared_answer_cache
from orders.storage.session_answers import SessionAnswers
from orders.storage.shared_answer_cache import PatientRedis, SharedAnswerCache
from tests.redis_server import Server, running, silent

KEY = ("the-session-key", "connection/1", "/v2/orders?referenceId=B94TXY")
ANSWER = b'{"contact": "jane.doe@example.com"}'


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as redis:
        yield redis


@pytest.fixture
def redis(server: Server) -> Server:
    server.client().flushdb()
    return server


def memory(redis: Server) -> SharedAnswerCache:
    """The cache as one process has it."""
    return SharedAnswerCache(PatientRedis(redis.client()))


def test_what_one_process_reads_another_has(redis: Server) -> None:
    before = time.time()
    memory(redis).put(KEY, ANSWER)
    held = memory(redis).get(KEY)
    assert held is not None and held.answer == ANSWER
    assert before <= held.read_at <= time.time()


@pytest.mark.parametrize("position", [0, 1, 2])
def test_no_other_session_connection_or_address_has_it(redis: Server, position: int) -> None:
    memory(redis).put(KEY, ANSWER)
    other = (*KEY[:position], KEY[position] + "0", *KEY[position + 1 :])
    assert memory(redis).get(other) is None  # type: ignore[arg-type]


def test_redis_holds_nothing_that_can_be_read(redis: Server) -> None:
    memory(redis).put(KEY, ANSWER)
    everything = redis.everything()
    assert len(everything) > 100
    for part in (*KEY, "B94TXY", "jane.doe", "referenceId"):
        assert part.encode() not in everything


def moved(redis: Server, source: Any, target: Any) -> None:
    """Put the value sealed for one key in the place of another's, as an intruder with write access to Redis could."""
    client = redis.client()
    name = shared_answer_cache._name
    client.set(name("answer", *target), client.get(name("answer", *source)) or b"")


@pytest.mark.parametrize(
    "other", [(KEY[0], KEY[1], "/v2/orders/another"), (KEY[0], "connection/2", KEY[2]), ("another", KEY[1], KEY[2])]
)
def test_a_value_opens_only_where_it_was_sealed_for(redis: Server, other: Any) -> None:
    cache = memory(redis)
    cache.put(KEY, ANSWER)
    cache.put(other, b"its own")
    moved(redis, KEY, other)
    assert cache.get(other) is None
    assert cache.get(KEY) is not None


def test_a_session_that_knows_the_numbers_opens_nothing_of_anothers(redis: Server) -> None:
    memory(redis).put(KEY, ANSWER)
    client, other = redis.client(), ("another", KEY[1], KEY[2])
    for mine, theirs in zip(
        shared_answer_cache._numbers(*KEY[:2]), shared_answer_cache._numbers(*other[:2]), strict=True
    ):
        client.set(theirs, client.get(mine) or b"")
    moved(redis, KEY, other)
    assert memory(redis).get(other) is None


@pytest.mark.parametrize("odd", ["", "text", 7, "ä", b"\xff", "{}", "gAAAAA=="])
def test_an_odd_value_is_none(redis: Server, odd: Any) -> None:
    cache = memory(redis)
    cache.put(KEY, ANSWER)
    redis.client().set(shared_answer_cache._name("answer", *KEY), odd)
    assert cache.get(KEY) is None
    cache.put(KEY, ANSWER)
    redis.client().set(shared_answer_cache._numbers(*KEY[:2])[0], odd)
    assert cache.get(KEY) is None


def test_what_is_no_json_is_none(redis: Server) -> None:
    cache = memory(redis)
    cache.put(KEY, ANSWER)
    redis.client().set(shared_answer_cache._name("answer", *KEY), b"\x80\x04N.")  # what pickle writes
    assert cache.get(KEY) is None


def test_signing_out_in_one_process_forgets_in_all(redis: Server) -> None:
    here, there = memory(redis), memory(redis)
    for connection in ("connection/1", "connection/2"):
        here.put((KEY[0], connection, "a"), ANSWER)
    here.put(("another", "connection/1", "a"), ANSWER)
    there.forget(KEY[0])
    assert here.get((KEY[0], "connection/1", "a")) is None and here.get((KEY[0], "connection/2", "a")) is None
    assert here.get(("another", "connection/1", "a")) is not None
    here.put((KEY[0], "connection/1", "b"), ANSWER)
    assert there.get((KEY[0], "connection/1", "b")) is not None
    assert there.get((KEY[0], "connection/1", "a")) is None


def test_a_refresh_in_one_process_forgets_in_all(redis: Server) -> None:
    here, there = memory(redis), memory(redis)
    here.put(KEY, ANSWER)
    here.put((KEY[0], "connection/2", "a"), ANSWER)
    SessionAnswers(KEY[0], KEY[1], fresh=True, memory=there)
    assert here.get(KEY) is None
    assert here.get((KEY[0], "connection/2", "a")) is not None


def test_an_order_is_handed_over_once(redis: Server) -> None:
    search = SessionAnswers(KEY[0], KEY[1], fresh=True, memory=memory(redis))
    search.put("a", ANSWER)
    search.hand_over("ORDER")
    page = SessionAnswers(KEY[0], KEY[1], fresh=True, handed="order", memory=memory(redis))
    assert page.get("a") == ANSWER
    assert SessionAnswers(KEY[0], KEY[1], fresh=True, handed="order", memory=memory(redis)).get("a") is None
    assert SessionAnswers(KEY[0], KEY[1], fresh=False, memory=memory(redis)).get("a") is None


def test_what_is_kept_ends_by_itself(redis: Server) -> None:
    memory(redis).put(KEY, ANSWER)
    lives = dict.fromkeys(shared_answer_cache._numbers(*KEY[:2]), 600) | {shared_answer_cache._name("answer", *KEY): 60}
    with redis.client() as client:
        assert {key.decode() for key in client.keys("*")} == set(lives)
        for key, most in lives.items():
            assert most - 5 <= client.ttl(key) <= most


class Counting:
    """A client of Redis that counts how often it is used."""

    def __init__(self, client: Redis) -> None:
        self._client, self.asked = client, 0

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        return getattr(self._client, name)


def test_a_redis_that_is_gone_is_asked_once_in_a_while() -> None:
    with running() as redis:
        client = Counting(redis.client())
        cache = SharedAnswerCache(PatientRedis(client, rest=60))  # type: ignore[arg-type]
        cache.put(KEY, ANSWER)
        assert cache.get(KEY) is not None
        redis.stop()
        client.asked = 0
        for _page in range(20):
            assert cache.get(KEY) is None
            cache.put(KEY, ANSWER)
            cache.forget(KEY[0])
            assert cache.take(KEY) is False
        assert client.asked == 1


def test_of_twenty_pages_one_waits_for_a_redis_that_hangs() -> None:
    with silent() as (url, connections):
        patient = PatientRedis(Redis.from_url(**shared_redis.client(url)), rest=60)
        cache = SharedAnswerCache(patient)
        for _page in range(20):
            cache.put(KEY, ANSWER)
            assert cache.get(KEY) is None
            cache.forget(KEY[0])
        assert connections() == 1
        # Afterwards one of them tries again, even with a deletion pending, and no other waits for that.
        patient._away_until = time.monotonic()
        with ThreadPoolExecutor(20) as crowd:
            assert list(crowd.map(lambda _page: cache.get(KEY), range(20))) == [None] * 20
        assert connections() == 1


def test_what_was_to_be_forgotten_meanwhile_is_forgotten_first(redis: Server) -> None:
    class Away(Counting):
        away = False

        def __getattr__(self, name: str) -> Any:
            if self.away:
                raise RedisError
            return super().__getattr__(name)

    client = Away(redis.client())
    cache = SharedAnswerCache(PatientRedis(client, rest=0))  # type: ignore[arg-type]
    cache.put(KEY, ANSWER)
    client.away = True
    cache.forget(KEY[0], KEY[1])
    client.away = False
    assert cache.get(KEY) is None
    assert memory(redis).get(KEY) is None


def test_one_request_reads_the_numbers_once(redis: Server) -> None:
    memory(redis).put(KEY, ANSWER)
    client = Counting(redis.client())
    request = SharedAnswerCache(PatientRedis(client)).for_request()  # type: ignore[arg-type]
    names = [f"order/{number}" for number in range(5)]
    request.put_all({(*KEY[:2], name): ANSWER for name in names})
    assert client.asked == 2
    for name in names:
        assert request.get((*KEY[:2], name)) is not None
    assert client.asked == 2 + len(names)
    assert memory(redis).get((*KEY[:2], names[-1])) is not None


@pytest.mark.parametrize("connection", [None, KEY[1]], ids=["signed out", "read anew"])
def test_what_another_process_forgets_during_a_request_stays_forgotten(redis: Server, connection: str | None) -> None:
    request = memory(redis).for_request()
    request.put(KEY, ANSWER)
    memory(redis).forget(KEY[0], connection)
    # The request still writes with the numbers that it read, which are no longer valid anywhere.
    request.put((*KEY[:2], "late"), ANSWER)
    for name in (KEY[2], "late"):
        assert memory(redis).get((*KEY[:2], name)) is None
        assert memory(redis).for_request().get((*KEY[:2], name)) is None


def test_storing_nothing_is_no_failure(redis: Server) -> None:
    memory(redis).put(KEY, ANSWER)
    cache = memory(redis)
    cache.put_all({})
    assert cache.get(KEY) is not None


def test_a_request_that_forgets_stores_anew(redis: Server) -> None:
    memory(redis).put(KEY, ANSWER)
    request = memory(redis).for_request()
    assert request.get(KEY) is not None
    request.forget(*KEY[:2])
    assert request.get(KEY) is None
    request.put((*KEY[:2], "new"), ANSWER)
    there = memory(redis).for_request()
    assert there.get((*KEY[:2], "new")) is not None and there.get(KEY) is None
