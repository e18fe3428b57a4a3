"""The list of a person's sessions, and ending them: by the person, by a new password, by an administrator."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import open_sessions
from accounts.session_store import stored_key
from accounts.sign_on.choices import SecondFactor
from orders.models import AccessRecord
from tests.sign_on.conftest import LOGIN, PASSWORD, is_signed_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
PAGE = "/accounts/sessions/"


def somewhere(name: str = "anna", agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert client.post(LOGIN, {"username": name, "password": PASSWORD}).status_code == 302
    return client


def key_of(client: Client) -> str:
    return stored_key(client.session.session_key or "")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari, macOS"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_two_words(agent: str, words: str) -> None:
    assert open_sessions.browser(agent) == words


def test_the_list_shows_ones_own_sessions_and_no_others(anna: User) -> None:
    User.objects.create_user("ben", password=PASSWORD)
    here, phone = somewhere(), somewhere(agent=SAFARI, address="198.51.100.9")
    somewhere("ben", address="192.0.2.5")
    page = here.get(PAGE).text
    assert page.index("Firefox, Windows") < page.index("This browser") < page.index("Safari, iOS")
    assert "203.0.113.7" in page and "198.51.100.9" in page and "192.0.2.5" not in page
    for client in (here, phone):
        assert (client.session.session_key or "") not in page


def test_ending_one_ends_that_one_and_its_next_panel_is_sent_to_sign_in(anna: User) -> None:
    here, there, third = somewhere(), somewhere(agent=SAFARI), somewhere()
    assert "1 session ended" in here.post(PAGE, {"session": key_of(there)}, follow=True).text
    panel = there.get(
        "/orders/B94TXY/contacts/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/activity/"}
    )
    assert (panel.status_code, panel["HX-Redirect"]) == (401, f"{LOGIN}?next=%2Factivity%2F")
    assert is_signed_in(here) and is_signed_in(third)
    record = AccessRecord.objects.get(what="session_ended")
    assert (record.user_name, record.about_name) == ("anna", "anna")
    assert "There was no session to end" in here.post(PAGE, {"session": key_of(there)}, follow=True).text


def test_all_others_end_at_once(anna: User) -> None:
    here, there, third = somewhere(), somewhere(), somewhere()
    assert "2 sessions ended" in here.post(PAGE, follow=True).text
    assert [is_signed_in(client) for client in (here, there, third)] == [True, False, False]


def test_nobody_ends_a_session_of_somebody_else(anna: User) -> None:
    User.objects.create_user("ben", password=PASSWORD)
    hers, his = somewhere(), somewhere("ben")
    his.post(PAGE, {"session": key_of(hers)})
    his.post(PAGE)
    assert is_signed_in(hers)
    assert not AccessRecord.objects.filter(what="session_ended").exists()


@pytest.mark.parametrize(
    ("stamp", "age", "listed"),
    [
        ("seen_at", 29 * 60, True),
        ("seen_at", 31 * 60, False),
        ("signed_in_at", 10 * 3600 - 60, True),
        ("signed_in_at", 10 * 3600, False),
    ],
)
def test_the_list_has_exactly_the_sessions_that_still_work(anna: User, stamp: str, age: int, listed: bool) -> None:
    """A recently used session, which is far from its expiry date, may still be past its limit since sign-in."""
    here, there = somewhere(), somewhere(agent=SAFARI)
    held = there.session
    held[stamp] -= age
    held.save()
    assert ("Safari" in here.get(PAGE).text) is listed
    assert (open_sessions.good(key_of(there)) is not None) is listed
    assert is_signed_in(there) is listed


@pytest.mark.parametrize("stamp", ["seen_at", "signed_in_at"])
def test_a_session_without_a_time_stands_in_no_list(anna: User, stamp: str) -> None:
    here, there = somewhere(), somewhere(agent=SAFARI)
    held = there.session
    del held[stamp]
    held.save()
    assert "Safari" not in here.get(PAGE).text
    assert open_sessions.good(key_of(there)) is None


def test_a_new_password_removes_every_other_session(anna: User) -> None:
    here, there = somewhere(), somewhere()
    new = "another long passphrase 7"
    changed = here.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert changed.status_code == 302
    assert [is_signed_in(client) for client in (here, there)] == [True, False]
    assert list(Session.objects.values_list("session_key", flat=True)) == [key_of(here)]


def test_a_password_set_by_an_administrator_ends_them_all(anna: User) -> None:
    there = somewhere()
    anna.set_password("a third long passphrase 9")
    anna.save()
    assert not is_signed_in(there)
    assert not Session.objects.exists()


def administrator() -> Client:
    User.objects.create_superuser("root", password=PASSWORD)
    return somewhere("root")


@pytest.mark.parametrize(
    ("action", "what"), [("end_sessions", "session_ended"), ("reset_second_factor", "factor_reset")]
)
def test_an_administrator_ends_sessions_and_resets_the_second_step(action: str, what: str, anna: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=anna, type="totp", data={"secret": "sealed"})
    hers, admin = somewhere_without_step(anna), administrator()
    done = admin.post("/admin/auth/user/", {"action": action, "_selected_action": [str(anna.pk)]}, follow=True)
    assert done.status_code == 200
    assert is_signed_in(hers) is (action != "end_sessions")
    assert Authenticator.objects.exists() is (action != "reset_second_factor")
    record = AccessRecord.objects.get(what=what)
    assert (record.user_name, record.about_name) == ("root", "anna")


def test_where_a_second_step_is_required_a_reset_ends_the_sessions_that_had_one(anna: User, settings: Settings) -> None:
    from allauth.mfa.models import Authenticator

    def has_step() -> None:
        for person in User.objects.all():
            Authenticator.objects.create(user=person, type="webauthn", data={})

    hers, admin = somewhere(), administrator()
    has_step()
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.REQUIRED)
    chosen = {
        "action": "reset_second_factor",
        "_selected_action": [str(pk) for pk in User.objects.values_list("pk", flat=True)],
    }
    admin.post("/admin/auth/user/", chosen)
    assert not is_signed_in(hers)
    assert admin.get("/activity/")["Location"] == "/accounts/second-factor/"  # who reset their own as well
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.OPTIONAL)
    here, there = somewhere(), somewhere()
    has_step()
    settings.SIGN_ON = replace(settings.SIGN_ON, second_factor=SecondFactor.REQUIRED)
    row = Authenticator.objects.get(user=anna)
    here.post(f"/accounts/second-factor/{row.pk}/remove/")
    assert here.get("/activity/")["Location"] == "/accounts/second-factor/"
    assert there.get("/activity/")["Location"].startswith(LOGIN)


def somewhere_without_step(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_command_deactivates_a_person_and_ends_their_sessions(
    anna: User, capsys: pytest.CaptureFixture[str]
) -> None:
    hers = somewhere()
    call_command("deactivate_person", "anna")
    assert "anna is deactivated" in capsys.readouterr().out
    assert not is_signed_in(hers)
    assert not Session.objects.exists()
    anna.refresh_from_db()
    assert not anna.is_active
    assert AccessRecord.objects.filter(what="person_deactivated", about_name="anna").count() == 1
    call_command("deactivate_person", "anna")  # again: nothing happens
    assert AccessRecord.objects.filter(what="person_deactivated").count() == 1
    with pytest.raises(CommandError, match="no person"):
        call_command("deactivate_person", "nobody")
