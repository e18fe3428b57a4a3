"""The record of requests: counts, calls in flight, cookies, and never a token."""

from __future__ import annotations

import http.client
import threading
import time

from sandbox.server import Sandbox
from tests.sandbox.talking import ask, basic

SEED = "d680c9be-4c07-4731-857e-9602034b15f2"


def test_calls_are_counted_by_method_and_path_and_reset(own_cdp: Sandbox) -> None:
    for target in (f"/v2/orders/{SEED}", f"/v2/orders/{SEED}?expand=orderItems", "/v2/nowhere"):
        ask(own_cdp, target)
    ask(own_cdp, "/v2/orders", method="POST")
    ask(own_cdp, "/v2/orders?referenceId=B94TXY", auth="")
    counts = ask(own_cdp, "/__calls__?reset=1", auth="").json
    assert counts["total"] == 5
    assert counts["by_method"] == {"GET": 4, "POST": 1}
    assert counts["by_path"] == {f"/v2/orders/{SEED}": 2, "/v2/nowhere": 1, "/v2/orders": 2}
    assert ask(own_cdp, "/__calls__").json == {
        "total": 0,
        "by_method": {},
        "by_path": {},
        "in_flight": 0,
        "most_in_flight": 0,
        "elsewhere": 0,
    }


def test_what_was_seen_names_the_user_and_cookies_but_never_the_token(own_cdp: Sandbox) -> None:
    ask(own_cdp, f"/v2/orders/{SEED}", more="Cookie: session=1\r\nX-Own: yes\r\n")
    ask(own_cdp, f"/v2/orders/{SEED}", auth=basic("someone", "s3cret"))
    heard = ask(own_cdp, "/__seen__", auth="")
    first, second = heard.json
    assert (first["user"], first["cookie"], first["target"]) == ("sandbox-key", True, f"/v2/orders/{SEED}")
    assert "x-own" in first["headers"]
    assert (second["user"], second["cookie"]) == ("someone", False)
    for secret in (b"sandbox-token", b"s3cret", b"session=1", basic("someone", "s3cret").encode()):
        assert secret not in heard.raw
    assert own_cdp.token not in repr(own_cdp.service)


def test_128_callers_wait_side_by_side_and_never_in_a_queue() -> None:
    with Sandbox(latency_ms=200) as slow:
        host, port = slow.url.removeprefix("http://").split(":")
        headers = {"Authorization": basic(slow.client_key, slow.token)}
        took: list[float] = []
        ready = threading.Barrier(129)

        def call() -> None:
            line = http.client.HTTPConnection(host, int(port), timeout=10)
            line.connect()
            ready.wait()
            for _ in range(2):
                began = time.monotonic()
                line.request("GET", f"/v2/orders/{SEED}?expand=orderItems", headers=headers)
                assert line.getresponse().read()
                took.append(time.monotonic() - began)
            line.close()

        callers = [threading.Thread(target=call) for _ in range(128)]
        for caller in callers:
            caller.start()
        ready.wait()
        began = time.monotonic()
        for caller in callers:
            caller.join()
        assert len(took) == 256 and min(took) >= 0.2
        assert time.monotonic() - began < 4, "128 callers, twice 200 ms: a queue would take 51 s"
        assert slow.calls()["most_in_flight"] > 100 and slow.calls()["in_flight"] == 0


def test_a_caller_who_leaves_is_no_longer_in_flight(own_cdp: Sandbox) -> None:
    ask(own_cdp, "/v2/orders/fault-hang", patience=0.05)
    deadline = time.monotonic() + 2
    while own_cdp.calls()["in_flight"] and time.monotonic() < deadline:
        ask(own_cdp, "/__calls__")
    assert own_cdp.calls()["in_flight"] == 0 and own_cdp.calls()["most_in_flight"] == 1
