"""The cache that keeps answers for a minute: per session, per state of a connection, bounded, and cleared."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from orders.storage.answer_cache import AnswerCache
from orders.storage.session_answers import SessionAnswers


def test_a_panel_reads_what_the_page_has_read() -> None:
    memory = AnswerCache()
    SessionAnswers("session", "connection/1", fresh=True, memory=memory).put("/v2/orders/x", b"{}")
    assert SessionAnswers("session", "connection/1", fresh=False, memory=memory).get("/v2/orders/x") == b"{}"


def test_the_page_itself_always_asks_anew() -> None:
    memory = AnswerCache()
    reader = SessionAnswers("session", "connection/1", fresh=True, memory=memory)
    reader.put("/v2/orders/x", b"{}")
    assert reader.get("/v2/orders/x") is None


def test_an_order_that_was_handed_over_is_shown_once_and_forgotten_by_a_refresh() -> None:
    memory = AnswerCache()

    def page(ref: str) -> SessionAnswers:
        return SessionAnswers("session", "connection/1", fresh=True, handed=ref, memory=memory)

    for order_ref, shown in (("order", b"{}"), ("ORDER", b"{}"), ("another", None)):
        search = page("")
        search.put("/v2/orders/x", b"{}")
        search.hand_over("Order")
        assert page(order_ref).get("/v2/orders/x") == shown
        assert page(order_ref).get("/v2/orders/x") is None
    assert len(memory) == 0


def test_nobody_else_and_no_other_state_of_the_connection_reads_it() -> None:
    memory = AnswerCache()
    SessionAnswers("session", "connection/1", fresh=True, memory=memory).put("/v2/orders/x", b"{}")
    assert SessionAnswers("another", "connection/1", fresh=False, memory=memory).get("/v2/orders/x") is None
    assert SessionAnswers("session", "connection/2", fresh=False, memory=memory).get("/v2/orders/x") is None


def test_without_a_session_nothing_is_kept() -> None:
    memory = AnswerCache()
    SessionAnswers("", "connection/1", fresh=True, memory=memory).put("/v2/orders/x", b"{}")
    assert SessionAnswers("", "connection/1", fresh=False, memory=memory).get("/v2/orders/x") is None


def test_an_answer_is_forgotten_when_its_time_is_over() -> None:
    memory = AnswerCache(seconds=-1)
    memory.put(("session", "c", "k"), b"{}")
    assert memory.get(("session", "c", "k")) is None


def test_the_oldest_go_when_there_is_too_much() -> None:
    memory = AnswerCache(most_bytes=10)
    memory.put(("s", "c", "1"), b"12345678")
    memory.put(("s", "c", "2"), b"12345678")
    assert memory.get(("s", "c", "1")) is None
    assert len(memory) == 1
    assert memory.get(("s", "c", "2")) is not None


@pytest.mark.parametrize(
    ("size", "kept"),
    [(2, ["1", "2", "3"]), (3, ["2", "3"]), (10, ["3"]), (11, ["1", "2"])],
)
def test_an_answer_that_is_too_large_leaves_the_others_alone(size: int, kept: list[str]) -> None:
    memory = AnswerCache(most_bytes=10)
    memory.put_all({("s", "c", "1"): b"1234", ("s", "c", "2"): b"1234"})
    memory.put(("s", "c", "3"), b"x" * size)
    assert [name for name in "123" if memory.get(("s", "c", name)) is not None] == kept


def test_an_answer_that_is_too_large_leaves_no_older_one_under_its_key() -> None:
    memory = AnswerCache(most_bytes=10)
    memory.put_all({("s", "c", "1"): b"old", ("s", "c", "2"): b"other"})
    memory.put(("s", "c", "1"), b"x" * 11)
    assert memory.get(("s", "c", "1")) is None
    assert memory.get(("s", "c", "2")) is not None


def test_signing_out_forgets_all_of_a_session() -> None:
    memory = AnswerCache()
    memory.put(("one", "c", "k"), b"1")
    memory.put(("two", "c", "k"), b"2")
    memory.forget("one")
    assert memory.get(("one", "c", "k")) is None
    assert memory.get(("two", "c", "k")) is not None


def test_refresh_forgets_what_the_panels_showed() -> None:
    memory = AnswerCache()
    panel = SessionAnswers("session", "connection/1", fresh=False, memory=memory)
    panel.put("/v2/orders/x/contacts", b"old")
    SessionAnswers("session", "connection/2", fresh=False, memory=memory).put("/v2/orders/x", b"other")
    SessionAnswers("session", "connection/1", fresh=True, memory=memory)
    assert panel.get("/v2/orders/x/contacts") is None
    assert SessionAnswers("session", "connection/2", fresh=False, memory=memory).get("/v2/orders/x") == b"other"


def test_any_look_drops_what_is_too_old() -> None:
    memory = AnswerCache(seconds=0.05)
    memory.put(("one", "c", "k"), b"1")
    threading.Event().wait(0.06)
    memory.get(("two", "c", "k"))
    assert len(memory) == 0


def test_what_nobody_asks_for_again_goes_by_itself() -> None:
    memory = AnswerCache(seconds=0.05)
    memory.put(("one", "c", "k"), b"1")
    limit = time.monotonic() + 5
    while len(memory) and time.monotonic() < limit:
        threading.Event().wait(0.05)
    assert len(memory) == 0
    memory.put(("one", "c", "k"), b"2")
    assert memory.get(("one", "c", "k")) is not None


def test_a_page_of_remembered_answers_is_as_old_as_the_oldest() -> None:
    memory = AnswerCache()
    SessionAnswers("session", "c", fresh=True, memory=memory).put("a", b"{}")
    between = datetime.now(UTC)
    threading.Event().wait(0.01)
    panel = SessionAnswers("session", "c", fresh=False, memory=memory)
    assert panel.as_of > between
    panel.put("b", b"{}")
    assert panel.get("b") == b"{}" and panel.as_of > between
    assert panel.get("a") == b"{}" and panel.as_of < between
