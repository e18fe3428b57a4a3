"""A credential that must turn up nowhere: not in logs, pages, exceptions, the database file or a repr."""

from __future__ import annotations

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Canary:
    """Credentials that the sandbox accepts, and that must never appear in plain text."""

    client_key: str = "ck-canary-4f1e9a77"
    token: str = "tok-canary-c0ffee-59d2b8"

    def found_in(self, text: str | bytes) -> list[str]:
        """Which of the two secrets the text contains."""
        raw = text.encode() if isinstance(text, str) else text
        return [name for name, value in vars(self).items() if value.encode() in raw]


CANARY = Canary()


@pytest.fixture(scope="session")
def canary() -> Canary:
    return CANARY
