"""A name that many people share: one page makes at most 25 CDP calls at a time, and reads no more people than anybody looks at."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sandbox.server import Sandbox
from tests.pages.conftest import connect
from tests.pages.reading import text_of

PEOPLE = 60


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """A folder with a world of 60 people named Doyle, each with three orders."""
    refs = [str(uuid.UUID(int=number + 1, version=4)) for number in range(PEOPLE)]
    world = {
        "guests": [{"ref": ref, "firstName": f"Given{n}", "lastName": "Doyle"} for n, ref in enumerate(refs)],
        "orders": [
            {"referenceId": f"CR{n:02}{turn}", "_guest": ref, "items": [{"type": "BAG", "price": 1, "quantity": 1}]}
            for n, ref in enumerate(refs)
            for turn in range(3)
        ],
    }
    (tmp_path / "crowd.json").write_text(json.dumps(world))
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_one_page_asks_25_at_a_time_and_shows_fifty_people(
    agent: User, client: Client, settings: object, crowd: Path
) -> None:
    with Sandbox(latency_ms=20, data=crowd, expand=False) as cdp:
        settings.CDP_REGIONS = {**settings.CDP_REGIONS, "sandbox": cdp.url}  # type: ignore[attr-defined]
        connect(agent, cdp, "crowd")
        client.force_login(agent)
        page = client.post("/find-person/?connection=crowd", {"last_name": "Doyle"})
        counted = cdp.calls()
    assert page.status_code == 200
    assert 10 < counted["most_in_flight"] <= 25
    text = text_of(page)
    assert "50 people found" in text
    assert "narrow the search" in text
