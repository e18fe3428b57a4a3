"""Every answer of the real server carries the headers: pages, files, redirects, errors, probes, and gunicorn's refusals."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest
import requests

from cdpviewer.middleware import accepted_id, policy
from tests.live import App
from tests.pages.conftest import SEED

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
EXPECTED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
NO_STORE = "no-store, private"


def assert_headers(answer: requests.Response) -> None:
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert answer.headers["Permissions-Policy"].startswith(
        "clipboard-write=(self), publickey-credentials-get=(self), accelerometer=()"
    )
    # Over plain http, this one must not be sent.
    assert "Strict-Transport-Security" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/", 302),
        ("/orders/B94TXY/", 302),
        ("/no/such/page/", 404),
        ("/static/no-such-file.css", 404),
        ("/livez", 200),
        ("/readyz", 200),
        ("/admin/", 302),
    ],
)
def test_every_answer_carries_the_headers_and_is_not_stored(live_app: App, path: str, status: int) -> None:
    answer = requests.get(live_app.url + path, allow_redirects=False, timeout=20)
    assert answer.status_code == status
    assert_headers(answer)
    assert answer.headers["Cache-Control"] == NO_STORE


def test_a_signed_in_page_is_never_stored_and_static_files_are(live_app: App) -> None:
    live_app.person()
    with live_app.signed_in() as session:
        page = session.get(live_app.url + "/", timeout=20)
        assert page.status_code == 200
        assert_headers(page)
        assert page.headers["Cache-Control"] == NO_STORE
        files = set(re.findall(r'"(/static/[^"#]+)', page.text))
        assert files
        for path in files:
            file = session.get(live_app.url + path, timeout=20)
            assert file.status_code == 200
            assert_headers(file)
            assert "immutable" in file.headers["Cache-Control"], path


def test_every_text_names_its_type_and_its_characters(live_app: App) -> None:
    live_app.person(groups=("Agents", "Auditors"))
    with live_app.signed_in() as session:
        page = session.get(live_app.url + "/", timeout=20).text
        files = sorted(set(re.findall(r'"(/static/[^"#]+)', page)))
        paths = [
            "/",
            f"/orders/{SEED}/",
            f"/orders/{SEED}/itinerary.ics",
            "/activity/export.csv",
            "/nowhere/",
            "/livez",
            "/readyz",
            *files,
        ]
        types = {path: session.get(live_app.url + path, timeout=20).headers["Content-Type"] for path in paths}
    assert {kind.partition(";")[0] for kind in types.values()} == {
        "text/html", "text/css", "text/javascript", "text/plain", "text/calendar", "text/csv", "application/json", "image/svg+xml",
    }  # fmt: skip
    # JSON is UTF-8 by definition.
    assert not [path for path, kind in types.items() if "utf-8" not in kind and kind != "application/json"]


def test_downloads_are_attachments_with_names_of_ours(live_app: App) -> None:
    live_app.person(groups=("Agents", "Auditors"))
    with live_app.signed_in() as session:
        for path, name in (
            (f"/orders/{SEED}/itinerary.ics?filename=evil.html", r"filename\*=UTF-8''B94TXY\.ics"),
            ("/activity/export.csv?filename=evil.html", r'filename="activity-\d{8}-\d{6}\.csv"'),
        ):
            answer = session.get(live_app.url + path, timeout=20)
            assert answer.status_code == 200
            assert re.fullmatch(f"attachment; {name}", answer.headers["Content-Disposition"])


def test_a_host_that_is_not_ours_gets_a_400_with_every_header(live_app: App) -> None:
    answer = requests.get(live_app.url + "/accounts/login/", headers={"Host": "evil.example.com"}, timeout=20)
    assert answer.status_code == 400
    assert_headers(answer)
    assert "evil" not in answer.text


def test_a_form_without_its_token_gets_a_403_with_every_header(live_app: App) -> None:
    answer = requests.post(live_app.url + "/accounts/login/", data={"username": "x"}, timeout=20)
    assert answer.status_code == 403
    assert_headers(answer)


def test_signing_out_clears_what_the_browser_kept(live_app: App) -> None:
    live_app.person()
    with live_app.signed_in() as session:
        page = session.get(live_app.url + "/", timeout=20)
        assert "Clear-Site-Data" not in page.headers
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        out = session.post(
            live_app.url + "/accounts/logout/",
            data={"csrfmiddlewaretoken": token[1]},
            headers={"Origin": live_app.url},
            allow_redirects=False,
            timeout=20,
        )
        assert out.status_code in (200, 302)
        assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert session.get(live_app.url + "/", allow_redirects=False, timeout=20).status_code == 302


def raw(app: App, request: bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of the answer to bytes that no HTTP library would send."""
    address = urlsplit(app.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10) as link:
        link.sendall(request)
        answer = b""
        while chunk := link.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body.decode()


@pytest.mark.parametrize(
    ("request_bytes", "status", "words"),
    [
        (
            b"GET /orders/" + b"A" * 10_000 + b"/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            414,
            "longer than this server reads",
        ),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"c" * 9_000 + b"\r\n\r\n", 431, "Delete the cookies"),
        (b"GET /?email=someone@example.com NONSENSE\r\n\r\n", 400, "could not be read"),
    ],
)
def test_what_gunicorn_itself_refuses_is_a_page_with_every_header(
    live_app: App, request_bytes: bytes, status: int, words: str
) -> None:
    found_status, headers, body = raw(live_app, request_bytes)
    assert found_status == status
    assert words in body
    assert EXPECTED.items() <= headers.items()
    assert headers["Cache-Control"] == NO_STORE
    assert "someone@example.com" not in live_app.log.read_text()


def test_a_harmless_request_id_is_kept_and_any_other_replaced(live_app: App) -> None:
    sent = requests.get(live_app.url + "/livez", headers={"X-Request-ID": "ticket-4711-abc"}, timeout=20)
    assert sent.headers["X-Request-ID"] == "ticket-4711-abc"
    other = requests.get(live_app.url + "/livez", headers={"X-Request-ID": "<script>alert(1)"}, timeout=20)
    assert re.fullmatch(r"[0-9a-f]{32}", other.headers["X-Request-ID"])


@pytest.mark.parametrize(
    "sent", [None, "", "short12", "a" * 65, "with space", "line\nbreak", "ümläut-123", "under_score"]
)
def test_request_ids_that_are_not_taken_over(sent: str | None) -> None:
    made = accepted_id(sent)
    assert made != sent
    assert accepted_id(made) == made


def test_the_policy_setting_has_the_shape_of_the_next_django() -> None:
    assert policy({"default-src": ["'self'", "cdn.example.com"], "img-src": ["'none'"]}) == (
        "default-src 'self' cdn.example.com; img-src 'none'"
    )
