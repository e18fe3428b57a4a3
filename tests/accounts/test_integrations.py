"""Keys for other programs: shown once, stored as a hash, bound to a shared connection, and useless as soon as they are revoked."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from orders.models import Integration, SharedConnection, integrations
from orders.models.shared import set_active
from tests.accounts.conftest import CLIENT_KEY, PASSWORD, TOKEN
from tests.recorded import events

KEY = re.compile(r"cdpv_[0-9a-f]{8}_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


@pytest.fixture
def shared(db: None) -> SharedConnection:
    made = SharedConnection(name="Airline", region="eu")
    made.set_credentials(client_key=CLIENT_KEY, token=TOKEN)
    made.keep(None)
    return made


@pytest.fixture
def as_ada(db: None) -> Client:
    ada = User.objects.create_user("ada", password=PASSWORD)
    ada.groups.add(Group.objects.get(name="Administrators"))
    client = Client()
    client.force_login(ada)
    return client


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def add(name: str = "Help desk") -> str:
    printed = run("add_integration", name, "--connection", "Airline")
    assert printed.startswith("key: cdpv_")
    return printed.removeprefix("key: ").strip()


def test_the_key_is_printed_once_and_stored_as_a_hash(shared: SharedConnection) -> None:
    key = add()
    assert KEY.fullmatch(key)
    integration = Integration.objects.of_key(key)
    assert integration is not None
    assert integration.connection().credentials().token == TOKEN
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM orders_integration")
        row = " ".join(map(str, cursor.fetchone()))
    assert key.split("_", 2)[2] not in row  # the secret, which may hold a "_" itself
    event = events().latest("pk")
    assert (event.what, event.detail, event.connection_name) == ("integration_added", "Help desk", "Airline (eu)")
    assert key not in " ".join(map(str, vars(event).values()))


def test_another_key_opens_nothing(shared: SharedConnection) -> None:
    key, other = add(), add("Other")
    mark, key_id, secret = key.split("_", 2)
    wrong = [
        "", "cdpv", "cdpv_", f"cdpv_{key_id}", f"cdpv_{key_id}_", key[:-1], key + "x", key.upper(), f"xxxx_{key_id}_{secret}",
        f"cdpv_{other.split('_', 2)[1]}_{secret}", f"cdpv_\x00_{secret}", f"cdpv_é{key_id[1:]}_{secret}", f" {key}", f"{mark}_{secret}",
    ]  # fmt: skip
    assert [each for each in wrong if Integration.objects.of_key(each) is not None] == []
    assert Integration.objects.of_key(key) is not None


def test_revoked_or_withdrawn_it_opens_nothing(shared: SharedConnection) -> None:
    key = add()
    set_active(shared, False)
    assert Integration.objects.of_key(key) is None
    set_active(shared, True)
    assert Integration.objects.of_key(key) is not None
    for _time in range(2):
        run("revoke_integration", "Help desk")
        assert Integration.objects.of_key(key) is None
    assert events().filter(what="integration_revoked").count() == 1
    assert Integration.objects.of_key(add()) is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ("add_integration", "Help desk", "--connection", "Airline"),
        ("add_integration", "New", "--connection", "Nowhere"),
        ("add_integration", "", "--connection", "Airline"),
        ("revoke_integration", "Nobody"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(arguments: tuple[str, ...], shared: SharedConnection) -> None:
    add()
    with pytest.raises(CommandError):
        run(*arguments)
    assert Integration.objects.count() == 1


def test_no_key_for_a_withdrawn_connection(shared: SharedConnection) -> None:
    set_active(shared, False)
    with pytest.raises(CommandError, match="no shared connection"):
        run("add_integration", "New", "--connection", "Airline")


def test_the_page_shows_the_key_in_the_answer_alone(as_ada: Client, shared: SharedConnection) -> None:
    answer = as_ada.post("/integrations/", {"name": "Help desk", "shared": shared.pk})
    key = KEY.search(answer.text)
    assert key and Integration.objects.of_key(key[0]) is not None
    page = as_ada.get("/integrations/").text
    assert "Help desk" in page and not KEY.search(page)
    assert as_ada.post("/integrations/", {"name": "Help desk", "shared": shared.pk}).status_code == 422
    assert "Help desk" in as_ada.get(f"/connections/shared/{shared.pk}/").text
    as_ada.post(f"/integrations/{Integration.objects.get().pk}/revoke/")
    assert Integration.objects.of_key(key[0]) is None
    assert list(events().filter(user_name="ada", what__startswith="integration").values_list("what", flat=True)) == [
        "integration_added",
        "integration_revoked",
    ]


def test_only_who_may_share_reaches_the_pages(as_anna: Client, shared: SharedConnection) -> None:
    add()
    assert as_anna.get("/integrations/").status_code == 403
    assert as_anna.post("/integrations/", {"name": "x", "shared": shared.pk}).status_code == 403
    assert as_anna.post(f"/integrations/{Integration.objects.get().pk}/revoke/").status_code == 403
    assert Integration.objects.get().revoked_at is None


def test_no_key_stands_in_a_log(as_ada: Client, shared: SharedConnection, capfd: pytest.CaptureFixture[str]) -> None:
    answer = as_ada.post("/integrations/", {"name": "Help desk", "shared": shared.pk})
    key = KEY.search(answer.text)
    assert key
    out, err = capfd.readouterr()
    assert io.StringIO(out + err).read().find(key[0]) == -1


def test_a_key_has_an_end_a_limit_and_networks(shared: SharedConnection, as_ada: Client) -> None:
    sent = {
        "name": "Zammad",
        "shared": shared.pk,
        "days": 30,
        "per_minute": 600,
        "networks": "203.0.113.7, 2001:db8::/48",
    }
    as_ada.post("/integrations/", sent)
    made = Integration.objects.get()
    assert made.networks == "203.0.113.7/32 2001:db8::/48"
    assert made.per_minute == 600
    assert timedelta(days=29) < made.expires_at - timezone.now() <= timedelta(days=30)
    run("add_integration", "Front", "--connection", "Airline", "--days", "400", "--networks", "10.0.0.0/8")
    assert Integration.objects.get(name="Front").networks == "10.0.0.0/8"


# 389 characters as entered, and 509 once each address is written as a network.
FORTY = " ".join(f"10.0.0.{number}" for number in range(40))


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 401},
        {"days": 0},
        {"per_minute": 0},
        {"networks": "10.0.0.1/8"},
        {"networks": "here"},
        {"networks": FORTY},
    ],
)
def test_limits_that_are_none(shared: SharedConnection, as_ada: Client, wrong: dict[str, object]) -> None:
    assert as_ada.post("/integrations/", {"name": "Zammad", "shared": shared.pk, **wrong}).status_code == 422
    [(name, value)] = wrong.items()
    with pytest.raises(CommandError):
        run("add_integration", "Zammad", "--connection", "Airline", f"--{name.replace('_', '-')}", str(value))
    assert not Integration.objects.exists()


def test_the_page_says_which_keys_have_expired(shared: SharedConnection, as_ada: Client) -> None:
    add()
    assert "<dt>Expires</dt>" in as_ada.get("/integrations/").text
    Integration.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "<dt>Expired</dt>" in as_ada.get("/integrations/").text


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_one_moment_the_first_is_within_a_limit_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)
    made = SharedConnection(name="Airline", region="eu")
    made.set_credentials(client_key=CLIENT_KEY, token=TOKEN)
    made.keep(None)
    integration = Integration.objects.of_key(add())
    assert integration is not None
    integration.per_minute = 1
    second: list[int] = []

    def ask() -> None:
        second.append(integrations.over_limit(integration))
        database.close()

    thread = threading.Thread(target=ask)

    def with_another_after_the_first(execute: Callable[..., object], *given: object) -> object:
        result = execute(*given)
        if thread.ident is None:
            thread.start()
            thread.join(0.5)  # it may wait until this statement has ended
        return result

    with database.execute_wrapper(with_another_after_the_first):
        assert integrations.over_limit(integration) == 0
    thread.join()
    assert second == [60]
