"""Each fault as it appears on the wire; and setting one affects exactly the part that it names."""

from __future__ import annotations

import gzip
import json
import re
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import FAULTS, PARTS, SEARCHES, fault_in_ref
from sandbox.server import Sandbox
from sandbox.wire import PLAYS
from tests.sandbox.talking import Heard, ask, every, get

README = Path(__file__).resolve().parents[2] / "sandbox/README.md"
GROUP = "7c1f6a52-3c0e-4b43-9a07-0f2a6b1de120"
SEED = "d680c9be-4c07-4731-857e-9602034b15f2"


def meet(cdp: Sandbox, fault: str, **how: Any) -> Heard:
    return ask(cdp, f"/v2/orders/fault-{fault}?expand=orderItems", **how)


def test_the_readme_names_every_fault_and_every_part() -> None:
    readme = README.read_text(encoding="utf-8").partition("\n## Faults")[2].partition("\n## ")[0]
    table = re.findall(r"^\| [^|]+ \| (.+) \|$", readme, re.MULTILINE)[1:]
    assert sorted(name for row in table for name in re.findall(r"`([a-z0-9-]+)`", row)) == sorted(FAULTS)
    assert [part for part in (*PARTS, *SEARCHES) if f"`{part}`" not in readme] == []


STATUSES = ["400", "401", "403", "404", "415", "429", "500", "503"]


@pytest.mark.parametrize("fault", STATUSES)
def test_a_status_has_the_documented_error_body(cdp: Sandbox, fault: str) -> None:
    for _ in range(3):
        heard = meet(cdp, fault)
        assert heard.status == int(fault)
        assert heard.json["code"] == heard.json["status"] == int(fault)
        assert ("developerMessage" in heard.json) == (fault != "401")
        assert "retry-after" not in heard.headers


def test_429_says_how_long_in_each_spelling(cdp: Sandbox) -> None:
    assert meet(cdp, "429-seconds").headers["retry-after"] == "30"
    assert meet(cdp, "429-6h").headers["retry-after"] == "21600"
    wait = parsedate_to_datetime(meet(cdp, "429-date").headers["retry-after"]) - datetime.now(UTC)
    assert timedelta(seconds=20) < wait < timedelta(seconds=31)


@pytest.mark.parametrize(("fault", "status"), [("429-once", 429), ("500-once", 500), ("503-once", 503)])
def test_once_then_well(cdp: Sandbox, fault: str, status: int) -> None:
    assert [meet(cdp, fault).status for _ in range(4)] == [status, 200, status, 200]


def test_a_fault_set_twice_is_one_fault(own_cdp: Sandbox) -> None:
    entry = {"referenceId": "ONCE01", "_fault": "503-once", "items": []}
    ref = own_cdp.add_order(entry)
    own_cdp.change_order({**entry, "status": "CANCELLED"})
    own_cdp.set_fault("*", "503-once")
    assert [ask(own_cdp, f"/v2/orders/{ref}").status for _ in range(4)] == [503, 200, 503, 200]


@pytest.mark.parametrize(("fault", "status"), [("502", 502), ("504", 504), ("401-html", 401), ("html", 200)])
def test_html_instead_of_json(cdp: Sandbox, fault: str, status: int) -> None:
    heard = meet(cdp, fault)
    assert heard.status == status
    assert heard.headers["content-type"].startswith("text/html") and b"<html>" in heard.body


def test_a_redirect_leads_to_another_host_and_a_visit_there_is_counted(own_cdp: Sandbox) -> None:
    heard = meet(own_cdp, "redirect")
    assert heard.status == 302
    host, _, path = heard.headers["location"].removeprefix("http://").partition("/")
    assert host.split(":")[0] == "localhost" != own_cdp.url
    assert own_cdp.calls()["elsewhere"] == 0
    ask(own_cdp, f"/{path}")
    assert own_cdp.calls()["elsewhere"] == 1


def test_refused_everywhere_lets_nobody_connect_until_it_is_cleared(own_cdp: Sandbox) -> None:
    own_cdp.set_fault("*", "refused")
    with pytest.raises(ConnectionRefusedError):
        get(own_cdp, f"/v2/orders/{SEED}")
    own_cdp.clear_faults("*")
    assert get(own_cdp, f"/v2/orders/{SEED}")["ref"] == SEED


@pytest.mark.parametrize("fault", ["refused", "reset-before"])
def test_reset_before_the_first_byte(cdp: Sandbox, fault: str) -> None:
    heard = meet(cdp, fault)
    assert (heard.raw, heard.end) == (b"", "reset")


@pytest.mark.parametrize(("fault", "end"), [("reset-inside", "reset"), ("close-inside", "closed")])
def test_broken_off_inside_the_body(cdp: Sandbox, fault: str, end: str) -> None:
    heard = meet(cdp, fault)
    assert heard.end == end
    assert 0 < len(heard.body) < int(heard.headers["content-length"])


def test_hang_sends_nothing(cdp: Sandbox) -> None:
    heard = meet(cdp, "hang", patience=0.3)
    assert (heard.raw, heard.end) == (b"", "open")


def test_slow_headers_never_end(own_cdp: Sandbox) -> None:
    heard = meet(own_cdp, "slow-headers", patience=0.4)
    assert heard.raw.startswith(b"HTTP/1.1 200 OK\r\nX-Padding: ") and heard.end == "open"
    assert b"\r\n\r\n" not in heard.raw


def test_slow_body_drips_byte_by_byte(own_cdp: Sandbox) -> None:
    heard = meet(own_cdp, "slow-body", patience=0.4)
    assert heard.headers["content-length"]
    assert heard.end == "open" and len(heard.body) <= 0.4 / 0.05


def test_slow_bytes_come_in_their_time() -> None:
    with Sandbox(drip=0.001) as quick:
        quick.set_fault("*", "slow-body")
        began = time.monotonic()
        heard = ask(quick, "/v2/orders?referenceId=NOSUCH")
        assert heard.json["items"] == []
        assert time.monotonic() - began >= len(heard.body) * 0.001


def test_slow_1s_is_well_in_the_end(cdp: Sandbox) -> None:
    began = time.monotonic()
    assert meet(cdp, "slow-1s").json["ref"] == "fault-slow-1s"
    assert 1 <= time.monotonic() - began < 2


def test_wrong_content_lengths(cdp: Sandbox) -> None:
    long, short = meet(cdp, "long-length"), meet(cdp, "short-length")
    assert int(long.headers["content-length"]) == len(long.body) + 100 and long.end == "closed"
    assert int(short.headers["content-length"]) == len(short.body) // 2


def test_not_http(cdp: Sandbox) -> None:
    assert not meet(cdp, "not-http").raw.startswith(b"HTTP/")


def test_chunks(cdp: Sandbox) -> None:
    whole, cut = meet(cdp, "chunked"), meet(cdp, "chunked-cut")
    assert whole.headers["transfer-encoding"] == cut.headers["transfer-encoding"] == "chunked"
    text, rest = b"", whole.body
    while rest != b"0\r\n\r\n":
        size, _, rest = rest.partition(b"\r\n")
        text, rest = text + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    assert json.loads(text)["ref"] == "fault-chunked"
    assert not cut.raw.endswith(b"0\r\n\r\n") and cut.end == "closed"


def test_gzip_in_three_ways(cdp: Sandbox) -> None:
    good, bomb, broken = meet(cdp, "gzip"), meet(cdp, "gzip-bomb"), meet(cdp, "gzip-broken")
    assert all(heard.headers["content-encoding"] == "gzip" for heard in (good, bomb, broken))
    assert json.loads(gzip.decompress(good.body))["ref"] == "fault-gzip"
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(broken.body)
    assert len(bomb.body) < 200_000
    unpacked, opener = 0, zlib.decompressobj(31)
    data = bomb.body
    while data:
        unpacked += len(opener.decompress(data, 1 << 20))
        data = opener.unconsumed_tail
    assert unpacked >= 99_000_000


def test_a_big_body_is_valid_json_of_3_mb(cdp: Sandbox) -> None:
    heard = meet(cdp, "big-body")
    assert len(heard.body) > 3_000_000 and heard.json["ref"] == "fault-big-body"


@pytest.mark.parametrize(
    ("fault", "body"), [("empty", b""), ("null", b"null"), ("list", b"[]"), ("text", b'"an order"')]
)
def test_another_body(cdp: Sandbox, fault: str, body: bytes) -> None:
    heard = meet(cdp, fault)
    assert (heard.status, heard.body, heard.headers["content-length"]) == (200, body, str(len(body)))


def test_cut_off_json(cdp: Sandbox) -> None:
    heard = meet(cdp, "cut-off")
    assert int(heard.headers["content-length"]) == len(heard.body)
    with pytest.raises(json.JSONDecodeError):
        json.loads(heard.body)


def test_2000_deep(cdp: Sandbox) -> None:
    assert b'"deep":' + b"[" * 2000 + b"]" * 2000 in meet(cdp, "deep").body
    assert meet(cdp, "deep-bare").body == b"[" * 2000 + b"]" * 2000


def test_bytes_that_are_not_utf8_and_a_byte_order_mark(cdp: Sandbox) -> None:
    with pytest.raises(UnicodeDecodeError):
        meet(cdp, "latin1").body.decode()
    assert meet(cdp, "bom").body.startswith(b"\xef\xbb\xbf{")


def test_wrong_types_leave_no_field_as_documented(cdp: Sandbox) -> None:
    order = meet(cdp, "wrong-types").json
    assert not isinstance(order["status"], str) and not isinstance(order["price"], int | float)
    assert isinstance(order["contacts"], list)
    page = ask(cdp, "/v2/orders/fault-wrong-types/contacts?expand=true").json
    assert isinstance(page["items"], str | list) and not isinstance(page["offset"], int)


def test_duplicate_keys_come_with_the_wrong_value_first(cdp: Sandbox) -> None:
    pairs: list[list[tuple[str, Any]]] = []

    def keep(fields: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs.append(fields)
        return dict(fields)

    json.loads(meet(cdp, "duplicate-keys").body, object_pairs_hook=keep)
    order = pairs[-1]
    assert [value for key, value in order if key == "status"] == ["sent twice", "PURCHASED"]
    assert sum(1 for fields in pairs if [key for key, _ in fields].count("type") == 2) == 10


def test_numbers_that_are_none(cdp: Sandbox) -> None:
    body = meet(cdp, "nan").body
    assert b'"price":NaN' in body and b'"quantity":Infinity' in body and b'"offset":-Infinity' in body


def test_lone_surrogates_are_escaped(cdp: Sandbox) -> None:
    assert b"PURCHASED\\ud83d" in meet(cdp, "lone-surrogates").body


def test_records_without_ref(cdp: Sandbox) -> None:
    items = meet(cdp, "no-ref").json["orderItems"]["items"]
    assert len(items) == 10 and all("ref" not in item and "href" in item for item in items)
    page = ask(cdp, "/v2/orders/fault-no-ref-no-href/contacts?expand=true").json["items"]
    assert page and all("ref" not in contact and "href" not in contact and contact["lastName"] for contact in page)


def test_hrefs_to_another_host(cdp: Sandbox) -> None:
    page = ask(cdp, "/v2/orders/fault-other-host/contacts").json
    assert len(page["items"]) == 10
    assert all(
        contact["href"].startswith("http://localhost:") and "/v2/orderContacts/" in contact["href"]
        for contact in page["items"]
    )


def test_a_next_that_loops(cdp: Sandbox) -> None:
    for offset in (0, 10, 100):
        page = ask(cdp, f"/v2/orders/fault-next-loop/contacts?offset={offset}").json
        assert page["next"]["href"] == page["href"]


def test_paging_that_is_not_as_asked(cdp: Sandbox) -> None:
    def page(fault: str, query: str) -> Any:
        return ask(cdp, f"/v2/orders/fault-{fault}~items/orderItems{query}").json

    assert page("ignore-offset", "?offset=20")["items"] == page("ignore-offset", "")["items"]
    assert len(page("ignore-limit", "?limit=100")["items"]) == page("ignore-limit", "?limit=100")["limit"] == 10
    assert len(page("short-pages", "?limit=100")["items"]) == 7 and page("short-pages", "?limit=100")["limit"] == 100
    assert len(page("all-at-once", "?limit=10")["items"]) == 250


def test_set_cookie_rides_on_a_good_answer(cdp: Sandbox) -> None:
    heard = meet(cdp, "set-cookie")
    assert heard.head.count(b"Set-Cookie: ") == 2 and heard.json["ref"] == "fault-set-cookie"
    assert b"Set-Cookie" not in ask(cdp, f"/v2/orders/{SEED}").head


def test_no_expand(cdp: Sandbox) -> None:
    assert set(meet(cdp, "no-expand").json["orderItems"]) == {"href"}
    assert all(
        set(contact) == {"href"}
        for contact in ask(cdp, "/v2/orders/fault-no-expand/contacts?expand=true").json["items"]
    )


def test_every_fault_does_something(own_cdp: Sandbox) -> None:
    """Each listed fault changes the bytes on the wire, compared with the same order without it."""
    ref = own_cdp.add_order(
        {
            "referenceId": "WELL",
            "items": [{"_repeat": 12, "price": 1}],
            "contacts": [{"_repeat": 12, "lastName": "{n}"}],
        }
    )
    target = f"/v2/orders/{ref}/orderItems?expand=true&offset=2&limit=11"
    well = ask(own_cdp, target)
    for fault in FAULTS:
        own_cdp.set_fault(ref, fault)
        assert ask(own_cdp, target, patience=0.2) != well, fault
        own_cdp.clear_faults(ref)
        assert ask(own_cdp, target) == well


def test_the_rules_of_names_in_refs() -> None:
    for fault in FAULTS:
        for ref in (f"fault-{fault}", f"FAULT-{fault.upper()}-0000-4000", f"fault-{fault}~contacts"):
            rule = fault_in_ref(ref)
            assert rule is not None and rule.fault == fault
    page_two = fault_in_ref("fault-503~items.2")
    assert page_two is not None and page_two.part == "items:2"
    assert fault_in_ref("fault-nothing") is None and fault_in_ref(SEED) is None
    assert set(PLAYS) < set(FAULTS)


def test_a_fault_in_a_part_leaves_the_rest_well(cdp: Sandbox) -> None:
    base = "/v2/orders/fault-503~contacts"
    assert ask(cdp, f"{base}?expand=orderItems").status == 200
    assert ask(cdp, f"{base}/contacts").status == 503
    assert ask(cdp, f"{base}/consumers").status == 200


def test_a_fault_in_one_page(cdp: Sandbox) -> None:
    base = "/v2/orders/fault-500~items.3/orderItems"
    assert [ask(cdp, f"{base}?limit=100&offset={offset}").status for offset in (0, 100, 200)] == [200, 200, 500]
    assert [ask(cdp, f"{base}?limit=10&offset={offset}").status for offset in (10, 20, 30)] == [200, 500, 200]
    holds = "/v2/orders/fault-500~items.with-40/orderItems"
    assert [ask(cdp, f"{holds}?limit=10&offset={offset}").status for offset in (29, 30, 39, 40)] == [200, 500, 500, 200]


def test_two_of_sixty_contacts_fail(cdp: Sandbox) -> None:
    (order,) = get(cdp, "/v2/orders?referenceId=MISS2C")["items"]
    references = every(cdp, order["href"].removeprefix(cdp.url) + "/contacts?expand=true")
    assert len(references) == 60 and all(set(reference) == {"href"} for reference in references)
    statuses = [ask(cdp, reference["href"].removeprefix(cdp.url)).status for reference in references]
    assert [number for number, status in enumerate(statuses, 1) if status == 500] == [7, 31]
    assert statuses.count(200) == 58


def test_a_search_fails_only_where_it_is_named(own_cdp: Sandbox) -> None:
    own_cdp.set_fault("B94TXY", "503")
    assert ask(own_cdp, "/v2/orders?referenceId=B94TXY").status == 200
    assert ask(own_cdp, f"/v2/orders/{SEED}").status == 503
    own_cdp.set_fault("B94TXY", "503", "search")
    assert ask(own_cdp, "/v2/orders?referenceId=B94TXY").status == 503
    assert ask(own_cdp, "/v2/orders?referenceId=GRP120").status == 200
    own_cdp.clear_faults("B94TXY")
    own_cdp.set_fault("*", "429", "guests")
    assert ask(own_cdp, "/v2/guests?email=jane.doyle@example.com").status == 429
    assert ask(own_cdp, f"/v2/orders/{SEED}").status == 200


def test_a_guests_fault(own_cdp: Sandbox) -> None:
    guest = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"
    own_cdp.set_fault(guest, "503", "search")
    assert ask(own_cdp, f"/v2/orders?guestRef={guest}").status == 503
    assert ask(own_cdp, f"/v2/guests/{guest}").status == 200
    own_cdp.set_fault(guest, "403")
    assert ask(own_cdp, f"/v2/guests/{guest}").status == 403


def test_faults_are_switched_over_http(own_cdp: Sandbox) -> None:
    switched = ask(own_cdp, "/__fault__?order=B94TXY&fault=403&part=contacts", auth="")
    assert switched.json == {"order": "B94TXY", "fault": "403", "part": "contacts"}
    assert ask(own_cdp, f"/v2/orders/{SEED}/contacts").status == 403
    assert ask(own_cdp, "/__fault__?clear=1").status == 200
    assert ask(own_cdp, f"/v2/orders/{SEED}/contacts").status == 200
    for wrong in ("fault=nonsense", "fault=503&part=kitchen", "fault="):
        assert ask(own_cdp, f"/__fault__?order=B94TXY&{wrong}").status == 400


def test_a_fault_for_a_while_ends_no_other(own_cdp: Sandbox) -> None:
    order, contacts = f"/v2/orders/{SEED}", f"/v2/orders/{SEED}/contacts"
    ask(own_cdp, f"/__fault__?order={SEED}&fault=403&part=contacts")
    ask(own_cdp, f"/__fault__?order={SEED}&fault=403&part=order,contacts&seconds=0.3")
    deadline = time.monotonic() + 5
    while ask(own_cdp, order).status == 403 and time.monotonic() < deadline:
        pass
    assert (ask(own_cdp, order).status, ask(own_cdp, contacts).status) == (200, 403)


def test_a_fault_for_a_while_ends_by_itself(own_cdp: Sandbox) -> None:
    ask(own_cdp, "/__fault__?fault=refused&seconds=0.3")
    deadline = time.monotonic() + 5
    was_refused = False
    while time.monotonic() < deadline:
        try:
            heard = ask(own_cdp, f"/v2/orders/{SEED}")
        except ConnectionRefusedError:
            was_refused = True
            continue
        if was_refused and heard.raw:
            break
    assert was_refused and get(own_cdp, f"/v2/orders/{SEED}")["ref"] == SEED


def test_several_faults_at_once_and_well_again(own_cdp: Sandbox) -> None:
    own_cdp.set_fault(GROUP, "ignore-limit", "items")
    own_cdp.set_fault(GROUP, "set-cookie")
    heard = ask(own_cdp, f"/v2/orders/{GROUP}/orderItems?limit=100")
    assert len(heard.json["items"]) == 10 and b"Set-Cookie" in heard.head
    own_cdp.clear_faults()
    assert len(ask(own_cdp, f"/v2/orders/{GROUP}/orderItems?limit=100").json["items"]) == 100


def test_a_canned_answer_stands_in_for_a_path(own_cdp: Sandbox) -> None:
    own_cdp.answer_with(f"/v2/orders/{SEED}", b'{"ref": 5}')
    assert ask(own_cdp, f"/v2/orders/{SEED}?expand=orderItems").json == {"ref": 5}
    assert ask(own_cdp, f"/v2/orders/{SEED}", auth="").status == 401
