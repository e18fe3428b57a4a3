"""Two servers on one PostgreSQL restart in turn under load, behind each balancer with its shipped sample.

No request fails, and no record is lost.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import free_port
from tests.operations.agents import as_a_browser
from tests.operations.balancing import Balancer, haproxy
from tests.operations.company import Company, at_work, balancer, company
from tests.postgres_server import postgres

__all__ = ["balancer", "company", "postgres"]

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


@pytest.mark.operations
def test_a_rolling_restart_costs_no_request(company: Company, balancer: Balancer) -> None:
    with at_work(company, f"rolling restart behind {balancer.name}", balancer) as traffic:
        for host in company.hosts:
            host.restart()
            traffic.until(host.is_in_the_balance)
    assert traffic.failed == []
    assert {kind.partition(":")[0] for kind in traffic.seen} == {"open_an_order", "search", "sign_in_anew"}


def test_the_sample_of_haproxy_starts_and_says_that_no_server_is_there(tmp_path: Path) -> None:
    with haproxy(tmp_path, [free_port(), free_port()]) as running, as_a_browser(running.port) as session:
        answers = [
            session.get(f"https://127.0.0.1:{running.port}{path}", timeout=20).status_code for path in ("/", "/readyz")
        ]
    assert answers == [503, 404]
    # There are no warnings about its configuration; there may be some about both servers being down.
    warnings = [
        line for line in (tmp_path / "balancer.log").read_text().splitlines() if "parsing" in line or "config :" in line
    ]
    assert warnings == []
