"""A sandbox that has only the orders of one test module, in the format of sandbox/README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.test import Client

from sandbox.server import Sandbox
from tests.pages.reading import shown_order, text_of


@contextmanager
def sandbox_with(folder: Path, orders: Iterable[dict[str, Any] | str]) -> Iterator[Sandbox]:
    """Serve the orders; strings are JSON already, for numbers that Python would write in its own way."""
    written = [order if isinstance(order, str) else json.dumps(order) for order in orders]
    (folder / "orders.json").write_text('{"orders": [' + ",".join(written) + "]}", encoding="utf-8")
    with Sandbox(data=folder) as running:
        yield running


def open_order(desk: Client, reference: str, part: str = "") -> Any:
    """Open an order's page, or a part of it, by its reference as an agent would."""
    page = desk.get("/orders/", {"q": reference}, follow=True)
    assert page.status_code == 200, text_of(page)
    return desk.get(f"/orders/{shown_order(page)}/{part}") if part else page
