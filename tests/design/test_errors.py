"""Our own error pages: styled, with the right status, and dependent on nothing that may be broken."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from orders.http import Request, prepare
from orders.views import errors


def internal_error(sqlstate: str) -> InternalError:
    """An InternalError as Django raises it for one of psycopg's."""
    error = InternalError()
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": sqlstate})()
    return error


@pytest.fixture
def request_of_nobody() -> Request:
    request = prepare(RequestFactory().get("/somewhere/"), "5f2c9c1e")
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    return request


@pytest.mark.parametrize(
    ("view", "status", "title"),
    [
        (errors.bad_request, 400, "Something is wrong with this request"),
        (errors.permission_denied, 403, "Not allowed"),
        (errors.page_not_found, 404, "Page not found"),
    ],
)
def test_a_page_says_what_is_wrong_and_gives_the_number(
    request_of_nobody: HttpRequest, view: object, status: int, title: str
) -> None:
    answer = view(request_of_nobody, Exception("secret detail"))  # type: ignore[operator]
    body = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in body
    assert "5f2c9c1e" in body
    assert "secret detail" not in body


@pytest.mark.django_db
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_page_that_is_not_there_names_the_search_field_only_where_it_is(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(User.objects.create_user("anna"))
    body = client.get("/nowhere/").content.decode()
    assert "There is no page at this address." in body
    assert ('name="q"' in body, "use the search field above" in body) == (signed_in, signed_in)


def test_500_needs_no_user_no_session_and_no_database() -> None:
    bare = prepare(RequestFactory().get("/orders/x/"))
    answer = errors.server_error(bare)
    assert answer.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("no more room"), 503),
        (InterfaceError("the connection is closed"), 503),
        (internal_error("25006"), 503),
        (internal_error("XX000"), 500),
        (IntegrityError("twice"), 500),
        (ValueError(), 500),
    ],
    ids=["operational", "interface", "read-only", "internal", "integrity", "ours"],
)
def test_a_database_that_is_away_is_no_mistake_of_ours(error: Exception, status: int) -> None:
    try:
        raise error
    except Exception:  # noqa: BLE001 (as Django does)
        answer = errors.server_error(prepare(RequestFactory().get("/orders/x/")))
    assert answer.status_code == status
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
    assert ("<h1>cdpviewer is not available at the moment</h1>" in answer.content.decode()) is (status == 503)


@override_settings(
    STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}},
    STATIC_ROOT="missing",
)
def test_500_stands_without_static_files() -> None:
    answer = errors.server_error(prepare(RequestFactory().get("/")))
    assert answer.status_code == 500
    assert "Something went wrong on this server" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_so() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("agent"))
    answer = client.post(reverse("preferences"), {"theme": "dark"})
    assert answer.status_code == 403
    assert "This page expired" in answer.content.decode()
    assert "CSRF" not in answer.content.decode()
