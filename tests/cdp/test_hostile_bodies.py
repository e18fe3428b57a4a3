"""One table of bodies that no server should send, each in place of every answer that the client reads."""

from __future__ import annotations

import json
import re
from contextlib import suppress

import pytest
import responses

from orders.cdp.errors import Unreadable
from tests.cdp.asks import asks
from tests.cdp.conftest import BASE, ORDER, Make

ANYTHING = re.compile(re.escape(BASE) + "/.*")
DEEP = b'{"ref":"o","items":[' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"]}"

BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \r\n",
    "null": b"null",
    "a list": b"[]",
    "a list of orders": b'[{"ref":"o"}]',
    "a text": b'"order"',
    "a number": b"1e400",
    "an empty object": b"{}",
    "an error body": b'{"status":500,"code":500,"message":"no","developerMessage":"no"}',
    "HTML": b"<!doctype html><title>502</title>",
    "cut off": b'{"ref":"o","price":1,"items":[{"ref":"i","type":"FLI',
    "two objects": b'{"ref":"o"}{"ref":"p"}',
    "2,000 deep": DEEP,
    "100,000 deep": b"[" * 100_000,
    "NaN": b'{"ref":"o","price":NaN,"limit":NaN,"offset":-Infinity,"items":[{"ref":"i","price":NaN}]}',
    "a number of 5,000 digits": b'{"ref":"o","price":' + b"9" * 5000 + b',"limit":' + b"9" * 5000 + b',"items":[]}',
    "a huge exponent": b'{"ref":"o","price":1e999999999,"items":[{"price":1e-999999999}]}',
    "keys twice": b'{"ref":"o","ref":"p","items":[{"ref":"i","price":1,"price":2}],"items":[{"ref":"j","price":1}]}',
    "half characters": b'{"ref":"o\\ud800","status":"\\udfff","items":[{"ref":"i","type":"\\ud800"}],"\\ud800":"\\udc00"}',
    "not UTF-8": b'{"ref":"o","status":"\xff\xfe\xe9","items":[{"ref":"i","type":"\xe9"}]}',
    "UTF-16": '{"ref":"o"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"ref":"o","items":[{"ref":"i","price":1}]}',
    "NUL": b'{"ref":"o\\u0000","status":"\\u0000","items":[{"type":"\\u0000","\\u0000":1}]}',
    "wrong types": b'{"ref":{},"href":[],"price":{},"status":[],"orderedAt":7,"orderItems":"x","guest":"x","contacts":1,"items":[1,"a",[],null]}',
    "items of wrong types": b'{"ref":"o","limit":"ten","offset":{},"next":7,"items":[{"ref":7,"price":[],"flightSegments":{},"emails":{},"identifiers":[[]]}]}',
    "items an object": b'{"ref":"o","items":{"0":{}},"orderItems":{"items":{"0":{}}}}',
    "hrefs of other shapes": b'{"href":"http://[","items":[{"href":"http://["},{"href":"//evil.example"},{"href":"../../x"},{"href":{}},{"href":""}]}',
    "refs that climb": b'{"ref":"../../x","items":[{"ref":"../../x"},{"href":"x/.."},{"href":"x/%2e%2e"}]}',
    "surrogate key names": b'{"ref":"o","\\ud83d":{"\\ude00":[]},"items":[]}',
}  # fmt: skip

ASKS = asks(ORDER)
# Custom data is optional, and a probe reads nothing.
OF_RECORDS = [name for name in ASKS if name != "probe" and not name.endswith("_extension")]


@pytest.mark.parametrize("version", ["v2", "v2.1"])
@pytest.mark.parametrize("body", BODIES)
def test_no_body_gets_past_the_records(cdp: responses.RequestsMock, client: Make, body: str, version: str) -> None:
    cdp.get(url=ANYTHING, body=BODIES[body])
    for ask in ASKS.values():
        cdp_client = client(version=version)
        with suppress(Unreadable):
            result = ask(cdp_client)
            json.dumps(repr(result), ensure_ascii=False).encode()  # no half character is left anywhere
        assert cdp_client.reader.calls <= 10
        assert all(str(call.request.url).startswith(f"{BASE}/{version}/") for call in cdp.calls)


@pytest.mark.parametrize(
    "body", ["empty", "null", "a list", "HTML", "cut off", "an empty object", "an error body", "2,000 deep"]
)
def test_a_broken_answer_is_never_nothing_found(cdp: responses.RequestsMock, client: Make, body: str) -> None:
    cdp.get(url=ANYTHING, body=BODIES[body])
    for name in OF_RECORDS:
        with pytest.raises(Unreadable):
            ASKS[name](client(version="v2.1"))
