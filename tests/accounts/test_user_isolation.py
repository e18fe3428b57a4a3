"""Two users with a connection each: no address of the app leads from one user to the other's connection or data."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from orders.models import AccessRecord, Connection
from orders.urls import urlpatterns
from tests.accounts.conftest import CLIENT_KEY, Cdp, connect
from tests.accounts.test_recent_orders import ITEM
from tests.panels import PANELS_OF_AN_ORDER
from tests.recorded import recorded_views

CANARY = "HERS-CANARY"
HIS_TOKEN = "his-own-token"
PERSON = {
    "ref": "person",
    "firstName": "Cañary",
    "lastName": "Jones",
    "city": "CanaryTown",
    "guest": {"href": f"/v2/guests/{CANARY}"},
}
# One answer that can be read as an order, as its people and as orders found: the CDP of these tests answers every call alike.
ANSWER = {
    "ref": CANARY,
    "referenceId": "canary",
    "href": "/",
    "price": 1,
    "currencyCode": "EUR",
    "items": [PERSON],
    "orderItems": {"items": [ITEM]},
}
# These end the session or belong to everybody.
NOT_WALKED = {"logout", "login"}


def addresses(connection: Connection) -> Iterator[str]:
    """Every address of the app, filled in with what belongs to the other user."""
    filled = {
        "connection_id": connection.pk,
        "ref": CANARY,
        "guest_ref": CANARY,
        "text": f"{CANARY}/x",
        "grant_id": 1,
        "integration_id": 1,
    }
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.name and pattern.name not in NOT_WALKED:
            names = pattern.pattern.regex.groupindex
            yield reverse(pattern.name, kwargs={name: filled[name] for name in names})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_leads_to_another_persons_connection_activity_or_answers(
    method: str, as_anna: Client, as_ben: Client, ben: User, anna: User, cdp: Cdp
) -> None:
    hers, his = connect(anna, "hers"), connect(ben, "his", token=HIS_TOKEN)
    AccessRecord.objects.create(
        user_id=anna.pk,
        user_name="anna-canary",
        what="order_opened",
        order_ref="r",
        reference="seen-canary",
        ticket="T-canary",
    )
    remembered(as_anna, cdp)
    kept = Connection.objects.values().get(pk=hers.pk)
    cdp.calls.clear()
    cdp.says(503, "{}")
    walked = 0
    for address in addresses(hers):
        for query in ("", "?connection=hers", f"?person={anna.pk}", "?for_ticket=T-canary", f"?connection={hers.pk}"):
            answer = getattr(as_ben, method)(address + query, {"q": "B94TXY"} if method == "post" else {})
            shown = b"".join(answer).decode() if answer.streaming else answer.content.decode()
            assert answer.status_code in {200, 302, 400, 401, 403, 404, 405, 409, 422, 502}, (address, query)
            for canary in ("canary", "Cañary", "CanaryTown"):
                assert canary not in shown.replace("T-canary", ""), (address, query)
            assert "T-canary</td>" not in shown, (address, query)
            walked += 1
    assert walked >= 5 * 20
    # All calls went through his own connection, and he saw none of her answers.
    assert {headers["Authorization"] for _method, _path, headers in cdp.calls} <= {basic(HIS_TOKEN)}
    assert cdp.calls
    assert Connection.objects.values().get(pk=hers.pk) == kept
    his_looks = recorded_views().filter(user_id=ben.pk)
    assert not his_looks.exclude(connection_id=his.pk).exclude(what="reveal_refused").exists()
    assert not his_looks.filter(outcome__startswith="shown").exists()


def remembered(client: Client, cdp: Cdp) -> None:
    """Let Anna read the canary order and its people, so that this process remembers them, and check that she is answered from memory."""
    cdp.says(200, json.dumps(ANSWER))
    for part in ("", *PANELS_OF_AN_ORDER, "raw/", f"guests/{CANARY}/orders/"):
        assert client.get(f"/orders/{CANARY}/{part}").status_code == 200, part
    cdp.says(503, "{}")
    assert "Cañary" in client.get(f"/orders/{CANARY}/contacts/").text


def basic(token: str) -> str:
    return "Basic " + b64encode(f"{CLIENT_KEY}:{token}".encode()).decode()
