"""The connection pages: a credential is tested, stored encrypted, never shown again, and usable only by its owner."""

from __future__ import annotations

import base64
import logging
import re
import uuid

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from orders.models import Connection
from orders.problems import result_word
from orders.services.connections import find_connection
from tests.accounts.conftest import CLIENT_KEY, OTHER_REGION, TOKEN, Cdp, connect

ADD = "/connections/add/"
FIELDS = {"name": "main", "region": "eu", "client_key": CLIENT_KEY, "token": TOKEN, "version": "v2", "clock": "local"}


def add(client: Client, **fields: str) -> HttpResponse:
    return client.post(ADD, {**FIELDS, **fields}, follow=True)  # type: ignore[return-value]


def shows_no_secret(page: HttpResponse) -> None:
    for secret in (TOKEN, CLIENT_KEY, "gAAAA"):
        assert secret not in page.text


def test_an_accepted_credential_is_kept_and_becomes_the_default(as_anna: Client, anna: User, cdp: Cdp) -> None:
    page = add(as_anna)
    assert "“main” was saved. The CDP accepted the credential." in page.text
    shows_no_secret(page)
    connection = Connection.objects.get()
    assert (connection.user, connection.region, connection.is_default) == (anna, "eu", True)
    assert connection.last_result == "accepted"
    assert connection.last_used_at is not None
    opened = connection.credentials()
    assert (opened.client_key, opened.token) == (CLIENT_KEY, TOKEN)
    ((method, path, headers),) = cdp.calls
    assert (method, path.partition("?")[0]) == ("GET", "/v2/orders")
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode() == f"{CLIENT_KEY}:{TOKEN}"


def test_a_refused_credential_is_not_kept_and_not_shown_again(as_anna: Client, cdp: Cdp) -> None:
    cdp.says(401)
    page = as_anna.post(ADD, FIELDS)
    assert page.status_code == 422
    assert "The CDP refused the credential" in page.text
    assert "Nothing was saved" in page.text
    assert 'value="main"' in page.text
    # The client key stays in its field, the token does not.
    assert re.findall(r'<input type="password" name="(\w+)"(?: value="([^"]*)")?', page.text) == [
        ("client_key", CLIENT_KEY),
        ("token", ""),
    ]
    assert page.text.count(CLIENT_KEY) == 1 and TOKEN not in page.text
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("fields", "opened"),
    [({}, False), ({"version": "v2.1"}, True), ({"clock": "utc"}, True), ({"version": "v9"}, True)],
)
def test_version_and_segment_times_are_advanced_and_in_view_where_they_are_not_as_usual(
    fields: dict[str, str], opened: bool, as_anna: Client, cdp: Cdp
) -> None:
    cdp.says(401)
    page = as_anna.post(ADD, {**FIELDS, **fields}).text
    advanced = page[page.index('<details class="more advanced"') :].partition("</details>")[0]
    assert advanced.startswith('<details class="more advanced" open>') is opened
    assert re.findall(r'<select name="(\w+)"', advanced) == ["version", "clock"]


def test_a_refused_credential_is_kept_when_the_person_wants_so(as_anna: Client, cdp: Cdp) -> None:
    cdp.says(401)
    page = add(as_anna, save_anyway="on")
    assert "“main” was saved. The CDP refused the credential" in page.text
    assert Connection.objects.get().last_result == "refused"
    assert 'data-result="refused"' in page.text


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, "{}", "does not permit reading orders"),
        (404, "{}", "The CDP accepted the credential"),
        (429, "{}", "asked us to wait"),
        (500, "{}", "did not answer as expected"),
        (302, "{}", "did not answer as expected"),
        (200, "<html>", "did not answer as expected"),
    ],
)
def test_whatever_the_cdp_says_is_told_in_words(status: int, body: str, words: str, as_anna: Client, cdp: Cdp) -> None:
    cdp.says(status, body)
    page = as_anna.post(ADD, FIELDS, follow=True)
    assert words in page.text
    assert Connection.objects.exists() == (status == 404)
    assert cdp.calls


def test_a_cdp_that_is_not_there_is_told_in_words(as_anna: Client, dead_cdp: Cdp) -> None:
    page = as_anna.post(ADD, FIELDS)
    assert (page.status_code, "could not be reached" in page.text) == (422, True)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "https://evil.example"),
        ("region", "mars"),
        ("region", ""),
        ("name", ""),
        ("name", "x" * 61),
        ("name", "a\nb"),
        ("client_key", "with:colon"),
        ("client_key", "with space"),
        ("client_key", ""),
        ("token", "line\nbreak"),
        ("token", " "),
        ("token", "x" * 4001),
        ("version", "v9"),
        ("clock", "moon"),
        ("country", "XX"),
    ],
)
def test_bad_input_is_refused_before_any_call(field: str, value: str, as_anna: Client, cdp: Cdp) -> None:
    page = as_anna.post(ADD, {**FIELDS, field: value})
    assert page.status_code == 422
    assert "errorlist" in page.text
    assert TOKEN not in page.text
    assert not Connection.objects.exists()
    assert cdp.calls == []


def test_a_name_is_there_once_per_person(as_anna: Client, as_ben: Client, anna: User, cdp: Cdp) -> None:
    connect(anna)
    assert "already have a connection with this name" in as_anna.post(ADD, FIELDS).text
    assert "was saved" in add(as_ben).text


def test_without_proper_keys_the_page_says_so_and_no_call_leaves(as_anna: Client, cdp: Cdp, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ()
    page = as_anna.post(ADD, FIELDS)
    assert (page.status_code, "its encryption keys are not set up" in page.text) == (422, True)
    assert TOKEN not in page.text
    assert cdp.calls == []


def test_the_list_says_when_set_used_and_with_what_result(as_anna: Client, anna: User) -> None:
    connection = connect(anna, "prod")
    connect(anna, "second", region=OTHER_REGION)
    page = as_anna.get("/connections/")
    shows_no_secret(page)  # type: ignore[arg-type]
    assert "prod" in page.text
    assert "not tested yet" in page.text
    connection.note_use("not permitted")
    assert "not permitted" in as_anna.get("/connections/").text


def test_trying_again_says_what_came_back(as_anna: Client, anna: User, cdp: Cdp) -> None:
    connection = connect(anna)
    cdp.says(401)
    page = as_anna.post(reverse("connection_try", args=[connection.pk]), follow=True)
    assert "main: The CDP refused the credential" in page.text
    connection.refresh_from_db()
    assert connection.last_result == "refused"


def test_renaming_changes_name_version_and_clock_only(as_anna: Client, anna: User, cdp: Cdp) -> None:
    connection = connect(anna)
    before = connection.changed_at
    address = reverse("connection_rename", args=[connection.pk])
    assert 'value="main"' in as_anna.get(address).text
    sent = {"name": "renamed", "version": "v2.1", "clock": "utc", "region": OTHER_REGION, "user": "7", "is_default": ""}
    assert as_anna.post(address, sent).status_code == 302
    connection.refresh_from_db()
    assert (connection.name, connection.version, connection.clock) == ("renamed", "v2.1", "utc")
    assert (connection.region, connection.user, connection.is_default) == ("eu", anna, True)
    assert connection.changed_at > before
    assert connection.credentials().token == TOKEN
    connect(anna, "taken")
    assert as_anna.post(address, {**sent, "name": "taken"}).status_code == 422


def test_replacing_moves_to_another_region_only_with_the_credential(as_anna: Client, anna: User, cdp: Cdp) -> None:
    connection = connect(anna)
    address = reverse("connection_replace", args=[connection.pk])
    shows_no_secret(as_anna.get(address))  # type: ignore[arg-type]
    assert as_anna.post(address, {"region": OTHER_REGION}).status_code == 422
    page = as_anna.post(address, {"region": OTHER_REGION, "client_key": "new", "token": "newer"}, follow=True)
    assert "was saved" in page.text
    connection.refresh_from_db()
    opened = connection.credentials()
    assert (connection.region, opened.client_key, opened.token) == (OTHER_REGION, "new", "newer")
    assert [headers["Host"].partition(":")[0] for _method, _path, headers in cdp.calls] == ["localhost"]


def test_replacing_the_credential_keeps_or_changes_the_country_of_phone_numbers(
    as_anna: Client, anna: User, cdp: Cdp
) -> None:
    connection = connect(anna)
    Connection.objects.filter(pk=connection.pk).update(country="IE")
    address = reverse("connection_replace", args=[connection.pk])
    assert '<option value="IE" selected>' in as_anna.get(address).text
    entered = {"region": OTHER_REGION, "client_key": "new", "token": "newer"}
    assert as_anna.post(address, {**entered, "country": "XX"}).status_code == 422
    connection.refresh_from_db()
    assert connection.country == "IE"
    as_anna.post(address, {**entered, "country": "DE"})
    connection.refresh_from_db()
    assert connection.country == "DE"


def test_a_refused_replacement_leaves_the_old_one_as_it_was(as_anna: Client, anna: User, cdp: Cdp) -> None:
    connection = connect(anna)
    connection.note_use("accepted")
    cdp.says(401)
    address = reverse("connection_replace", args=[connection.pk])
    assert as_anna.post(address, {"region": "eu", "client_key": "new", "token": "newer"}).status_code == 422
    stored = Connection.objects.get()
    assert (stored.credentials().token, stored.last_result, stored.set_at) == (TOKEN, "accepted", connection.set_at)


def test_there_is_exactly_one_default_whatever_happens(as_anna: Client, anna: User) -> None:
    def defaults() -> list[str]:
        return list(Connection.objects.filter(user=anna, is_default=True).values_list("name", flat=True))

    first, second, third = (connect(anna, name) for name in ("one", "two", "three"))
    assert defaults() == ["one"]
    as_anna.post(reverse("connection_default", args=[second.pk]))
    assert defaults() == ["two"]
    page = as_anna.post(reverse("connection_delete", args=[second.pk]), follow=True)
    assert "“two” was deleted." in page.text
    assert "“three” is now your default connection." in page.text
    assert defaults() == ["three"]
    as_anna.post(reverse("connection_delete", args=[first.pk]))
    assert defaults() == ["three"]
    as_anna.post(reverse("connection_delete", args=[third.pk]))
    assert defaults() == []


def test_a_connection_deleted_meanwhile_takes_no_default_along(anna: User) -> None:
    first, second = connect(anna, "one"), connect(anna, "two")
    late = Connection.objects.get(pk=second.pk)
    second.drop()
    late.make_default()
    assert list(Connection.objects.filter(is_default=True)) == [first]


def test_the_database_refuses_a_second_default(anna: User) -> None:
    connect(anna, "one")
    other = connect(anna, "two")
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(pk=other.pk).update(is_default=True)


def test_deleting_asks_first(as_anna: Client, anna: User) -> None:
    connection = connect(anna)
    page = as_anna.get(reverse("connection_delete", args=[connection.pk]))
    assert "Delete “main”?" in page.text
    assert Connection.objects.exists()


@pytest.mark.parametrize("name", ["rename", "replace", "default", "delete", "try"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_persons_connection_is_as_unknown_as_none(
    name: str, method: str, as_ben: Client, anna: User, cdp: Cdp
) -> None:
    hers = connect(anna)
    kept = Connection.objects.values().get()
    answers = [
        getattr(as_ben, method)(reverse(f"connection_{name}", args=[key]), {**FIELDS, "name": "mine"})
        for key in (hers.pk, uuid.uuid4())
    ]
    assert [answer.status_code for answer in answers] in ([404, 404], [405, 405])
    assert Connection.objects.values().get() == kept
    assert cdp.calls == []


def test_nobody_sees_or_names_another_persons_connection(as_ben: Client, ben: User, anna: User) -> None:
    connect(anna, "hers alone")
    assert "hers alone" not in as_ben.get("/connections/").text
    assert find_connection(ben, "hers alone") is None
    assert find_connection(ben, "hers\x00") is None
    assert find_connection(ben) is None


@pytest.mark.parametrize("name", ["default", "try"])
def test_changes_take_a_post(name: str, as_anna: Client, anna: User) -> None:
    assert as_anna.get(reverse(f"connection_{name}", args=[connect(anna).pk])).status_code == 405


def test_every_page_needs_a_sign_in(client: Client, anna: User) -> None:
    key = connect(anna).pk
    addresses = ["/connections/", ADD, "/activity/", "/activity/export.csv", "/accounts/password/"]
    addresses += [
        reverse(f"connection_{name}", args=[key]) for name in ("rename", "replace", "default", "delete", "try")
    ]
    for address in addresses:
        for method in (client.get, client.post):
            assert method(address)["Location"].startswith("/accounts/login/?next="), address
    assert Connection.objects.get().pk == key


def test_the_way_back_to_the_order_is_kept_and_checked(as_anna: Client, anna: User, cdp: Cdp) -> None:
    order = "/orders/B94TXY/?ticket=ZD-1"
    assert f'name="next" value="{order}"' in as_anna.get(ADD, {"next": order}).text
    assert as_anna.post(ADD, {**FIELDS, "next": order})["Location"] == order
    key = Connection.objects.get().pk
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"):
        assert "evil" not in as_anna.get("/connections/", {"next": evil}).text
        assert as_anna.post(reverse("connection_default", args=[key]), {"next": evil})["Location"] == "/connections/"


def test_no_secret_in_a_log_line(as_anna: Client, cdp: Cdp, caplog: pytest.LogCaptureFixture) -> None:
    cdp.says(401)
    with caplog.at_level(logging.DEBUG):
        as_anna.post(ADD, FIELDS)
        as_anna.post(ADD, {**FIELDS, "region": "mars"})
        as_anna.post(ADD)
    basic = base64.b64encode(f"{CLIENT_KEY}:{TOKEN}".encode()).decode()
    for secret in (TOKEN, CLIENT_KEY, basic):
        assert secret not in caplog.text


def test_a_name_that_tries_to_be_html_stays_text(as_anna: Client, anna: User) -> None:
    connect(anna, "<script>alert(1)</script>")
    page = as_anna.get("/connections/").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_every_result_has_words() -> None:
    assert result_word("accepted") == "accepted"
    assert result_word("something new") == "something new"


def test_a_connection_may_have_a_country_for_phone_numbers(as_anna: Client, cdp: Cdp) -> None:
    assert '<option value="IE">Ireland</option>' in as_anna.get(ADD).text
    add(as_anna, country="IE")
    connection = Connection.objects.get()
    assert connection.country == "IE"
    assert "Ireland" in as_anna.get("/connections/").text
    rename = f"/connections/{connection.pk}/rename/"
    assert '<option value="IE" selected>' in as_anna.get(rename).text
    as_anna.post(rename, {"name": "main", "version": "v2", "clock": "local", "country": ""})
    connection.refresh_from_db()
    assert connection.country == ""


def test_countries_are_named_in_the_persons_language(as_anna: Client, cdp: Cdp) -> None:
    page = as_anna.get(ADD, headers={"Accept-Language": "de"})
    assert '<option value="IE">Irland</option>' in page.text


def test_countries_that_begin_with_an_accent_stand_among_the_others(as_anna: Client, cdp: Cdp) -> None:
    page = as_anna.get(ADD, headers={"Accept-Language": "de"}).text
    names = re.findall(r'<option value="[A-Z]{2}">([^<]+)</option>', page)
    assert names[:3] == ["Afghanistan", "Ägypten", "Ålandinseln"]
    assert names.index("Oman") < names.index("Österreich") < names.index("Pakistan")
    assert names.index("Südafrika") < names.index("Sudan") < names.index("Südkorea")
    assert names[-1] == "Zypern"
