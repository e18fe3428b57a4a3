"""The panel: who can get a token, how long it opens orders, and what it shows."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from accounts import database_clock
from accounts.embedding import exchange, is_listed
from accounts.models import EmbedGrant, EmbedSession
from cdpviewer.embedding import origins
from cdpviewer.environment import Environment
from sandbox.server import Sandbox
from tests.pages.conftest import connect
from tests.pages.reading import text_of
from tests.pages.test_secrecy import SECRET, planted
from tests.recorded import events, recorded_views

__all__ = ["planted"]

DESK = "https://acme.zendesk.com"
VERIFIER = "v" * 43
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@pytest.fixture(autouse=True)
def listed(settings: Any) -> None:
    settings.EMBED_ORIGINS = (DESK, "https://*.frontapp.com")


def begin(desk: Client, verifier: str = VERIFIER, origin: str = DESK) -> None:
    """The frame opens the window."""
    begun = desk.get("/embed/allow/", {"c": challenge(verifier), "o": origin}, headers=OWN)
    assert (begun.status_code, begun["Location"]) == (302, f"/embed/confirm/?c={challenge(verifier)}")


def confirm(desk: Client, verifier: str = VERIFIER) -> Any:
    """The person presses the button in the window."""
    return desk.post("/embed/confirm/", {"c": challenge(verifier)})


def token_for(desk: Client, verifier: str = VERIFIER, origin: str = DESK) -> str:
    """Go through all steps, as frame and window do, and return the token."""
    begin(desk, verifier, origin)
    assert confirm(desk, verifier).status_code == 200
    answer = ask(verifier)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 900
    token: str = answer.json()["token"]
    return token


def ask(verifier: Any = VERIFIER, headers: dict[str, str] | None = None) -> Any:
    return Client().post(
        "/embed/token/", {"verifier": verifier}, "application/json", headers=OWN if headers is None else headers
    )


def read(token: str, text: str = "B94TXY", **query: str) -> Any:
    address = "/embed/orders/" + (f"?{urlencode(query)}" if query else "")
    return Client().post(address, {"q": text}, headers={"Authorization": f"Embed {token}"})


# --- the list of operators' sites

LISTED = [
    ("https://acme.zendesk.com", ("https://acme.zendesk.com",)),
    ("https://a.test, https://*.frontapp.com", ("https://a.test", "https://*.frontapp.com")),
    ("https://desk.acme.com:8443", ("https://desk.acme.com:8443",)),
    ("", ()),
    *[
        (bad, None)
        for bad in (
            "*", "https://*", "https://*.com", "http://desk.acme.com", "https://desk.*.com", "https://acme.*", "desk.acme.com",
            "https://desk.acme.com/", "https://desk.acme.com/a", "https://desk", "https://a.test;script-src *", "https://a.test 'self'",
            "https://u:p@a.test", "https://A.test", "https://*.*.acme.com", "null", "https://a.test:0",
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(("written", "allowed"), LISTED)
def test_only_origins_can_be_listed(written: str, allowed: tuple[str, ...] | None) -> None:
    env = Environment({"CDPVIEWER_EMBED_ORIGINS": written}, {})
    if allowed is None:
        with pytest.raises(ImproperlyConfigured, match="CDPVIEWER_EMBED_ORIGINS is not one"):
            origins(env)
    else:
        assert origins(env) == allowed


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        (DESK, True),
        ("https://eu.frontapp.com", True),
        ("https://a.b.frontapp.com", True),
        ("https://frontapp.com", False),
        ("https://.frontapp.com", False),
        ("https://evilfrontapp.com", False),
        ("https://evil.com/.frontapp.com", False),
        ("https://evil.com#.frontapp.com", False),
        ("https://acme.zendesk.com.evil.com", False),
        ("https://acme.zendesk.com:444", False),
        ("http://acme.zendesk.com", False),
        ("null", False),
        ("", False),
    ],
)
def test_an_origin_is_listed_as_a_whole(origin: str, is_one: bool) -> None:
    assert is_listed(origin) is is_one


def test_without_a_listed_origin_there_is_no_panel(desk: Client, settings: Any) -> None:
    token = token_for(desk)
    settings.EMBED_ORIGINS = ()
    for path in ("/embed/", "/embed/confirm/", "/embed/allow/"):
        assert desk.get(path).status_code == 404
    assert ask().status_code == 404
    assert read(token).status_code == 401


# --- the frame's page


def test_the_frame_is_the_same_for_everybody_and_sets_no_cookie(desk: Client, cdp: Sandbox) -> None:
    pages = [
        client.get("/embed/", {"q": "B94TXY"}, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Dest": "iframe"})
        for client in (desk, Client())
        for site in ("cross-site", "same-site", "same-origin")
    ]
    assert {(page.status_code, page.content) for page in pages} == {(200, pages[0].content)}
    assert not any(page.cookies for page in pages)
    assert "X-Frame-Options" not in pages[0]
    assert f"frame-ancestors {DESK} https://*.frontapp.com" in pages[0]["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in desk.get("/")["Content-Security-Policy"]
    assert b'href="/orders/?q=B94TXY"' in pages[0].content
    assert not recorded_views().exists()
    assert cdp.calls()["total"] == 0


PERSONAL = [
    "jane@example.com",
    "jane%40example.com",
    "+353871234567",
    "087 123 4567",
    "Jane Doyle",
    "B94TXY jane@example.com",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_the_frame_repeats_nothing_personal(desk: Client, cdp: Sandbox, text: str) -> None:
    """Neither in its page, nor in the URL to which a tab is sent, nor in what it shows."""
    parts = re.compile("jane|doyle|353871|087|1234", re.IGNORECASE)
    sent = {"q": text, "ticket": "ZD-7", "connection": "sandbox"}
    page = Client().get("/embed/", sent)
    assert parts.findall(page.text) == []
    carried = "connection=sandbox&amp;ticket=ZD-7"
    [whole] = re.findall('id="whole" class="button" href="([^"]+)"', page.text)
    assert set(whole.replace("&amp;", "&").partition("?")[2].split("&")) == {
        "search=not-sent", "connection=sandbox", "ticket=ZD-7",
    }  # fmt: skip
    assert f'data-orders="/embed/orders/?{carried}"' in page.text
    tab = Client().get("/embed/", sent, headers={"Sec-Fetch-Dest": "document"})
    assert tab["Location"] == whole.replace("&amp;", "&")
    assert "Your search was not carried over" in text_of(desk.get(tab["Location"]))
    assert parts.findall(read(token_for(desk), text).text) == []


def test_the_frame_repeats_no_person_in_its_context() -> None:
    page = Client().get("/embed/", {"q": "B94TXY", "ticket": "jane@example.com", "connection": "Jane"})
    assert "jane@" not in page.text
    assert "jane%40" not in page.text
    assert "connection=Jane" in page.text  # the name of a connection


def test_what_is_searched_for_is_in_no_url_of_the_frame(desk: Client) -> None:
    headers = {"Authorization": f"Embed {token_for(desk)}"}
    assert Client().get("/embed/orders/", {"q": "B94TXY"}, headers=headers).status_code == 405


def test_the_frame_takes_the_theme() -> None:
    page = Client().get("/embed/", {"q": "B94TXY", "theme": "dark"})
    assert b'data-theme="dark"' in page.content
    assert '<p id="value" class="reference wrap">B94TXY</p>' in page.text
    assert b'data-theme="system"' in Client().get("/embed/", {"theme": '"><script>'}).content


# --- the window


@pytest.mark.parametrize(
    ("query", "site"),
    [
        ({"c": challenge(), "o": DESK}, "cross-site"),
        ({"c": challenge(), "o": DESK}, "same-site"),
        ({"c": challenge(), "o": DESK}, "none"),
        ({"c": challenge(), "o": DESK}, None),
        ({"c": challenge(), "o": "https://evil.com"}, "same-origin"),
        ({"c": challenge(), "o": ""}, "same-origin"),
        ({"c": challenge()[:-1], "o": DESK}, "same-origin"),
        ({"c": challenge() + "\n", "o": DESK}, "same-origin"),
        ({"c": "", "o": DESK}, "same-origin"),
    ],
)
def test_the_window_is_refused_unless_our_own_page_opened_it(
    desk: Client, query: dict[str, str], site: str | None
) -> None:
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"} | ({"Sec-Fetch-Site": site} if site else {})
    assert desk.get("/embed/allow/", query, headers=headers).status_code == 403
    sent = {"c": query["c"]}
    assert desk.get("/embed/confirm/", sent).status_code == 410
    assert desk.post("/embed/confirm/", sent).status_code == 410
    assert not EmbedGrant.objects.exists()


@pytest.mark.parametrize(
    "path", ["/embed/allow/", "/embed/%61llow/", "http://testserver/embed/allow/", "/embed/token/"]
)
def test_no_redirect_of_ours_opens_the_window(agent: User, path: str) -> None:
    """Browsers treat a redirect after our own form as same-origin, so its target must never be a link from somebody else."""
    begun = f"{path}?{urlencode({'c': challenge(), 'o': DESK})}"
    password = "a long enough password"
    client = Client()
    for page, form in (
        ("/accounts/login/", {"username": "agent", "password": password}),
        ("/accounts/confirm/", {"password": password}),
    ):
        asked = f"{page}?{urlencode({'next': begun})}"
        for sent in (form, form | {"next": begun}):
            followed = client.post(asked, sent, headers=OWN, follow=True)
            assert followed.redirect_chain[0] == ("/", 302)
            assert "embed" not in client.get(asked, headers=OWN, follow=True).content.decode()
            assert client.get("/embed/confirm/", {"c": challenge()}).status_code == 410
            if "username" in form:
                client.post("/accounts/logout/")
        client.force_login(agent)
    assert b"/embed/" not in client.get(f"/connections/?{urlencode({'next': begun})}").content


def test_the_window_asks_for_a_sign_in_and_names_origin_and_person(agent: User) -> None:
    client = Client(enforce_csrf_checks=True)
    begun = client.get("/embed/allow/", {"c": challenge(), "o": DESK}, headers=OWN, follow=True)
    asked = f"/embed/confirm/?c={challenge()}"
    assert begun.redirect_chain[-1][0] == f"/accounts/login/?{urlencode({'next': asked})}"
    client.force_login(agent)
    page = client.get(asked)
    words = text_of(page)
    assert f"Allow a page on {DESK} to show you orders?" in words and "You are signed in as agent" in words, words
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    # Without the form's own token, nothing is allowed.
    assert confirm(client).status_code == 403
    assert not EmbedGrant.objects.exists()
    assert client.post("/embed/confirm/", fields_of(page)).status_code == 200
    assert EmbedGrant.objects.get().origin == DESK
    assert [(event.what, event.detail) for event in events()][-1] == ("rights_given", f"frame of {DESK}")
    # Only once: what has been allowed is not allowed again.
    assert client.get(asked).status_code == 410


def fields_of(page: Any) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(re.findall('<input type="hidden" name="([^"]+)" value="([^"]+)">', page.text))


def test_each_of_two_windows_allows_its_own_frame(desk: Client) -> None:
    front = "https://eu.frontapp.com"
    frames = {DESK: "a" * 43, front: "b" * 43}
    for origin, verifier in frames.items():
        begin(desk, verifier, origin)
    pages = {origin: desk.get("/embed/confirm/", {"c": challenge(verifier)}) for origin, verifier in frames.items()}
    for origin, page in pages.items():
        assert [site for site in frames if site in text_of(page)] == [origin]
    assert desk.post("/embed/confirm/", fields_of(pages[DESK])).status_code == 200
    assert EmbedGrant.objects.get().origin == DESK
    assert ask(frames[front]).status_code == 404
    assert ask(frames[DESK]).status_code == 200
    # The other one still waits, and is allowed by its own button.
    assert desk.post("/embed/confirm/", fields_of(pages[front])).status_code == 200
    assert ask(frames[front]).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"c": ""}, {"c": challenge("w" * 43)}], ids=["none", "empty", "unknown"])
def test_a_window_without_a_waiting_frame_says_so_and_allows_nothing(desk: Client, sent: dict[str, str]) -> None:
    begin(desk)
    for answer in (desk.get("/embed/confirm/", sent), desk.post("/embed/confirm/", sent)):
        assert answer.status_code == 410
        assert "expired or has already been confirmed. Go back to the ticket and sign in from there" in text_of(answer)
    assert not EmbedGrant.objects.exists()
    assert confirm(desk).status_code == 200


def test_of_many_frames_that_wait_the_oldest_is_dropped(desk: Client) -> None:
    verifiers = [str(number) * 43 for number in range(9)]
    for verifier in (*verifiers[:8], verifiers[0], verifiers[8]):  # the first is requested again before the ninth
        begin(desk, verifier)
    assert [confirm(desk, verifier).status_code for verifier in verifiers] == [200, 410, *[200] * 7]


@pytest.mark.parametrize("age", [601, 540])
def test_a_window_left_open_is_over(desk: Client, age: int) -> None:
    begin(desk)
    session = desk.session
    session["embed_waiting"] = {key: [origin, at - age] for key, (origin, at) in session["embed_waiting"].items()}
    session.save()
    assert confirm(desk).status_code == (410 if age > 600 else 200)
    assert EmbedGrant.objects.exists() is (age < 600)


def test_a_session_of_an_earlier_version_waits_for_nothing(desk: Client) -> None:
    session = desk.session
    session["embed_waiting"] = [challenge(), DESK, 2_000_000_000]
    session.save()
    assert confirm(desk).status_code == 410
    begin(desk)
    assert confirm(desk).status_code == 200


def test_a_button_pressed_twice_allows_the_frame_once(desk: Client) -> None:
    """The second request may have read its session before the first one saved it."""
    begin(desk)
    waiting = desk.session["embed_waiting"]
    assert confirm(desk).status_code == 200
    session = desk.session
    session["embed_waiting"] = waiting
    session.save()
    assert confirm(desk).status_code == 200
    assert ask().status_code == 200
    assert not EmbedGrant.objects.exists()


# --- the token


def test_a_token_is_given_once_and_stored_as_a_hash(desk: Client) -> None:
    assert ask().status_code == 404
    token = token_for(desk)
    assert ask().status_code == 404
    assert not EmbedGrant.objects.exists()
    assert token not in str(EmbedSession.objects.values())


@pytest.mark.parametrize("verifier", ["", "w" * 43, "v" * 42, "v" * 44, "ü" * 43, "v" * 43 + "\n", 7, None, ["v" * 43]])
def test_another_secret_gets_no_token(desk: Client, verifier: Any) -> None:
    begin(desk)
    confirm(desk)
    assert ask(verifier).status_code == 404
    assert ask().status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"v"', b"\xff", b"[" * 60_000])
def test_an_odd_body_gets_no_token(body: bytes) -> None:
    assert Client().post("/embed/token/", body, "application/json", headers=OWN).status_code == 404


@pytest.mark.parametrize(
    "origin", ["https://acme.zendesk.com", "null", "http://testserver:81", "https://testserver", None]
)
def test_only_our_own_page_may_ask_for_a_token(desk: Client, origin: str | None) -> None:
    begin(desk)
    confirm(desk)
    assert ask(headers={"Origin": origin} if origin else {}).status_code == 403
    assert EmbedGrant.objects.exists()


def test_what_was_allowed_runs_out_after_a_minute(desk: Client) -> None:
    begin(desk)
    confirm(desk)
    grant = EmbedGrant.objects.get()
    assert timedelta(seconds=50) < grant.until - timezone.now() <= timedelta(seconds=60)
    EmbedGrant.objects.update(until=timezone.now())
    assert ask().status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_gets_the_token(desk: Client) -> None:
    begin(desk)
    confirm(desk)

    def attempt(_number: int) -> str:
        try:
            return exchange(VERIFIER)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(attempt, range(8)))
    assert len(list(filter(None, tokens))) == 1


# --- what it opens


def test_an_order_in_short_with_nothing_personal_and_the_frame_on_record(desk: Client, cdp: Sandbox) -> None:
    token = token_for(desk)
    cdp.reset()
    answer = read(token, ticket="ZD-7")
    words = text_of(answer)
    assert answer.status_code == 200
    assert "B94TXY" in words
    assert "Purchased" in words
    assert "Dublin" in words
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store, private"
    assert b"<form" not in answer.content
    assert b"<script" not in answer.content
    # Every button is one that the frame's own script handles.
    buttons = re.findall("<button [^>]*>", answer.text)
    assert [button for button in buttons if "data-again" not in button] == []
    assert b"/contacts/?ticket=ZD-7" in answer.content
    [look] = recorded_views()
    assert (look.user_name, look.what, look.ticket, look.via) == ("agent", "order_opened", "ZD-7", f"embed {DESK}")
    assert Client().get("/embed/orders/B94TXY/", headers={"Authorization": f"Embed {token}"}).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["", "Embed", "Embed ", "Embed x", "Bearer {}", "embed {}", "Embed {}x", "Basic {}"]
)
def test_without_the_token_cookies_open_nothing(desk: Client, cdp: Sandbox, authorization: str) -> None:
    token = token_for(desk)
    cdp.reset()
    headers = {"Authorization": authorization.format(token)}
    for answer in (
        desk.post("/embed/orders/", {"q": "B94TXY"}, headers=headers),
        desk.get("/embed/orders/B94TXY/", headers=headers),
    ):
        assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, "Embed", b"")
    assert not recorded_views().exists()
    assert cdp.calls()["total"] == 0


@dataclass
class Ending:
    """The ways in which a token ends, by name."""

    desk: Client
    agent: User

    def signing_out(self) -> None:
        self.desk.post("/accounts/logout/")

    def another_password(self) -> None:
        self.agent.set_password("another long enough password")
        self.agent.save()

    def deactivation(self) -> None:
        self.agent.is_active = False
        self.agent.save()

    def somebody_else_signing_in(self) -> None:
        self.desk.force_login(User.objects.create_user("other", password="p"))

    def thirty_minutes_without_a_click(self) -> None:
        self._earlier("seen_at", 30 * 60)

    def ten_hours(self) -> None:
        self._earlier("signed_in_at", 10 * 60 * 60)

    def _earlier(self, name: str, seconds: int) -> None:
        session = self.desk.session
        session[name] -= seconds
        session.save()

    def fifteen_minutes_without_use(self) -> None:
        EmbedSession.objects.update(seen_at=timezone.now() - timedelta(minutes=15))

    def its_own_end(self) -> None:
        EmbedSession.objects.update(until=timezone.now())


@pytest.mark.parametrize("end", [name for name in vars(Ending) if not name.startswith("_")])
def test_a_token_ends_with_what_allowed_it(desk: Client, agent: User, cdp: Sandbox, end: str) -> None:
    token = token_for(desk)
    assert read(token).status_code == 200
    getattr(Ending(desk, agent), end)()
    looks = recorded_views().count()
    cdp.reset()
    assert read(token).status_code == 401
    assert recorded_views().count() == looks
    assert cdp.calls()["total"] == 0


# These end the sign-in itself, and not only the token.
ENDINGS_OF_THE_SIGN_IN = [
    name
    for name in vars(Ending)
    if not name.startswith("_") and name not in {"fifteen_minutes_without_use", "its_own_end"}
]


@pytest.mark.parametrize("end", ENDINGS_OF_THE_SIGN_IN)
def test_consent_is_worth_nothing_when_the_sign_in_has_ended_meanwhile(desk: Client, agent: User, end: str) -> None:
    begin(desk)
    assert confirm(desk).status_code == 200
    assert EmbedGrant.objects.exists()
    getattr(Ending(desk, agent), end)()
    assert ask().status_code == 404
    assert not EmbedSession.objects.exists()


class Hosts:
    """Two hosts and their database: the host's clock is wrong by `skew` seconds, and the database's has advanced by `passed`."""

    def __init__(self) -> None:
        self.skew = self.passed = 0.0
        self._clock = time.time

    def database(self) -> float:
        return self._clock() + self.passed

    def here(self) -> float:
        return self.database() + self.skew


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Hosts:
    hosts = Hosts()
    monkeypatch.setattr(database_clock, "seconds", hosts.database)
    monkeypatch.setattr(time, "time", hosts.here)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(hosts.here(), UTC))
    return hosts


@pytest.mark.parametrize("skew", [40 * 60, -40 * 60], ids=["fast", "slow"])
@pytest.mark.parametrize("step", range(3))
def test_a_host_with_a_wrong_clock_ends_no_frame(desk: Client, hosts: Hosts, skew: float, step: int) -> None:
    """The clock is wrong on the host that serves one of the three steps, and then on that of every second order shown."""
    hosts.skew = skew if step == 0 else 0
    begin(desk)
    hosts.skew = skew if step == 1 else 0
    confirm(desk)
    hosts.skew = skew if step == 2 else 0
    token = ask().json()["token"]
    for hosts.skew in (skew, 0, skew, 0):
        assert read(token).status_code == 200
        hosts.passed += 7 * 60


@pytest.mark.parametrize("skew", [0, 40 * 60, -40 * 60], ids=["right", "fast", "slow"])
def test_what_ends_a_frame_ends_it_at_a_host_with_a_wrong_clock(desk: Client, hosts: Hosts, skew: float) -> None:
    token = token_for(desk)
    begin(desk, "w" * 43)
    confirm(desk, "w" * 43)
    begin(desk, "x" * 43)
    hosts.skew = skew
    hosts.passed = 61
    assert ask("w" * 43).status_code == 404
    hosts.passed = 601
    assert confirm(desk, "x" * 43).status_code == 410
    hosts.passed = 15 * 60 + 1
    assert read(token).status_code == 401


def test_an_origin_that_is_listed_no_more_ends_its_tokens(desk: Client, settings: Any) -> None:
    token = token_for(desk)
    settings.EMBED_ORIGINS = ("https://*.frontapp.com",)
    assert read(token).status_code == 401


def test_a_token_lives_on_while_it_is_used(desk: Client) -> None:
    token = token_for(desk)
    EmbedSession.objects.update(seen_at=timezone.now() - timedelta(minutes=14))
    assert read(token).status_code == 200
    assert timezone.now() - EmbedSession.objects.get().seen_at < timedelta(minutes=1)


TEXTS = [
    ("", 400, "We received no reference from this ticket."),
    ("null", 400, "We received no reference from this ticket."),
    ("{{ticket.custom_field_1}}", 400, "placeholder"),
    ("jane@example.com", 400, "e-mail address in a link"),
    ("+353871234567", 400, "phone number in a link"),
    ("#B94TXY", 200, "B94TXY"),
    ("ZZZZZZ", 404, "Not found"),
]


@pytest.mark.parametrize(("text", "status", "words"), TEXTS, ids=[repr(text) for text, *_rest in TEXTS])
def test_what_a_ticket_holds(desk: Client, cdp: Sandbox, text: str, status: int, words: str) -> None:
    token = token_for(desk)
    cdp.reset()
    answer = read(token, text)
    assert answer.status_code == status
    assert words in text_of(answer)
    if status == 400:
        assert cdp.calls()["total"] == 0
    if "@" in text:
        assert text not in answer.content.decode()


def test_a_failure_is_said_in_the_frame(desk: Client, cdp: Sandbox, agent: User) -> None:
    token = token_for(desk)
    cdp.set_fault("*", "500")
    answer = read(token)
    assert answer.status_code in {502, 503}
    assert b"data-again" in answer.content
    assert b"<html" not in answer.content


def test_another_connection_is_named_and_never_replaced(desk: Client, agent: User, cdp: Sandbox) -> None:
    token = token_for(desk)
    connect(agent, cdp, "Second")
    assert read(token, connection="Second").status_code == 200
    assert recorded_views().get().connection_name == "Second (sandbox)"
    assert read(token, connection="Third").status_code == 404


def test_no_secret_stands_in_the_frame(desk: Client, planted: list[str]) -> None:
    answer = read(token_for(desk), "00000000-0000-4000-8000-0000000d0c01")
    assert answer.status_code == 200
    assert SECRET.findall(answer.content.decode()) == []
    assert not re.search("Jane|Doyle", answer.content.decode())
