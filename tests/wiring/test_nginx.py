"""The nginx sample (deploy/nginx.conf) as Debian's nginx runs it, in front of the real server."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cdp.certificates import Authority
from tests.live import PASSWORD, PROJECT, App, free_port
from tests.wiring.hop import production

pytestmark = pytest.mark.any_database

NAME = "orders.example.com"
OWN_HEADERS = (
    "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control", "X-Request-ID",
)  # fmt: skip


@dataclass
class Proxy:
    """A running nginx. `log` and `error_log` are its log files."""

    port: int
    plain_port: int
    log: Path
    error_log: Path

    def written(self, text: str) -> str:
        """The content of both logs, once the access log contains `text`: nginx writes it after the answer."""
        limit = time.monotonic() + 10
        while text not in self.log.read_text() and time.monotonic() < limit:
            time.sleep(0.02)
        return self.log.read_text() + self.error_log.read_text()

    def connect(self, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        context = context or trusting_anybody()
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 20), server_hostname=NAME)

    def ask(
        self, method: str, path: str, body: str = "", cookies: str = "", **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        """Send one request on a connection of its own, like a browser in which `NAME` was entered with this port."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.sock = self.connect()
        sent = {"Host": f"{NAME}:{self.port}", "Cookie": cookies, "Origin": f"https://{NAME}:{self.port}"} | headers
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        link.request(method, path, body or None, sent)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer, text


def trusting_anybody() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def executable() -> str:
    """The path of nginx. Without one, the tests are skipped with a notice; under CI=true they fail."""
    path = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        reason = "NO NGINX: install Debian's nginx-light; the tests of the proxy sample are left out until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def configuration(folder: Path, port: int, plain_port: int, app_port: int) -> Path:
    """The sample with this machine's ports and folders instead of a server's, inside an http block."""
    Authority(folder).context("127.0.0.1")  # writes 127.0.0.1.pem with certificate and key
    sample = (PROJECT / "deploy" / "nginx.conf").read_text()
    sample = re.sub(r"^ *listen \[::\].*\n", "", sample, flags=re.MULTILINE)
    for old, new in (
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("listen 80;", f"listen 127.0.0.1:{plain_port};"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{app_port};"),
        ("/etc/ssl/orders.example.com.pem", str(folder / "127.0.0.1.pem")),
        ("/etc/ssl/orders.example.com.key", str(folder / "127.0.0.1.pem")),
        ("/var/log/nginx", str(folder)),
    ):
        assert old in sample, old
        sample = sample.replace(old, new)
    (folder / "site.conf").write_text(sample)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "main.conf"
    main.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/main.log;\n"
        f"events {{}}\nhttp {{ {temporary} include {folder}/site.conf; }}\n"
    )
    return main


def started(folder: Path, app_port: int) -> tuple[subprocess.Popen[bytes], Proxy]:
    program, port, plain_port = executable(), free_port(), free_port()
    main = configuration(folder, port, plain_port, app_port)
    checked = subprocess.run([program, "-t", "-p", folder, "-c", main], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen([program, "-p", folder, "-c", main], stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    return process, Proxy(port, plain_port, folder / "orders.log", folder / "orders-error.log")


@pytest.fixture(scope="module")
def app_port(running_app: App, gathered_static: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    regions, log = running_app.environment["CDPVIEWER_EXTRA_REGIONS"], tmp_path_factory.mktemp("behind") / "app.log"
    with production(NAME, gathered_static, log, CDPVIEWER_EXTRA_REGIONS=regions) as port:
        yield port


@pytest.fixture
def proxy(live_app: App, app_port: int, tmp_path: Path) -> Iterator[Proxy]:
    process, running = started(tmp_path, app_port)
    yield running
    process.terminate()
    process.wait(20)


@pytest.fixture
def without_server(tmp_path: Path) -> Iterator[Proxy]:
    """nginx in front of a port on which nothing answers."""
    process, running = started(tmp_path, free_port())
    yield running
    process.terminate()
    process.wait(20)


def test_an_agent_signs_in_and_opens_an_order(live_app: App, proxy: Proxy) -> None:
    live_app.person()
    answer, form = proxy.ask("GET", "/accounts/login/?next=/orders/B94TXY/")
    assert answer.status == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    cookie = (answer.headers["Set-Cookie"] or "").split(";")[0]
    assert token
    assert cookie.startswith("__Host-csrf=")
    typed = {"csrfmiddlewaretoken": token[1], "username": "agent", "password": PASSWORD, "next": "/orders/B94TXY/"}
    answer, text = proxy.ask("POST", "/accounts/login/", urlencode(typed), cookie)
    assert answer.status == 302, text[:500]
    cookies = "; ".join(value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") or [])
    path = answer.headers["Location"]
    for _ in range(3):
        answer, text = proxy.ask("GET", path, cookies=cookies)
        if answer.status != 302:
            break
        path = answer.headers["Location"]
    assert (answer.status, "B94TXY" in text) == (200, True)
    assert answer.headers["Server"] == "nginx"
    answer, _text = proxy.ask("GET", "/accounts/set-password/MQ/cab123-secret-of-a-link/")
    assert answer.status == 410
    written = proxy.written("/accounts/set-password/*")
    assert "secret-of-a-link" not in written
    written = proxy.written("/orders/*")
    assert "/orders/*" in written
    assert "B94TXY" not in written


@pytest.mark.parametrize(
    ("version", "spoken"),
    [
        (ssl.TLSVersion.TLSv1, False),
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_only_current_tls_is_spoken(without_server: Proxy, version: ssl.TLSVersion, spoken: bool) -> None:
    context = trusting_anybody()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    try:
        with without_server.connect(context) as link:
            assert spoken, link.version()
    except ssl.SSLError:
        assert not spoken


@pytest.mark.parametrize("cipher", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"])
def test_ciphers_without_forward_secrecy_or_integrity_are_refused(without_server: Proxy, cipher: str) -> None:
    context = trusting_anybody()
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        without_server.connect(context).close()


def test_http_2_is_offered(without_server: Proxy) -> None:
    context = trusting_anybody()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with without_server.connect(context) as link:
        assert link.selected_alpn_protocol() == "h2"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/orders/B94TXY/?q=jane.doe@example.com", "", 502),
        ("POST", "/orders/jane.doe@example.com/", "q=" + "x" * 70_000, 413),
        ("GET", "/livez", "", 404),
        ("GET", "/orders/" + "B" * 20_000, "", 414),
    ],
)
def test_pages_of_nginx_itself_carry_the_headers_and_no_reference_reaches_a_log(
    without_server: Proxy, method: str, path: str, body: str, status: int
) -> None:
    answer, text = without_server.ask(method, path, body)
    assert answer.status == status
    assert [name for name in OWN_HEADERS if not answer.headers[name]] == []
    assert answer.headers["Server"] == "nginx"
    assert (answer.headers["X-Request-ID"] or "?") in text
    written = without_server.written(f" {status} ")
    assert f" {status} " in written
    assert "B94TXY" not in written
    assert "jane" not in written
    assert "BBBB" not in written


def test_a_request_id_of_the_browser_is_replaced(proxy: Proxy) -> None:
    answer, _text = proxy.ask("GET", "/accounts/login/", **{"X-Request-ID": "chosen-by-a-stranger"})
    assert answer.status == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"] or "")
    number = answer.headers["X-Request-ID"] or "?"
    assert number in proxy.written(number)


def test_plain_http_leads_to_https_on_our_own_name(without_server: Proxy) -> None:
    link = http.client.HTTPConnection("127.0.0.1", without_server.plain_port, timeout=20)
    link.request("GET", "/orders/B94TXY/", headers={"Host": NAME})
    answer = link.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/orders/B94TXY/")
    link.close()
