"""The order of the test files: the longest first, so that no process is left alone with one of them at the end.

The processes of `make test` take file after file. xdist would give out those with the most tests first, and the longest have few.
"""

from __future__ import annotations

import pytest

# Those that take more than ten seconds of a quiet machine, the longest first.
LONGEST_FIRST = (
    "tests/experience/test_orders_in_every_state.py",
    "tests/experience/test_pages_in_every_state.py",
    "tests/sign_on/test_pages_in_every_state.py",
    "tests/faults/test_every_fault.py",
    "tests/faults/test_under_load.py",
    "tests/wiring/test_postgresql.py",
    "tests/experience/test_tenants.py",
    "tests/flows/test_hash_links.py",
    "tests/flows/test_embed.py",
    "tests/flows/test_cross_site.py",
    "tests/faults/test_postgresql.py",
    "tests/experience/test_agents_tasks.py",
    "tests/wiring/test_demo.py",
    "tests/wiring/test_file_modes.py",
    "tests/experience/test_keyboard.py",
    "tests/faults/test_budgets.py",
    "tests/faults/test_large_orders.py",
    "tests/cdp/test_properties.py",
    "tests/itinerary/test_properties.py",
    "tests/sign_on/test_in_browser.py",
    "tests/pages/test_api.py",
    "tests/pages/test_order_from_list.py",
    "tests/wiring/test_behind_a_proxy.py",
    "tests/cdp/test_under_gevent.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by file, within a file as written; files that are not listed keep their order behind the others."""
    places = {path: place for place, path in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
