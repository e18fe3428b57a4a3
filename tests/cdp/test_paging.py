"""Reading collections to the end from servers that page well, badly, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.cdp.errors import Broken, CdpError
from orders.cdp.limits import Limits
from orders.cdp.pages import Page, page
from orders.cdp.paging import Gathered, Pager

Serve = Callable[[int], dict[str, Any]]


class Asker:
    """A reader that counts its calls and rounds; the server is a function of the offset."""

    def __init__(self, serve: Serve, failing: frozenset[int] = frozenset()) -> None:
        self._serve, self._failing = serve, failing
        self.offsets: list[int] = []
        self.rounds = 0

    def page_at(self, offset: int) -> Page:
        self.offsets.append(offset)
        if offset in self._failing:
            raise Broken("HTTP 500")
        return page(self._serve(offset), at=offset)

    def first(self, offset: int) -> Page:
        self.rounds += 1
        return self.page_at(offset)

    def many(self, offsets: list[int]) -> list[Page | CdpError]:
        self.rounds += 1
        answers: list[Page | CdpError] = []
        for offset in offsets:
            try:
                answers.append(self.page_at(offset))
            except CdpError as error:
                answers.append(error)
        return answers

    def read(self, *, at_least: int = 0, most: int = 5000) -> Gathered:
        limits = Limits(page_size=100, most_pages=200)
        pager = Pager(self.first(0), limits, most=most, at_least=at_least, identity=lambda entry: entry.get("ref"))
        while (gathered := pager.done()) is None:
            if offsets := pager.next_offsets():
                pager.add(self.many(offsets))
        return gathered


def entries(count: int, *, named: bool = True) -> list[dict[str, Any]]:
    return [{"ref": f"r-{n}", "n": n} if named else {"n": n} for n in range(count)]


def server(total: int, cap: int = 100, *, links: bool = False, says: bool = True, named: bool = True) -> Serve:
    """A server of `total` entries in pages of `cap`; with `links` it sends `next`, with `says` the offset and limit."""
    everything = entries(total, named=named)

    def serve(offset: int) -> dict[str, Any]:
        answer: dict[str, Any] = {"href": "x", "items": everything[offset : offset + cap]}
        if says:
            answer |= {"offset": offset, "limit": cap}
        if links and offset + cap < total:
            answer["next"] = {"href": f"https://x/items?offset={offset + cap}&limit={cap}"}
        return answer

    return serve


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(
    ("total", "calls", "rounds"),
    [(0, 1, 1), (1, 1, 1), (9, 1, 1), (60, 1, 1), (99, 1, 1), (120, 6, 2), (500, 6, 2), (1500, 16, 3)],
)
def test_everything_is_read_in_few_rounds(total: int, calls: int, rounds: int, links: bool) -> None:
    asker = Asker(server(total, links=links))
    gathered = asker.read()
    assert list(gathered.entries) == entries(total) and gathered.complete and gathered.problem is None
    assert (len(asker.offsets), asker.rounds) == (calls, rounds)


@given(
    total=st.integers(0, 400),
    cap=st.integers(1, 130),
    links=st.booleans(),
    says=st.booleans(),
    named=st.booleans(),
)
def test_any_server_that_honours_the_offset_is_read_whole(
    total: int, cap: int, links: bool, says: bool, named: bool
) -> None:
    if total > cap * 200:
        return
    gathered = Asker(server(total, cap, links=links, says=says, named=named)).read()
    assert list(gathered.entries) == entries(total, named=named)
    assert gathered.complete


@pytest.mark.parametrize("cap", [10, 20, 50, 100])
@pytest.mark.parametrize(("total", "complete"), [(49, True), (51, False), (65, False), (95, False), (500, False)])
def test_no_more_are_kept_than_wanted_wherever_the_last_page_ends(total: int, complete: bool, cap: int) -> None:
    gathered = Asker(server(total, cap, links=True)).read(most=50)
    assert list(gathered.entries) == entries(min(total, 50))
    assert gathered.complete is complete and (gathered.left is None) is complete


def test_ten_of_a_hundred_are_looked_behind() -> None:
    """A server may repeat the requested limit but apply its own limit of ten."""
    everything = entries(23)
    asker = Asker(lambda offset: {"offset": offset, "limit": 100, "items": everything[offset : offset + 10]})
    gathered = asker.read()
    assert len(gathered.entries) == 23 and gathered.complete


def test_pages_shorter_than_they_say_are_read_on_where_more_are_known() -> None:
    everything = entries(120)
    for links in (True, False):

        def serve(offset: int, links: bool = links) -> dict[str, Any]:
            answer: dict[str, Any] = {"offset": offset, "limit": 100, "items": everything[offset : offset + 7]}
            if links and offset + 100 < 120:
                answer["next"] = {"href": f"x?offset={offset + 100}"}
            return answer

        gathered = Asker(serve).read(at_least=10)
        assert len(gathered.entries) == 120 and gathered.complete


@pytest.mark.parametrize("named", [True, False])
def test_a_server_that_ignores_the_offset_is_found_out(named: bool) -> None:
    asker = Asker(lambda _: {"offset": 0, "limit": 100, "items": entries(100, named=named)})
    gathered = asker.read()
    assert len(gathered.entries) == 100 and not gathered.complete and gathered.problem is None
    assert len(asker.offsets) == 6


def test_a_server_that_does_not_page_at_all_sent_everything() -> None:
    gathered = Asker(lambda _: {"offset": 0, "limit": 120, "items": entries(120)}).read()
    assert len(gathered.entries) == 120 and gathered.complete


@pytest.mark.parametrize("link", ["https://x/items?offset=0&limit=100", "https://x/items", "items?offset=zero", ""])
def test_a_next_link_that_loops_ends(link: str) -> None:
    everything = entries(120)

    def serve(offset: int) -> dict[str, Any]:
        return {"limit": 100, "items": everything[offset : offset + 100], "next": {"href": link}}

    asker = Asker(serve)
    gathered = asker.read()
    assert len(gathered.entries) == 120 and gathered.complete and len(asker.offsets) <= 7


def test_overlapping_pages_give_each_entry_once() -> None:
    everything = entries(150)
    gathered = Asker(lambda offset: {"limit": 100, "items": everything[max(0, offset - 5) : offset + 95]}).read()
    refs = [entry["ref"] for entry in gathered.entries]
    assert len(refs) == len(set(refs)) and refs[:150] == [entry["ref"] for entry in everything[: len(refs)]]


def test_entries_without_a_name_are_never_taken_for_each_other() -> None:
    same = [{"type": "BAG"}] * 8
    gathered = Asker(lambda _: {"limit": 100, "items": same}).read()
    assert len(gathered.entries) == 8


def test_a_failed_page_is_a_gap_and_the_others_stay() -> None:
    gathered = Asker(server(500), failing=frozenset({300})).read()
    assert [entry["n"] for entry in gathered.entries] == [*range(300), *range(400, 500)]
    assert not gathered.complete and isinstance(gathered.problem, Broken)
    cut = Asker(server(120), failing=frozenset({100})).read()
    assert len(cut.entries) == 100 and not cut.complete and isinstance(cut.problem, Broken)


def test_a_failed_first_page_is_raised() -> None:
    with pytest.raises(Broken):
        Asker(server(5), failing=frozenset({0})).read()


def test_a_failed_page_stays_the_reason_where_a_limit_ends_the_same_round() -> None:
    serve = server(1000)
    pager = Pager(
        page(serve(0), at=0), Limits(page_size=100), most=5000, at_least=400, identity=lambda entry: entry.get("ref")
    )
    assert pager.next_offsets()[:2] == [100, 200]
    pager.add([Broken("HTTP 500"), replace(page(serve(200), at=200), left=5)])
    gathered = pager.done()
    assert gathered and (gathered.complete, gathered.left) == (False, 5) and isinstance(gathered.problem, Broken)


def test_a_collection_without_end_is_cut_and_said_to_be() -> None:
    gathered = Asker(lambda offset: {"limit": 100, "items": [{"n": offset + n} for n in range(100)]}).read(most=1000)
    assert len(gathered.entries) == 1000 and not gathered.complete
    one_by_one = Asker(lambda offset: {"limit": 1, "items": [{"n": offset}]})
    assert not one_by_one.read().complete and len(one_by_one.offsets) < 240
