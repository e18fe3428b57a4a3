"""Ticket systems that run on this machine, with a ticket for each value; each ticket has both shapes of link to the order.

The links are those of the recipes. `.ci/ticket-systems` installs the systems.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NoReturn

import pytest
import requests
from playwright.sync_api import Page

from orders.display.link_recipes import BY_CODE, Shape
from tests.live import PROJECT, environment, free_port

HERE = Path(__file__).parent
CACHE = PROJECT / ".cache" / "ticket-systems"
RT_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
LOGGED = 3000  # characters of the log that a failure shows
PASSWORD = "the password of the desk"


@dataclass
class Desk:
    """A running system: its tickets' addresses, and the ticket numbers that their links send, both by the names of the values.

    `links` are selectors; `kept` are the characters of a value that the system does not encode.
    """

    name: str
    version: str
    tickets: dict[str, str]
    numbers: dict[str, str]
    links: dict[Shape, str]
    kept: str
    sign_in: Callable[[Page], object]


Running = Callable[[str, Path, Mapping[str, str]], AbstractContextManager[Desk]]


@contextmanager
def helpdesk(orders: str, folder: Path, values: Mapping[str, str]) -> Iterator[Desk]:
    """django-helpdesk, with a template of ours around its ticket page."""
    python, port = python_of("helpdesk"), free_port()
    template = (HERE / "helpdesk_ticket.html").read_text()
    for shape, link in templates("helpdesk", orders).items():
        template = template.replace(shape.name, link.replace("&", "&amp;"))
    (folder / "templates" / "helpdesk").mkdir(parents=True)
    (folder / "templates" / "helpdesk" / "ticket.html").write_text(template)
    url = f"http://localhost:{port}"
    command = [str(python), str(HERE / "helpdesk_site.py"), str(folder), str(port)]
    with _serving(command, f"{url}/login/", folder, values) as numbers:
        yield Desk(
            "django-helpdesk",
            _version(python, "django-helpdesk"),
            {name: f"{url}/tickets/{number}/" for name, number in numbers.items()},
            {name: f"HD-{number}" for name, number in numbers.items()},
            {shape: f"#order-{shape}" for shape in Shape},
            BY_CODE["helpdesk"].kept or "",
            lambda page: _sign_in(page, f"{url}/login/", "desk"),
        )


@contextmanager
def roundup(orders: str, folder: Path, values: Mapping[str, str]) -> Iterator[Desk]:
    """Roundup's classic tracker with a field for the reference, and with the links on the page of an issue."""
    python, port, tracker = python_of("roundup"), free_port(), folder / "tracker"
    url, admin = f"http://localhost:{port}", (str(python.with_name("roundup-admin")), "-i", str(tracker))
    _run(*admin, "install", "classic", "sqlite", f"tracker_web={url}/,mail_domain=desk.test,mail_host=localhost")
    _replace(tracker / "schema.py", 'IssueClass(db, "issue",', 'IssueClass(db, "issue", booking_reference=String(),')
    links = "".join(
        f'<a id="order-{shape}" tal:attributes="href string:{escape(link)}">Order</a> '
        for shape, link in templates("roundup", orders, "booking_reference").items()
    )
    page, around = tracker / "html" / "issue.item.html", '<div tal:condition="context/is_view_ok">'
    _replace(page, around, f'{around}<p tal:condition="context/id">{links}</p>')
    _run(*admin, "initialise", PASSWORD)
    with _serving(
        [str(python), str(HERE / "roundup_site.py"), str(tracker), str(port)], f"{url}/", folder, values
    ) as numbers:
        yield Desk(
            "Roundup",
            _version(python, "roundup"),
            {name: f"{url}/issue{number}" for name, number in numbers.items()},
            {name: f"issue{number}" for name, number in numbers.items()},
            {shape: f"#order-{shape}" for shape in Shape},
            BY_CODE["roundup"].kept or "",
            lambda page: _sign_in(page, f"{url}/", "admin", "__login_name", "__login_password"),
        )


@contextmanager
def request_tracker(orders: str, folder: Path, values: Mapping[str, str]) -> Iterator[Desk]:
    """Debian's Request Tracker with its own database and settings; a field for each shape, filled through its REST interface."""
    if not RT_SERVER.exists():
        missing(
            "NO REQUEST TRACKER: `.ci/ticket-systems request-tracker` installs it; no link is clicked there until then"
        )
    port = free_port()
    url = f"http://localhost:{port}"
    fields = templates("rt", orders)
    for name, text in {
        "RT_SiteConfig.pm": RT_CONFIG.format(folder=folder, port=port),
        "fields.pl": RT_FIELDS
        + "".join(RT_FIELD.format(name=shape, link=link) for shape, link in fields.items())
        + ");",
    }.items():
        (folder / name).write_text(text)
    for name in ("none", "mason"):
        (folder / name).mkdir()
    env = {"RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(folder / "none")}
    set_up = ("rt-setup-database-5", "--skip-create", "--action")
    _run(*set_up, "init", **env)
    _run(*set_up, "insert", "--datafile", str(folder / "fields.pl"), **env)
    with _serving([str(RT_SERVER), "--port", str(port)], f"{url}/", folder, None, **env):
        with requests.Session() as session:
            session.trust_env, session.auth = False, ("root", "password")  # as Request Tracker starts out
            rest = f"{url}/REST/2.0"
            version = session.get(f"{rest}/rt", timeout=60).json()["Version"]
            numbers = {
                name: session.post(
                    f"{rest}/ticket",
                    json={"Queue": "General", "Subject": name, "CustomFields": dict.fromkeys(fields, value)},
                    timeout=60,
                ).json()["id"]
                for name, value in values.items()
            }
        yield Desk(
            "Request Tracker",
            version,
            {name: f"{url}/Ticket/Display.html?id={number}" for name, number in numbers.items()},
            {name: f"RT-{number}" for name, number in numbers.items()},
            {
                Shape.PATH: f'a[href^="{orders}/orders/"]:not([href^="{orders}/orders/?"])',
                Shape.QUERY: f'a[href^="{orders}/orders/?"]',
            },
            BY_CODE["rt"].kept or "",
            lambda page: _sign_in(page, f"{url}/", "root", "user", "pass", "password"),
        )


SYSTEMS: dict[str, Running] = {"rt": request_tracker, "helpdesk": helpdesk, "roundup": roundup}

RT_CONFIG = """Set($rtname, 'desk.test');
Set($Organization, 'desk.test');
Set($WebDomain, 'localhost');
Set($WebPort, {port});
Set($WebPath, '');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite3');
Set($MasonDataDir, '{folder}/mason');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
1;
"""
RT_FIELDS = "our @CustomFields = ("
RT_FIELD = "{{ Name => '{name}', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0, LinkValueTo => '{link}' }},"


def templates(code: str, orders: str, field: str = "") -> dict[Shape, str]:
    """Both shapes of link to the server at `orders`, as the recipe of a system writes them."""
    return {shape: BY_CODE[code].template(orders, field, shape=shape) for shape in Shape}


def python_of(system: str) -> Path:
    """The path of the Python in which this system is installed."""
    path = CACHE / system / "bin" / "python"
    if not path.exists():
        missing(f"NO {system.upper()}: `.ci/ticket-systems {system}` installs it; no link is clicked there until then")
    return path


def missing(reason: str) -> NoReturn:
    """Skip the test with a notice; under CI=true fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _serving(
    command: list[str], url: str, folder: Path, values: Mapping[str, str] | None, **env: str
) -> Iterator[dict[str, int]]:
    """Run a server for the block, once it answers; it is given the values and yields the numbers of their tickets."""
    log = folder / "system.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=out if values is None else subprocess.PIPE,
            stderr=out,
            env=environment() | env,
        )
    try:
        assert process.stdin
        process.stdin.write(json.dumps(dict(values or {})).encode())
        process.stdin.close()
        line = process.stdout.readline() if process.stdout else b"{}"
        _wait_for(process, url, log)
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()


def _wait_for(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    with requests.Session() as session:
        session.trust_env = False
        while process.poll() is None and time.monotonic() < limit:
            try:
                session.get(url, timeout=30)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
    pytest.fail(f"no answer from {url}:\n{log.read_text(errors='replace')[-LOGGED:]}")


def _run(*command: str, **env: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=environment() | env,
    )
    if done.returncode:
        pytest.fail(f"{command}: {done.stdout[-LOGGED:]}{done.stderr[-LOGGED:]}")
    return done.stdout


def _version(python: Path, package: str) -> str:
    return _run(str(python), "-c", f"import importlib.metadata; print(importlib.metadata.version('{package}'))").strip()


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{file.name} has “{old}” {text.count(old)} times"
    file.write_text(text.replace(old, new))


def _sign_in(
    page: Page, url: str, name: str, name_field: str = "username", field: str = "password", password: str = PASSWORD
) -> None:
    page.goto(url)
    page.locator(f"input[name={name_field}]").fill(name)
    page.locator(f"input[name={field}]").fill(password)
    page.locator(f"input[name={field}]").press("Enter")
    page.locator(f"input[name={field}]").wait_for(state="detached")
