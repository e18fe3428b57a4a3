"""The configured limits of each wait: together they meet the figures in docs/operating.md. The faults are in tests/faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from cdpviewer import health, shared_redis
from cdpviewer.databases import POOLS, database, wait_like_pages
from orders.storage.shared_answer_cache import REST

PAGE = 3.0  # seconds until a page reports that the database fails
PROBE = 1.0


@pytest.mark.parametrize("pool", POOLS)
def test_a_page_waits_for_its_connection_and_an_answer_three_seconds_at_most(pool: str) -> None:
    entry = database("postgres://db.example.com/orders", Path(), pool=pool)
    wait_like_pages(entry)
    options = entry["OPTIONS"]
    if pool == "none":  # a hanging server either does not connect or does not answer
        assert max(options["connect_timeout"], options["patience"]) < PAGE
    else:
        assert options["pool"]["timeout"] + options["patience"] < PAGE
    assert options["tcp_user_timeout"] < 1000 * PAGE
    if pool != "external":  # whose limits belong to the role
        own = dict(option.split("=") for option in options["options"].split() if "=" in option)
        # The server's own limits end a statement first, so that ours only applies to a server that hangs.
        assert int(own["lock_timeout"].removesuffix("ms")) < int(own["statement_timeout"].removesuffix("ms"))
        assert int(own["statement_timeout"].removesuffix("ms")) < 1000 * options["patience"]


def test_the_probe_waits_one_second_at_most() -> None:
    assert health.PATIENCE <= PROBE


@pytest.mark.parametrize("url", ["redis://cache.example.com:6379/0", "rediss://cache.example.com", "unix:///run/redis"])
def test_redis_has_a_fifth_of_a_second_and_then_a_pause(url: str) -> None:
    with Redis.from_url(**shared_redis.client(url)) as client:
        options = client.connection_pool.connection_kwargs
    assert options["socket_timeout"] == 0.2
    assert options.get("socket_connect_timeout", 0.2) == 0.2
    assert options["retry"] is None
    assert REST >= 25 * 0.2
