"""People managed in the app: added with a link to set a password, given roles, deactivated, and imported from a file."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts import own_password
from accounts.password_links import make
from accounts.roles import set_roles
from accounts.sign_on.choices import Passwords
from orders.models import AccessRecord, Connection, SharedConnection
from orders.models.shared import grant
from tests.accounts.conftest import CLIENT_KEY, PASSWORD, TOKEN, connect
from tests.recorded import events

PEOPLE = "/people/"
NEW = "another long passphrase"
CHANGES = ("roles", "link", "active", "sessions", "second-factor")
LINK = re.compile(r"http://testserver(/accounts/set-password/[^<\s]+)")


@pytest.fixture
def ada(db: None) -> User:
    admin = User.objects.create_user("ada", password=PASSWORD)
    admin.groups.add(Group.objects.get(name="Administrators"))
    return admin


@pytest.fixture
def as_ada(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def add(client: Client, name: str = "carla", *roles: str) -> str:
    """Add a person on the page, and return the path of their link."""
    answer = client.post(f"{PEOPLE}add/", {"username": name, "roles": roles or ("Agents",)})
    match = LINK.search(answer.text)
    assert match, answer.text
    return match[1]


def set_password(client: Client, path: str, password: str = NEW) -> int:
    form = client.get(path)
    if form.status_code != 302:
        return form.status_code
    assert path.rsplit("/", 2)[1] not in form["Location"]
    sent = {"new_password1": password, "new_password2": password}
    return client.post(form["Location"], sent).status_code


def sign_in(client: Client, name: str, password: str = NEW) -> int:
    return client.post("/accounts/login/", {"username": name, "password": password}).status_code


def event_rows(name: str) -> list[tuple[str, str, str, str]]:
    """The events about a person: (who, what, detail, outcome)."""
    return list(events().filter(about_name=name).values_list("user_name", "what", "detail", "outcome"))


# --- adding, and the link


def test_a_person_is_added_and_sets_a_password_that_nobody_else_knows(as_ada: Client) -> None:
    path = add(as_ada, "carla", "Agents", "Supervisors")
    client = Client()
    assert set_password(client, path) == 302
    assert "Your new password is set" in client.get("/accounts/login/").text
    assert sign_in(client, "carla") == 302
    assert client.get("/").status_code == 200
    assert event_rows("carla") == [
        ("ada", "person_added", "", ""),
        ("ada", "rights_given", "group Agents", ""),
        ("ada", "rights_given", "group Supervisors", ""),
        ("ada", "password_link_made", "", ""),
        ("", "password_changed", "", "by link"),
        ("carla", "signed_in", "", ""),
    ]


def test_a_link_works_once(as_ada: Client) -> None:
    path = add(as_ada)
    assert set_password(Client(), path) == 302
    assert set_password(Client(), path, "yet another passphrase") == 410
    assert sign_in(Client(), "carla") == 302


def test_a_newer_link_ends_the_older_one(as_ada: Client) -> None:
    path = add(as_ada)
    carla = User.objects.get(username="carla")
    newer = LINK.search(as_ada.post(f"{PEOPLE}{carla.pk}/link/").text)
    assert newer
    assert set_password(Client(), path) == 410
    assert set_password(Client(), newer[1]) == 302


@pytest.mark.parametrize("ended", ["deactivated", "signed in", "changed", "three days", "of another"])
def test_a_link_ends(ended: str, as_ada: Client, anna: User, ben: User, settings: Settings) -> None:
    path = make(anna)
    if ended == "deactivated":
        User.objects.filter(pk=anna.pk).update(is_active=False)
    elif ended == "signed in":
        sign_in(Client(), "anna", PASSWORD)
    elif ended == "changed":
        anna.set_password("something else entirely")
        anna.save()
    elif ended == "three days":
        settings.PASSWORD_RESET_TIMEOUT = -1
    else:
        path = make(ben).replace(make(ben).split("/")[3], path.split("/")[3])
    assert set_password(Client(), path) == 410
    assert sign_in(Client(), "anna") != 302


def test_a_weak_password_is_refused(as_ada: Client) -> None:
    assert set_password(Client(), add(as_ada), "password1234") == 200
    assert sign_in(Client(), "carla", "password1234") == 200


def test_an_administrator_who_uses_the_link_has_set_it_for_somebody_else(as_ada: Client) -> None:
    assert set_password(as_ada, add(as_ada)) == 302
    assert event_rows("carla")[-1] == ("ada", "password_set", "", "")
    assert own_password.must_change(User.objects.get(username="carla"))


def test_own_connections_wait_after_a_link_because_who_made_it_could_have_used_it(as_ada: Client, anna: User) -> None:
    connect(anna)
    path = LINK.search(as_ada.post(f"{PEOPLE}{anna.pk}/link/").text)
    assert path and set_password(Client(), path[1]) == 302
    assert not Connection.objects.select_related("user").get().is_confirmed
    client = Client()
    assert sign_in(client, "anna") == 302
    assert "main" in client.get("/accounts/connections/").text


def test_somebody_who_signs_in_elsewhere_needs_no_password(as_ada: Client) -> None:
    add(as_ada)
    client = Client()
    client.force_login(User.objects.get(username="carla"))
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("allowed", ["off", "staff"])
def test_where_people_have_no_password_there_is_no_link(
    allowed: str, as_ada: Client, anna: User, settings: Settings
) -> None:
    path = make(anna)
    settings.SIGN_ON = replace(settings.SIGN_ON, passwords=Passwords(allowed))
    answer = as_ada.post(f"{PEOPLE}add/", {"username": "carla", "roles": "Agents"}, follow=True)
    assert "carla was added." in answer.text and not LINK.search(answer.text)
    assert "Create a link" not in as_ada.get(f"{PEOPLE}{anna.pk}/").text
    assert set_password(Client(), path) == 410


def test_an_old_sign_in_is_confirmed_before_rights_change(as_ada: Client, anna: User, settings: Settings) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, confirm_after=60)
    session = as_ada.session
    session["signed_in_at"] -= 120
    session.save()
    for change in CHANGES:
        answer = as_ada.post(f"{PEOPLE}{anna.pk}/{change}/", {"roles": "Supervisors"})
        assert (answer.status_code, answer["Location"].startswith("/accounts/confirm/")) == (302, True)
    for address in (f"{PEOPLE}add/", "/integrations/", "/connections/shared/add/"):
        assert as_ada.get(address)["Location"].startswith("/accounts/confirm/")
    assert (anna.groups.count(), User.objects.get(pk=anna.pk).is_active) == (0, True)


@pytest.mark.parametrize("name", ["", "anna", "ANNA", "two words", "x" * 151, "<b>"])
def test_a_name_that_is_taken_or_none_is_refused(name: str, as_ada: Client, anna: User) -> None:
    answer = as_ada.post(f"{PEOPLE}add/", {"username": name, "roles": "Agents"})
    assert (answer.status_code, "errorlist" in answer.text) == (422, True)
    assert User.objects.count() == 2


# --- roles


def test_roles_are_given_and_taken_and_other_groups_stay(as_ada: Client, anna: User) -> None:
    team = Group.objects.create(name="Night shift")
    anna.groups.add(team, Group.objects.get(name="Agents"))
    page = f"{PEOPLE}{anna.pk}/"
    assert "Can also reveal hidden personal data" in as_ada.get(page).text
    assert as_ada.post(f"{page}roles/", {"roles": ["Supervisors", "Auditors"]}).status_code == 302
    assert set(anna.groups.values_list("name", flat=True)) == {"Night shift", "Supervisors", "Auditors"}
    assert as_ada.post(f"{page}roles/", {"roles": ["Night shift"]}).status_code == 422
    assert {event[:3] for event in event_rows("anna")[-3:]} == {
        ("ada", "rights_given", "group Auditors"),
        ("ada", "rights_given", "group Supervisors"),
        ("ada", "rights_taken", "group Agents"),
    }


@pytest.mark.parametrize(
    ("held", "chosen", "deleted", "changed", "after"),
    [
        ("Agents", "Agents", "", False, "Agents"),
        ("Agents", "Agents Auditors", "", True, "Agents Auditors"),
        ("Agents", "", "", True, ""),
        ("Agents", "Agents Auditors", "Auditors", False, "Agents"),
        ("Agents", "Supervisors Auditors", "Auditors", True, "Supervisors"),
        ("Agents Auditors", "Agents", "Auditors", False, "Agents"),
        ("", "Auditors", "Auditors", False, ""),
    ],
)
def test_roles_are_changed_only_if_some_were_given_or_taken(
    held: str, chosen: str, deleted: str, changed: bool, after: str, ben: User
) -> None:
    ben.groups.set(Group.objects.filter(name__in=held.split()))
    Group.objects.filter(name__in=deleted.split()).delete()
    before = events().count()
    assert set_roles(ben, chosen.split()) is changed
    assert set(ben.groups.values_list("name", flat=True)) == set(after.split())
    assert (events().count() > before) is changed


def test_a_role_without_its_group_is_neither_offered_nor_imported(as_ada: Client, anna: User, tmp_path: Path) -> None:
    Group.objects.get(name="Auditors").delete()
    page = f"{PEOPLE}{anna.pk}/"
    assert 'value="Supervisors"' in as_ada.get(page).text and 'value="Auditors"' not in as_ada.get(page).text
    assert as_ada.post(f"{page}roles/", {"roles": ["Auditors"]}).status_code == 422
    with pytest.raises(CommandError, match="line 2: there is no group Auditors"):
        imported(tmp_path, "username,roles\nanna,agent+auditor\n")


def test_nobody_changes_their_own_roles_and_only_superusers_change_who_has_the_administration(
    as_ada: Client, ada: User
) -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)
    staff = User.objects.create_user("staff", password=PASSWORD, is_staff=True)
    for person in (ada, root, staff):
        page = f"{PEOPLE}{person.pk}/"
        assert "Save the roles" not in as_ada.get(page).text
        for change in CHANGES:
            assert as_ada.post(f"{page}{change}/", {"roles": "Supervisors"}).status_code == 403
    ada.refresh_from_db()
    assert (ada.is_active, ada.groups.count()) == (True, 1)
    client = Client()
    client.force_login(root)
    assert client.post(f"{PEOPLE}{ada.pk}/roles/", {"roles": "Agents"}).status_code == 302


# --- deactivating


def test_a_leaver_is_out_at_the_next_click(as_ada: Client, anna: User, as_anna: Client) -> None:
    assert as_anna.get("/").status_code == 200
    page = f"{PEOPLE}{anna.pk}/"
    assert "signed out everywhere" in as_ada.post(f"{page}active/", follow=True).text
    assert as_anna.get("/").status_code == 302
    assert sign_in(Client(), "anna", PASSWORD) == 200
    assert "cannot sign in with a password" in as_ada.post(f"{page}link/", follow=True).text
    as_ada.post(f"{page}active/", {"active": "yes"})
    assert sign_in(Client(), "anna", PASSWORD) == 302
    assert [event[:2] for event in event_rows("anna") if event[0] == "ada"] == [
        ("ada", "person_deactivated"),
        ("ada", "person_activated"),
    ]


# --- the list


def test_the_list_says_roles_connections_and_when_somebody_was_seen(as_ada: Client, anna: User, ben: User) -> None:
    connect(anna, "prod")
    shared = SharedConnection(name="Airline", region="eu")
    shared.set_credentials(client_key=CLIENT_KEY, token=TOKEN)
    shared.keep(None)
    grant(shared, [Group.objects.get(name="Agents")], by=None)
    anna.groups.add(Group.objects.get(name="Agents"))
    page = as_ada.get(PEOPLE).text
    row = page[page.index(">anna<") : page.index(">ben<")]
    assert "Agent" in row and "prod, Airline (shared)" in row and "never" in row
    sign_in(Client(), "anna", PASSWORD)
    page = as_ada.get(PEOPLE).text
    assert "never" not in page[page.index(">anna<") : page.index(">ben<")]


def test_somebody_whose_records_are_pruned_was_seen_at_the_last_sign_in(as_ada: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(last_login=datetime(2024, 2, 29, 12, tzinfo=UTC))
    assert "29 Feb 2024" in as_ada.get(f"{PEOPLE}{anna.pk}/").text


def test_a_search_finds_names_and_puts_none_into_the_address(as_ada: Client, anna: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(last_name="Byrne")
    page = as_ada.post(PEOPLE, {"q": " BYRNE\x00 "})
    assert (">ben<" in page.text, ">anna<" in page.text) == (True, False)
    assert "Try just part of the name" in as_ada.post(PEOPLE, {"q": "zz"}).text


def test_500_people_cost_no_more_queries_than_few(as_ada: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as seen:
            assert as_ada.get(PEOPLE).status_code == 200
        return len(seen)

    few = queries()
    agents = Group.objects.get(name="Agents")
    agents.user_set.add(*User.objects.bulk_create(User(username=f"agent-{number}") for number in range(500)))
    assert queries() <= few + 1  # memberships of shared connections are read only if there are groups
    assert "Page 1 of 11" in as_ada.get(PEOPLE).text
    assert ">agent-99<" in as_ada.get(f"{PEOPLE}?page=11").text


# --- their sessions and second step


def test_an_administrator_ends_a_persons_sessions_and_resets_the_second_step(as_ada: Client, anna: User) -> None:
    page = f"{PEOPLE}{anna.pk}/"
    assert "End all sessions" not in as_ada.get(page).text
    client = Client()
    assert sign_in(client, "anna", PASSWORD) == 302
    Authenticator.objects.create(user=anna, type="totp", data={"secret": "sealed"})
    shown = as_ada.get(page).text
    assert "End all sessions" in shown and "Reset two-step sign-in" in shown
    assert "1 session ended." in as_ada.post(f"{page}sessions/", follow=True).text
    assert client.get("/").status_code == 302
    assert "Two-step sign-in for anna was reset." in as_ada.post(f"{page}second-factor/", follow=True).text
    assert not Authenticator.objects.exists()
    for change in ("sessions", "second-factor"):  # again: there is nothing left to do or to record
        assert as_ada.post(f"{page}{change}/").status_code == 302
    assert [event[:2] for event in event_rows("anna") if event[0] == "ada"] == [
        ("ada", "session_ended"),
        ("ada", "factor_reset"),
    ]
    assert sign_in(Client(), "anna", PASSWORD) == 302


PAGES = ["", "add/", "{0}/", *(f"{{0}}/{change}/" for change in CHANGES)]


@pytest.mark.parametrize("page", PAGES)
def test_only_who_manages_people_reaches_these_pages(page: str, as_anna: Client, anna: User, ben: User) -> None:
    address = PEOPLE + page.format(ben.pk)
    for answer in (as_anna.get(address), as_anna.post(address, {"username": "carla", "roles": "Agents"})):
        assert answer.status_code in (403, 405)
    assert Client().get(address).status_code == 302
    ben.refresh_from_db()
    assert (ben.is_active, ben.groups.count(), User.objects.count()) == (True, 0, 2)
    assert not AccessRecord.objects.filter(what="password_link_made").exists()


def test_the_menu_leads_there_without_a_query(as_ada: Client, as_anna: Client) -> None:
    assert 'href="/people/"' in as_ada.get("/preferences/").text
    assert 'href="/people/"' not in as_anna.get("/preferences/").text
    counted = []
    for client in (as_ada, as_anna):
        with CaptureQueriesContext(database) as seen:
            client.get("/preferences/")
        counted.append(len(seen))
    assert counted[0] == counted[1]


# --- import

FILE = """username,first_name,last_name,email,roles,active
carla,Carla,Núñez,carla@example.com,agent,
dora,Dora,,,agent+supervisor,yes
anna,Anna,Byrne,,auditor,no
"""


def imported(folder: Path, text: str, *options: str) -> str:
    from io import StringIO

    file, out = folder / "people.csv", StringIO()
    file.write_text(text, encoding="utf-8-sig")
    call_command("import_people", str(file), *options, stdout=out)
    return out.getvalue()


def everybody() -> list[tuple[str, str, bool, list[str]]]:
    return [
        (user.username, user.last_name, user.is_active, sorted(user.groups.values_list("name", flat=True)))
        for user in User.objects.order_by("username")
    ]


def test_a_file_is_imported_once_however_often_it_is_run(anna: User, ben: User, tmp_path: Path) -> None:
    night = Group.objects.create(name="Night shift")
    anna.groups.add(night, Group.objects.get(name="Agents"))
    before = everybody()
    out = imported(tmp_path, FILE, "--dry-run")
    assert "added: 2, changed: 1, unchanged: 0" in out and "dry run" in out
    assert everybody() == before
    assert "added: 2, changed: 1, unchanged: 0" in imported(tmp_path, FILE)
    after = [
        ("anna", "Byrne", False, ["Auditors", "Night shift"]),
        ("ben", "", True, []),
        ("carla", "Núñez", True, ["Agents"]),
        ("dora", "", True, ["Agents", "Supervisors"]),
    ]
    assert everybody() == after
    number = AccessRecord.objects.count()
    assert "added: 0, changed: 0, unchanged: 3" in imported(tmp_path, FILE)
    assert (everybody(), AccessRecord.objects.count()) == (after, number)
    assert not User.objects.get(username="carla").has_usable_password()


def test_names_alone_leave_the_rest_as_it_is(anna: User, tmp_path: Path) -> None:
    anna.groups.add(Group.objects.get(name="Agents"))
    before = everybody()
    assert "unchanged: 1" in imported(tmp_path, "username\nanna\n")
    assert everybody() == before


def test_links_for_new_people_are_printed_and_work(db: None, tmp_path: Path) -> None:
    out = imported(tmp_path, "username\ncarla\n", "--links", "https://orders.example.com/")
    match = re.search(r"carla: https://orders\.example\.com(/accounts/set-password/\S+)", out)
    assert match and set_password(Client(), match[1]) == 302
    assert "https://" not in imported(tmp_path, "username\ncarla\n", "--links", "https://orders.example.com")


WRONG = {
    "no column of user names": ("name\ncarla\n", "username"),
    "an unknown column": ("username,phone\ncarla,1\n", "phone"),
    "an unknown role": ("username,roles\ncarla,pilot\n", "line 2: there is no role pilot"),
    "a bad name": ("username\ntwo words\n", "line 2: a user name"),
    "an empty name": ("username,roles\n,agent\n", "line 2: a user name"),
    "twice": ("username\ncarla\nCarla\n", "line 3: this user name is in the file twice"),
    "capitals": ("username\nANNA\n", "line 2: a person of this user name differs in capitals only"),
    "cells": ("username,roles\ncarla\n", "line 2: it has more or fewer cells"),
    "more cells": ("username\ncarla,agent\n", "line 2: it has more or fewer cells"),
    "active": ("username,active\ncarla,perhaps\n", "line 2: active is yes or no"),
    "quotes": ('username\n"carla\n', "cannot be read as CSV"),
    "nothing": ("", "username"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_one_wrong_line_and_nothing_is_done(text: str, words: str, anna: User, tmp_path: Path) -> None:
    before = everybody()
    with pytest.raises(CommandError, match=re.escape(words)):
        imported(tmp_path, text + ("dora,agent\n" if text.startswith("username,roles") else ""))
    assert everybody() == before
