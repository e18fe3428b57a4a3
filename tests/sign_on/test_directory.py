"""Signing in with a real LDAP directory: groups, names that are taken, and a directory that is down or hangs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import SignInFailure
from accounts.sign_on.choices import Directory, Passwords
from orders.models import AccessRecord
from tests.cdp.certificates import Authority
from tests.live import free_port
from tests.sign_on import directories
from tests.sign_on.conftest import LOGIN, PASSWORD, is_signed_in
from tests.sign_on.directories import RunningDirectory

ldap = pytest.importorskip("ldap")  # `directories` reports what is skipped without it
pytestmark = pytest.mark.django_db
HERS = "her password at the company"


@pytest.fixture(scope="module")
def running_directory() -> Iterator[RunningDirectory]:
    with directories.running() as running:
        yield running


@pytest.fixture
def directory(running_directory: RunningDirectory, settings: Settings) -> Iterator[RunningDirectory]:
    """The directory, selected in the settings, with Dora among the agents."""
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=running_directory.choice())
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "accounts.sign_on.directory.Backend"]
    running_directory.person("dora", HERS)
    running_directory.group("cdp-agents", "dora")
    running_directory.group("cdp-leads")
    yield running_directory
    running_directory.go_on()


def groups_of(name: str) -> set[str]:
    return set(Group.objects.filter(user__username=name).values_list("name", flat=True))


def test_somebody_of_the_directory_signs_in_and_comes_to_the_page(directory: RunningDirectory, client: Client) -> None:
    answer = client.post(LOGIN, {"username": "dora", "password": HERS, "next": "/activity/"})
    assert (answer.status_code, answer["Location"]) == (302, "/activity/")
    assert groups_of("dora") == {"Agents"}
    person = User.objects.get(username="dora")
    assert (person.email, person.first_name, person.has_usable_password()) == ("", "", False)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("dora", "wrong"),
        ("dora", ""),
        ("nobody", HERS),
        ("*", HERS),
        ("dora)(uid=*", HERS),
        ("dora\x00", HERS),
        ("dora", "\x00"),
    ],
)
def test_what_is_wrong_is_wrong_and_counts(
    name: str, password: str, directory: RunningDirectory, client: Client
) -> None:
    assert client.post(LOGIN, {"username": name, "password": password}).status_code == 200
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_groups_follow_the_directory_and_a_withdrawn_one_shuts_the_door(
    directory: RunningDirectory, client: Client
) -> None:
    client.post(LOGIN, {"username": "dora", "password": HERS})
    directory.group("cdp-leads", "dora")
    directory.group("cdp-agents")
    assert Client().post(LOGIN, {"username": "dora", "password": HERS}).status_code == 302
    assert groups_of("dora") == {"Supervisors"}
    directory.group("cdp-leads")
    assert Client().post(LOGIN, {"username": "dora", "password": HERS}).status_code == 403
    assert groups_of("dora") == set()
    assert not is_signed_in(client)
    events = AccessRecord.objects.filter(
        about_name="dora", what__in=("person_added", "rights_given", "rights_taken", "session_ended")
    )
    assert list(events.order_by("pk").values_list("user_name", "what", "detail")) == [
        ("directory 127.0.0.1", "person_added", ""),
        ("directory 127.0.0.1", "rights_given", "group Agents"),
        ("directory 127.0.0.1", "rights_given", "group Supervisors"),
        ("directory 127.0.0.1", "rights_taken", "group Agents"),
        ("directory 127.0.0.1", "rights_taken", "group Supervisors"),
        ("directory 127.0.0.1", "session_ended", "2 ended"),
    ]


def test_the_menu_shows_what_the_groups_allow_right_after_the_sign_in(
    directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    chosen = replace(directory.choice(), groups={"cdp-agents": "Administrators"})
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=chosen)
    client.post(LOGIN, {"username": "dora", "password": HERS})
    assert 'href="/people/"' in client.get("/preferences/").text
    assert client.get("/people/").status_code == 200


def test_without_a_group_no_account_is_made(directory: RunningDirectory, client: Client) -> None:
    directory.group("cdp-agents")
    for _try in range(6):
        answer = client.post(LOGIN, {"username": "dora", "password": HERS})
        assert (answer.status_code, "Wrong user name" in answer.text) == (403, False)
        assert "Your company’s directory accepted your sign-in, but you are not in a group" in answer.text
    assert not User.objects.exists()
    assert not SignInFailure.objects.exists()
    records = AccessRecord.objects.filter(what="sign_in_failed")
    assert set(records.values_list("about_name", "outcome")) == {("", "directory: no-group")}
    # A wrong password reveals nothing about groups.
    assert "Wrong user name" in client.post(LOGIN, {"username": "dora", "password": "wrong"}).text


def test_a_mapped_group_that_does_not_exist_here_lets_nobody_in(
    directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    chosen = replace(directory.choice(), groups={"cdp-agents": "Agent"})  # a typing error for Agents
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=chosen)
    answer = client.post(LOGIN, {"username": "dora", "password": HERS})
    assert (answer.status_code, User.objects.exists()) == (403, False)


@pytest.mark.parametrize("name", directories.REFUSED)
def test_an_account_that_the_directory_refuses_is_a_wrong_password(
    name: str, directory: RunningDirectory, client: Client
) -> None:
    answer = client.post(LOGIN, {"username": name, "password": HERS})
    assert (answer.status_code, "Wrong user name or password" in answer.text) == (200, True)
    assert SignInFailure.objects.count() == 1


def test_names_of_groups_are_compared_without_their_case(directory: RunningDirectory, client: Client) -> None:
    directory.group("cdp-agents")
    directory.group("CDP-Leads", "dora")
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 302
    assert groups_of("dora") == {"Supervisors"}


# --- names


BY_MAIL = "(|(uid=%(user)s)(mail=%(user)s))"


def test_one_entry_is_one_account_whatever_is_typed(
    directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    chosen = replace(directory.choice(), people_filter=BY_MAIL)
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=chosen)
    directory.person("dora", HERS, mail="dora@example.com")
    for typed in ("dora@example.com", "DORA", " dora", "dora"):
        assert client.post(LOGIN, {"username": typed, "password": HERS}).status_code == 302, typed
    assert list(User.objects.values_list("username", flat=True)) == ["dora"]


def test_no_account_is_taken_over_by_another_attribute(
    directory: RunningDirectory, client: Client, settings: Settings, anna: User
) -> None:
    chosen = replace(directory.choice(), people_filter=BY_MAIL)
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=chosen)
    directory.person("anna", HERS, mail="a.byrne@example.com")
    directory.group("cdp-leads", "anna")
    answer = client.post(LOGIN, {"username": "a.byrne@example.com", "password": HERS})
    assert (answer.status_code, "There is already a user called anna" in answer.text) == (409, True)
    assert not is_signed_in(client)
    assert groups_of("anna") == set()


@pytest.mark.parametrize("name", ["directory ldap", "a<b>", "x" * 151], ids=["space", "signs", "long"])
def test_a_name_that_cannot_be_one_here_makes_no_account(
    name: str, directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    chosen = replace(directory.choice(), people_filter="(|(cn=%(user)s)(uid=%(user)s))")
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=chosen)
    directory.person("dora", HERS, cn=name)
    answer = client.post(LOGIN, {"username": "dora", "password": HERS})
    assert (answer.status_code, "cannot be used here" in answer.text) == (403, True)
    assert not User.objects.exists()


@pytest.mark.parametrize("typed", ["anna", "Anna"])
def test_the_directory_takes_nobody_over_who_has_a_password_here(
    typed: str, anna: User, directory: RunningDirectory, client: Client
) -> None:
    directory.person("anna", HERS)
    directory.group("cdp-leads", "anna")
    client.post(LOGIN, {"username": typed, "password": HERS})
    assert not is_signed_in(client)
    assert groups_of("anna") == set()
    client.post(LOGIN, {"username": "anna", "password": PASSWORD})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("passwords", "words"),
    [
        ("staff", "only people with access to the administration pages"),
        ("off", "signing in with a cdpviewer password is switched off"),
    ],
)
def test_passwords_here_may_be_for_few_while_the_directory_is_for_all(
    passwords: str, words: str, anna: User, directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, passwords=Passwords(passwords))
    page = client.get(LOGIN).text
    assert 'name="password"' in page and "can sign in with a password" not in page
    refused = client.post(LOGIN, {"username": "anna", "password": PASSWORD}).text.lower()
    assert words in refused and "button" not in refused.partition(words)[2][:80]
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 302
    assert client.post("/accounts/confirm/", {"password": HERS}).status_code == 302
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    assert (Client().post(LOGIN, {"username": "anna", "password": PASSWORD}).status_code == 302) is (
        passwords == "staff"
    )


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_the_directory_takes_nobody_over_who_administers_this_site(
    flag: str, directory: RunningDirectory, client: Client
) -> None:
    boss = User.objects.create_user("boss")
    setattr(boss, flag, True)
    boss.save()
    assert not boss.has_usable_password()
    directory.person("boss", HERS)
    directory.group("cdp-leads", "boss")
    for typed in ("boss", "BOSS", " boss "):
        assert client.post(LOGIN, {"username": typed, "password": HERS}).status_code == 200
        assert not is_signed_in(client)
    assert groups_of("boss") == set()


def test_other_people_added_without_a_password_are_the_directorys(directory: RunningDirectory, client: Client) -> None:
    User.objects.create_user("dora")
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 302
    assert (is_signed_in(client), groups_of("dora"), User.objects.count()) == (True, {"Agents"}, 1)


def test_people_of_the_directory_get_no_link_to_set_a_password(
    directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    person = User.objects.create_user("dora")
    page = f"/people/{person.pk}/"
    assert "Create a link" in admin.get(page).text  # it is not yet decided where dora will come from
    client.post(LOGIN, {"username": "dora", "password": HERS})
    shown = admin.get(page).text
    assert "Create a link" not in shown and "the company’s directory" in shown
    assert "cannot sign in with a password" in admin.post(f"{page}link/", follow=True).text
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=None)
    assert "Create a link" in admin.get(page).text


def assert_not_checked(client: Client) -> None:
    for _try in range(6):
        answer = client.post(LOGIN, {"username": "dora", "password": "wrong"})
        assert answer.status_code == 503
        assert "could not be checked against your company’s directory" in answer.text
        assert "Wrong" not in answer.text and "do not belong together" not in answer.text
    assert not SignInFailure.objects.exists()


def test_a_directory_that_is_down_is_no_wrong_password_and_no_attempt(
    directory: RunningDirectory, client: Client, settings: Settings, anna: User
) -> None:
    nobody = replace(directory.choice(), url=f"ldap://127.0.0.1:{free_port()}")
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=nobody)
    assert_not_checked(client)
    # Wrong guesses at the password of a person who has one here still count, and the right one signs in.
    client.post(LOGIN, {"username": "anna", "password": "wrong"})
    assert SignInFailure.objects.count() == 1
    client.post(LOGIN, {"username": "anna", "password": PASSWORD})
    assert is_signed_in(client)


# --- over TLS


def over_tls(directory: RunningDirectory, by: str, host: str = "127.0.0.1", ca: str | None = None) -> Directory:
    """The directory over "ldaps" or "starttls", with an authority to trust: its own, if none is named."""
    plain = directory.choice()
    port = directory.tls_port if by == "ldaps" else plain.url.rpartition(":")[2]
    url = f"{'ldaps' if by == 'ldaps' else 'ldap'}://{host}:{port}"
    trusted = directory.authority.ca_file if ca is None else ca
    return replace(plain, url=url, start_tls=by == "starttls", ca_file=trusted)


@pytest.fixture
def careless_machine() -> Iterator[None]:
    """A machine whose /etc/ldap/ldap.conf says "TLS_REQCERT never"."""
    option = ldap.OPT_X_TLS_REQUIRE_CERT
    before = ldap.get_option(option)
    ldap.set_option(option, ldap.OPT_X_TLS_NEVER)
    yield
    ldap.set_option(option, before)


@pytest.mark.parametrize("by", ["ldaps", "starttls"])
def test_people_sign_in_over_tls(by: str, directory: RunningDirectory, client: Client, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=over_tls(directory, by))
    assert client.post(LOGIN, {"username": "dora", "password": "wrong"}).status_code == 200
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 302
    assert groups_of("dora") == {"Agents"}


@pytest.mark.parametrize("by", ["ldaps", "starttls"])
@pytest.mark.parametrize("wrong", ["authority", "none of its own", "host"])
def test_a_certificate_that_is_not_trusted_is_refused_and_gets_no_password(
    by: str,
    wrong: str,
    directory: RunningDirectory,
    client: Client,
    settings: Settings,
    tmp_path: Path,
    careless_machine: None,
) -> None:
    other = {"authority": Authority(tmp_path).ca_file, "none of its own": ""}.get(wrong)
    chosen = over_tls(directory, by, "localhost" if wrong == "host" else "127.0.0.1", other)
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=chosen)
    answer = client.post(LOGIN, {"username": "dora", "password": HERS})
    assert (answer.status_code, "could not be checked against your company’s directory" in answer.text) == (503, True)
    assert not User.objects.exists()


def test_a_directory_that_hangs_is_given_up(directory: RunningDirectory, client: Client, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=replace(directory.choice(), timeout=0.3))
    directory.pause()
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 503
    directory.go_on()
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_directory_that_hangs_holds_up_nobody_with_a_password_here(
    directory: RunningDirectory, client: Client, anna: User
) -> None:
    directory.pause()

    def wait_for_it(number: int) -> tuple[int, bool]:
        try:
            answer = Client().post(LOGIN, {"username": f"somebody{number}", "password": HERS})
            return answer.status_code, "could not be checked against your company’s directory" in answer.text
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        # More than may wait for the directory, and more than the passwords that are checked at a time.
        waiting = [pool.submit(wait_for_it, number) for number in range(20)]
        while SignInFailure.objects.filter(under_way=True).count() < 20 and not any(
            future.done() for future in waiting
        ):
            """They begin when they get a processor."""
        answer = client.post(LOGIN, {"username": "anna", "password": PASSWORD})
        assert (answer.status_code, is_signed_in(client)) == (302, True)
        assert SignInFailure.objects.filter(under_way=True).exists()  # they are still waiting
        assert [future.result() for future in waiting] == [(503, True)] * 20
    assert not SignInFailure.objects.exists()
    assert not AccessRecord.objects.filter(what="locked_out").exists()


def test_a_wrong_account_of_ours_is_not_the_persons_fault(
    directory: RunningDirectory, client: Client, settings: Settings
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, directory=replace(directory.choice(), bind_password="another"))
    assert client.post(LOGIN, {"username": "dora", "password": HERS}).status_code == 503


def test_the_password_of_the_directory_confirms_too(directory: RunningDirectory, client: Client) -> None:
    client.post(LOGIN, {"username": "dora", "password": HERS})
    assert client.post("/accounts/confirm/", {"password": "wrong"}).status_code == 422
    directory.pause()
    assert client.post("/accounts/confirm/", {"password": HERS}).status_code == 503
    directory.go_on()
    assert client.post("/accounts/confirm/", {"password": HERS}).status_code == 302


def test_somebody_who_confirms_without_a_group_left_is_signed_out_with_words(
    directory: RunningDirectory, client: Client
) -> None:
    client.post(LOGIN, {"username": "dora", "password": HERS})
    directory.group("cdp-agents")
    answer = client.post("/accounts/confirm/", {"password": HERS})
    assert (answer.status_code, "not in a group" in answer.text) == (403, True)
    assert not is_signed_in(client)
    assert groups_of("dora") == set()
