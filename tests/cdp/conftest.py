"""Fixtures: clients and transports that last for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import responses

from orders.cdp.client import CdpClient
from orders.cdp.transport import Limits, Transport

BASE = "https://api-engage-eu.sitecorecloud.io"
KEY, TOKEN = "canary-client-key", "canary-token-5f1c"
ORDER = "d680c9be-4c07-4731-857e-9602034b15f2"

Make = Callable[..., CdpClient]


@pytest.fixture
def quick() -> Limits:
    """The real limits, but with short times."""
    return Limits(connect=0.3, call=0.6, page=1.0, backoff=0.01)


@pytest.fixture
def transports() -> Iterator[Callable[..., Transport]]:
    """A function that makes transports, which are closed after the test."""
    made: list[Transport] = []

    def make(*args: Any, **kwargs: Any) -> Transport:
        made.append(Transport(*args, **kwargs))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def client(transports: Callable[..., Transport], quick: Limits) -> Make:
    """A function that makes clients: `client()` for the mocked EU region, `client(server.url)` for a server."""
    transport = transports(quick)

    def make(base_url: str = BASE, **kwargs: Any) -> CdpClient:
        kwargs.setdefault("transport", transport)
        return CdpClient(base_url, KEY, TOKEN, **kwargs)

    return make


@pytest.fixture
def cdp() -> Iterator[responses.RequestsMock]:
    """The CDP mocked at HTTP: a call that is not registered fails with a message, and a registered one need not be made."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def order_page() -> bytes:
    """The order on the vendor's documentation page."""
    return (Path(__file__).parent / "payloads" / "order_of_the_vendors_page.json").read_bytes()
