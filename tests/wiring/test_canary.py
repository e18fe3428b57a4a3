"""A credential is entered in the form, used, refused and broken, and turns up nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import requests
from django.contrib.auth.models import Group, User
from django.db import connection

from orders.models import Connection, SharedConnection
from tests.canary import Canary
from tests.live import App

SEED = "d680c9be-4c07-4731-857e-9602034b15f2"


def form_token(session: requests.Session, url: str) -> str:
    match = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', session.get(url, timeout=20).text)
    assert match
    return match[1]


def without_own_key(page: str, key: str) -> str:
    """A page without the client key in its own field, where it remains for the person whose entry was refused."""
    return page.replace(f'<input type="password" name="client_key" value="{key}"', "", 1)


def everything_stored() -> bytes:
    """The bytes of SQLite's files, or the rows of all tables."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT stored::text FROM "{table}" AS stored')  # noqa: S608  (the database's own names)
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows).encode()


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
            seen.append(without_own_key(saved.text, key))
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
        Group.objects.get(name="Administrators").user_set.add(User.objects.get())
        shared = live_app.url + "/connections/shared/add/"
        agents = str(Group.objects.get(name="Agents").pk)
        for token in (canary.token, canary.token + "-other"):
            fields = {
                "name": "Team",
                "region": "sandbox",
                "client_key": canary.client_key,
                "token": token,
                "groups": agents,
            }
            fields |= {"version": "v2", "clock": "local", "csrfmiddlewaretoken": form_token(session, shared)}
            saved = session.post(shared, data=fields, headers={"Origin": live_app.url}, timeout=20)
            seen.append(without_own_key(saved.text, canary.client_key))
        team = SharedConnection.objects.get()
        replace = f"{live_app.url}/connections/shared/{team.pk}/replace/"
        for token in (canary.token + "-other", canary.token):
            fields = {"token": token, "csrfmiddlewaretoken": form_token(session, replace)}
            seen.append(session.post(replace, data=fields, headers={"Origin": live_app.url}, timeout=20).text)
        assert "The new token is now in use" in seen[-1]
        assert team.for_administration().credentials().token == canary.token
        seen += [
            session.get(live_app.url + path, timeout=20).text
            for path in ("/connections/shared/", f"/connections/shared/{team.pk}/")
        ]
        others = (f"/orders/{SEED}/raw/", "/connections/", f"/connections/{stored.pk}/replace/", "/activity/", "/")
        seen += [session.get(live_app.url + path, timeout=20).text for path in others]
        seen += [order.text, broken.text]
    database = everything_stored()
    assert b"Sandbox" in database, "this is not the database that the server writes"
    assert canary.found_in(database) == []
    for text in (*seen, live_app.log.read_text(), repr(stored), repr(stored.credentials())):
        assert canary.found_in(text) == []
