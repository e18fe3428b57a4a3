"""Two people, two connections: a walk over every address of the app finds no way from one to the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from orders.models import AccessRecord, Connection
from orders.urls import urlpatterns
from tests.account.conftest import Cdp, connect

CANARY = "HERS-CANARY"
# These end the session or belong to everybody.
NOT_WALKED = {"logout", "login"}


def addresses(connection: Connection) -> Iterator[str]:
    """Every address of the app, filled in with what belongs to the other person."""
    filled = {"connection_id": connection.pk, "ref": CANARY, "guest_ref": CANARY, "text": f"{CANARY}/x"}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.name and pattern.name not in NOT_WALKED:
            names = pattern.pattern.regex.groupindex
            yield reverse(pattern.name, kwargs={name: filled[name] for name in names})


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_leads_to_another_persons_connection_or_activity(
    method: str, as_ben: Client, ben: User, anna: User, cdp: Cdp
) -> None:
    hers = connect(anna, "hers")
    AccessRecord.objects.create(
        user_id=anna.pk,
        user_name="anna-canary",
        what="order_opened",
        order_ref="r",
        reference="seen-canary",
        ticket="T-canary",
    )
    kept = Connection.objects.values().get()
    walked = 0
    for address in addresses(hers):
        for query in ("", "?connection=hers", f"?person={anna.pk}", "?for_ticket=T-canary", f"?connection={hers.pk}"):
            answer = getattr(as_ben, method)(address + query, {"q": "B94TXY"} if method == "post" else {})
            shown = answer.getvalue().decode()
            assert answer.status_code < 500 or answer.status_code == 503, (address, query)
            assert "canary" not in shown.replace("T-canary", ""), (address, query)
            assert "T-canary</td>" not in shown, (address, query)
            walked += 1
    assert walked >= 5 * 20
    # Ben has no connection, so whatever left would have gone through hers.
    assert cdp.calls == []
    assert Connection.objects.values().get() == kept
    assert not AccessRecord.objects.filter(user_id=ben.pk).exclude(outcome="refused").exists()
