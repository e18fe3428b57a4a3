"""One walk through all states in one browser, which notes everything that the tests then judge.

Each state is loaded once; width and colours are changed on the loaded page, which costs no further request.
"""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Error, Page

from accounts.models import Preferences
from orders.models import Connection, SharedConnection
from orders.models.shared import grant
from tests.browser import admit
from tests.canary import CANARY
from tests.experience import probing
from tests.experience.frame_states import in_a_frame
from tests.experience.states import LEAD, State, nothing
from tests.experience.widths import SCHEMES, WIDTHS, Judged, Scheme, Visit, judge_at_all_widths
from tests.flushing import make_groups
from tests.live import PROJECT, App, free_port, wait_until_it_answers
from tests.pages.test_changes import REF, flight, order

WAITING_PAGES = 4
FRAME = re.compile(r"/embed/(\?.*)?$")
MARKUP = re.compile(r"</?(?:ul|ol|li|p|div|span|time)\b[^>]*>")  # from templates, escaped once too often
SignsIn = Callable[[Page, str], None]


def walk_alone(
    browser: Browser, app: App, folder: Path, states: Sequence[State], signs_in: SignsIn | None = None
) -> dict[str, Visit]:
    """Visit these states in turn; before and after, restore the database and the sandbox."""
    app.sandbox.reset()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.CDP_REGIONS, "sandbox", app.sandbox.url)
        try:
            return walk(browser, app, folder, states, signs_in)
        finally:
            empty_the_database()
            app.sandbox.clear_faults("*")


def walk(
    browser: Browser, app: App, folder: Path, states: Sequence[State], signs_in: SignsIn | None = None
) -> dict[str, Visit]:
    """Empty the test's database and visit these states in turn.

    `signs_in` signs a person in, in a fresh tab; without it, they get a session without the form.
    """
    empty_the_database()
    _people(app)
    bring = signs_in or (lambda page, name: admit(page.context, app, name))
    visits: dict[str, Visit] = {}
    judged = Judged()
    with contextlib.ExitStack() as opened:
        tabs: dict[str, tuple[Page, probing.Watch]] = {}
        for number, state in enumerate(states):
            if state.person not in tabs:
                context = opened.enter_context(_context(browser, app, state.person))
                watch = probing.Watch(str(urlsplit(app.url).hostname)).on(context)
                page = context.new_page()
                if state.person not in {"", "Besucher"}:
                    bring(page, state.person)
                tabs[state.person] = page, watch
            visit = visits[state.name] = Visit(folder / f"{number:03}-served.html")
            try:
                _visit(state, visit, app, *tabs[state.person], SCHEMES[number % 2], judged)
            except (Error, AssertionError) as problem:
                visit.trouble = str(problem)
    return visits


def _visit(
    state: State, visit: Visit, app: App, page: Page, watch: probing.Watch, scheme: Scheme, judged: Judged
) -> None:
    watch.taken()
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme=scheme)
    with AROUND[state.around](app) as url, _framed(page, state):
        answer = page.goto(url + state.path)
        assert answer is not None
        assert answer.status == state.status, f"{answer.status} instead of {state.status}"
        visit.served.write_text(answer.text(), encoding="utf-8")
        state.act(page)
        page.wait_for_load_state()
    words = page.locator("body").inner_text()
    assert state.shows in words, f"“{state.shows}” is not to be seen"
    visit.markup = MARKUP.findall(words)
    if state.act is not nothing:
        visit.swapped = visit.served.with_name(visit.served.name.replace("served", "swapped"))
        visit.swapped.write_text(page.content(), encoding="utf-8")
    judge_at_all_widths(page, visit, scheme, judged)
    visit.only_for_the_mouse, kept, visit.refused = page.evaluate(probing.AT_LAST)
    visit.kept = [f"{place} {name}: {value}" for place, values in kept.items() for name, value in values.items()]
    visit.said, visit.elsewhere = watch.taken()


def _share(group: Group) -> None:
    shared = SharedConnection(name="Airline", region="sandbox")
    shared.set_credentials(client_key=CANARY.client_key, token=CANARY.token)
    shared.keep(None)
    grant(shared, [group], by=None)


def _people(app: App) -> None:
    agent = app.person()
    newer = Connection(user=agent, name="Newer", version="v2.1")
    newer.set_credentials(region="sandbox", client_key=CANARY.client_key, token=CANARY.token)
    newer.keep()
    app.person("supervisor", groups=("Agents", "Supervisors"))
    app.person("auditor", groups=("Auditors",))
    app.person("auditor without connection", groups=("Auditors",), connected=False)
    app.person(LEAD, groups=("Agents", "Auditors"))
    app.person("abroad")
    app.person("newcomer", connected=False)
    User.objects.filter(pk=app.person("administrator", connected=False).pk).update(is_staff=True, is_superuser=True)
    _share(Group.objects.get(name="Supervisors"))
    german = app.person("deutsch", groups=("Agents", "Administrators"))
    Preferences.objects.create(user=german, language="de", time_zone="Asia/Kolkata", clock="12", theme="system")
    Preferences.objects.create(user=app.person("twelve hours"), clock="12")
    three = app.person("three ways")
    for name in ("Acme Air", "Zeta"):
        tenant = Connection(user=three, name=name)
        tenant.set_credentials(region="sandbox", client_key=CANARY.client_key, token=CANARY.token)
        tenant.keep()
    second = Connection(user=app.person("two ways"), name="A connection with quite a long name, of another tenant")
    second.set_credentials(region="sandbox", client_key=CANARY.client_key, token="another")
    second.keep()


@contextlib.contextmanager
def _context(browser: Browser, app: App, person: str) -> Iterator[BrowserContext]:
    zone = "America/New_York" if person == "abroad" else "UTC"
    context = browser.new_context(base_url=app.url, locale=_locale(person), timezone_id=zone, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


def _locale(person: str) -> str:
    return "de-DE" if person.startswith(("Besucher", "deutsch")) else "en-GB"


@contextlib.contextmanager
def _framed(page: Page, state: State) -> Iterator[None]:
    """Answer a frame's address as in a frame. Other requests are not intercepted, because the browser would then cache nothing."""
    if not state.path.startswith("/embed/"):
        yield
        return
    page.route(FRAME, in_a_frame(_locale(state.person)))
    try:
        yield
    finally:
        page.unroute(FRAME)


def empty_the_database() -> None:
    """Restore the database that the migrations left: without rows other than the groups."""
    call_command("flush", verbosity=0, interactive=False, allow_cascade=False, inhibit_post_migrate=False)
    make_groups()


@contextlib.contextmanager
def _well(app: App) -> Iterator[str]:
    yield app.url


@contextlib.contextmanager
def _without(table: str, app: App) -> Iterator[str]:
    """Let the database lose a table for a while."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO lost")
    try:
        yield app.url
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE lost RENAME TO {table}")


@contextlib.contextmanager
def _odd_clock(app: App) -> Iterator[str]:
    """Give all connections a reading of times that does not exist."""
    Connection.objects.update(clock="?")
    try:
        yield app.url
    finally:
        Connection.objects.update(clock="local")


@contextlib.contextmanager
def _all_places_taken(app: App) -> Iterator[str]:
    """A second server with the same sessions, where as many requests wait for the CDP as may wait."""
    port, log = free_port(), app.log.with_name("busy.log")
    env = {
        **app.environment,
        "CDPVIEWER_BIND": f"127.0.0.1:{port}",
        "CDPVIEWER_WAITING_PAGES": str(WAITING_PAGES),
        "CDPVIEWER_WORKERS": "1",
    }
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn"], env=env, cwd=PROJECT, stdout=out, stderr=out)
    cookies = "; ".join(f"{name}={value}" for name, value in app.signed_in("supervisor").cookies.items())
    waiting: list[socket.socket] = []
    try:
        wait_until_it_answers(process, port, log)
        for place in range(1, WAITING_PAGES + 1):
            link = socket.create_connection(("127.0.0.1", port))
            waiting.append(link)
            link.sendall(
                f"GET /orders/fault-hang/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n\r\n".encode()
            )
            limit = time.monotonic() + 5
            while app.sandbox.calls()["in_flight"] < place and time.monotonic() < limit:
                """Wait until the request has reached the sandbox."""
        yield f"http://127.0.0.1:{port}"
    finally:
        for link in waiting:
            link.close()
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def _no_orders_of_guests(app: App) -> Iterator[str]:
    app.sandbox.set_fault("*", "503", "orders")
    try:
        yield app.url
    finally:
        app.sandbox.clear_faults("*")


@contextlib.contextmanager
def _documents_in_custom_data(app: App) -> Iterator[str]:
    """Add an order, DOCSIN, whose custom data holds somebody's passport number."""
    app.sandbox.add_order(
        {"referenceId": "DOCSIN", "items": [], "_extension": {"passportNumber": "PX1234565", "tier": "gold"}}
    )
    yield app.url


@contextlib.contextmanager
def _a_flight_moved(app: App) -> Iterator[str]:
    """Change an order since the agent viewed it: one flight moves, and another is removed."""
    app.sandbox.change_order(order(flight(), flight("BX584", "2027-02-03")))
    app.signed_in().get(f"{app.url}/orders/{REF}/", timeout=20)
    app.sandbox.change_order(order(flight(at="07:15 > AGP 11:15"), price=250.5))
    yield app.url


AROUND: dict[str, Any] = {
    "": _well,
    "no records": lambda app: _without("orders_accessrecord", app),
    "a value of ours that nobody wrote": _odd_clock,
    "no sessions": lambda app: _without("django_session", app),
    "all places taken": _all_places_taken,
    "no orders of guests": _no_orders_of_guests,
    "documents in custom data": _documents_in_custom_data,
    "a flight moved": _a_flight_moved,
}
