"""The settings are exactly the documented ones, and an empty environment gives production."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

from cdpviewer import environment
from tests.live import PROJECT, free_port
from tests.live import environment as surroundings

READ = re.compile(r'env\.(?:text|switch|number|seconds|listed|pattern)\(\s*"([A-Z0-9_]+)"')
# Not for an operator: make's way to move the demo, and the name of the settings file itself.
UNDOCUMENTED = {"PORT"}


def names_in_code() -> set[str]:
    sources = [*(PROJECT / "cdpviewer").rglob("*.py"), PROJECT / "gunicorn.conf.py"]
    return {name for source in sources for name in READ.findall(source.read_text())} - UNDOCUMENTED


def test_the_sample_names_every_setting_and_no_other() -> None:
    sample = (PROJECT / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z0-9_]+)=", sample, re.MULTILINE)) == names_in_code()


def test_the_papers_name_every_setting_and_their_tables_no_other() -> None:
    papers = [(PROJECT / name).read_text() for name in ("README.md", "docs/sign-on.md", "docs/operating.md")]
    named = {name for paper in papers for name in re.findall(r"`([A-Z][A-Z0-9_]+)[`=]", paper)}
    assert not names_in_code() - named
    rows = {
        cell
        for paper in papers
        for cell in re.findall(r"^\| (`[A-Z][A-Z0-9_]+`(?:, `[A-Z0-9_]+`)*) \|", paper, re.MULTILINE)
    }
    assert {name for cell in rows for name in re.findall(r"[A-Z0-9_]+", cell)} <= names_in_code()
    assert len(rows) > 40


def test_the_sample_can_be_used_as_it_is() -> None:
    assert environment.load(PROJECT / ".env.example") == {"CDPVIEWER_SECRET_KEY": "", "CDPVIEWER_CREDENTIAL_KEYS": ""}


def settings_of(**env: str) -> dict[str, Any]:
    names = (
        "DEBUG DEMO HTTPS ALLOWED_HOSTS SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS SECURE_PROXY_SSL_HEADER SESSION_COOKIE_NAME "
        "CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY "
        "SESSION_COOKIE_SAMESITE CSRF_COOKIE_SAMESITE TRUSTED_PROXIES"
    )
    code = f"import json; from cdpviewer import settings as s; print(json.dumps({{n: getattr(s, n) for n in '{names}'.split()}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=surroundings(**env), cwd=PROJECT, capture_output=True, text=True, check=True
    )
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_production_is_the_default() -> None:
    assert settings_of() == {
        "DEBUG": False,
        "DEMO": False,
        "HTTPS": True,
        "ALLOWED_HOSTS": [],
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 63_072_000,
        "SECURE_PROXY_SSL_HEADER": None,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "TRUSTED_PROXIES": 0,
    }


def test_https_off_is_for_this_machine_alone() -> None:
    values = settings_of(CDPVIEWER_HTTPS="off")
    assert values["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert not values["SESSION_COOKIE_SECURE"]
    assert not values["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert (values["SECURE_SSL_REDIRECT"], values["SECURE_HSTS_SECONDS"], values["DEBUG"]) == (False, 0, False)


def test_make_run_says_what_is_still_missing_to_serve_people(tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("run")
    env = surroundings(
        PORT=str(free_port()),
        DATABASE_URL=f"sqlite:///{folder}/new.sqlite3",
        CDPVIEWER_STATIC_ROOT=str(folder / "static"),
    )
    with subprocess.Popen(
        [sys.executable, "-m", "cdpviewer.run"],
        env=env,
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as server:
        assert server.stdout
        output = ""
        for line in server.stdout:
            output += line
            if "Booting worker" in line:
                break
        server.terminate()
        server.stdout.read()
    for part in ("CDPVIEWER_ALLOWED_HOSTS", "CDPVIEWER_TRUSTED_PROXIES=1", "createsuperuser", "/connections/"):
        assert part in output
