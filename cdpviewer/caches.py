"""Django's caches: a local one, and one that all processes share if CDPVIEWER_REDIS_URL is set."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PATIENCE = 0.2  # seconds for a connection or an answer: asking the CDP again takes little longer
_OWN = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def caches(redis_url: str) -> dict[str, Any]:
    """The CACHES setting. Raises ImproperlyConfigured, without repeating the URL, which may contain a password."""
    if not redis_url:
        return _OWN
    if urlsplit(redis_url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("CDPVIEWER_REDIS_URL must begin with redis://, rediss:// or unix://.")
    try:
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise ImproperlyConfigured(
            "CDPVIEWER_REDIS_URL needs the package redis: make setup LOCK=prod, or leave it unset."
        ) from None
    shared = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": "cdpviewer",
        "OPTIONS": {
            "serializer": "orders.storage.shared_answer_cache.JsonSerializer",
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
            "max_connections": 1_000,  # as many as pages may wait; the client's default is 100
            # A retry would make a page wait twice for something it can do without.
            "retry": Retry(NoBackoff(), 0),
        },
    }
    return {**_OWN, "answers": shared}
