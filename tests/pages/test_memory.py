"""The minute's memory: per session, per state of a connection, bounded, and forgotten."""

from __future__ import annotations

from orders.memory import AnswerMemory, Reader


def test_a_panel_reads_what_the_page_has_read() -> None:
    memory = AnswerMemory()
    Reader("session", "connection/1", fresh=True, memory=memory).put("/v2/orders/x", b"{}")
    assert Reader("session", "connection/1", fresh=False, memory=memory).get("/v2/orders/x") == b"{}"


def test_the_page_itself_always_asks_anew() -> None:
    memory = AnswerMemory()
    reader = Reader("session", "connection/1", fresh=True, memory=memory)
    reader.put("/v2/orders/x", b"{}")
    assert reader.get("/v2/orders/x") is None


def test_nobody_else_and_no_other_state_of_the_connection_reads_it() -> None:
    memory = AnswerMemory()
    Reader("session", "connection/1", fresh=True, memory=memory).put("/v2/orders/x", b"{}")
    assert Reader("another", "connection/1", fresh=False, memory=memory).get("/v2/orders/x") is None
    assert Reader("session", "connection/2", fresh=False, memory=memory).get("/v2/orders/x") is None


def test_without_a_session_nothing_is_kept() -> None:
    memory = AnswerMemory()
    Reader("", "connection/1", fresh=True, memory=memory).put("/v2/orders/x", b"{}")
    assert Reader("", "connection/1", fresh=False, memory=memory).get("/v2/orders/x") is None


def test_an_answer_is_forgotten_when_its_time_is_over() -> None:
    memory = AnswerMemory(seconds=-1)
    memory.put(("session", "c", "k"), b"{}")
    assert memory.get(("session", "c", "k")) is None


def test_the_oldest_go_when_there_is_too_much() -> None:
    memory = AnswerMemory(most_bytes=10)
    memory.put(("s", "c", "1"), b"12345678")
    memory.put(("s", "c", "2"), b"12345678")
    assert memory.get(("s", "c", "1")) is None
    assert memory.get(("s", "c", "2")) == b"12345678"


def test_signing_out_forgets_all_of_a_session() -> None:
    memory = AnswerMemory()
    memory.put(("one", "c", "k"), b"1")
    memory.put(("two", "c", "k"), b"2")
    memory.forget("one")
    assert memory.get(("one", "c", "k")) is None
    assert memory.get(("two", "c", "k")) == b"2"
