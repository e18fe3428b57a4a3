"""The agents of these tests notice when they are signed out, and when a sign-in is refused."""

from __future__ import annotations

import pytest

from tests.operations.agents import agents_at_work
from tests.operations.company import AGENTS, DATABASE, Company, company
from tests.postgres_server import postgres

__all__ = ["company", "postgres"]

pytestmark = [pytest.mark.operations, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]


def test_who_is_signed_out_or_refused_counts_as_failed(company: Company) -> None:
    with agents_at_work(company.balancer.port, AGENTS) as traffic, company.postgres.connect(DATABASE) as owner:
        traffic.go_on()
        assert traffic.failed == []
        owner.execute("DELETE FROM django_session")
        traffic.until(lambda: {"open_an_order: 302", "search: 302"} <= set(traffic.failed))
        assert "sign_in_anew: 200" not in traffic.failed
        owner.execute("UPDATE auth_user SET password = '!'")
        traffic.until(lambda: "sign_in_anew: 200" in traffic.failed)
