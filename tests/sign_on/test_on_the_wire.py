"""The real server as a company sets it up: every sign-on page carries the headers, and no secret turns up anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
import requests
from django.contrib.auth.models import Group, User
from django.db import connection

from orders.models import SharedConnection
from orders.models.shared import grant
from tests.canary import CANARY
from tests.live import App, sign_in
from tests.sign_on.providers import RunningProvider
from tests.wiring.test_headers import EXPECTED, NO_STORE, POLICY

SIGNED_OUT = ("/accounts/login/", "/accounts/second-step/", "/accounts/signed-out/", "/accounts/provider/", "/accounts/provider/back/?code=x&state=y",
    "/accounts/set-password/MQ/x/")  # fmt: skip
SIGNED_IN = ("/accounts/sessions/", "/accounts/second-factor/", "/accounts/second-factor/app/", "/accounts/second-factor/app/picture.svg",
    "/accounts/second-factor/passkey/", "/accounts/confirm/", "/accounts/connections/", "/people/", "/people/add/", "/people/{root}/", "/integrations/",
    "/connections/shared/", "/connections/shared/add/")  # fmt: skip
INLINE = re.compile(r"<style|<script(?![^>]* src=)|\s(?:style|on[a-z]+)=|javascript:", re.IGNORECASE)


@pytest.fixture
def root(sign_on_app: App) -> Iterator[requests.Session]:
    """An administrator, signed in."""
    sign_on_app.person("root", groups=("Agents", "Administrators"))
    with sign_on_app.signed_in("root") as session:
        yield session


def send(app: App, session: requests.Session, path: str, **fields: str) -> requests.Response:
    """Post the form of a page."""
    form = session.get(app.url + path, timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token, form.text[:500]
    fields["csrfmiddlewaretoken"] = token[1]
    return session.post(app.url + path, data=fields, headers={"Origin": app.url}, timeout=20)


def test_every_page_carries_the_headers_and_the_policy_differs_by_the_provider_alone(
    sign_on_app: App, running_provider: RunningProvider, root: requests.Session
) -> None:
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {running_provider.issuer}")
    expected = {**EXPECTED, "Content-Security-Policy": policy, "Cache-Control": NO_STORE}
    for session, paths in ((requests.Session(), SIGNED_OUT), (root, SIGNED_IN)):
        for path in paths:
            address = path.format(root=User.objects.get(username="root").pk)
            answer = session.get(sign_on_app.url + address, allow_redirects=False, timeout=20)
            assert answer.status_code in ((200,) if session is root else (200, 302, 400, 410)), path
            assert {name: answer.headers.get(name) for name in expected} == expected, path
            assert "svg" in path or not INLINE.search(answer.text), path


def through(provider: RunningProvider, app: App, alice: requests.Session) -> str:
    """Sign Alice in at the provider; returns the address to which it sends her browser back."""
    form = alice.get(f"{app.url}/accounts/login/?next=/activity/", timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token
    begun = alice.post(
        f"{app.url}/accounts/provider/",
        data={"csrfmiddlewaretoken": token[1], "next": "/activity/"},
        headers={"Origin": app.url},
        allow_redirects=False,
        timeout=20,
    )
    return provider.approve(begun.headers["Location"], "sub-alice")


def test_a_provider_whose_headers_never_end_is_given_up(sign_on_app: App, running_provider: RunningProvider) -> None:
    alice = requests.Session()
    back = through(running_provider, sign_on_app, alice)
    running_provider.crawls("/token")
    try:
        answer = alice.get(back, timeout=60)
    finally:
        running_provider.crawls("")
    assert (answer.status_code, "is not available" in answer.text) == (503, True)


def stored() -> bytes:
    """The database's content: all bytes of SQLite's files, or all rows of PostgreSQL's tables."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names from the database itself
            rows += cursor.fetchall()
    return repr(rows).encode()


def test_no_secret_of_signing_on_reaches_a_page_the_log_or_the_database(
    sign_on_app: App, running_provider: RunningProvider, root: requests.Session
) -> None:
    app, secrets = sign_on_app, {"client secret": running_provider.choice().client_secret}
    # Somebody of the provider, with claims that are nobody's business.
    claims = {"name": "Canary Claimname", "email": "canary.claim@example.com"}
    running_provider.knows("sub-alice", "alice", "cdp-agents", **claims)
    secrets |= claims
    alice = requests.Session()
    back = through(running_provider, app, alice)
    secrets["code"] = re.search(r"code=([^&]+)", back)[1]  # type: ignore[index]  # it is there
    seen = [alice.get(back, timeout=20).text]
    assert urlsplit(alice.get(f"{app.url}/activity/", timeout=20).url).path == "/activity/"
    # An app, recovery codes, a link to set a password, a key for a program.
    page = root.get(f"{app.url}/accounts/second-factor/app/", timeout=20).text
    shown = re.search(r'<code class="mono">([A-Z2-7 ]+)</code>', page)
    assert shown
    secrets["app"] = shown[1].replace(" ", "")
    codes = send(app, root, "/accounts/second-factor/app/", code=pyotp.TOTP(secrets["app"]).now()).text
    secrets |= {f"recovery code {at}": code for at, code in enumerate(re.findall(r"<li>(\d{8})</li>", codes))}
    link = re.search(r"/accounts/set-password/\w+/([^/]+)/", send(app, root, "/people/add/", username="carla").text)
    assert link
    secrets["link"] = link[1]
    shared = SharedConnection(name="Team", region="sandbox")
    shared.set_credentials(client_key=CANARY.client_key, token=CANARY.token)
    shared.keep(None)
    grant(shared, Group.objects.filter(name="Agents"), by=None)
    key = re.search(r"cdpv_\w{8}_[\w-]{43}", send(app, root, "/integrations/", name="Desk", shared=str(shared.pk)).text)
    assert key
    secrets["key"] = key[0]
    assert len(secrets) == 3 + 1 + 1 + 10 + 2
    with requests.Session() as half:
        sign_in(half, app.url, "root")
        seen.append(send(app, half, "/accounts/second-step/", code="000000").text)
    pages = (*SIGNED_IN[:2], *SIGNED_IN[4:], "/activity/", f"/connections/shared/{shared.pk}/", "/admin/auth/user/")
    User.objects.filter(username="root").update(is_staff=True, is_superuser=True)
    seen += [root.get(app.url + path, timeout=20).text for path in pages]
    database = stored()
    assert b"carla" in database and b"alice" in database, "this is not the database that the server writes"
    for where, text in (("database", database), ("log", app.log.read_bytes()), ("pages", "\n".join(seen).encode())):
        assert [name for name, secret in secrets.items() if secret.encode() in text] == [], where
        assert CANARY.found_in(text) == [], where
