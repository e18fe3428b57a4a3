"""The cost of a shared connection for a team: each step changes only its own rows."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from bench.team import measure, table


@pytest.mark.django_db
def test_each_step_changes_its_own_rows_alone(settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS  # rotated during the test, and restored after it
    steps = measure(12)
    assert {step.name: step.rows for step in steps} == {
        "grant it to a group of 12": 1 + 12,
        "replace the token": 1,
        "somebody joins the group": 1,
        "somebody leaves the group": 1,
        "rotate the sealing keys": 1 + 12,
        "rotate them again, with nothing left to do": 0,
        "open it once for each of 12": 0,
        "withdraw it": 1 + 12,
    }
    assert table(steps).count("\n") == 1 + len(steps)
