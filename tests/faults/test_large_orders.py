"""Paging faults and a closed port: orders of many items and contacts are read through the real server as far as possible."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from sandbox.server import Sandbox
from tests.faults.test_every_fault import LONGEST, TRIES_OF_ONE_RESOURCE, ask
from tests.live import App
from tests.pages.conftest import SEED

ITEMS, CONTACTS = 120, 60
WHOLE = ""
SAID = {
    "next-loop": WHOLE,
    "ignore-offset": "100 items loaded; there may be more",
    "ignore-limit": WHOLE,
    "short-pages": WHOLE,
    "all-at-once": WHOLE,
    "no-expand": WHOLE,
    "other-host": WHOLE,
    "set-cookie": WHOLE,
    "no-ref": WHOLE,
}

# A page that is shorter than it claims and has no next link ends a list, unless more records are known of, such as an order's items.
BELIEVED = {"short-pages": 7}


def large(sandbox: Sandbox, records: str, count: int) -> str:
    """The ref of an order that has this number of those records, and no fault of its own."""
    orders = sandbox.service.world.orders.values()
    return next(order.ref for order in orders if len(getattr(order, records)) == count and not order.faults)


@pytest.mark.parametrize("fault", sorted(SAID))
def test_every_page_of_a_large_order_is_read_or_said_to_be_missing(live_app: App, sandbox: Sandbox, fault: str) -> None:
    live_app.person()
    session = live_app.signed_in()
    items, contacts = large(sandbox, "items", ITEMS), large(sandbox, "contacts", CONTACTS)
    for ref in (items, contacts):
        sandbox.set_fault(ref, fault)
    try:
        page, panel = ask(session, live_app, items, ""), ask(session, live_app, contacts, "contacts/")
    finally:
        for ref in (items, contacts):
            sandbox.clear_faults(ref)
    assert (page.status, panel.status) == (200, 200)
    if SAID[fault] == WHOLE:  # then the number of items is not shown, but all of them are: like ones in a group
        assert sum(int(count) for count in re.findall(r"(\d+) × Flight", page.text)) == ITEMS
        assert "did not load" not in page.text
    else:
        assert SAID[fault] in page.text
    assert f"Contacts {BELIEVED.get(fault, CONTACTS)}" in panel.text
    assert max(page.seconds, panel.seconds) < LONGEST
    asked = Counter(call["target"] for call in sandbox.seen())
    assert {target: tries for target, tries in asked.items() if tries > TRIES_OF_ONE_RESOURCE} == {}
    assert not any(call["cookie"] for call in sandbox.seen())
    assert sandbox.calls()["elsewhere"] in (0, {}, [])


def test_a_closed_port_is_told_and_forgotten_at_once(live_app: App, sandbox: Sandbox) -> None:
    live_app.person()
    session = live_app.signed_in()
    sandbox.set_fault("*", "refused")
    for panel in ("", "contacts/"):
        answer = ask(session, live_app, SEED, panel)
        assert answer.status == 502 and "down" in answer.heading.lower() and answer.seconds < LONGEST
        assert "not found" not in answer.text.lower()
    sandbox.clear_faults("*")
    assert ask(session, live_app, SEED, "").status == 200
