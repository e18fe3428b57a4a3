"""A search that finds nothing leaves a trace: references as they were typed, personal values as a keyed hash."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from orders.http import prepare
from orders.privacy import access_log
from sandbox.server import Sandbox
from tests.recorded import recorded_views

UNKNOWN = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("address", "reference"),
    [
        ("/orders/?q=ZZZ999&ticket=ZD-1", "ZZZ999"),
        ("/orders/ZZZ999/?ticket=ZD-1", "ZZZ999"),
        ("/orders/2041/7/?ticket=ZD-1", "2041/7"),
        (f"/orders/{UNKNOWN}/?ticket=ZD-1", UNKNOWN),
        (f"/orders/{UNKNOWN}/contacts/?ticket=ZD-1", UNKNOWN),
        (f"/orders/{UNKNOWN}/travellers/?ticket=ZD-1", UNKNOWN),
        (f"/orders/{UNKNOWN}/raw/?ticket=ZD-1", UNKNOWN),
        (f"/orders/{UNKNOWN}/itinerary.ics?ticket=ZD-1", UNKNOWN),
        ("/orders/ZZZ999/contacts/?ticket=ZD-1", "ZZZ999"),
        ("/orders/?q=Mary Doyle asks about ZZZ999 and YYY888&ticket=ZD-1", "ZZZ999, YYY888"),
    ],
)
def test_a_reference_that_is_not_found_is_recorded(desk: Client, agent: User, address: str, reference: str) -> None:
    assert desk.get(address).status_code == 404
    missed = recorded_views().get()
    assert (missed.what, missed.reference, missed.subject) == ("searched_reference", reference, "")
    assert (missed.outcome, missed.ticket, missed.user_id) == ("0 found", "ZD-1", agent.pk)
    assert missed.connection_name == "sandbox (sandbox)"
    assert "searched by reference" in desk.get("/activity/").text


def test_trying_references_one_after_the_other_leaves_a_trace_of_each(desk: Client) -> None:
    for number in range(5):
        desk.post("/orders/", {"q": f"TRY{number:03}"})
    assert list(recorded_views().order_by("pk").values_list("reference", flat=True)) == [
        f"TRY{number:03}" for number in range(5)
    ]


@pytest.mark.parametrize("typed", ["00353861234567", "0861234567"])
def test_what_looks_like_a_phone_number_is_recorded_as_a_hash(desk: Client, typed: str) -> None:
    assert desk.post("/orders/", {"q": typed}).status_code in {400, 404}
    for missed in recorded_views():
        assert missed.reference == ""
        assert len(missed.subject) == 64
        assert typed not in str(vars(missed))


def test_where_the_miss_cannot_be_recorded_it_is_not_told(desk: Client, no_room_for_records: None) -> None:
    answer = desk.get("/orders/?q=ZZZ999")
    assert answer.status_code == 503
    assert "Not found" not in answer.text


def test_a_failure_is_no_miss(desk: Client, cdp: Sandbox) -> None:
    cdp.set_fault("*", "503")
    assert desk.get("/orders/?q=ZZZ999").status_code >= 500
    assert not recorded_views().exists()


@pytest.mark.parametrize(
    "reference", ["jane.doe@example.com", "+353861234567", "00353 86 123 4567", "B94TXY, jane@example.com"]
)
def test_a_reference_that_names_a_person_is_hashed_in_every_record(agent: User, reference: str) -> None:
    request = prepare(RequestFactory().get("/"))
    request.user = agent
    access_log.record(request, access_log.Action.ORDER_OPENED, order_ref="r", reference=reference)
    record = recorded_views().get()
    assert (record.reference, record.subject) == ("", access_log.hashed(reference))


@pytest.mark.parametrize("reference", ["B94TXY", "4711008", "2041/7", "15082025", "A:93", "B94TXY, FAM4OB"])
def test_a_plain_reference_is_kept_as_it_is(agent: User, reference: str) -> None:
    request = prepare(RequestFactory().get("/"))
    request.user = agent
    access_log.record(request, access_log.Action.ORDER_OPENED, order_ref="r", reference=reference)
    assert recorded_views().get().reference == reference
