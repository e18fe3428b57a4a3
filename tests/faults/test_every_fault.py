"""Whatever the CDP does, the real server answers over real sockets: in time, in words, with an honest status, and never with a 500."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests

from sandbox.faults import FAULTS
from sandbox.server import Sandbox
from sandbox.world import Order
from tests.live import App
from tests.pages.reading import text_in

LONGEST = 12.0  # the longest that a person waits, in seconds

REFUSED, NOT_PERMITTED, NOT_FOUND = (403, "refused"), (403, "not permitted"), (404, "not found")
WAIT, SLOW, UNREADABLE = (429, "wait"), (504, "in time"), (502, "could not be read")
ERROR, DOWN = (502, "returned an error"), (502, "down or cannot be reached")
WELL = (200, "")

EXPECTED = {
    "400": (400, "refused"), "401": REFUSED, "401-html": REFUSED, "403": NOT_PERMITTED, "404": NOT_FOUND, "415": (400, "refused"),
    "429": WAIT, "429-seconds": WAIT, "429-date": WAIT, "429-6h": WAIT, "429-once": WELL,
    "500": ERROR, "500-once": WELL, "502": ERROR, "503": ERROR, "503-once": WELL, "504": ERROR, "redirect": ERROR,
    "refused": DOWN, "reset-before": DOWN, "reset-inside": DOWN, "close-inside": DOWN,
    "hang": SLOW, "slow-headers": SLOW, "slow-body": SLOW, "slow-1s": WELL, "slow-3s": WELL,
    "long-length": DOWN, "short-length": UNREADABLE, "not-http": DOWN, "chunked": WELL, "chunked-cut": DOWN,
    "gzip": WELL, "gzip-bomb": UNREADABLE, "gzip-broken": UNREADABLE, "big-body": UNREADABLE, "set-cookie": WELL,
    "html": UNREADABLE, "empty": UNREADABLE, "null": UNREADABLE, "list": UNREADABLE, "text": UNREADABLE, "cut-off": UNREADABLE,
    "deep": UNREADABLE, "deep-bare": UNREADABLE, "latin1": WELL, "bom": WELL,
    "wrong-types": WELL, "duplicate-keys": WELL, "nan": WELL, "lone-surrogates": WELL, "no-ref": WELL, "no-ref-no-href": WELL,
    "other-host": WELL, "next-loop": WELL, "ignore-offset": WELL, "ignore-limit": WELL, "short-pages": WELL,
    "all-at-once": WELL, "no-expand": WELL,
}  # fmt: skip

# The reference and the names themselves are sent as something else.
ALTERED = {"wrong-types", "lone-surrogates"}

# If the list does not expand, they are fetched one by one, so their answers are those of a collection that was read in part.
TRIES_OF_ONE_RESOURCE = 3


@dataclass
class Answer:
    status: int
    heading: str
    text: str
    seconds: float
    retry_after: str | None


def test_every_fault_of_the_sandbox_is_driven() -> None:
    assert set(EXPECTED) == set(FAULTS)


@pytest.fixture
def orders(sandbox: Sandbox) -> dict[str, str]:
    """The order on which each fault is tried: one that has a contact and no fault of its own."""
    plain = [
        order.ref
        for order in sandbox.service.world.orders.values()
        if 1 <= len(order.items) < 10 and order.contacts and not order.fields.get("_fault")
    ]
    assert len(plain) >= 10
    return {fault: plain[number % len(plain)] for number, fault in enumerate(sorted(FAULTS))}


@pytest.mark.parametrize("panel", ["", "contacts/"])
def test_the_page_and_the_panel_answer_every_fault(
    live_app: App, sandbox: Sandbox, orders: dict[str, str], panel: str
) -> None:
    live_app.person()
    session = live_app.signed_in()
    wrong: list[str] = []
    rounds: list[list[str]] = []
    for fault in sorted(FAULTS):  # in each round every order carries one fault
        free = next((batch for batch in rounds if orders[fault] not in {orders[other] for other in batch}), None)
        if free is None:
            rounds.append(free := [])
        free.append(fault)
    for faults in rounds:
        sandbox.reset()
        for fault in faults:
            sandbox.set_fault(orders[fault], fault)
        with ThreadPoolExecutor(16) as pool:
            answers = dict(
                zip(faults, pool.map(lambda f: ask(session, live_app, orders[f], panel), faults), strict=True)
            )
        calls = sandbox.calls()
        for fault in faults:
            order = sandbox.service.world.orders[orders[fault].lower()]
            wrong += [f"{fault}: {what}" for what in verdicts(fault, answers[fault], panel, order)]
            tries = max((n for path, n in calls["by_path"].items() if orders[fault].lower() in path.lower()), default=0)
            if tries > TRIES_OF_ONE_RESOURCE:
                wrong.append(f"{fault}: {tries} calls for one resource")
            sandbox.clear_faults(orders[fault])
        assert calls["elsewhere"] in (0, {}, []), calls["elsewhere"]
        assert not any(call["cookie"] for call in sandbox.seen())
        assert set(calls["by_method"]) == {"GET"}
    assert not wrong, "\n".join(wrong)
    # All is well again at once.
    for ref in sorted(set(orders.values())):
        assert ask(session, live_app, ref, panel).status == 200


def ask(session: requests.Session, app: App, ref: str, panel: str) -> Answer:
    began = time.monotonic()
    headers = {"HX-Request": "true"} if panel else {}
    answer = requests.get(
        f"{app.url}/orders/{ref}/{panel}",
        headers=headers,
        cookies=session.cookies.get_dict(),
        timeout=30,
        allow_redirects=False,
    )
    heading = " ".join(re.findall(r"<h[1-4][^>]*>(.*?)</h[1-4]>", answer.text, re.DOTALL))
    return Answer(
        answer.status_code,
        text_in(heading),
        text_in(answer.text),
        time.monotonic() - began,
        answer.headers.get("Retry-After"),
    )


def verdicts(fault: str, answer: Answer, panel: str, order: Order) -> list[str]:
    """Errors in the answer to a fault. If the answer is no failure, it must show the order or its contact."""
    status, word = EXPECTED[fault]
    if status == 200 and fault not in ALTERED:
        word = "contacts" if panel else order.fields["referenceId"].lower()
        if panel and order.contacts[0]["lastName"] not in answer.text:
            return [f"the contact is not shown: {answer.text[:200]}"]
    errors = []
    if answer.status != status:
        errors.append(f"status {answer.status}, expected {status}: {answer.heading[:120]}")
    if word not in answer.heading.lower():
        errors.append(f"heading without {word!r}: {answer.heading[:160]}")
    if status not in (200, 404) and "not found" in answer.text.lower():
        errors.append("a failure that says 'not found'")
    if answer.seconds > LONGEST:
        errors.append(f"{answer.seconds:.1f} s")
    if status == 429 and fault != "429" and not answer.retry_after:
        errors.append("no Retry-After")
    return errors
