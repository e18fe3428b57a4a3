"""Connections shared with groups: one credential, which each member opens with their own copy of its key, and nobody else can."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Group, Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from orders.models import (
    AccessRecord,
    Connection,
    ConnectionGrant,
    ConnectionMember,
    SharedConnection,
    members,
    usable_names,
)
from orders.models.shared import grant, set_active, take_back
from orders.privacy.sealing import Binding, CredentialUnreadable, seal
from orders.services.connections import find_connection, usable_by
from tests.accounts.conftest import CLIENT_KEY, PASSWORD, TOKEN, Cdp, connect
from tests.recorded import events

SHARED = "/connections/shared/"
FIELDS = {
    "name": "Airline",
    "region": "eu",
    "client_key": CLIENT_KEY,
    "token": TOKEN,
    "version": "v2",
    "clock": "local",
}


@pytest.fixture
def agents(db: None) -> Group:
    return Group.objects.get(name="Agents")


@pytest.fixture
def leads(db: None) -> Group:
    return Group.objects.get(name="Supervisors")


@pytest.fixture
def as_admin(db: None) -> Client:
    admin = User.objects.create_user("ada", password=PASSWORD)
    admin.groups.add(Group.objects.get(name="Administrators"))
    client = Client()
    client.force_login(admin)
    return client


def share(*groups: Group, name: str = "Airline", default: bool = False) -> SharedConnection:
    shared = SharedConnection(name=name, region="eu")
    shared.set_credentials(client_key=CLIENT_KEY, token=TOKEN)
    shared.keep(None)
    grant(shared, groups, by=None, is_default=default)
    return SharedConnection.objects.get(pk=shared.pk)


def token_of(user: User, name: str = "Airline") -> str:
    connection = find_connection(user, name)
    return connection.credentials().token if connection is not None else ""


def can_read(client: Client, cdp: Cdp) -> bool:
    """Whether the request for an order reaches the CDP, which does not have it."""
    cdp.says(404)
    answer = client.get("/orders/B94TXY/")
    assert answer.status_code in (404, 409), answer.text
    return answer.status_code == 404


# --- who may use it


def test_a_new_person_of_a_granted_group_reads_without_set_up(
    anna: User, as_anna: Client, agents: Group, cdp: Cdp
) -> None:
    share(agents)
    assert not can_read(as_anna, cdp)
    assert cdp.calls == []
    anna.groups.add(agents)
    assert can_read(as_anna, cdp)
    assert cdp.calls[0][2]["Authorization"]
    record = AccessRecord.objects.filter(user_id=anna.pk, what="searched_reference").get()
    assert record.connection_name == "Airline (eu)"


JOINS: dict[str, Callable[[User, Group], object]] = {
    "from the person": lambda user, group: user.groups.add(group),
    "from the group": lambda user, group: group.user_set.add(user),
    "set": lambda user, group: user.groups.set([group]),
}
LEAVES: dict[str, Callable[[User, Group], object]] = {
    "from the person": lambda user, group: user.groups.remove(group),
    "from the group": lambda user, group: group.user_set.remove(user),
    "set to none": lambda user, _group: user.groups.set([]),
    "cleared": lambda user, _group: user.groups.clear(),
    "group cleared": lambda _user, group: group.user_set.clear(),
    "group deleted": lambda _user, group: group.delete(),
    "past the receivers": lambda _user, _group: User.groups.through.objects.all().delete(),
    "grant taken back": lambda _user, _group: take_back(ConnectionGrant.objects.get()),
    "grant over": lambda _user, _group: ConnectionGrant.objects.update(until=timezone.now()),
    "withdrawn": lambda _user, _group: SharedConnection.objects.update(active=False),
    "copy gone": lambda _user, _group: ConnectionMember.objects.all().delete(),
}


@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
def test_joining_gives_a_copy_of_the_key(join: Callable[[User, Group], object], anna: User, agents: Group) -> None:
    share(agents)
    join(anna, agents)
    assert token_of(anna) == TOKEN


@pytest.mark.parametrize("leave", LEAVES.values(), ids=LEAVES)
def test_a_leaver_reads_nothing_at_the_next_click(
    leave: Callable[[User, Group], object], anna: User, as_anna: Client, agents: Group, cdp: Cdp
) -> None:
    share(agents)
    anna.groups.add(agents)
    assert can_read(as_anna, cdp)
    leave(anna, agents)
    cdp.calls.clear()
    assert not can_read(as_anna, cdp)
    assert cdp.calls == []
    assert find_connection(anna) is None
    assert usable_by(anna) == []


@pytest.mark.parametrize("leave", list(LEAVES.values())[:6], ids=list(LEAVES)[:6])
def test_a_leavers_copy_is_deleted(leave: Callable[[User, Group], object], anna: User, agents: Group) -> None:
    share(agents)
    anna.groups.add(agents)
    leave(anna, agents)
    assert not ConnectionMember.objects.exists()


def test_somebody_deactivated_loses_their_copy_and_their_session(
    anna: User, as_anna: Client, agents: Group, cdp: Cdp
) -> None:
    share(agents)
    anna.groups.add(agents)
    anna.is_active = False
    anna.save()
    assert not ConnectionMember.objects.exists()
    assert as_anna.get("/orders/B94TXY/").status_code == 302
    assert cdp.calls == []
    anna.is_active = True
    anna.save()
    client = Client()
    client.post("/accounts/login/", {"username": "anna", "password": PASSWORD})
    assert can_read(client, cdp)


def test_groups_that_no_receiver_saw_count_at_the_next_sign_in(anna: User, agents: Group) -> None:
    share(agents)
    User.groups.through.objects.create(user_id=anna.pk, group_id=agents.pk)
    assert token_of(anna) == ""
    Client().force_login(anna)
    assert token_of(anna) == TOKEN
    User.groups.through.objects.all().delete()
    Client().force_login(anna)
    assert not ConnectionMember.objects.exists()


def test_one_of_two_groups_is_enough_and_makes_no_second_copy(anna: User, agents: Group, leads: Group) -> None:
    share(agents, leads)
    anna.groups.add(agents, leads)
    assert ConnectionMember.objects.count() == 1
    assert [each.name for each in usable_by(anna)] == ["Airline"]
    anna.groups.remove(agents)
    assert token_of(anna) == TOKEN


def test_a_grant_holds_to_its_end(anna: User, agents: Group) -> None:
    shared = share()
    anna.groups.add(agents)
    grant(shared, [agents], by=None, until=timezone.now() + timedelta(hours=1))
    assert token_of(anna) == TOKEN
    grant(shared, [agents], by=None, until=timezone.now() - timedelta(hours=1))
    assert (token_of(anna), ConnectionMember.objects.count()) == ("", 0)


# --- which one is chosen


def test_own_ones_come_first_and_an_own_name_hides_the_shared_one(anna: User, agents: Group) -> None:
    own = connect(anna, "Airline")
    share(agents)
    share(agents, name="Beta")
    anna.groups.add(agents)
    assert find_connection(anna, "Airline") == own
    assert find_connection(anna) == own
    assert [each.name for each in usable_by(anna)] == ["Airline", "Beta"]


def test_the_default_of_a_group_is_chosen_then_the_first_by_name(anna: User, agents: Group) -> None:
    share(agents, name="Charter")
    share(agents, name="Alpha")
    anna.groups.add(agents)
    assert str(find_connection(anna)) == "Alpha (eu)"
    share(agents, name="Beta", default=True)
    assert str(find_connection(anna)) == "Beta (eu)"
    assert [each.name for each in usable_by(anna)] == ["Beta", "Alpha", "Charter"]


def choose(client: Client, connection: Connection | SharedConnection) -> int:
    return client.post(f"/connections/{connection.pk}/default/").status_code


def test_a_shared_connection_may_be_a_persons_own_default(anna: User, as_anna: Client, agents: Group) -> None:
    own = connect(anna)
    charter, beta = share(agents, name="Charter"), share(agents, name="Beta", default=True)
    anna.groups.add(agents)
    assert str(find_connection(anna)) == str(own)
    assert "Make default" in as_anna.get("/connections/").text
    for chosen, first in ((charter, "Charter"), (beta, "Beta"), (own, own.name)):
        assert choose(as_anna, chosen) == 302
        assert getattr(find_connection(anna), "name", "") == first
        listed = [each.name for each in usable_by(anna)]
        assert (listed[0], sorted(listed)) == (first, sorted([own.name, "Beta", "Charter"]))
        assert usable_names(anna) == listed
        assert as_anna.get("/connections/").text.count(">Default<") == 1
    assert events().filter(what="connection_default", connection_id=charter.pk, about_id=anna.pk).count() == 1


def test_a_default_that_is_taken_back_leaves_the_persons_own(anna: User, as_anna: Client, agents: Group) -> None:
    own = connect(anna)
    charter = share(agents, name="Charter")
    share(Group.objects.create(name="Others"), name="Beta", default=True)
    anna.groups.add(agents)
    choose(as_anna, charter)
    anna.groups.add(Group.objects.get(name="Others"))
    take_back(charter.grants.get())
    assert find_connection(anna) == own
    # A new connection then becomes the default; a chosen default would have stayed.
    second = connect(anna, "second")
    assert find_connection(anna) == second


def test_a_new_connection_does_not_replace_a_chosen_default(anna: User, as_anna: Client, agents: Group) -> None:
    charter = share(agents, name="Charter")
    anna.groups.add(agents)
    assert choose(as_anna, charter) == 302
    connect(anna)
    assert str(find_connection(anna)) == "Charter (eu)"


def test_nobody_makes_a_connection_their_default_that_they_may_not_use(
    anna: User, as_anna: Client, agents: Group, ben: User
) -> None:
    for theirs in (share(agents), connect(ben)):
        assert choose(as_anna, theirs) == 404
    assert find_connection(anna) is None


def test_a_new_own_connection_takes_no_shared_name(anna: User, as_anna: Client, agents: Group, cdp: Cdp) -> None:
    old = connect(anna, "Beta")
    share(agents)
    share(agents, name="Beta")
    answer = as_anna.post("/connections/add/", FIELDS)
    assert (answer.status_code, "A shared connection already has this name" in answer.text) == (422, True)
    kept = as_anna.post(f"/connections/{old.pk}/rename/", {"name": "Beta", "version": "v2.1", "clock": "local"})
    assert kept.status_code == 302
    taken = as_anna.post(f"/connections/{old.pk}/rename/", {"name": "Airline", "version": "v2", "clock": "local"})
    assert taken.status_code == 422


def test_own_and_shared_connections_cost_one_query(anna: User, ben: User, agents: Group) -> None:
    connect(anna)
    share(agents)
    ben.groups.add(agents)
    for user in (anna, ben):
        for name in ("", "main" if user is anna else "Airline"):
            with CaptureQueriesContext(database) as seen:
                connection = find_connection(user, name)
            assert connection is not None
            connection.credentials()
            assert len(seen) == 1
        with CaptureQueriesContext(database) as seen:
            assert usable_names(user) == ["main" if user is anna else "Airline"]
        assert len(seen) == 1


# --- what opens


def test_a_copied_row_opens_nothing(anna: User, ben: User, agents: Group) -> None:
    shared = share(agents)
    anna.groups.add(agents)
    ben.groups.add(agents)
    hers = ConnectionMember.objects.get(user=anna)
    for stolen in (hers.sealed_key, shared.sealed_key, shared.sealed_token):
        ConnectionMember.objects.filter(user=ben).update(sealed_key=stolen)
        with pytest.raises(CredentialUnreadable):
            token_of(ben)
    assert token_of(anna) == TOKEN


def test_a_copied_row_leads_to_no_call(ben: User, as_ben: Client, anna: User, agents: Group, cdp: Cdp) -> None:
    share(agents)
    anna.groups.add(agents)
    ben.groups.add(agents)
    ConnectionMember.objects.filter(user=ben).update(sealed_key=ConnectionMember.objects.get(user=anna).sealed_key)
    answer = as_ben.get("/orders/B94TXY/")
    assert (answer.status_code, "This connection is shared" in answer.text) == (409, True)
    assert cdp.calls == []


def test_a_key_that_is_none_a_token_of_another_row_and_a_moved_region_open_nothing(anna: User, agents: Group) -> None:
    shared, other = share(agents), share(agents, name="Beta")
    anna.groups.add(agents)
    owner = Binding(owner=str(anna.pk), connection=str(shared.pk), region="eu", field="key")
    for sealed in (seal("no key", owner), seal(Fernet.generate_key().decode(), owner)):
        ConnectionMember.objects.filter(shared=shared).update(sealed_key=sealed)
        with pytest.raises(CredentialUnreadable):
            token_of(anna)
    ConnectionMember.objects.all().delete()
    members.update(shared)
    changes: tuple[dict[str, Any], ...] = (
        {"sealed_token": other.sealed_token},
        {"sealed_token": shared.sealed_client_key},
        {"region": "us"},
    )
    for change in changes:
        kept = SharedConnection.objects.filter(pk=shared.pk).values().get()
        SharedConnection.objects.filter(pk=shared.pk).update(**change)
        with pytest.raises(CredentialUnreadable):
            token_of(anna)
        SharedConnection.objects.filter(pk=shared.pk).update(**kept)
    assert token_of(anna) == TOKEN


def test_a_connection_that_nobody_opened_gives_nothing(agents: Group) -> None:
    with pytest.raises(CredentialUnreadable):
        share(agents).credentials()


def test_a_lost_sealing_key_keeps_no_leavers_copy(anna: User, ben: User, agents: Group, settings: Settings) -> None:
    share(agents)
    agents.user_set.add(ben)
    settings.CREDENTIAL_KEYS = (Fernet.generate_key().decode(),)
    User.groups.through.objects.all().delete()  # past the receivers
    agents.user_set.add(anna)
    assert not ConnectionMember.objects.exists()


def test_a_lost_sealing_key_keeps_nobody_from_signing_in(anna: User, agents: Group, settings: Settings) -> None:
    share(agents)
    settings.CREDENTIAL_KEYS = (Fernet.generate_key().decode(),)
    anna.groups.add(agents)
    agents.user_set.add(anna)
    client = Client()
    assert client.post("/accounts/login/", {"username": "anna", "password": PASSWORD}).status_code == 302
    assert not ConnectionMember.objects.exists()


def taken_back_on_the_page(admin: Client, given: ConnectionGrant) -> None:
    assert admin.post(f"{SHARED}{given.shared_id}/grants/{given.pk}/take-back/").status_code == 302


def group_deleted(admin: Client, given: ConnectionGrant) -> None:
    given.group.delete()


def withdrawn_on_the_page(admin: Client, given: ConnectionGrant) -> None:
    assert admin.post(f"{SHARED}{given.shared_id}/withdraw/").status_code == 302
    given.delete()


@pytest.mark.parametrize("end", [taken_back_on_the_page, group_deleted, withdrawn_on_the_page])
def test_a_grant_ends_also_after_a_lost_sealing_key(
    end: Callable[[Client, ConnectionGrant], None],
    as_admin: Client,
    anna: User,
    ben: User,
    agents: Group,
    leads: Group,
    settings: Settings,
) -> None:
    anna.groups.add(agents)
    share(agents, leads)
    settings.CREDENTIAL_KEYS = (Fernet.generate_key().decode(),)
    ben.groups.add(leads)  # has a grant too, but no copy, which cannot be made now
    end(as_admin, ConnectionGrant.objects.get(group=agents))
    assert list(ConnectionGrant.objects.values_list("group__name", flat=True)) == ["Supervisors"]
    assert not ConnectionMember.objects.exists()


# --- the pages


def test_an_administrator_shares_a_connection(as_admin: Client, anna: User, agents: Group, cdp: Cdp) -> None:
    anna.groups.add(agents)
    answer = as_admin.post(f"{SHARED}add/", {**FIELDS, "groups": [agents.pk], "is_default": "on"}, follow=True)
    assert "“Airline” was saved and shared with 1 person. The CDP accepted the credential." in answer.text
    for secret in (TOKEN, CLIENT_KEY, "gAAAA"):
        assert secret not in answer.text
    assert token_of(anna) == TOKEN
    shared = SharedConnection.objects.get()
    assert (shared.last_result, str(shared.set_by)) == ("accepted", "ada")
    rows = list(events().filter(connection_id=shared.pk).values_list("user_name", "what", "detail", "outcome"))
    assert rows == [
        ("ada", "connection_tried", "shared", "accepted"),
        ("ada", "connection_added", "shared", ""),
        ("ada", "rights_given", "shared connection: group Agents", ""),
    ]


def test_a_refused_credential_is_not_shared(as_admin: Client, agents: Group, cdp: Cdp) -> None:
    cdp.says(401)
    answer = as_admin.post(f"{SHARED}add/", {**FIELDS, "groups": [agents.pk]})
    assert (answer.status_code, "Nothing was saved." in answer.text) == (422, True)
    assert not SharedConnection.objects.exists()
    assert as_admin.post(f"{SHARED}add/", {**FIELDS, "groups": [agents.pk], "save_anyway": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a\nb"),
        ("region", "mars"),
        ("client_key", "a:b"),
        ("token", ""),
        ("groups", ""),
        ("groups", "99"),
        ("clock", "moon"),
    ],
)
def test_bad_input_is_refused_before_any_call(
    field: str, value: str, as_admin: Client, agents: Group, cdp: Cdp
) -> None:
    answer = as_admin.post(f"{SHARED}add/", {**FIELDS, "groups": agents.pk, field: value})
    assert (answer.status_code, "errorlist" in answer.text, TOKEN in answer.text) == (422, True, False)
    assert cdp.calls == []


def test_a_shared_name_is_there_once(as_admin: Client, agents: Group, cdp: Cdp) -> None:
    share()
    share(name="Beta")
    assert (
        "A shared connection already has this name"
        in as_admin.post(f"{SHARED}add/", {**FIELDS, "groups": agents.pk}).text
    )
    beta = SharedConnection.objects.get(name="Beta")
    changed = {"name": "Airline", "version": "v2", "clock": "local"}
    assert as_admin.post(f"{SHARED}{beta.pk}/change/", changed).status_code == 422
    assert as_admin.post(f"{SHARED}{beta.pk}/change/", {**changed, "name": "Gamma", "clock": "utc"}).status_code == 302
    beta.refresh_from_db()
    assert (beta.name, beta.clock) == ("Gamma", "utc")


def test_replacing_the_token_of_500_people_is_one_form_and_one_changed_row(
    as_admin: Client, agents: Group, cdp: Cdp
) -> None:
    agents.user_set.add(*User.objects.bulk_create(User(username=f"agent-{number}") for number in range(500)))
    shared = share(agents)
    assert shared.members.count() == 500
    copies = list(ConnectionMember.objects.order_by("pk").values())
    before: dict[str, Any] = dict(SharedConnection.objects.values().get())
    with CaptureQueriesContext(database) as seen:
        answer = as_admin.post(f"{SHARED}{shared.pk}/replace/", {"token": "newer-token"}, follow=True)
    assert "was replaced. The new token is now in use" in answer.text
    assert list(ConnectionMember.objects.order_by("pk").values()) == copies
    changed = {name for name, value in SharedConnection.objects.values().get().items() if value != before[name]}
    assert changed <= {
        "sealed_token",
        "sealed_client_key",
        "set_at",
        "changed_at",
        "set_by_id",
        "last_used_at",
        "last_result",
    }
    assert not [
        query["sql"]
        for query in seen
        if re.match("(UPDATE|INSERT INTO|DELETE FROM) .orders_connectionmember", query["sql"])
    ]
    for user in User.objects.filter(username__in=("agent-0", "agent-499")):
        connection = find_connection(user)
        assert connection is not None
        opened = connection.credentials()
        assert (opened.client_key, opened.token) == (CLIENT_KEY, "newer-token")


def test_the_old_token_stays_until_the_new_one_is_accepted(
    as_admin: Client, anna: User, agents: Group, cdp: Cdp
) -> None:
    shared = share(agents)
    anna.groups.add(agents)
    before = SharedConnection.objects.values().get()
    for status in (401, 403, 429, 500):
        cdp.says(status)
        answer = as_admin.post(f"{SHARED}{shared.pk}/replace/", {"token": "newer-token"})
        assert (answer.status_code, "Nothing was changed." in answer.text) == (422, True)
        assert SharedConnection.objects.values().get() == before
    assert token_of(anna) == TOKEN
    cdp.says(200, '{"items": []}')
    changed = as_admin.post(f"{SHARED}{shared.pk}/replace/", {"token": "newer-token", "client_key": "new-key"})
    assert changed.status_code == 302
    connection = find_connection(anna, "Airline")
    assert connection is not None and connection.credentials().client_key == "new-key"


def test_after_a_lost_sealing_key_one_form_restores_everybody(
    as_admin: Client, anna: User, agents: Group, cdp: Cdp, settings: Settings
) -> None:
    shared = share(agents)
    anna.groups.add(agents)
    settings.CREDENTIAL_KEYS = (Fernet.generate_key().decode(),)
    address = f"{SHARED}{shared.pk}/replace/"
    assert "cannot be decrypted, so enter it too" in as_admin.post(address, {"token": "newer-token"}).text
    assert as_admin.post(address, {"token": "newer-token", "client_key": CLIENT_KEY}).status_code == 302
    assert token_of(anna) == "newer-token"


def test_groups_are_granted_and_taken_away(as_admin: Client, anna: User, agents: Group, cdp: Cdp) -> None:
    shared = share()
    anna.groups.add(agents)
    page = f"{SHARED}{shared.pk}/"
    assert "No group has access to this connection" in as_admin.get(page).text
    assert as_admin.post(f"{page}grant/", {"group": agents.pk, "until": "2001-01-01"}).status_code == 422
    assert as_admin.post(f"{page}grant/", {"group": ""}).status_code == 422
    last = timezone.localdate() + timedelta(days=30)
    assert (
        as_admin.post(f"{page}grant/", {"group": agents.pk, "until": last.isoformat(), "is_default": "on"}).status_code
        == 302
    )
    given = ConnectionGrant.objects.get()
    assert (given.is_default, given.until and given.until.date(), str(given.given_by)) == (
        True,
        last + timedelta(days=1),
        "ada",
    )
    assert token_of(anna) == TOKEN
    assert as_admin.post(f"{page}grants/{given.pk}/take-back/").status_code == 302
    assert (token_of(anna), ConnectionMember.objects.count()) == ("", 0)
    rows = list(events().filter(connection_id=shared.pk).values_list("user_name", "what").order_by("pk"))[-2:]
    assert rows == [("ada", "rights_given"), ("ada", "rights_taken")]


def test_the_record_of_a_grant_has_its_end_in_utc(agents: Group) -> None:
    shared = share()
    grant(shared, [agents], by=None, until=datetime(2027, 7, 1, 1, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    assert "until 2027-06-30 23:30 UTC" in events().get(connection_id=shared.pk, what="rights_given").detail


def test_a_connection_is_withdrawn_and_offered_again(as_admin: Client, anna: User, agents: Group, cdp: Cdp) -> None:
    shared = share(agents)
    anna.groups.add(agents)
    page = f"{SHARED}{shared.pk}/"
    assert "available to 1 person" in as_admin.get(f"{page}withdraw/").text
    assert as_admin.post(f"{page}withdraw/").status_code == 302
    assert "This connection has been withdrawn, so nobody can use it." in as_admin.get(page).text
    assert (token_of(anna), ConnectionMember.objects.count()) == ("", 0)
    assert as_admin.post(f"{page}offer/").status_code == 302
    assert token_of(anna) == TOKEN


def test_people_count_while_they_may_use_it(as_admin: Client, anna: User, ben: User, agents: Group) -> None:
    shared = share(agents)
    agents.user_set.add(anna, ben)
    assert "2 people" in as_admin.get(SHARED).text
    ConnectionGrant.objects.update(until=timezone.now())  # its copies are deleted at the next change
    assert ConnectionMember.objects.count() == 2
    for page in ("", f"{shared.pk}/", f"{shared.pk}/withdraw/"):
        assert "0 people" in as_admin.get(f"{SHARED}{page}").text


def test_an_administrator_tests_the_stored_credential(as_admin: Client, agents: Group, cdp: Cdp) -> None:
    shared = share(agents)
    cdp.says(401)
    answer = as_admin.post(f"{SHARED}{shared.pk}/test/", follow=True)
    assert "Airline: The CDP refused the credential" in answer.text
    assert SharedConnection.objects.get().last_result == "refused"


def test_the_list_and_a_persons_own_list(as_admin: Client, anna: User, as_anna: Client, agents: Group) -> None:
    assert "There are no shared connections yet" in as_admin.get(SHARED).text
    shared = share(agents)
    anna.groups.add(agents)
    assert "1 person" in as_admin.get(SHARED).text
    own = as_anna.get("/connections/").text
    assert "Shared by your administrator" in own
    assert "Replace the credential" not in own
    assert SHARED not in own
    assert SHARED in as_admin.get("/connections/").text
    for name in ("rename", "replace", "delete", "try"):
        assert as_anna.post(f"/connections/{shared.pk}/{name}/", FIELDS).status_code == 404


def test_a_refused_shared_credential_says_whom_to_ask(
    as_admin: Client, anna: User, as_anna: Client, agents: Group, cdp: Cdp
) -> None:
    as_admin.post(f"{SHARED}add/", {**FIELDS, "groups": [agents.pk]})
    anna.groups.add(agents)
    cdp.says(401)
    assert "Contact ada, who entered its credential." in as_anna.get("/orders/B94TXY/").text
    SharedConnection.objects.update(set_by=None)
    assert "Contact your cdpviewer administrator." in as_anna.get("/orders/B94TXY/").text


PAGES = [
    "",
    "add/",
    "{0}/",
    "{0}/replace/",
    "{0}/change/",
    "{0}/test/",
    "{0}/grant/",
    "{0}/grants/1/take-back/",
    "{0}/withdraw/",
    "{0}/offer/",
]


@pytest.mark.parametrize("page", PAGES)
def test_only_who_may_share_reaches_these_pages(page: str, as_anna: Client, agents: Group, cdp: Cdp) -> None:
    shared = share(agents)
    before = SharedConnection.objects.values().get(), list(ConnectionGrant.objects.values())
    address = SHARED + page.format(shared.pk)
    for answer in (as_anna.get(address), as_anna.post(address, {**FIELDS, "groups": agents.pk})):
        assert answer.status_code in (403, 405)
    assert Client().get(address).status_code == 302
    assert (SharedConnection.objects.values().get(), list(ConnectionGrant.objects.values())) == before
    assert cdp.calls == []


def test_the_right_alone_is_enough(anna: User, as_anna: Client) -> None:
    anna.user_permissions.add(Permission.objects.get(codename="manage_shared_connections"))
    assert as_anna.get(SHARED).status_code == 200


def test_links_to_orders_seen_name_the_shared_connection(anna: User, as_anna: Client, agents: Group) -> None:
    shared = share(agents)
    anna.groups.add(agents)
    AccessRecord.objects.create(
        user_id=anna.pk,
        user_name="anna",
        what="order_opened",
        order_ref="o-1",
        reference="B94TXY",
        connection_id=shared.pk,
        connection_name="Airline (eu)",
    )
    assert "/orders/o-1/?connection=Airline" in as_anna.get("/").text
    set_active(shared, False)
    assert "/orders/o-1/?connection" not in as_anna.get("/").text


def test_an_own_connection_is_not_touched_by_sharing(anna: User, agents: Group) -> None:
    own = connect(anna)
    anna.groups.add(agents)
    share(agents)
    anna.groups.clear()
    assert Connection.objects.get() == own
