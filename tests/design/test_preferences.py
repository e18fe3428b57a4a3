"""Preferences are kept on the server, held in the session and rendered with the page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import preferences
from accounts.models import Preferences as Row
from accounts.views.preferences import PreferencesForm
from accounts.zones import canonical, choices, zones

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return User.objects.create_user("agent", password="a long enough passphrase")


@pytest.fixture
def signed(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


CHOICE = {"language": "", "time_zone": "Europe/Berlin", "clock": "12", "theme": "dark", "shortcuts": ""}


def test_the_form_has_a_field_for_each_preference_that_is_stored() -> None:
    stored = {field.name for field in Row._meta.fields} - {"id", "user"}
    assert stored == set(preferences.FIELDS) == set(PreferencesForm.base_fields) == set(CHOICE)


def test_choices_are_kept_and_in_force_on_the_next_page(signed: Client, agent: User) -> None:
    answer = signed.post(reverse("preferences"), CHOICE, follow=True)
    body = answer.content.decode()
    assert 'data-theme="dark"' in body
    assert "data-shortcuts" not in body
    assert "Your preferences were saved." in body
    row = Row.objects.get(user=agent)
    assert (row.time_zone, row.clock, row.theme, row.shortcuts) == ("Europe/Berlin", "12", "dark", False)


def test_a_later_session_has_them_too(signed: Client, agent: User) -> None:
    signed.post(reverse("preferences"), CHOICE)
    other = Client()
    other.force_login(agent)
    assert 'data-theme="dark"' in other.get(reverse("preferences")).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"theme": "neon"}, {"clock": "25"}, {"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"theme": ""}]
)
def test_what_is_not_offered_is_not_kept(signed: Client, agent: User, wrong: dict[str, str]) -> None:
    assert signed.post(reverse("preferences"), {**CHOICE, **wrong}).status_code == 422
    assert not Row.objects.filter(user=agent).exists()


def test_the_defaults_are_24_hours_utc_and_the_systems_theme(signed: Client) -> None:
    body = signed.get(reverse("preferences")).content.decode()
    assert 'data-theme="system"' in body
    assert "data-shortcuts" in body
    assert '<option value="UTC" selected>' in body


def request_of(user: User | AnonymousUser, wishes: str = "") -> HttpRequest:
    request = RequestFactory().get("/", headers={"Accept-Language": wishes})
    request.user = user
    request.session = {}  # type: ignore[assignment]
    return request


def test_a_session_asks_the_database_once(agent: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Row.objects.create(user=agent, theme="light")
    request = request_of(agent)
    with django_assert_num_queries(1):
        assert preferences.of(request).theme == "light"
        assert preferences.of(request).theme == "light"


def test_nobody_signed_in_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert preferences.of(request_of(AnonymousUser())) == preferences.DEFAULT


def test_a_field_of_an_older_version_in_the_session_is_harmless(agent: User) -> None:
    request = request_of(agent)
    request.session[preferences.SESSION_KEY] = {"theme": "dark", "colour_of_the_sky": "blue"}
    assert preferences.of(request).theme == "dark"


def test_an_unknown_language_falls_back_to_english() -> None:
    chosen = Row(language="tlh")
    assert preferences.language_for(request_of(AnonymousUser(), "tlh"), chosen) == "en"


def test_a_zone_that_went_away_is_utc() -> None:
    assert preferences.zone("Mars/Olympus").key == "UTC"
    assert preferences.zone("../../etc/passwd").key == "UTC"


def test_zones_start_with_utc_and_are_places() -> None:
    assert zones()[0] == "UTC"
    assert "Europe/Dublin" in zones()
    assert not [name for name in zones() if name.startswith("Etc/")]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Eastern", "America/New_York"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("UTC", "UTC"),
        ("Mars/Olympus", ""),
        ("../../etc/passwd", ""),
        ("", ""),
    ],
)
def test_a_zone_has_one_name_that_of_today(sent: str, name: str) -> None:
    assert canonical(sent) == name
    if sent != name:
        assert sent not in zones()


@pytest.mark.parametrize(
    ("name", "winter", "summer"),
    [
        ("Asia/Kolkata", "Asia/Kolkata (UTC+5:30)", "Asia/Kolkata (UTC+5:30)"),
        ("Europe/Dublin", "Europe/Dublin (UTC+0)", "Europe/Dublin (UTC+1)"),
        ("America/New_York", "America/New York (UTC−5)", "America/New York (UTC−4)"),
        ("America/St_Johns", "America/St Johns (UTC−3:30)", "America/St Johns (UTC−2:30)"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_a_zone_is_named_with_its_present_offset(name: str, winter: str, summer: str) -> None:
    for month, words in ((1, winter), (7, summer)):
        assert dict(choices(datetime(2027, month, 15, tzinfo=UTC)))[name] == words


def test_an_earlier_choice_by_a_former_name_is_the_same_zone_today(signed: Client, agent: User) -> None:
    Row.objects.create(user=agent, time_zone="Asia/Calcutta")
    assert '<option value="Asia/Kolkata" selected>' in signed.get(reverse("preferences")).content.decode()


def offered(client: Client) -> bool:
    return "data-offers-zone" in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize(
    ("sent", "kept"), [("Asia/Calcutta", "Asia/Kolkata"), ("UTC", "UTC"), ("Mars/Olympus", "UTC"), ("", "UTC")]
)
def test_the_browsers_zone_is_offered_once(signed: Client, agent: User, sent: str, kept: str) -> None:
    assert offered(signed) and offered(signed)
    answer = signed.post(reverse("preferences_time_zone"), {"time_zone": sent, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    row = Row.objects.get(user=agent)
    assert (row.time_zone, row.clock, row.theme, row.shortcuts) == (kept, "24", "system", True)
    assert not offered(signed)
    later = Client()
    later.force_login(agent)
    assert not offered(later)


def test_somebody_who_chose_anything_is_offered_no_zone(signed: Client, agent: User) -> None:
    signed.post(reverse("preferences"), CHOICE)
    assert not offered(signed)
    assert "data-offers-zone" not in Client().get("/accounts/login/").content.decode()


def test_the_page_names_its_language(signed: Client) -> None:
    answer = signed.get(reverse("preferences"))
    assert '<html lang="en"' in answer.content.decode()
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("en-GB,de;q=0.5", "en"),
        # Languages without a catalogue are passed over; the next one counts.
        ("pl,de;q=0.8", "de"),
        ("pl,fr;q=0.9,en;q=0.8,de;q=0.7", "en"),
        ("pl", "en"),
        ("de;q=0.1,en;q=0.9", "en"),
        ("*", "en"),
        ("x" * 600 + ",de", "en"),
        ("\u00e4,;q=,de;q=high", "en"),
    ],
)
def test_the_browsers_first_wish_that_is_offered_counts(wishes: str, language: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": wishes})
    assert preferences.language_for(request, preferences.DEFAULT) == language
    chosen = Row(language="de")
    assert preferences.language_for(request, chosen) == "de"
