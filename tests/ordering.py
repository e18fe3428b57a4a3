"""The order of the test files: the longest first, so that no process is left alone with one of them at the end.

The processes of `make test` take file after file. By itself, xdist starts with the files that have the most tests, and the longest
have few.
"""

from __future__ import annotations

import pytest

# Those that take more than ten seconds of a quiet machine, the longest first.
LONGEST_FIRST = (
    "tests/experience/test_pages_in_every_state.py",
    "tests/experience/test_orders_in_every_state.py",
    "tests/sign_on/test_pages_in_every_state.py",
    "tests/faults/test_budgets.py",
    "tests/wiring/test_partitions.py",
    "tests/wiring/test_postgresql.py",
    "tests/flows/test_embed.py",
    "tests/experience/test_tenants.py",
    "tests/pages/test_scaling.py",
    "tests/experience/test_copying.py",
    "tests/experience/test_agents_tasks.py",
    "tests/wiring/test_demo.py",
    "tests/faults/test_postgresql.py",
    "tests/cdp/test_under_gevent.py",
    "tests/flows/test_cross_site.py",
    "tests/experience/test_without_javascript.py",
    "tests/flows/test_next_page.py",
    "tests/pages/test_ticket_values.py",
    "tests/faults/test_every_fault.py",
    "tests/faults/test_under_load.py",
    "tests/experience/test_long_words.py",
    "tests/flows/test_hash_links.py",
    "tests/experience/test_keyboard.py",
    "tests/experience/test_panels.py",
    "tests/pages/test_round_trips.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by file, keeping the order within a file; files that are not listed follow in their former order."""
    places = {path: place for place, path in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
