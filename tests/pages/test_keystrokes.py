"""Twenty agents type into Zammad, which sends a request at every key, with one API key for all: the cost for the CDP; none is refused."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import Integration, integrations
from orders.models.shared import SharedConnection
from orders.views.api import FEWEST_SIGNS
from sandbox.server import Sandbox
from tests.recorded import recorded_views

AGENTS = 20
LENGTH = 10  # characters of a reference


@pytest.fixture
def zammad(agent: User, cdp: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The headers that Zammad sends, for an integration with default settings. The clock stands still."""
    monkeypatch.setattr(integrations, "time", SimpleNamespace(time=lambda: 1_800_000_000))
    shared = SharedConnection(name="Airline", region="sandbox")
    shared.set_credentials(client_key=cdp.client_key, token=cdp.token)
    shared.keep(None)
    _made, key = integrations.add("Zammad", shared, None)
    return {"Authorization": f"Basic {base64.b64encode(f'zammad:{key}'.encode()).decode()}"}


def ask(headers: dict[str, str], text: str) -> tuple[int, int]:
    """The status, and the number of orders."""
    answer = Client().get("/api/v1/orders", {"q": text}, headers=headers)
    return answer.status_code, len(answer.json().get("orders", []))


def keys(reference: str) -> list[str]:
    """The texts that Zammad sends while a reference is typed with one slip: each key, the wrong one, and the right one instead."""
    typed = [reference[:end] for end in range(1, len(reference) + 1)]
    return [*typed[:7], typed[6] + "0", *typed[7:]]


def test_what_is_typed_costs_the_cdp_what_five_signs_and_more_cost(zammad: dict[str, str], cdp: Sandbox) -> None:
    typed = [keys(f"{agent:02}QWERTZUI") for agent in range(AGENTS)]
    assert {len(texts[-1]) for texts in typed} == {LENGTH}
    searched = [text for texts in typed for text in texts if len(text) >= FEWEST_SIGNS]
    assert len(searched) == AGENTS * 7
    cdp.reset()
    assert {ask(zammad, searched[0]), ask(zammad, searched[1])} == {(200, 0)}
    for_two = cdp.calls()["total"]
    assert for_two > 0
    cdp.reset()
    Integration.objects.update(minute=0, in_minute=0)
    before = recorded_views().count()

    # All in one minute, key by key: everybody's first, everybody's second, …
    answers = [ask(zammad, text) for turn in zip(*typed, strict=True) for text in turn]

    assert answers == [(200, 0)] * len(answers)
    assert len(answers) == AGENTS * (LENGTH + 1)
    assert cdp.calls()["total"] == for_two * len(searched) // 2
    assert recorded_views().count() - before == len(searched)
    assert Integration.objects.get().in_minute == len(searched)


def test_the_order_is_found_at_the_last_key(zammad: dict[str, str], cdp: Sandbox) -> None:
    answers = [ask(zammad, "B94TXY"[:end]) for end in range(1, 7)]
    assert answers == [(200, 0)] * 5 + [(200, 1)]


def test_a_desk_that_never_stops_typing_is_refused_without_a_call(zammad: dict[str, str], cdp: Sandbox) -> None:
    Integration.objects.update(minute=1_800_000_000 // 60, in_minute=integrations.A_MINUTE)
    cdp.reset()
    assert ask(zammad, "B94TXY")[0] == 429
    assert ask(zammad, "B94T") == (200, 0)
    assert cdp.calls()["total"] == 0
