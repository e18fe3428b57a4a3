"""Sign-in through a hop that terminates TLS, and the grade of the MDN HTTP Observatory for the whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from cdpviewer.health import PROBES
from tests.cdp.certificates import Authority
from tests.live import PROJECT, App, sign_in
from tests.wiring.hop import hop, production, sent_to_https

pytestmark = pytest.mark.any_database

NAME = "orders.example.com"
# People may also sign in with a provider; its origin stands in the policy that is graded.
COMPANY = {
    "CDPVIEWER_MFA": "optional",
    "CDPVIEWER_OIDC_ISSUER": "https://login.example.com",
    "CDPVIEWER_OIDC_CLIENT_ID": "cdpviewer",
    "CDPVIEWER_OIDC_CLIENT_SECRET": "a secret of the tests",
    "CDPVIEWER_OIDC_GROUPS": "cdp-agents=Agents",
}
OBSERVATORY = PROJECT / "node_modules" / "@mdn" / "mdn-http-observatory"


@pytest.fixture(scope="module")
def served(running_app: App, gathered_static: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    log = tmp_path_factory.mktemp("proxied") / "app.log"
    with production(f"{NAME},127.0.0.1", gathered_static, log, **COMPANY) as port:
        yield port


@pytest.fixture
def through(served: int) -> Iterator[str]:
    with hop(served) as port:
        yield f"http://127.0.0.1:{port}"


def as_browser(host: str, sees: str = "") -> dict[str, str]:
    """The headers that a browser sends to `host`, with the Host header that the server behind the proxy `sees`."""
    return {"Host": sees or host, "Origin": f"https://{host}", "Referer": f"https://{host}/accounts/login/"}


@pytest.mark.parametrize("host", [NAME, f"{NAME}:8443"])
def test_the_host_goes_through_with_its_port(live_app: App, through: str, host: str) -> None:
    """nginx passes `$http_host`; with `$host`, which has no port, the form's origin would not match and nobody could sign in."""
    live_app.person()
    for sees, status in ((host, 302), (host.partition(":")[0], 302 if ":" not in host else 403)):
        with requests.Session() as session:
            headers = as_browser(host, sees)
            session.get(f"{through}/accounts/login/", headers=headers, timeout=20, allow_redirects=False)
            (token,) = iter(session.cookies)
            cookie = f"{token.name}={token.value}"
            answer = sign_in(session, through, "agent", **headers, Cookie=cookie)
            assert answer.status_code == status, answer.text[:500]


def test_the_sample_passes_the_host_on_with_its_port() -> None:
    text = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"proxy_set_header Host +(\S+);", text) == ["$http_host"]


def test_an_agent_signs_in_through_a_proxy_that_ends_tls(live_app: App, through: str) -> None:
    live_app.person()
    with requests.Session() as session:
        form = session.get(f"{through}/accounts/login/", headers=as_browser(NAME), timeout=20, allow_redirects=False)
        assert form.status_code == 200
        assert form.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
        (token,) = iter(session.cookies)
        assert (token.name, token.secure, token.path, token.domain_specified) == ("__Host-csrf", True, "/", False)
        # This client speaks plain http to the hop and would not send a Secure cookie; a browser on https would.
        answer = sign_in(session, through, "agent", **as_browser(NAME), Cookie=f"{token.name}={token.value}")
        assert answer.status_code == 302, answer.text[:500]
        assert answer.headers["Location"] == "/"
        (held,) = (cookie for cookie in session.cookies if cookie.name == "__Host-session")
        assert held.secure
        assert held.has_nonstandard_attr("HttpOnly")
        assert held.get_nonstandard_attr("SameSite") == "Lax"


def test_without_the_hop_everybody_is_sent_to_https(live_app: App, served: int) -> None:
    direct = f"http://127.0.0.1:{served}"
    answer = requests.get(f"{direct}/accounts/login/", headers={"Host": NAME}, timeout=20, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{NAME}/accounts/login/")
    for path in PROBES:
        probed = requests.get(direct + path, timeout=20, allow_redirects=False)
        assert (path, probed.status_code) == (path, 200)


@pytest.mark.parametrize(
    "paper", ["deploy/nginx.conf", "deploy/haproxy.cfg", "SECURITY.md", "docs/sign-on.md", "docs/architecture.md"]
)
def test_every_probe_is_kept_from_people_and_named(paper: str) -> None:
    text = (PROJECT / paper).read_text()
    assert [path for path in PROBES if path.removeprefix("/") not in text] == []


def test_a_forwarded_scheme_is_not_believed_without_a_trusted_proxy(live_app: App) -> None:
    answer = requests.get(live_app.url + "/accounts/login/", headers={"X-Forwarded-Proto": "https"}, timeout=20)
    assert "Strict-Transport-Security" not in answer.headers


def test_the_observatory_gives_an_a_plus(live_app: App, served: int, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not OBSERVATORY.is_dir():
        reason = "NO NODE TOOLS: npm ci brings the MDN HTTP Observatory; its test is left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    authority = Authority(tmp_path)
    with hop(served, authority.context("127.0.0.1")) as https_port, sent_to_https(https_port) as http_port:
        done = subprocess.run(
            [node, "tests/wiring/observatory.mjs", "127.0.0.1", str(http_port), str(https_port), "/accounts/login/"],
            env={**os.environ, "NODE_EXTRA_CA_CERTS": authority.ca_file}, cwd=PROJECT, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == 200
    assert report["failed"] == []
    assert report["grade"] == "A+"
