"""Accounts that existed before the provider, and passwords of this site beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.password_links import are_of_use_to, make
from accounts.sign_on.choices import Directory, Passwords, Provider
from accounts.sign_on.linking import comes_from
from orders.models import AccessRecord, Connection
from tests.accounts.conftest import connect
from tests.sign_on.conftest import LOGIN, PASSWORD, is_signed_in, sign_on
from tests.sign_on.providers import RunningProvider

pytestmark = pytest.mark.django_db


def imported(folder: Path, text: str, *options: str) -> str:
    file, out = folder / "people.csv", StringIO()
    file.write_text(text)
    call_command("import_people", str(file), *options, stdout=out)
    return out.getvalue()


def linked(*arguments: str) -> str:
    out = StringIO()
    call_command("link_person", *arguments, stdout=out)
    return out.getvalue()


def test_a_linked_persons_password_stays_until_it_is_ended(
    client: Client, provider: RunningProvider, anna: User
) -> None:
    provider.knows("sub-anna", "anna", "cdp-agents")
    connect(anna)
    assert "still works" in linked("anna", "sub-anna")
    client.post(LOGIN, {"username": "anna", "password": PASSWORD})
    assert is_signed_in(client)
    for sentence in ("is ended, and so are all their sessions", "signs in"):  # the second time, nothing is left to end
        assert sentence in linked("anna", "sub-anna", "--end-password")
        assert not is_signed_in(client)
    anna.refresh_from_db()
    assert not anna.has_usable_password()
    records = AccessRecord.objects.filter(about_name="anna", what__startswith="password_")
    assert list(records.values_list("what", flat=True)) == ["password_ended"]
    assert sign_on(client, provider, "sub-anna").status_code == 302
    assert is_signed_in(client)
    assert Connection.objects.select_related("user").get().is_confirmed


def test_a_password_that_somebody_else_sets_waits_for_confirmation_also_after_one_was_ended(anna: User) -> None:
    connect(anna)
    anna.set_password("set by somebody else")
    anna.save()
    anna.set_unusable_password()
    anna.save()
    assert not Connection.objects.select_related("user").get().is_confirmed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("nobody", "sub-anna"), "no person"), (("anna", "sub-alice"), "belongs to somebody else")],
    ids=["person", "subject"],
)
def test_a_link_that_does_not_fit_is_refused(
    arguments: tuple[str, str], words: str, client: Client, provider: RunningProvider, anna: User
) -> None:
    sign_on(client, provider, "sub-alice")
    with pytest.raises(CommandError, match=words):
        linked(*arguments, "--end-password")
    anna.refresh_from_db()
    assert anna.has_usable_password()


def test_people_of_the_provider_get_no_link_to_set_a_password(
    client: Client, provider: RunningProvider, anna: User, settings: Settings
) -> None:
    sign_on(client, provider, "sub-alice")
    path = make(anna)
    linked("anna", "sub-anna")
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    pages = [f"/people/{person.pk}/" for person in (anna, User.objects.get(username="alice"))]
    for page in pages:
        shown = admin.get(page).text
        assert "Create a link" not in shown and f"<dd>{settings.SIGN_ON.provider.name}</dd>" in shown
        assert "cannot sign in with a password" in admin.post(f"{page}link/", follow=True).text
    assert Client().get(path).status_code == 410  # one made before
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=None)
    assert "Create a link" in admin.get(pages[0]).text


FORMER = "https://former.example.com"
A_DIRECTORY = Directory("ldap://127.0.0.1", "", "", "ou=people", "ou=groups", {})


@pytest.mark.parametrize("last_login", [None, datetime(2026, 11, 1, tzinfo=UTC)], ids=["new", "signed in before"])
@pytest.mark.parametrize("values", [{}, {"password": PASSWORD}, {"is_staff": True}, {"is_superuser": True}], ids=str)
@pytest.mark.parametrize("link", ["", "this", "former"])
@pytest.mark.parametrize("systems", ["", "provider", "directory", "provider directory"])
def test_who_signs_somebody_in_is_who_would_not_refuse_them(
    systems: str, link: str, values: dict[str, Any], last_login: datetime | None, settings: Settings
) -> None:
    provider = Provider("https://login.example.com", "cdpviewer", "secret", "Example")
    settings.SIGN_ON = replace(
        settings.SIGN_ON,
        provider=provider if "provider" in systems else None,
        directory=A_DIRECTORY if "directory" in systems else None,
    )
    person = User.objects.create_user("dora", last_login=last_login, **values)
    if link:
        issuer = provider.issuer if link == "this" else FORMER
        SocialAccount.objects.create(provider=issuer, uid="sub-dora", user=person)
    if "provider" in systems and link == "this":
        expected = "Example"
    elif "directory" in systems and not link and not values and last_login is not None:
        expected = "directory"
    else:
        expected = ""
    assert comes_from(person) == expected
    assert are_of_use_to(person) is not bool(expected)


# --- added or imported before they sign in through the provider


def test_who_adds_people_reads_that_the_provider_refuses_them(provider: RunningProvider, settings: Settings) -> None:
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    sentence = "until an operator links the account"
    assert sentence in admin.get("/people/add/").text
    settings.SIGN_ON = replace(settings.SIGN_ON, provider=None)
    assert sentence not in admin.get("/people/add/").text


def test_imported_people_are_linked_by_their_subject(client: Client, provider: RunningProvider, tmp_path: Path) -> None:
    provider.knows("sub-ben", "ben", "cdp-agents")
    unlinked = imported(tmp_path, "username\nalice\nben\n")
    assert "Not linked with" in unlinked and "refused when they sign in there: 2" in unlinked
    assert sign_on(client, provider, "sub-alice").status_code == 409
    file = "username,subject\nalice,sub-alice\nben,\n"
    assert "sign in there: 1" in imported(tmp_path, file, "--dry-run")
    assert sign_on(client, provider, "sub-alice").status_code == 409
    assert "added: 0, changed: 1, unchanged: 1" in imported(tmp_path, file)
    assert "unchanged: 2" in imported(tmp_path, file)
    assert sign_on(client, provider, "sub-alice").status_code == 302
    assert User.objects.count() == 2
    assert "Not linked" not in imported(tmp_path, "username,subject\nalice,sub-alice\nben,sub-ben\n")


def test_a_link_to_a_former_provider_is_no_link(client: Client, provider: RunningProvider, tmp_path: Path) -> None:
    file = "username,subject\nalice,sub-alice\n"
    assert "Not linked" not in imported(tmp_path, file)
    SocialAccount.objects.update(provider=FORMER)
    assert "refused when they sign in there: 1" in imported(tmp_path, "username\nalice\n")
    assert sign_on(client, provider, "sub-alice").status_code == 409
    assert "Not linked" not in imported(tmp_path, file)
    assert sign_on(client, provider, "sub-alice").status_code == 302


def test_a_link_is_printed_only_for_people_who_can_use_it(provider: RunningProvider, tmp_path: Path) -> None:
    file = "username,active,subject\ncarla,yes,sub-carla\ndora,no,\nemil,yes,\n"
    out = imported(tmp_path, file, "--links", "https://orders.example.com")
    assert "carla: no link" in out and "dora: no link" in out and "emil: https://orders.example.com/accounts/" in out
    assert AccessRecord.objects.filter(what="password_link_made").count() == 1


def test_no_link_is_printed_where_passwords_are_off(
    provider: RunningProvider, settings: Settings, tmp_path: Path
) -> None:
    settings.SIGN_ON = replace(settings.SIGN_ON, passwords=Passwords.OFF)
    assert "carla: no link" in imported(tmp_path, "username\ncarla\n", "--links", "https://orders.example.com")


SUBJECTS = {
    "of somebody else": ("carla,sub-alice", "line 2: this subject belongs to somebody else"),
    "another one": ("alice,sub-carla", "line 2: this person is linked with another subject"),
    "twice": ("carla,sub-x\ndora,sub-x", "line 3: this subject is in the file twice"),
    "long": (f"carla,{'x' * 192}", "line 2: a subject has 191 characters at most"),
}


@pytest.mark.parametrize(("rows", "words"), SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_that_does_not_fit_stops_the_import(
    rows: str, words: str, client: Client, provider: RunningProvider, tmp_path: Path
) -> None:
    sign_on(client, provider, "sub-alice")
    with pytest.raises(CommandError, match=words):
        imported(tmp_path, f"username,subject\n{rows}\n")
    assert User.objects.count() == 1


def test_a_subject_needs_a_provider(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="CDPVIEWER_OIDC_ISSUER"):
        imported(tmp_path, "username,subject\ncarla,sub-carla\n")


def test_imported_names_are_normalized(db: None, tmp_path: Path) -> None:
    imported(tmp_path, "username\ncarla\n")
    assert "unchanged: 1" in imported(tmp_path, "username\n\uff43arla\n")
    with pytest.raises(CommandError, match="line 3: this user name is in the file twice"):
        imported(tmp_path, "username\ndora\n\uff44ora\n")
