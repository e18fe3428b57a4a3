"""The look-up for ticket systems: what it returns, to which callers, and what it never reveals."""

from __future__ import annotations

import base64
import json
import os
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from orders.cdp import errors
from orders.models import AccessRecord, Integration, SharedConnection, integrations
from orders.models.integrations import MOST_A_MINUTE, IntegrationQuerySet
from orders.models.shared import set_active
from orders.services import search
from orders.services.orders import OpenedOrder, open_order
from orders.services.search import SearchResult
from orders.services.tenant import Tenant
from orders.views import api
from sandbox.server import Sandbox
from tests.pages.conftest import SEED
from tests.pages.test_problems import leaves
from tests.pages.test_secrecy import SECRET, planted
from tests.recorded import recorded_views

__all__ = ["planted"]

DOCUMENT = json.loads(Path(api.__file__).with_name("openapi.json").read_text())


@pytest.fixture
def shared(agent: User, cdp: Sandbox) -> SharedConnection:
    made = SharedConnection(name="Airline", region="sandbox")
    made.set_credentials(client_key=cdp.client_key, token=cdp.token)
    made.keep(None)
    return made


@pytest.fixture
def key(shared: SharedConnection) -> str:
    cdp_key: str = integrations.add("Zammad", shared, None)[1]
    return cdp_key


def ask(key: str, q: str | None = "B94TXY", method: str = "get", **query: str) -> Any:
    """An answer, checked against the API document."""
    sent = query if q is None else {"q": q, **query}
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return checked(getattr(Client(), method)("/api/v1/orders", sent, headers=headers))


def checked(answer: Any) -> Any:
    described = DOCUMENT["paths"]["/api/v1/orders"]["get"]["responses"][str(answer.status_code)]
    [kind] = described["content"]
    assert answer["Content-Type"] == kind
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store, private"
    assert not any(name.lower().startswith("access-control") for name in answer.headers)
    assert set(described.get("headers", ())) <= set(answer.headers)
    if answer.content:
        validator(answer.status_code).validate(answer.json())
    return answer


@cache
def validator(status: int) -> Any:
    """A validator for a body of that status, from the API document."""
    from jsonschema import Draft202012Validator  # takes over a second, in every process that collects tests

    [content] = DOCUMENT["paths"]["/api/v1/orders"]["get"]["responses"][str(status)]["content"].values()
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_an_order_in_short(key: str, cdp: Sandbox) -> None:
    answer = ask(key, ticket="ZD-7", agent="jo")
    [order] = answer.json()["orders"]
    assert order["label"] == "B94TXY · Purchased · DUB→LAS · 15 Aug 2025"
    assert (order["value"], order["reference"], order["ref"], order["status"]) == (
        "B94TXY",
        "B94TXY",
        SEED,
        "PURCHASED",
    )
    assert order["url"] == f"http://testserver/orders/{SEED}/?connection=Airline&ticket=ZD-7"
    assert order["route"][0] == "DUB"
    assert order["journeys"][0]["departs"] == "2025-08-15T16:00"
    assert order["journeys"][0]["departs_zone"] == "Europe/Dublin"
    [look] = recorded_views()
    assert (look.user_id, look.user_name, look.what, look.via) == (
        None,
        "integration: Zammad",
        "order_looked_up",
        "api Zammad",
    )
    assert (look.reference, look.ticket, look.detail, look.outcome) == ("B94TXY", "ZD-7", "says: jo", "shown")
    assert look.connection_name == "Airline (sandbox)"


def test_an_order_that_is_not_there_is_an_empty_answer_on_record(key: str) -> None:
    answer = ask(key, "ZZZZZZ")
    assert (answer.status_code, answer.json()["orders"]) == (200, [])
    assert "ZZZZZZ" in answer.json()["looked"]
    [look] = recorded_views()
    assert (look.what, look.outcome, look.user_name) == ("searched_reference", "0 found", "integration: Zammad")


def test_every_key_that_twenty_agents_press_costs_only_what_has_five_signs(key: str, cdp: Sandbox) -> None:
    cdp.reset()
    for _agent in range(20):
        for typed in ("B", "B9", "B94", "B94T", "#B94T", " B-9-4-T "):
            answer = ask(key, typed)
            assert (answer.status_code, answer.json()["orders"]) == (200, [])
    assert cdp.calls()["total"] == 0
    assert not recorded_views().exists()
    assert Integration.objects.get().in_minute == 0


@pytest.mark.parametrize(
    ("q", "code"),
    [
        (None, "no-reference"),
        ("", "no-reference"),
        ("undefined", "no-reference"),
        ("#{ticket.booking_reference}", "placeholder"),
        ("{{ticket.custom_field_360001234567}}", "placeholder"),
        # However short: nobody types one, and an empty list would hide the template's mistake.
        ("{{ticket.x}}", "placeholder"),
        ("{{x}}", "placeholder"),
        ("{{", "placeholder"),
        ("#{a.b}", "placeholder"),
        ("${x}", "placeholder"),
        ("%PNR%", "placeholder"),
        ("[pnr]", "placeholder"),
        ("jane.doyle@example.com", "personal"),
        ("+353871234567", "personal"),
        ("Jane Doyle", "personal"),
        ("jane@example.com or jim@example.com", "personal"),
        ("087 123 4567", "personal"),
        ("#", "no-reference"),
        ("\x00\x00\x00\x00\x00\x00", "no-reference"),
    ],
)
def test_what_is_not_searched_for(key: str, cdp: Sandbox, q: str | None, code: str) -> None:
    cdp.reset()
    answer = ask(key, q)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert cdp.calls()["total"] == 0
    assert q is None or len(q) < 9 or q not in answer.text


@pytest.mark.parametrize("q", ["B94TXY jane@example.com", "B94TXY, Doyle", "+353871234567 B94TXY"])
def test_only_the_reference_of_a_text_is_repeated(key: str, q: str) -> None:
    answer = ask(key, q)
    assert (answer.status_code, answer.json()["looked"]) == (200, ["B94TXY"])
    # Three digits alone may occur in a seal too.
    assert not re.search("jane|doyle|353871", answer.text, re.IGNORECASE)
    assert not re.search("jane|doyle|353871", str(recorded_views().values()), re.IGNORECASE)


# --- the key


def test_the_key_as_a_password(key: str) -> None:
    basic = base64.b64encode(f"zammad:{key}".encode()).decode()
    assert (
        Client().get("/api/v1/orders", {"q": "B94TXY"}, headers={"Authorization": f"Basic {basic}"}).status_code == 200
    )


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer x",
        "Bearer {}x",
        "Token {}",
        "Basic {}",
        "Basic ====",
        "Basic /w==",
        "{}",
        "Bearer cdpv_{}",
        "Embed {}",
    ],
)
def test_without_a_key_nothing_is_answered(key: str, desk: Client, cdp: Sandbox, authorization: str) -> None:
    cdp.reset()
    answer = checked(desk.get("/api/v1/orders", {"q": "B94TXY"}, headers={"Authorization": authorization.format(key)}))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not recorded_views().exists()
    assert cdp.calls()["total"] == 0


def test_a_key_in_the_address_opens_nothing(key: str) -> None:
    assert Client().get("/api/v1/orders", {"q": "B94TXY", "key": key, "access_token": key}).status_code == 401


@pytest.mark.parametrize("end", ["revoked", "expired", "withdrawn", "elsewhere"])
def test_a_key_that_has_ended_fails_at_once(key: str, shared: SharedConnection, end: str) -> None:
    assert ask(key).status_code == 200
    integration = Integration.objects.get()
    if end == "revoked":
        integration.revoke()
    elif end == "withdrawn":
        set_active(shared, False)
    else:
        changed: dict[str, dict[str, Any]] = {
            "expired": {"expires_at": timezone.now()},
            "elsewhere": {"networks": "203.0.113.0/24 2001:db8::/48"},
        }
        Integration.objects.update(**changed[end])
    assert ask(key).status_code == 401


def test_a_key_works_from_its_networks(key: str) -> None:
    Integration.objects.update(networks="203.0.113.0/24 127.0.0.0/8")
    assert ask(key).status_code == 200


def test_a_key_lasts_four_hundred_days_at_most(shared: SharedConnection) -> None:
    made, _key = integrations.add("Long", shared, None, days=4_000)
    assert made.expires_at - timezone.now() <= timedelta(days=400)


def test_no_browser_of_another_site_is_answered(key: str) -> None:
    headers = {
        "Authorization": f"Bearer {key}",
        "Origin": "https://evil.com",
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "cors",
    }
    for method in ("get", "options"):
        answer = checked(getattr(Client(), method)("/api/v1/orders", {"q": "B94TXY"}, headers=headers))
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_only_get_is_answered(key: str, method: str) -> None:
    answer = getattr(Client(), method)("/api/v1/orders", headers={"Authorization": f"Bearer {key}"})
    assert checked(answer).status_code == 405


def test_the_limit_of_a_minute(key: str, cdp: Sandbox) -> None:
    Integration.objects.update(per_minute=3)
    statuses = [ask(key).status_code for _ in range(3)]
    # A minute may end in between; then three more are allowed.
    while ask(key).status_code == 200 and len(statuses) < 7:
        statuses.append(200)
    cdp.reset()
    over = ask(key)
    assert over.status_code == 429
    assert 1 <= int(over["Retry-After"]) <= 60
    assert cdp.calls()["total"] == 0
    Integration.objects.update(minute=0)
    assert ask(key).status_code == 200


# --- failures


@pytest.mark.parametrize("fault", ["500", "503", "429", "401", "reset-before", "html"])
def test_a_failure_is_never_an_empty_answer(key: str, cdp: Sandbox, fault: str) -> None:
    cdp.set_fault("*", fault)
    answer = ask(key)
    assert answer.status_code in {502, 503, 504}
    assert int(answer["Retry-After"]) >= 1
    assert not recorded_views().exists()


def test_a_credential_that_does_not_open_is_a_failure(key: str, shared: SharedConnection, cdp: Sandbox) -> None:
    cdp.reset()
    SharedConnection.objects.update(sealed_key="x")
    assert ask(key).status_code == 502
    assert cdp.calls()["total"] == 0


@pytest.mark.parametrize("step", ["of_key", "over_limit"])
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (OperationalError("the host is db.internal"), 503, "database-away"),
        (RuntimeError("B94TXY"), 500, "server-error"),
    ],
    ids=["database", "ours"],
)
def test_a_failure_of_our_own_is_json_too(
    key: str, cdp: Sandbox, monkeypatch: pytest.MonkeyPatch, step: str, fault: Exception, status: int, code: str
) -> None:
    def fail(*_given: object) -> None:
        raise fault

    cdp.reset()
    monkeypatch.setattr(IntegrationQuerySet if step == "of_key" else integrations, step, fail)
    client = Client(raise_request_exception=False)
    answer = checked(client.get("/api/v1/orders", {"q": "B94TXY"}, headers={"Authorization": f"Bearer {key}"}))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["request_id"]
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
    assert not re.search("B94TXY|db.internal", answer.text)
    assert cdp.calls()["total"] == 0


# --- what it never reveals


def test_no_secret_is_in_the_answer(key: str, planted: list[str]) -> None:
    ref = "00000000-0000-4000-8000-0000000d0c01"
    answer = ask(key, ref)
    assert answer.status_code == 200
    [order] = answer.json()["orders"]
    assert order["ref"] == ref
    assert SECRET.findall(answer.text) == []
    assert not re.search("Jane|Doyle|passport", answer.text, re.IGNORECASE)


@pytest.mark.parametrize("value", ["jane@example.com", "+353 87 123 4567", "Jane Doyle", "ZX12345 passport"])
@pytest.mark.parametrize("name", ["referenceId", "status", "currencyCode", "origin", "ref"])
def test_not_even_where_a_code_belongs(key: str, cdp: Sandbox, name: str, value: str) -> None:
    ref = "00000000-0000-4000-8000-0000000d0c07"
    segment = {"origin": "DUB", "destination": "LHR", "departureDateTime": "2025-08-15T16:00:00.000Z"}
    order = {"ref": ref, "referenceId": "CANARY", "status": "PURCHASED", "price": 1, "currencyCode": "EUR"}
    (segment if name == "origin" else order)[name] = value
    item = {"ref": "i1", "type": "FLIGHT", "status": value, "flightSegments": [segment]}
    order["orderItems"] = {"items": [item]}
    for path in (f"/v2/orders/{ref}?expand=orderItems", f"/v2/orders/{ref}"):
        cdp.answer_with(path, json.dumps(order).encode())
    answer = ask(key, ref)
    assert value not in answer.text
    assert value.split(maxsplit=1)[0] not in answer.text


def test_the_key_is_in_no_record_and_no_answer(key: str) -> None:
    secret = key[-43:]
    assert secret not in ask(key, agent=key[:5]).text
    assert not any(secret in str(row) for row in AccessRecord.objects.values())


def test_the_document_is_served() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer["Content-Type"] == "application/openapi+json; charset=utf-8"
    assert answer.json() == DOCUMENT
    validator(200)


def test_the_document_is_one_of_openapi() -> None:
    # As slow to import as jsonschema, on which it is built.
    from openapi_spec_validator import validate
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

    validate(DOCUMENT)
    with pytest.raises(OpenAPIValidationError):
        validate({**DOCUMENT, "paths": {"/api/v1/orders": {"get": {"responses": {"200": {}}}}}})


# --- whatever is sent

SIGNS = "B94TXYzé0159#@+%{}/\\.-_ :;&=?<>'\"|^~\x00\n\t\u200b\u202e\ud7ffＢحजж✈🧳"
NAMES = ("q", "q", "q", "q", "ticket", "agent", "connection", "Q", "q[]", "")
# A fifth of the deep profile's requests already runs the same lines of our code.
REQUESTS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 2_000
STATUSES = {200, 400, 401, 405, 429, 502, 503, 504}


def odd(chance: random.Random) -> str:
    return "".join(chance.choices(SIGNS, k=chance.choice((0, 1, 4, 12, 60, 400))))


def odd_query(chance: random.Random) -> str:
    """A query of pairs that are encoded well, badly or not at all, some with the same name, or of no pairs."""
    pairs = []
    for name in chance.choices(NAMES, k=chance.randrange(5)):
        value = odd(chance)
        if chance.random() < 0.4:  # with a reference in it
            value = f"{value[:9]} {chance.choice(('B94TXY', 'FAM4OB', 'ZZZZ99', SEED))} {odd(chance)[:9]}"
        encoded = chance.choice(
            (quote(value, safe=""), quote(value, encoding="utf-16"), value, "%ff%" + value, "%u0042")
        )
        pairs.append(f"{name}={encoded}")
    return "&".join(pairs) if chance.random() < 0.95 else odd(chance)


def odd_key(chance: random.Random, key: str) -> str:
    broken = [odd(chance), f"{key[:14]}{odd(chance)}", key[::-1], f"{key} {odd(chance)}", ""]
    return f"{chance.choice(('Bearer', 'Basic', 'bearer', 'Embed', odd(chance)))} {chance.choice(broken)}"


class Canned:
    """Results of a search, drawn by `chance`: one in fifty uses the sandbox, the others need no socket. `drawn` counts the kinds."""

    KINDS: ClassVar = {"none": 30, "one": 30, "several": 10, "partial": 10, "failure": 18, "real": 2}
    FAILURES = leaves()

    def __init__(self, opened: OpenedOrder) -> None:
        self.chance, self.drawn = random.Random(0), Counter[str]()
        self._opened = opened
        refs = [f"00000000-0000-4000-8000-0000000ca{number:03}" for number in range(12)]
        self._orders = tuple(replace(opened.order, ref=ref) for ref in [*refs, None])
        self._refs = set(refs)

    def open_by_text(self, tenant: Tenant, text: str, candidates: Sequence[str]) -> OpenedOrder | SearchResult:
        [kind] = self.chance.choices(list(self.KINDS), list(self.KINDS.values()))
        self.drawn[kind] += 1
        if kind == "real":
            return search.open_by_text(tenant, text, candidates)
        if kind == "failure":
            raise self.chance.choice(self.FAILURES)("the CDP failed")
        if kind == "one":
            return self._opened
        counts = {"none": [0], "several": [2, 3] * 10 + [13], "partial": [0, 1, 2]}
        orders = self.chance.sample(self._orders, self.chance.choice(counts[kind]))
        return SearchResult(
            tuple(orders), tuple(("reference", candidate) for candidate in candidates), kind == "partial"
        )

    def open_order(self, tenant: Tenant, ref: str) -> OpenedOrder:
        if ref not in self._refs:
            return open_order(tenant, ref)
        if ref[-1] in "13":
            raise errors.TimedOut("no answer")
        return self._opened


def test_odd_requests_end_in_no_error(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request runs through the whole server, as WSGI passes it, mostly with the key. Seeds make each reproducible."""
    Integration.objects.update(per_minute=MOST_A_MINUTE)
    integration, of_key = Integration.objects.select_related("shared").get(), IntegrationQuerySet.of_key
    opened = search.open_by_text(Tenant(integration.connection()), "B94TXY", ["B94TXY"])
    assert isinstance(opened, OpenedOrder)
    canned = Canned(opened)
    monkeypatch.setattr(api, "open_by_text", canned.open_by_text)
    monkeypatch.setattr(api, "open_order", canned.open_order)

    def of_key_at_times(rows: IntegrationQuerySet, sent: str, address: Any) -> Integration | None:
        """Read the good key from the database for only one request in a hundred, as that is most of the work."""
        return integration if sent == key and seed % 100 else of_key(rows, sent, address)

    monkeypatch.setattr(IntegrationQuerySet, "of_key", of_key_at_times)
    client, statuses = Client(), Counter[int]()
    for seed in range(REQUESTS):
        if seed == REQUESTS - 50:
            integration.per_minute = 0
        canned.chance = chance = random.Random(seed)
        authorization = f"Bearer {key}" if chance.random() < 0.9 else odd_key(chance, key)
        sent: dict[str, Any] = {
            "QUERY_STRING": odd_query(chance).encode("utf-8", "surrogatepass").decode("latin-1"),
            "HTTP_AUTHORIZATION": authorization.encode("utf-8", "surrogatepass").decode("latin-1"),
        }
        method = chance.choices(("GET", "HEAD", "POST", "PUT"), (90, 5, 4, 1))[0]
        answer = client.generic(method, "/api/v1/orders", **sent)
        assert answer.status_code in STATUSES, seed
        statuses[answer.status_code] += 1
    assert set(statuses) == STATUSES
    assert statuses[401] < 0.15 * REQUESTS
    assert min(canned.drawn[kind] for kind in canned.KINDS) > REQUESTS / 500
