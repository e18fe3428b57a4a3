"""Every change to users, rights and connections is recorded, wherever it is made; and an administrator is not an agent."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.rights import NeverDeleted
from orders.models import AccessRecord, Connection
from orders.privacy import access_log
from orders.privacy.sealing import CredentialUnreadable
from orders.services.connections import find_connection
from tests.accounts.conftest import CLIENT_KEY, PASSWORD, TOKEN, Cdp, connect
from tests.full_disk import no_room
from tests.recorded import events

NEW = "another long passphrase"
OWN = "my very own passphrase"


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss", password=PASSWORD)


@pytest.fixture
def as_boss(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def event_rows(after: int = 0) -> list[tuple[str, str, str, str, str]]:
    """The events after a row: (who, what, about whom, detail, outcome)."""
    return list(events().filter(pk__gt=after).values_list("user_name", "what", "about_name", "detail", "outcome"))


def now() -> int:
    return AccessRecord.objects.latest("pk").pk


def sign_in(client: Client, name: str, password: str) -> int:
    return client.post("/accounts/login/", {"username": name, "password": password}).status_code


def set_password(as_boss: Client, user: User, password: str = NEW) -> None:
    answer = as_boss.post(
        f"/admin/auth/user/{user.pk}/password/",
        {"password1": password, "password2": password, "usable_password": "true"},
    )
    assert answer.status_code == 302, answer.text[:2000]


def test_signing_in_and_out(client: Client, anna: User) -> None:
    before = now()
    assert sign_in(client, "anna", "wrong") == 200
    assert sign_in(client, "anna", PASSWORD) == 302
    client.post("/accounts/logout/")
    assert event_rows(before) == [
        ("", "sign_in_failed", "anna", "", ""),
        ("anna", "signed_in", "anna", "", ""),
        ("anna", "signed_out", "anna", "", ""),
    ]
    assert all(event.request_id for event in events().filter(pk__gt=before))


@pytest.mark.parametrize("name", ["nobody", "anna@example.com", "Zoë", "x" * 150])
def test_a_name_that_nobody_has_is_a_keyed_hash(client: Client, anna: User, name: str) -> None:
    sign_in(client, name, "wrong")
    event = events().latest("pk")
    assert (event.what, event.user_id, event.about_id, event.about_name) == ("sign_in_failed", None, None, "")
    assert event.subject == access_log.hashed(name)
    assert name not in " ".join(map(str, AccessRecord.objects.filter(pk=event.pk).values_list()[0]))


def test_a_lock_out_is_recorded_once_and_not_for_every_knock(client: Client, anna: User) -> None:
    before = now()
    for _try in range(12):
        sign_in(client, "anna", "wrong")
    whats = [what for _who, what, *_rest in event_rows(before)]
    assert whats == ["sign_in_failed"] * 5 + ["locked_out"]


def test_a_session_that_is_over_is_a_sign_out_of_its_own_kind(as_anna: Client, anna: User) -> None:
    session = as_anna.session
    session["seen_at"] = 0
    session.save()
    before = now()
    as_anna.get("/")
    assert event_rows(before) == [("anna", "signed_out", "anna", "", "session over")]


def test_changing_ones_own_password(as_anna: Client, anna: User) -> None:
    own, before = connect(anna), now()
    data = {"old_password": PASSWORD, "new_password1": OWN, "new_password2": OWN}
    assert as_anna.post("/accounts/password/", data)["Location"] == "/accounts/password/done/"
    assert event_rows(before) == [("anna", "password_changed", "anna", "", "")]
    assert Connection.objects.get(pk=own.pk).is_confirmed


def test_rights_by_every_way(boss: User, anna: User) -> None:
    supervisors = Group.objects.get(name="Supervisors")
    reveal = Permission.objects.get(codename="reveal_personal_data")
    before = now()
    anna.groups.add(supervisors)
    supervisors.user_set.remove(anna)
    supervisors.user_set.add(anna)
    anna.groups.clear()
    anna.groups.set([supervisors])
    supervisors.user_set.clear()
    anna.user_permissions.add(reveal)
    reveal.user_set.clear()
    group, permission = "group Supervisors", "permission orders.reveal_personal_data"
    assert [(what, about, detail) for _who, what, about, detail, _outcome in event_rows(before)] == [
        ("rights_given", "anna", group),
        ("rights_taken", "anna", group),
        ("rights_given", "anna", group),
        ("rights_taken", "anna", group),
        ("rights_given", "anna", group),
        ("rights_taken", "anna", group),
        ("rights_given", "anna", permission),
        ("rights_taken", "anna", permission),
    ]


def test_rights_of_a_group_and_its_end(anna: User) -> None:
    group, reveal = Group.objects.create(name="Night"), Permission.objects.get(codename="reveal_personal_data")
    anna.groups.add(group)
    before = now()
    group.permissions.add(reveal)
    reveal.group_set.remove(group)
    group.name = "Late"
    group.save()
    group.delete()
    right = "group Night: permission orders.reveal_personal_data"
    assert [(what, about, detail) for _who, what, about, detail, _outcome in event_rows(before)] == [
        ("rights_given", "", right),
        ("rights_taken", "", right),
        ("rights_given", "", "group Night is now group Late"),
        ("rights_taken", "anna", "group Late (deleted)"),
        ("rights_taken", "", "group Late (deleted)"),
    ]


@pytest.mark.parametrize(
    ("change", "event"),
    [
        ({"is_staff": True}, ("rights_given", "administration")),
        ({"is_superuser": True}, ("rights_given", "superuser")),
        ({"is_active": False}, ("person_deactivated", "")),
        ({"username": "hannah"}, ("person_renamed", "was anna")),
        ({"password": make_password("x")}, ("password_set", "")),
    ],
)
@pytest.mark.parametrize("fields", [True, False])
def test_what_a_person_may_and_is(anna: User, change: dict[str, object], event: tuple[str, str], fields: bool) -> None:
    before = now()
    for name, value in change.items():
        setattr(anna, name, value)
    anna.save(update_fields=list(change) if fields else None)
    assert [(what, detail) for _who, what, _about, detail, _outcome in event_rows(before)] == [event]


def test_commands_are_on_record_as_commands(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "createsuperuser"])
    call_command("createsuperuser", "--no-input", username="root", email="", stdout=StringIO())
    assert [(who, what, about, detail) for who, what, about, detail, _outcome in event_rows()][-3:] == [
        ("command createsuperuser", "person_added", "root", ""),
        ("command createsuperuser", "rights_given", "root", "administration"),
        ("command createsuperuser", "rights_given", "root", "superuser"),
    ]


def test_connections(as_anna: Client, anna: User, cdp: Cdp) -> None:
    before = now()
    values = {
        "name": "main",
        "region": "eu",
        "client_key": CLIENT_KEY,
        "token": TOKEN,
        "version": "v2",
        "clock": "local",
    }
    as_anna.post("/connections/add/", values)
    as_anna.post("/connections/add/", {**values, "name": "test"})
    main, test = Connection.objects.get(name="main"), Connection.objects.get(name="test")
    as_anna.post(f"/connections/{main.pk}/rename/", {"name": "live", "version": "v2", "clock": "utc"})
    as_anna.post(f"/connections/{main.pk}/replace/", {"region": "us", "client_key": CLIENT_KEY, "token": "new"})
    as_anna.post(f"/connections/{test.pk}/default/")
    as_anna.post(f"/connections/{test.pk}/default/")
    as_anna.post(f"/connections/{main.pk}/try/")
    as_anna.post(f"/connections/{test.pk}/delete/")
    rows = events().filter(pk__gt=before).values_list("what", "connection_name", "detail", "outcome")
    assert [row for row in rows if row[0] != "connection_tried"] == [
        ("connection_added", "main (eu)", "", ""),
        ("connection_added", "test (eu)", "", ""),
        ("connection_changed", "live (eu)", "was main (eu)", ""),
        ("connection_replaced", "live (us)", "", ""),
        ("connection_default", "test (eu)", "", ""),
        ("connection_deleted", "test (eu)", "", ""),
        ("connection_default", "live (us)", "", ""),
    ]
    assert [row[3] for row in rows if row[0] == "connection_tried"] == ["accepted"] * 4
    assert {(event.user_id, event.about_id) for event in events().filter(pk__gt=before)} == {(anna.pk, anna.pk)}
    assert TOKEN not in str(list(AccessRecord.objects.values_list()))


def test_a_change_that_cannot_be_recorded_does_not_happen(transactional_db: None, as_anna: Client, anna: User) -> None:
    own = connect(anna)
    with no_room("NEW.at IS NOT NULL"), pytest.raises(DatabaseError):
        own.drop()
    assert Connection.objects.filter(pk=own.pk).exists()


def test_the_page_filters_by_kind_and_shows_what_others_did_to_oneself(as_anna: Client, anna: User, boss: User) -> None:
    AccessRecord.objects.create(user_id=anna.pk, user_name="anna", what="order_opened", reference="SEEN42")
    AccessRecord.objects.create(user_id=anna.pk, user_name="anna", what="contacts_seen", reference="KNOWN7")
    AccessRecord.objects.create(
        user_id=boss.pk, user_name="boss", what="password_set", about_id=anna.pk, about_name="anna"
    )
    AccessRecord.objects.create(
        user_id=boss.pk, user_name="boss", what="rights_given", about_id=boss.pk, detail="superuser"
    )
    AccessRecord.objects.create(user_id=anna.pk, user_name="anna", what="chain_seen", detail="20260101-x/7")
    shown = {kind: as_anna.get("/activity/", {"kind": kind}).text for kind in ("", "orders", "people", "account", "x")}
    for kind, parts in {
        "orders": ["SEEN42"],
        "people": ["KNOWN7"],
        "account": ["set a user’s password"],
    }.items():
        others = {"SEEN42", "KNOWN7", "set a user’s password"} - set(parts)
        assert all(part in shown[kind] and part in shown[""] and part in shown["x"] for part in parts)
        assert not any(other in shown[kind] for other in others)
    assert "superuser" not in shown[""]  # this happened to somebody else
    assert "20260101-x" not in shown[""]


def test_who_exports_the_activity_is_in_it_from_then_on(as_anna: Client, anna: User) -> None:
    as_anna.get("/activity/export.csv", {"kind": "account"}).getvalue()
    assert event_rows()[-1][:2] == ("anna", "activity_exported")


# --- an administrator is not an agent


def test_people_are_deactivated_and_never_deleted(as_boss: Client, boss: User, anna: User) -> None:
    connect(anna)
    assert as_boss.post(f"/admin/auth/user/{anna.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [str(anna.pk)], "post": "yes"}
    as_boss.post("/admin/auth/user/", chosen)
    assert User.objects.filter(pk=anna.pk).exists()
    for remove in (anna.delete, User.objects.filter(pk=boss.pk).delete, User.objects.all().delete):
        with pytest.raises((NeverDeleted, ProtectedError)), transaction.atomic():
            remove()
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM auth_user WHERE username = 'boss'")
    assert User.objects.count() == 2


def test_an_administrator_who_sets_a_password_cannot_use_the_connections_unseen(
    as_boss: Client, anna: User, cdp: Cdp
) -> None:
    own, before = connect(anna), now()
    set_password(as_boss, anna)
    assert event_rows(before) == [("boss", "password_set", "anna", "", "")]
    # The credential stays closed, however it is reached.
    for way in (find_connection, lambda user: find_connection(user, "main")):
        connected = way(User.objects.get(pk=anna.pk))
        assert connected is not None
        with pytest.raises(CredentialUnreadable, match="to confirm"):
            connected.credentials()
    with pytest.raises(CredentialUnreadable):
        Connection.objects.get(pk=own.pk).credentials()

    client = Client()
    assert sign_in(client, "anna", NEW) == 302
    for path in ("/", "/orders/B94TXY/", "/connections/", "/activity/", "/preferences/", "/accounts/connections/"):
        assert client.get(path)["Location"] == "/accounts/password/"
    panel = client.get("/orders/B94TXY/contacts/", headers={"HX-Request": "true"})
    assert (panel.status_code, panel["HX-Redirect"]) == (401, "/accounts/password/")
    page = client.get("/accounts/password/").text
    assert "was set by boss on" in page
    same = client.post("/accounts/password/", {"old_password": NEW, "new_password1": NEW, "new_password2": NEW})
    assert "This is your current password" in same.text
    changed = client.post("/accounts/password/", {"old_password": NEW, "new_password1": OWN, "new_password2": OWN})
    assert changed["Location"] == "/accounts/connections/"

    answer = client.get("/orders/B94TXY/")
    assert answer.status_code == 409
    assert "Confirm your connection" in answer.text
    assert client.post(f"/connections/{own.pk}/try/")["Location"] == "/accounts/connections/"
    assert cdp.calls == []
    page = client.get("/accounts/connections/").text
    assert "boss set a password for you on" in page
    assert "main (eu)" in page
    assert client.post("/accounts/connections/").status_code == 200  # nothing ticked, nothing confirmed
    assert client.post("/accounts/connections/", {"connection": str(own.pk)}).status_code == 302
    client.get("/orders/B94TXY/")
    assert cdp.calls
    whats = [what for _who, what, *_rest in event_rows(before)]
    assert whats == ["password_set", "signed_in", "password_changed", "connection_confirmed"]


def test_a_password_that_somebody_else_set_works_once(as_boss: Client, anna: User) -> None:
    set_password(as_boss, anna)
    assert sign_in(Client(), "anna", NEW) == 302
    second, client = now(), Client()
    answer = client.post("/accounts/login/", {"username": "anna", "password": NEW})
    assert "works only once" in answer.text
    assert not answer.wsgi_request.user.is_authenticated
    assert event_rows(second) == [("", "sign_in_failed", "anna", "", "password used before")]
    # After it is set again, it works once more.
    set_password(as_boss, anna, "yet another passphrase")
    assert [sign_in(Client(), "anna", "yet another passphrase") for _time in range(2)] == [302, 200]


def test_a_person_added_by_an_administrator_chooses_a_password_first(as_boss: Client) -> None:
    data = {"username": "carl", "password1": NEW, "password2": NEW, "usable_password": "true"}
    assert as_boss.post("/admin/auth/user/add/", data).status_code == 302
    client = Client()
    assert sign_in(client, "carl", NEW) == 302
    assert client.get("/")["Location"] == "/accounts/password/"
    done = client.post("/accounts/password/", {"old_password": NEW, "new_password1": OWN, "new_password2": OWN})
    assert done["Location"] == "/accounts/password/done/"
    assert client.get("/").status_code == 200
    assert sign_in(Client(), "carl", OWN) == sign_in(Client(), "carl", OWN) == 302


@pytest.mark.parametrize("how", ["code", "sql"])
def test_connections_wait_whatever_replaced_the_password(anna: User, how: str) -> None:
    own = connect(anna)
    if how == "sql":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE auth_user SET password = %s WHERE id = %s", [make_password(NEW), anna.pk])
    else:
        person = User.objects.get(pk=anna.pk)
        person.set_password(NEW)
        person.save()
    fresh = Connection.objects.get(pk=own.pk)
    assert not fresh.is_confirmed
    with pytest.raises(CredentialUnreadable, match="to confirm"):
        fresh.credentials()


def test_entering_the_credential_again_confirms_it(anna: User) -> None:
    own = connect(anna)
    person = User.objects.get(pk=anna.pk)
    person.set_password(NEW)
    person.save()
    fresh = Connection.objects.get(pk=own.pk)
    fresh.set_credentials(region="eu", client_key=CLIENT_KEY, token=TOKEN)
    fresh.keep()
    assert Connection.objects.get(pk=own.pk).credentials().token == TOKEN


def test_a_hash_that_is_renewed_at_sign_in_is_no_new_password(client: Client, anna: User, settings: Settings) -> None:
    own, before = connect(anna), now()
    settings.PASSWORD_HASHERS = ["cdpviewer.hashing.Argon2", *settings.PASSWORD_HASHERS]
    assert sign_in(client, "anna", PASSWORD) == 302
    assert User.objects.get(pk=anna.pk).password.startswith("argon2$")
    assert event_rows(before) == [("anna", "signed_in", "anna", "", "")]
    assert Connection.objects.get(pk=own.pk).is_confirmed
    assert client.get("/").status_code == 200


def test_nobody_confirms_for_somebody_else(as_boss: Client, as_ben: Client, anna: User) -> None:
    own = connect(anna)
    set_password(as_boss, anna)
    for other in (as_ben, as_boss):
        other.post("/accounts/connections/", {"connection": str(own.pk)})
    assert not Connection.objects.get(pk=own.pk).is_confirmed
