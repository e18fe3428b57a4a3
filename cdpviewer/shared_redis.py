"""Settings for the Redis server that all processes share if CDPVIEWER_REDIS_URL is set."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from cdpviewer.environment import address

PATIENCE = 0.2  # seconds for a connection or an answer: asking the CDP again takes little longer


def client(url: str) -> dict[str, Any]:
    """The keyword arguments for `redis.Redis.from_url`; {} if `url` is empty.

    Raises ImproperlyConfigured if the URL is malformed or has the wrong scheme, or if the package redis is not installed. The message does
    not repeat the URL, which may contain a password.
    """
    if not url:
        return {}
    if address("CDPVIEWER_REDIS_URL", url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("CDPVIEWER_REDIS_URL must begin with redis://, rediss:// or unix://.")
    if find_spec("redis") is None:
        raise ImproperlyConfigured(
            "CDPVIEWER_REDIS_URL needs the package redis: make setup LOCK=prod, or leave it unset."
        )
    return {
        "url": url,
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
        "max_connections": 1_000,  # as many as the default limit of waiting pages; the client's own default is 100
        "retry": None,  # a retry would make a page wait twice for something it can do without
    }
