"""A credential goes in through the form, is used, refused and broken, and turns up nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import requests
from django.db import connection

from orders.models import Connection
from tests.canary import Canary
from tests.live import App

SEED = "d680c9be-4c07-4731-857e-9602034b15f2"


def form_token(session: requests.Session, url: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', session.get(url, timeout=20).text)
    assert found
    return found[1]


def test_no_secret_reaches_a_page_a_log_a_repr_or_the_database_file(live_app: App, canary: Canary) -> None:
    live_app.person(connected=False)
    seen: list[str] = []
    with live_app.signed_in() as session:
        add = live_app.url + "/connections/add/"
        for name, key in (("Sandbox", canary.client_key), ("Wrong", canary.client_key + "-other")):
            saved = session.post(
                add,
                data={
                    "csrfmiddlewaretoken": form_token(session, add),
                    "name": name,
                    "region": "sandbox",
                    "client_key": key,
                    "token": canary.token,
                    "version": "v2",
                    "clock": "local",
                },
                headers={"Origin": live_app.url},
                timeout=20,
            )
            seen.append(saved.text)
        stored = Connection.objects.get(name="Sandbox")
        assert stored.credentials().token == canary.token
        order = session.get(f"{live_app.url}/orders/{SEED}/", timeout=20)
        assert "B94TXY" in order.text
        live_app.sandbox.set_fault(SEED, "cut-off")
        try:
            broken = session.get(f"{live_app.url}/orders/{SEED}/", timeout=20)
        finally:
            live_app.sandbox.clear_faults(SEED)
        assert broken.status_code >= 400
        others = (f"/orders/{SEED}/raw/", "/connections/", f"/connections/{stored.pk}/replace/", "/activity/", "/")
        seen += [session.get(live_app.url + path, timeout=20).text for path in others]
        seen += [order.text, broken.text]
    file = Path(connection.settings_dict["NAME"])
    database = b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
    assert b"Sandbox" in database, "this is not the file that the server writes"
    assert canary.found_in(database) == []
    for text in (*seen, live_app.log.read_text(), repr(stored), repr(stored.credentials())):
        assert canary.found_in(text) == []
