"""One server after the other restarts under load, behind each balancer with its shipped sample: no request fails, no record is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from orders.models import AccessRecord
from tests.live import App, free_port
from tests.operations.agents import agents_at_work, as_a_browser
from tests.operations.balancing import Balancer, Host, haproxy, nginx

Starts = Callable[[Path, list[int]], AbstractContextManager[Balancer]]

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


@pytest.mark.operations
@pytest.mark.parametrize("balancer", [haproxy, nginx])
def test_a_rolling_restart_costs_no_request(live_app: App, tmp_path: Path, balancer: Starts) -> None:
    names = [f"agent{number}" for number in range(4)]
    for name in names:
        live_app.person(name)
    hosts = [Host.started(live_app.environment, tmp_path, name) for name in ("one", "two")]
    try:
        with (
            balancer(tmp_path, [host.port for host in hosts]) as running,
            agents_at_work(running.port, names) as traffic,
        ):
            traffic.until(lambda: traffic.total >= 12)
            for host in hosts:
                host.restart()
                traffic.until(host.is_in_the_balance)
    finally:
        for host in hosts:
            host.end()
    assert traffic.failed == []
    assert {kind.partition(":")[0] for kind in traffic.seen} == {"open_an_order", "search", "sign_in_anew"}
    assert traffic.shown <= set(AccessRecord.objects.values_list("request_id", flat=True))


def test_the_sample_of_haproxy_starts_and_says_that_no_server_is_there(tmp_path: Path) -> None:
    with haproxy(tmp_path, [free_port(), free_port()]) as running, as_a_browser(running.port) as session:
        answers = [
            session.get(f"https://127.0.0.1:{running.port}{path}", timeout=20).status_code for path in ("/", "/readyz")
        ]
    assert answers == [503, 404]
    # Of its configuration nothing is complained about; that both servers are down is.
    warnings = [
        line for line in (tmp_path / "balancer.log").read_text().splitlines() if "parsing" in line or "config :" in line
    ]
    assert warnings == []
