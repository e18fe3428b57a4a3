"""The client's rules, with the CDP mocked at HTTP."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from orders.cdp.client import CdpClient
from orders.cdp.errors import (
    BadReference,
    Broken,
    CdpError,
    NotFound,
    RateLimited,
    RequestRefused,
    TimedOut,
    TooBusy,
    TooLarge,
    Unreadable,
)
from orders.cdp.transport import Deadline, Limits, Transport
from tests.cdp.asks import BY_REF, BY_TERM
from tests.cdp.conftest import BASE, KEY, ORDER, TOKEN, Make

URL = f"{BASE}/v2/orders/{ORDER}"


class Kept(dict[str, bytes]):
    """A memory like the one that the services use."""

    def put(self, key: str, body: bytes) -> None:
        self[key] = body


def asked(mock: responses.RequestsMock) -> list[str]:
    return [str(call.request.url).removeprefix(BASE) for call in mock.calls]


def test_a_small_order_takes_one_call(cdp: responses.RequestsMock, client: Make, order_page: bytes) -> None:
    cdp.get(URL, body=order_page)
    cdp_client = client()
    cdp_client.reader.keep_documents()
    assert cdp_client.get_order(ORDER).reference_id == "B94TXY"
    assert asked(cdp) == [f"/v2/orders/{ORDER}?expand=orderItems"]
    assert cdp_client.reader.calls == 1 and cdp_client.reader.seconds >= 0
    (document,) = cdp_client.reader.documents
    assert document.path == f"/v2/orders/{ORDER}?expand=orderItems"
    assert document.text == order_page.decode()


def test_a_request_is_a_get_with_basic_auth_and_nothing_personal(
    cdp: responses.RequestsMock, client: Make, order_page: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "nowhere.pem")
    cdp.get(URL, body=order_page, headers={"Set-Cookie": "session=of-another; Path=/"})
    client().get_order(ORDER)
    client().get_order(ORDER)
    for call in cdp.calls:
        headers = dict(call.request.headers)
        assert call.request.method == "GET" and call.request.body is None
        assert headers.pop("Authorization") == "Basic " + base64.b64encode(f"{KEY}:{TOKEN}".encode()).decode()
        assert headers == {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "cdpviewer"}


@pytest.mark.parametrize(
    "ref",
    ["", "..", ".", "../../v2/x", "a/b", "a%2eb", "a b", "a\nb", "a?b", "a#b", "x" * 129, "x" * 10_000, "заказ", "a..b", "{{ticket}}", "a\x00"],
)  # fmt: skip
def test_a_ref_that_is_none_is_refused_before_any_call(cdp: responses.RequestsMock, client: Make, ref: str) -> None:
    cdp_client = client()
    for ask in BY_REF.values():
        with pytest.raises(BadReference) as caught:
            ask(cdp_client, ref)
        assert len(ref) < 3 or ref not in str(caught.value)
    assert cdp_client.reader.calls == 0 and len(cdp.calls) == 0


@pytest.mark.parametrize("term", ["", "   ", "x" * 257, "a\nb", "a\x00"])
def test_a_search_term_nobody_can_mean_is_refused_before_any_call(
    cdp: responses.RequestsMock, client: Make, term: str
) -> None:
    for ask in (
        ask for name, ask in BY_TERM.items() if term or "guests" not in name
    ):  # a guest search without any term is a programming error
        with pytest.raises(BadReference):
            ask(client(), term)
    assert len(cdp.calls) == 0


def test_a_reference_is_quoted_whole(cdp: responses.RequestsMock, client: Make) -> None:
    cdp.get(f"{BASE}/v2/orders", json={"items": []})
    client().list_orders(reference_id="A&limit=1 #é/+")
    assert asked(cdp) == ["/v2/orders?referenceId=A%26limit%3D1%20%23%C3%A9%2F%2B&expand=true&limit=100&offset=0"]


@pytest.mark.parametrize("miss", [{"status": 404, "json": {"status": 404}}, {"json": {"href": "x", "items": []}}])
def test_no_order_is_an_empty_list_whichever_way_it_is_said(
    cdp: responses.RequestsMock, client: Make, miss: dict[str, Any]
) -> None:
    cdp.get(f"{BASE}/v2/orders", **miss)
    matches = client().list_orders(reference_id="NOSUCH")
    assert matches.items == () and matches.complete and matches.missing == 0 and matches.problem is None


def test_several_orders_of_one_reference_are_all_found(cdp: responses.RequestsMock, client: Make) -> None:
    cdp.get(f"{BASE}/v2/orders", json={"limit": 100, "items": [{"ref": "a", "price": 1}, {"ref": "b", "price": 2}]})
    assert [order.ref for order in client().list_orders(reference_id="TWICE1").items] == ["a", "b"]


def test_references_are_fetched_side_by_side_from_our_own_host(cdp: responses.RequestsMock, client: Make) -> None:
    links = [{"href": f"https://evil.example/v2/orderContacts/c-{n}?expand=true"} for n in range(30)]
    cdp.get(f"{URL}/contacts", json={"offset": 0, "limit": 100, "items": links})
    for n in range(30):
        if n == 7:
            cdp.get(f"{BASE}/v2/orderContacts/c-{n}", status=404)
        else:
            cdp.get(f"{BASE}/v2/orderContacts/c-{n}", json={"ref": f"c-{n}", "firstName": f"N{n}"})
    cdp_client = client()
    cdp_client.reader.keep_documents()
    contacts = cdp_client.list_contacts(ORDER)
    assert [person.ref for person in contacts.items] == [f"c-{n}" for n in range(30) if n != 7]
    assert contacts.missing == 1 and not contacts.complete and isinstance(contacts.problem, NotFound)
    assert cdp_client.reader.calls == 31 and all(str(call.request.url).startswith(BASE) for call in cdp.calls)
    assert cdp_client.reader.documents[0].path.startswith(f"/v2/orders/{ORDER}/contacts")
    assert len(cdp_client.reader.documents) == 30


def test_a_mixed_collection_keeps_its_order(cdp: responses.RequestsMock, client: Make) -> None:
    entries = [
        {"href": "x/orderContacts/c-1"},
        {"ref": "c-2", "firstName": "B"},
        None,
        {"href": "x/orderContacts/c-3"},
        {},
    ]
    cdp.get(f"{URL}/contacts", json={"limit": 100, "items": entries})
    cdp.get(f"{BASE}/v2/orderContacts/c-1", json={"ref": "c-1", "firstName": "A"})
    cdp.get(f"{BASE}/v2/orderContacts/c-3", json={"ref": "c-3", "firstName": "C"})
    contacts = client().list_contacts(ORDER)
    assert [person.first_name for person in contacts.items] == ["A", "B", "C"]
    assert contacts.missing == 2 and isinstance(contacts.problem, Unreadable)


def test_a_server_that_refuses_expand_is_asked_without_it(
    cdp: responses.RequestsMock, client: Make, order_page: bytes
) -> None:
    bare = json.loads(order_page)
    bare["orderItems"] = {"href": f"{URL}/orderItems"}

    def strict(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        parts = urlsplit(str(request.url))
        if parts.query:
            return 400, {}, json.dumps({"status": 400, "message": "unknown parameter"})
        items = [{"href": "https://x/v2/orderItems/item-1"}]
        return 200, {}, json.dumps({"items": items, "limit": 10} if parts.path.endswith("orderItems") else bare)

    cdp.add_callback(responses.GET, URL, callback=strict)
    cdp.add_callback(responses.GET, f"{URL}/orderItems", callback=strict)
    cdp.get(f"{BASE}/v2/orderItems/item-1", json={"ref": "item-1", "type": "FLIGHT"})
    order = client().get_order(ORDER)
    assert [item.ref for item in order.items] == ["item-1"] and order.items_complete


def test_a_request_refused_twice_is_said(cdp: responses.RequestsMock, client: Make) -> None:
    cdp.get(f"{BASE}/v2/orders", status=400, json={"message": "canary-body"})
    with pytest.raises(RequestRefused) as caught:
        client().list_orders(reference_id="X")
    assert len(cdp.calls) == 2 and "canary-body" not in str(caught.value)


@pytest.mark.parametrize(
    ("listing", "complete"),
    [
        ({"status": 500}, False),
        ({"json": {"items": []}}, False),
        ({"status": 404}, False),
        ({"body": b"<html>"}, False),
    ],
)
def test_the_first_ten_items_stay_when_their_listing_fails(
    cdp: responses.RequestsMock, client: Make, listing: dict[str, Any], complete: bool
) -> None:
    items = [{"ref": f"i-{n}", "type": "BAG"} for n in range(10)]
    cdp.get(URL, json={"ref": ORDER, "orderItems": {"limit": 10, "items": items}})
    cdp.get(f"{URL}/orderItems", **listing)
    order = client().get_order(ORDER)
    assert len(order.items) == 10 and order.items_complete is complete


def test_an_order_of_a_shop_may_have_no_items(cdp: responses.RequestsMock, client: Make) -> None:
    cdp.get(URL, json={"ref": ORDER, "orderItems": {"href": "x"}})
    cdp.get(f"{URL}/orderItems", status=404)
    order = client().get_order(ORDER)
    assert order.items == () and order.items_complete and order.items_problem is None


def test_memory_answers_in_place_of_the_cdp(cdp: responses.RequestsMock, client: Make, order_page: bytes) -> None:
    cdp.get(URL, body=order_page)
    memory = Kept()
    first = client(memory=memory).get_order(ORDER)
    again = client(memory=memory)
    again.reader.keep_documents()
    assert again.get_order(ORDER) == first
    assert again.reader.calls == 0 and len(again.reader.documents) == 1 and again.reader.seconds == 0


def test_memory_keeps_no_failure_and_no_search_for_a_person(cdp: responses.RequestsMock, client: Make) -> None:
    memory = Kept()
    cdp.get(URL, body=b"<html>")
    with pytest.raises(Unreadable):
        client(memory=memory).get_order(ORDER)
    cdp.get(f"{BASE}/v2/guests", json={"items": []})
    cdp_client = client(memory=memory)
    cdp_client.reader.keep_documents()
    cdp_client.list_guests(email="jane.doyle@example.com")
    cdp_client.reader.get(("guests",), {"loyaltyNumber": "7", "limit": 10})  # a parameter that is on no list
    assert memory == {}
    assert [document.path for document in cdp_client.reader.documents] == ["/v2/guests?…"] * 2


@pytest.mark.parametrize(
    ("search", "query"),
    [
        ({"email": "a+b@example.com"}, "email=a%2Bb%40example.com"),
        ({"phone_number": "+353 1"}, "phoneNumber=%2B353%201"),
        ({"first_name": "Ada", "last_name": "O'Neil"}, "firstName=Ada&lastName=O%27Neil"),
        ({"last_name": "Zoë"}, "lastName=Zo%C3%AB"),
    ],
)
def test_guests_are_searched_by_what_the_api_knows(
    cdp: responses.RequestsMock, client: Make, search: dict[str, str], query: str
) -> None:
    cdp.get(f"{BASE}/v2/guests", json={"items": [{"href": "x/guests/g-1"}]})
    cdp.get(f"{BASE}/v2/guests/g-1", json={"ref": "g-1", "guestType": "customer"})
    guests = client().list_guests(**search)  # type: ignore[arg-type]
    assert [guest.ref for guest in guests.items] == ["g-1"]
    assert asked(cdp)[0] == f"/v2/guests?{query}&expand=true&limit=100&offset=0"


def test_no_error_log_or_repr_holds_a_secret_or_a_person(
    cdp: responses.RequestsMock, client: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cdp_client = client()
    seen = [repr(cdp_client), repr(vars(cdp_client)), str(cdp_client)]
    for failure in ({"status": 500, "body": "jane@example.com"}, {"body": requests.ConnectionError("https://x/?email=jane@example.com")},
                    {"status": 401}, {"body": b'{"items": "jane@example.com"}'}):  # fmt: skip
        cdp.reset()
        cdp.get(f"{BASE}/v2/guests", **failure)
        with pytest.raises(CdpError) as caught:
            client().list_guests(email="jane@example.com")
        error: BaseException | None = caught.value
        while error is not None:
            seen.append(repr(error))
            error = error.__cause__ or error.__context__
    text = "\n".join([*seen, caplog.text])
    assert "jane" not in text and TOKEN not in text and KEY not in text
    assert base64.b64encode(f"{KEY}:{TOKEN}".encode()).decode() not in text


def test_v2_1_uses_its_own_paths(cdp: responses.RequestsMock, client: Make, order_page: bytes) -> None:
    root = f"{BASE}/v2.1"
    cdp.get(f"{root}/orders/{ORDER}", body=order_page)
    cdp.get(f"{root}/orders/{ORDER}/extensions/ext", json={"name": "ext", "tripType": "OW"})
    cdp.get(f"{root}/orderItems/i-1/extensions/ext", json={"name": "ext", "seat": "1A"})
    cdp.get(f"{root}/orderItems/i-2/extensions/ext", status=404)
    cdp_client = client(version="v2.1")
    assert cdp_client.get_order(ORDER).reference_id == "B94TXY"
    extension = cdp_client.get_order_extension(ORDER)
    assert extension is not None and extension.values[0].key == "tripType"
    first, second = cdp_client.get_item_extensions(["i-1", "i-2"])
    assert first is not None and not isinstance(first, CdpError) and first.values[0].value == "1A" and second is None
    with pytest.raises(ValueError, match="v3"):
        client(version="v3")


@pytest.mark.parametrize(
    "answer",
    [
        {"name": "ext", "tripType": "OW"},
        {"items": [{"ref": "e-1", "tripType": "OW"}], "href": "x"},
        {"items": [{"href": "x/extExt/e-1"}], "href": "x"},
    ],
)
def test_custom_data_of_v2_is_found_in_any_of_its_likely_shapes(
    cdp: responses.RequestsMock, client: Make, answer: dict[str, Any]
) -> None:
    cdp.get(f"{URL}/extExt", json=answer)
    cdp.get(f"{URL}/extExt/e-1", json={"ref": "e-1", "tripType": "OW"})
    extension = client().get_order_extension(ORDER)
    assert extension is not None and [(extra.key, extra.value) for extra in extension.values] == [("tripType", "OW")]


def test_no_custom_data_is_none(cdp: responses.RequestsMock, client: Make) -> None:
    cdp.get(f"{URL}/extExt", status=404)
    cdp_client = client()
    assert cdp_client.get_order_extension(ORDER) is None
    assert cdp_client.get_item_extension("i-1") is None and cdp_client.reader.calls == 1


@pytest.mark.parametrize("answer", [{"status": 404}, {"json": {"items": []}}])
def test_the_probe_accepts_a_search_without_a_hit(
    cdp: responses.RequestsMock, client: Make, answer: dict[str, Any]
) -> None:
    cdp.get(f"{BASE}/v2/orders", **answer)
    client().probe()
    assert parse_qs(urlsplit(asked(cdp)[0]).query) == {"referenceId": ["cdpviewer-connection-check"]}


def test_two_readings_at_the_same_time_keep_their_order_and_their_errors(
    cdp: responses.RequestsMock, client: Make, order_page: bytes
) -> None:
    cdp.get(URL, body=order_page)
    cdp.get(f"{BASE}/v2/orders", status=429, headers={"Retry-After": "30"})
    cdp_client = client()
    answers = cdp_client.reader.run_parallel(
        [lambda: cdp_client.get_order(ORDER), lambda: cdp_client.list_orders(reference_id=ORDER)]
    )
    assert getattr(answers[0], "reference_id", None) == "B94TXY"
    assert isinstance(answers[1], RateLimited) and answers[1].retry_after == 30
    assert cdp_client.reader.run_parallel([]) == []


def test_a_page_whose_time_is_over_asks_nothing_more(cdp: responses.RequestsMock, client: Make) -> None:
    cdp_client = client(deadline=Deadline.after(0))
    with pytest.raises(TimedOut):
        cdp_client.get_order(ORDER)
    assert cdp_client.reader.calls == 0 and len(cdp.calls) == 0


def test_clients_with_the_same_limits_share_one_pool() -> None:
    cdp_client, other = (CdpClient(BASE, "a", "b", limits=Limits()) for _ in range(2))
    assert cdp_client.reader._transport is other.reader._transport


ITEMS_OF_CONSUMER = f"{BASE}/v2.1/orderConsumers/c-1/orderItems"


def item_pages(
    total: int, failing: int | None = None
) -> Callable[[requests.PreparedRequest], tuple[int, dict[str, str], str]]:
    """Pages of a consumer's items, as links; the one at offset `failing` is an error."""

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked_for = parse_qs(urlsplit(str(request.url)).query)
        offset, limit = int(asked_for["offset"][0]), int(asked_for["limit"][0])
        if offset == failing:
            return 501, {}, ""
        items = [{"href": f"{BASE}/v2.1/orderItems/i-{n}"} for n in range(offset, min(total, offset + limit))]
        return 200, {}, json.dumps({"href": "x", "offset": offset, "limit": limit, "items": items})

    return answer


@pytest.mark.parametrize(
    ("total", "failing", "read", "problem"),
    [
        (0, None, 0, None), (1, None, 1, None), (99, None, 99, None), (100, None, 100, None), (130, None, 130, None),
        (1000, None, 1000, None), (1100, None, 1000, TooLarge), (230, 100, 130, Broken),
    ],
)  # fmt: skip
def test_the_items_of_a_consumer_are_listed_to_the_end(
    cdp: responses.RequestsMock, client: Make, total: int, failing: int | None, read: int, problem: type | None
) -> None:
    cdp.add_callback("GET", ITEMS_OF_CONSUMER, item_pages(total, failing))
    refs = client(version="v2.1").list_consumer_item_refs("c-1")
    assert len(refs.items) == len(set(refs.items)) == read
    assert (type(refs.problem) if refs.problem else None, refs.complete) == (problem, problem is None)
    assert not any("expand" in path for path in asked(cdp))


def test_a_consumer_without_items_and_one_whose_items_name_nothing_differ(
    cdp: responses.RequestsMock, client: Make
) -> None:
    none = cdp.get(ITEMS_OF_CONSUMER, status=404)
    refs = client(version="v2.1").list_consumer_item_refs("c-1")
    assert refs.items == () and refs.complete
    assert client().list_consumer_item_refs("c-1").complete and none.call_count == 1  # v2 has no such path
    cdp.replace("GET", ITEMS_OF_CONSUMER, json={"items": [{"ref": "i-1"}, {}, 7], "limit": 100})
    refs = client(version="v2.1").list_consumer_item_refs("c-1")
    assert refs.items == ("i-1",) and refs.missing == 2 and not refs.complete


@pytest.mark.parametrize(
    ("rest", "missing", "problem"), [({"firstName": "Tom"}, 0, None), ({}, 1, TooBusy)], ids=["whole", "a link only"]
)
def test_a_list_takes_a_slot_after_its_first_page_only_for_further_calls(
    cdp: responses.RequestsMock, client: Make, transports: Callable[..., Transport], rest: dict[str, str],
    missing: int, problem: type | None, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    transport, taken, go = transports(Limits(waiting_pages=1)), Event(), Event()
    cdp.get(
        f"{URL}/contacts", json={"limit": 100, "items": [{"ref": "p-1", "firstName": "Ada"}, {"ref": "p-2", **rest}]}
    )
    cdp_client = client(transport=transport)
    get = cdp_client.reader.get

    def hold() -> None:
        taken.set()
        go.wait(5)

    def get_and_lose_the_slot(*args: Any) -> Any:
        answer = get(*args)
        others.submit(transport.side_by_side, [hold], Deadline.after(5))
        assert taken.wait(5)
        return answer

    monkeypatch.setattr(cdp_client.reader, "get", get_and_lose_the_slot)
    with ThreadPoolExecutor(1) as others:
        contacts = cdp_client.list_contacts(ORDER)
        go.set()
    assert (contacts.missing, type(contacts.problem) if contacts.problem else None) == (missing, problem)
    assert [person.ref for person in contacts.items] == ["p-1", "p-2"][: 2 - missing]
    assert [type(failure) for failure in cdp_client.reader.take_failures()] == ([problem] if problem else [])
