"""One sandbox for the tests that only read; those that set faults start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox


@pytest.fixture(scope="package")
def cdp() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def own_cdp() -> Iterator[Sandbox]:
    with Sandbox(drip=0.05) as sandbox:
        yield sandbox
