"""The whole client against the sandbox: real HTTP, its orders and its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orders.cdp.client import CdpClient
from orders.cdp.errors import CdpError, RateLimited
from orders.cdp.transport import Limits, Transport
from sandbox.faults import FAULTS
from sandbox.server import Sandbox
from tests.cdp.conftest import ORDER

LIMITS = Limits(connect=0.3, call=0.5, page=1.5, backoff=0.01)
SLOW = {"hang", "slow-headers", "slow-body", "slow-1s", "slow-3s"}
Ask = Callable[[CdpClient], Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(drip=0.05) as running:
        yield running


@pytest.fixture(scope="module")
def transport() -> Iterator[Transport]:
    made = Transport(LIMITS)
    yield made
    made.close()


@pytest.fixture
def connect(sandbox: Sandbox, transport: Transport) -> Iterator[Callable[..., CdpClient]]:
    sandbox.clear_faults()
    sandbox.reset()

    def make(version: str = "v2", **kwargs: Any) -> CdpClient:
        return CdpClient(sandbox.url, sandbox.client_key, sandbox.token, version=version, transport=transport, **kwargs)

    yield make
    sandbox.clear_faults()


def order_with(sandbox: Sandbox, *, items: int = 0, contacts: int = 0) -> str:
    """The ref of an order of that size."""
    refs = [
        order.ref
        for order in sandbox.service.world.orders.values()
        if (not items or len(order.items) == items) and (not contacts or len(order.contacts) == contacts)
    ]
    assert refs, "the sandbox has no such order"
    return str(refs[0])


@pytest.mark.parametrize("version", ["v2", "v2.1"])
def test_the_seed_order_takes_one_call(sandbox: Sandbox, connect: Callable[..., CdpClient], version: str) -> None:
    client = connect(version)
    order = client.get_order(ORDER)
    assert (order.reference_id, str(order.price), len(order.items), order.items_complete) == (
        "B94TXY",
        "100.00",
        1,
        True,
    )
    assert [segment.origin for segment in order.items[0].flight_segments] == ["DUB", "LHR"]
    assert client.reader.calls == 1 == sandbox.calls()["total"]


@pytest.mark.parametrize("version", ["v2", "v2.1"])
@pytest.mark.parametrize(("size", "calls"), [(120, 7), (500, 7)])
def test_every_item_of_a_group_is_read(
    sandbox: Sandbox, connect: Callable[..., CdpClient], version: str, size: int, calls: int
) -> None:
    client = connect(version)
    order = client.get_order(order_with(sandbox, items=size))
    assert len(order.items) == size and order.items_complete
    assert len({item.ref for item in order.items}) == size
    assert client.reader.calls == calls
    assert sandbox.calls()["by_method"] == {"GET": calls}


def test_sixty_contacts_take_one_call(sandbox: Sandbox, connect: Callable[..., CdpClient]) -> None:
    client = connect()
    contacts = client.list_contacts(order_with(sandbox, contacts=60))
    assert len(contacts.items) == 60 and contacts.complete and client.reader.calls == 1


def test_sixty_contacts_that_are_not_inlined_come_25_at_a_time(transport: Transport) -> None:
    with Sandbox(latency_ms=60, expand=False) as slow:
        slow.clear_faults()
        client = CdpClient(slow.url, slow.client_key, slow.token, transport=transport)
        contacts = client.list_contacts(order_with(slow, contacts=60))
        assert len(contacts.items) == 60 and contacts.complete
        assert client.reader.calls == 61 and 10 < slow.calls()["most_in_flight"] <= 25
        assert client.reader.seconds < 61 * 0.06 / 3


@pytest.mark.parametrize("version", ["v2", "v2.1"])
def test_no_fault_of_the_sandbox_reaches_the_page_as_anything_but_a_cdp_error(
    sandbox: Sandbox, connect: Callable[..., CdpClient], version: str
) -> None:
    """Nor does any fault make a part pass for the whole: if not all 120 items are there, the order is marked incomplete."""
    group = order_with(sandbox, items=120)
    for fault in FAULTS.keys() - SLOW:
        sandbox.clear_faults()
        sandbox.set_fault("*", fault)
        for ref, whole in ((ORDER, 1), (group, 120)):
            client = connect(version)
            try:
                order = client.get_order(ref)
            except CdpError:
                assert client.reader.calls <= 3, fault
            else:
                assert len(order.items) == whole or not order.items_complete, fault
        sandbox.reset()
        client = connect(version)
        try:
            matches = client.list_orders(reference_id="B94TXY")
        except CdpError:
            continue
        assert matches.items or matches.missing or matches.problem or fault == "404", fault


@pytest.mark.parametrize("fault", sorted(SLOW))
def test_a_slow_cdp_is_left_in_time_and_well_again_at_once(
    sandbox: Sandbox, connect: Callable[..., CdpClient], fault: str
) -> None:
    sandbox.set_fault("*", fault)
    client = connect()
    with pytest.raises(CdpError):
        client.get_order(ORDER)
    assert 0.4 < client.reader.seconds < 1.2
    sandbox.clear_faults()
    assert connect().get_order(ORDER).items_complete


def test_a_failed_page_leaves_the_rest_and_says_so(sandbox: Sandbox, connect: Callable[..., CdpClient]) -> None:
    ref = order_with(sandbox, items=120)
    sandbox.set_fault(ref, "500", "items:2")
    order = connect().get_order(ref)
    assert len(order.items) == 100 and not order.items_complete and order.items_problem is not None


def test_two_failed_contacts_of_sixty_are_counted(sandbox: Sandbox, connect: Callable[..., CdpClient]) -> None:
    ref = order_with(sandbox, contacts=60)
    sandbox.set_fault(ref, "no-expand")
    sandbox.set_fault(ref, "500", "contact:2,contact:7")
    contacts = connect().list_contacts(ref)
    assert (len(contacts.items), contacts.missing, contacts.complete) == (58, 2, False)


def test_rate_limits_say_when_to_come_back(sandbox: Sandbox, connect: Callable[..., CdpClient]) -> None:
    for fault, least, most in (("429-seconds", 30, 30), ("429-date", 25, 31), ("429-6h", 21_600, 21_600)):
        sandbox.clear_faults()
        sandbox.set_fault("*", fault)
        with pytest.raises(RateLimited) as caught:
            connect().get_order(ORDER)
        assert caught.value.retry_after is not None and least <= caught.value.retry_after <= most


def test_no_link_leads_to_another_host_and_no_cookie_comes_back(
    sandbox: Sandbox, connect: Callable[..., CdpClient]
) -> None:
    sandbox.set_fault("*", "other-host")
    sandbox.set_fault("*", "set-cookie")
    sandbox.set_fault("*", "no-expand")
    ref = order_with(sandbox, contacts=60)
    assert len(connect().list_contacts(ref).items) == 60
    assert all(not call["cookie"] for call in sandbox.seen())
    assert sandbox.calls()["elsewhere"] == 0 and sandbox.calls()["by_method"] == {"GET": 61}
