"""Each endpoint over a real socket, as the vendor documents it."""

from __future__ import annotations

import re

import pytest

from sandbox.server import Sandbox
from tests.sandbox.talking import ask, basic, connect, every, get, request

SEED = "d680c9be-4c07-4731-857e-9602034b15f2"
FAMILY = "4B7D0C9E-2f5a-4C1B-8e6d-91A3F0b2C4d4"
JANE = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"


def test_the_seed_order_is_sent_with_exactly_the_documented_values(cdp: Sandbox) -> None:
    order = get(cdp, f"/v2/orders/{SEED}?expand=orderItems")
    (item,) = order["orderItems"].pop("items")
    segments = item.pop("flightSegments")
    base = f"{cdp.url}/v2/orders/{SEED}"
    assert order == {
        "href": f"{base}?expand=orderItems",
        "ref": SEED,
        "createdAt": "2025-08-15T16:00:55.554Z",
        "modifiedAt": "2025-08-21T16:00:51.882Z",
        "orderedAt": "2025-08-15T16:00:55.554Z",
        "price": 100.0,
        "currencyCode": "EUR",
        "referenceId": "B94TXY",
        "paymentType": "Card",
        "cardType": "Visa",
        "pointOfSale": "default",
        "channel": "WEB",
        "status": "PURCHASED",
        "contacts": {"href": f"{base}/contacts"},
        "consumers": {"href": f"{base}/consumers"},
        "orderItems": {"href": f"{base}/orderItems", "offset": 0, "limit": 10, "order": {"href": base}},
    }
    assert item == {
        "href": f"{cdp.url}/v2/orderItems/{SEED}",
        "ref": "FECBB7ED-6DFE-4E8C-85A9-B894B17EF4F3",
        "createdAt": "2025-08-15T16:00:55.554Z",
        "modifiedAt": "2025-08-21T16:00:51.882Z",
        "type": "FLIGHT",
        "quantity": 1,
        "productId": "DUB-LHR",
        "price": 100.0,
        "currencyCode": "EUR",
        "originalPrice": 112.0,
        "originalCurrencyCode": "USD",
        "referenceId": "B94TXY-item001",
        "status": "PURCHASED",
        "passengerTypeCode": "ADT",
    }
    assert [
        (s["origin"], s["departureDateTime"], s["destination"], s["arrivalDateTime"], s["flightNumber"])
        for s in segments
    ] == [
        ("DUB", "2025-08-15T16:00:00.000Z", "LHR", "2025-08-15T17:20:00.000Z", "459"),
        ("LHR", "2025-08-15T20:00:00.000Z", "LAS", "2025-08-15T22:40:00.000Z", "460"),
    ]
    assert [set(s) for s in segments] == [
        {
            "origin",
            "destination",
            "departureDateTime",
            "arrivalDateTime",
            "flightNumber",
            "fareClass",
            "fareFamily",
            "carrier",
            "operatingCarrier",
            "originDestination",
        }
    ] * 2


def test_prices_keep_the_digits_they_were_written_with(cdp: Sandbox) -> None:
    assert b'"price":100.00,' in ask(cdp, f"/v2/orders/{SEED}").body
    assert b'"price":123.450,' in ask(cdp, f"/v2/orders/{ref_of(cdp, 'KWDKWI')}?expand=orderItems").body


def ref_of(cdp: Sandbox, reference: str) -> str:
    (link,) = get(cdp, f"/v2/orders?referenceId={reference}")["items"]
    return str(link["href"].rsplit("/", 1)[1])


def test_without_expand_an_order_has_links_only(cdp: Sandbox) -> None:
    assert set(get(cdp, f"/v2/orders/{SEED}")["orderItems"]) == {"href"}


def test_an_order_is_found_by_reference_and_by_guest(cdp: Sandbox) -> None:
    page = get(cdp, "/v2/orders?referenceId=B94TXY")
    assert page == {
        "href": f"{cdp.url}/v2/orders?referenceId=B94TXY&offset=0&limit=10",
        "offset": 0,
        "limit": 10,
        "items": [{"href": f"{cdp.url}/v2/orders/{SEED}"}],
    }
    by_guest = get(cdp, f"/v2/orders?guestRef={JANE.upper()}&expand=true")["items"]
    assert {order["referenceId"] for order in by_guest} == {"B94TXY", "JD2TRIP", "JD3OLD"}


def test_a_reference_is_matched_exactly(cdp: Sandbox) -> None:
    assert get(cdp, "/v2/orders?referenceId=b94txy")["items"] == []
    assert get(cdp, "/v2/orders?referenceId=B94")["items"] == []
    assert len(get(cdp, "/v2/orders?referenceId=TWICE1")["items"]) == 2


def test_a_miss_answers_404_where_that_was_chosen() -> None:
    with Sandbox(miss=404) as strict:
        assert ask(strict, "/v2/orders?referenceId=NOSUCH").status == 404
        assert ask(strict, "/v2/guests?email=nobody@example.com").status == 404
        assert ask(strict, "/v2/orders?referenceId=B94TXY").status == 200


@pytest.mark.parametrize(
    "target",
    ["/v2/orders", "/v2/orders?referenceId=", "/v2.1/orders?referenceId=B94TXY&guestRef=x", "/v2/guests", "/v2/guests?colour=red",
     "/v2/orders?referenceId=B94TXY&limit=0", "/v2/orders?referenceId=B94TXY&offset=-1", "/v2/orders?referenceId=B94TXY&limit=ten"],
)  # fmt: skip
def test_what_is_not_a_valid_search_answers_400(cdp: Sandbox, target: str) -> None:
    heard = ask(cdp, target)
    assert heard.status == 400
    assert heard.json["status"] == heard.json["code"] == 400
    assert heard.json["message"] and heard.json["developerMessage"] and heard.json["moreInfoUrl"]


@pytest.mark.parametrize(
    "target",
    ["/", "/v2", "/v3/orders", "/v2/orders/00000000-0000-4000-8000-000000000000", "/v2/orderItems/none", "/v2/orderContacts/none",
     "/v2/orderConsumers/none", "/v2/guests/none", f"/v2/orders/{SEED}/nothing", f"/v2/orders/{SEED}/extensions/ext",
     f"/v2.1/orders/{SEED}/extensions/ext", "/v2/orders/..%2f..%2fv2"],
)  # fmt: skip
def test_what_is_not_there_answers_404(cdp: Sandbox, target: str) -> None:
    heard = ask(cdp, target)
    assert (heard.status, heard.json["status"]) == (404, 404)


@pytest.mark.parametrize(
    "auth",
    ["", "Basic", "Basic !!!", "Bearer sandbox-token", basic("sandbox-key", "wrong"), basic("other", "sandbox-token")],
)
def test_a_wrong_credential_answers_401(cdp: Sandbox, auth: str) -> None:
    heard = ask(cdp, f"/v2/orders/{SEED}", auth=auth)
    assert heard.status == 401
    assert set(heard.json) == {"status", "code", "message", "moreInfoUrl"}
    assert heard.headers["www-authenticate"].startswith("Basic")
    assert b"PURCHASED" not in heard.raw


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_anything_but_get_answers_405_and_is_counted(own_cdp: Sandbox, method: str) -> None:
    assert ask(own_cdp, f"/v2/orders/{SEED}", method=method).status == 405
    assert own_cdp.calls()["by_method"] == {method: 1}
    assert get(own_cdp, f"/v2/orders/{SEED}")["status"] == "PURCHASED"


def test_refs_are_found_in_any_case(cdp: Sandbox) -> None:
    for spelling in (FAMILY, FAMILY.upper(), FAMILY.lower()):
        assert get(cdp, f"/v2/orders/{spelling}")["ref"] == FAMILY


@pytest.mark.parametrize("version", ["v2", "v2.1"])
@pytest.mark.parametrize(
    ("collection", "single"),
    [("orderItems", "orderItems"), ("contacts", "orderContacts"), ("consumers", "orderConsumers")],
)
def test_every_reference_of_a_collection_leads_to_the_record_it_expands_to(
    cdp: Sandbox, version: str, collection: str, single: str
) -> None:
    path = f"/{version}/orders/{FAMILY}/{collection}"
    references, expanded = every(cdp, path), every(cdp, f"{path}?expand=true")
    assert len(references) == len(expanded) == {"orderItems": 16, "contacts": 1, "consumers": 4}[collection]
    for reference, inline in zip(references, expanded, strict=True):
        assert set(reference) == {"href"}
        assert reference["href"].startswith(f"{cdp.url}/{version}/{single}/")
        alone = get(cdp, reference["href"].removeprefix(cdp.url))
        assert alone["ref"] == inline["ref"] == reference["href"].rsplit("/", 1)[1]
        assert alone["order"]["href"].endswith(FAMILY)
        assert {key: value for key, value in alone.items() if key not in ("href", "order")} == {
            key: value for key, value in inline.items() if key not in ("href", "order")
        }


def test_a_consumer_names_the_items_they_are_on(cdp: Sandbox) -> None:
    for consumer in every(cdp, f"/v2/orders/{FAMILY}/consumers?expand=true"):
        assert set(consumer["orderItems"]) == {"items"}
        assert len(consumer["orderItems"]["items"]) == 4
        below = get(cdp, f"/v2.1/orderConsumers/{consumer['ref']}/orderItems?expand=true")["items"]
        assert [item["ref"] for item in below] == [
            link["href"].rsplit("/", 1)[1] for link in consumer["orderItems"]["items"]
        ]


def test_contacts_have_their_address_in_v21_only(cdp: Sandbox) -> None:
    (old,) = get(cdp, f"/v2/orders/{SEED}/contacts?expand=true")["items"]
    (new,) = get(cdp, f"/v2.1/orders/{SEED}/contacts?expand=true")["items"]
    assert {"street", "city", "state", "postCode"} == set(new) - set(old)
    assert old["passportNumber"] == new["passportNumber"] == "PA4412365"
    assert old["guest"]["href"] == f"{cdp.url}/v2/guests/{JANE}"


def test_v21_stamps_have_no_milliseconds_and_collections_have_links(cdp: Sandbox) -> None:
    order = get(cdp, f"/v2.1/orders/{FAMILY}?expand=orderItems")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", order["orderedAt"])
    assert order["orderItems"]["items"][0]["flightSegments"][0]["departureDateTime"] == "2026-12-27T06:40:00.000Z"
    assert "next" in order["orderItems"]
    page = get(cdp, f"/v2.1/orders/{FAMILY}/orderItems?limit=5")
    assert [page[name]["href"].partition("?")[2] for name in ("first", "next", "last")] == [
        "offset=0&limit=5",
        "offset=5&limit=5",
        "offset=15&limit=5",
    ]
    assert "next" not in get(cdp, f"/v2.1/orders/{FAMILY}/orderItems?offset=15&limit=5")
    assert "first" not in get(cdp, f"/v2/orders/{FAMILY}/orderItems")


def test_extensions_of_orders_and_items(cdp: Sandbox) -> None:
    ref = ref_of(cdp, "EXTEND")
    extension = get(cdp, f"/v2.1/orders/{ref}/extensions/ext")
    assert extension["name"] == "ext" and extension["key"] == "default" and extension["agencyName"] == "Harbour Travel"
    assert extension["order"]["href"] == f"{cdp.url}/v2.1/orders/{ref}"
    listed = get(cdp, f"/v2.1/orders/{ref}/extensions?expand=true")["items"]
    assert listed[0]["loyaltyPointsEarned"] == 1240
    assert get(cdp, f"/v2.1/orders/{ref}/extensions")["items"] == [{"href": extension["href"]}]
    items = every(cdp, f"/v2.1/orders/{ref}/orderItems?expand=true")
    answers = [ask(cdp, f"/v2.1/orderItems/{item['ref']}/extensions/ext") for item in items]
    assert [heard.status for heard in answers] == [200, 200, 404]
    assert answers[0].json["seatNumber"] == "3C" and answers[0].json["orderItem"]["href"].endswith(items[0]["ref"])


def test_a_flight_item_has_its_trip_in_its_extension(cdp: Sandbox) -> None:
    items = every(cdp, f"/v2.1/orders/{ref_of(cdp, 'V21FLT')}/orderItems?expand=true")
    assert [item["type"] for item in items] == ["Flight Item", "Flight Item", "Bag Item"]
    assert all("flightSegments" not in item for item in items)
    trip = get(cdp, f"/v2.1/orderItems/{items[1]['ref']}/extensions/ext")
    assert (trip["origin"], trip["destination"], trip["tripType"]) == ("LAS", "DUB", "OW")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("email=brennan.family@example.com", ["Orla", "Tom"]),
        ("email=Brennan.Family%40Example.com", ["Orla", "Tom"]),
        ("email=orla@example.org", ["Orla"]),
        ("email=brennan", []),
        ("phoneNumber=%2B353%2087%20555%200190", ["Tom"]),
        ("phoneNumber=%2B353875550190", ["Tom"]),
        ("firstName=jane&lastName=DOYLE", ["Jane", "Jane"]),
        ("lastName=Brennan", ["Orla", "Tom"]),
        ("firstName=Tom&lastName=Doyle", []),
        ("identifiers.provider=LOYALTY&identifiers.id=SPN-0071-2290", ["Tom"]),
        ("identifiers.provider=CRM&identifiers.id=SPN-0071-2290", []),
    ],
)
def test_guests_are_found_by_what_is_known_of_them(cdp: Sandbox, query: str, names: list[str]) -> None:
    for version in ("v2", "v2.1"):
        links = get(cdp, f"/{version}/guests?{query}")["items"]
        guests = [get(cdp, link["href"].removeprefix(cdp.url)) for link in links]
        assert sorted(guest["firstName"] for guest in guests) == names
        assert {guest["ref"] for guest in guests} == {
            guest["ref"] for guest in get(cdp, f"/{version}/guests?{query}&expand=true")["items"]
        }


def test_expand_can_be_switched_off() -> None:
    with Sandbox(expand=False) as plain:
        assert all(set(link) == {"href"} for link in get(plain, f"/v2/orders/{FAMILY}/consumers?expand=true")["items"])
        assert all(set(link) == {"href"} for link in get(plain, "/v2/guests?lastName=Doyle&expand=true")["items"])
        assert len(get(plain, f"/v2/orders/{FAMILY}?expand=orderItems")["orderItems"]["items"]) == 10


def test_one_connection_serves_many_requests_and_pipelined_ones_in_order(cdp: Sandbox) -> None:
    with connect(cdp) as line:
        targets = [f"/v2/orders/{SEED}", "/v2/orders", f"/v2/orders/{FAMILY}"]
        line.sendall(b"".join(request(cdp, target) for target in targets))
        stream = line.makefile("rb")
        statuses = []
        for _ in targets:
            statuses.append(int(stream.readline().split()[1]))
            length = 0
            while (header := stream.readline()) != b"\r\n":
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            assert len(stream.read(length)) == length
        assert statuses == [200, 400, 200]
        stream.close()


def test_a_request_that_is_not_http_is_refused_and_the_server_lives_on(cdp: Sandbox) -> None:
    for junk in (b"hello\r\n\r\n", b"GET\r\n\r\n", b"x" * 70_000):
        with connect(cdp) as line:
            line.sendall(junk)
            assert line.recv(100).split(b" ")[1] in (b"400", b"431")
    assert get(cdp, f"/v2/orders/{SEED}")["ref"] == SEED
