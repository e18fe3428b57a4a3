"""Access records: written before anything is shown, never changed, and removed only by pruning."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from orders.http import Request, prepare
from orders.models import AccessRecord, AppendOnly
from orders.privacy import access_log, append_only, proving
from orders.privacy.append_only import database_keeps_records
from orders.privacy.outcomes import Outcome
from orders.privacy.record_kinds import Action
from tests.accounts.conftest import connect
from tests.recorded import events, recorded_views

# For each kind of database, a way round a delete trigger.
WRITE_OVER = {
    "sqlite": "INSERT OR REPLACE INTO orders_accessrecord SELECT * FROM orders_accessrecord",
    "postgresql": "TRUNCATE orders_accessrecord",
}


def ask(user: User | AnonymousUser, address: str = "/") -> Request:
    request = prepare(RequestFactory().get(address), "request-1234")
    request.user = user
    return request


def test_a_look_says_who_what_where_and_for_which_ticket(anna: User) -> None:
    before = datetime.now(UTC)
    own = connect(anna)
    access_log.record(
        ask(anna, "/?ticket=ZD-1234"),
        Action.ORDER_OPENED,
        connection=own,
        order_ref="ref-1",
        reference="B94TXY",
        route="DUB→LAS",
    )
    row = recorded_views().get()
    assert before <= row.at <= datetime.now(UTC)
    assert (row.user_id, row.user_name, row.what, row.order_ref, row.reference, row.route) == (
        anna.pk,
        "anna",
        "order_opened",
        "ref-1",
        "B94TXY",
        "DUB→LAS",
    )
    assert (row.connection_id, row.connection_name) == (own.pk, "main (eu)")
    assert (row.outcome, row.request_id, row.ticket, row.subject) == ("shown", "request-1234", "ZD-1234", "")


def test_a_look_costs_one_insert_and_nothing_else(
    anna: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    own = connect(anna)
    request = ask(anna)
    with django_assert_num_queries(1) as queries:
        access_log.record(request, Action.ORDER_OPENED, connection=own, order_ref="r")
    assert queries.captured_queries[0]["sql"].startswith("INSERT")


def test_several_looks_of_one_moment_cost_one_insert_and_stand_in_one_chain(
    anna: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    subjects = [access_log.hashed(guest) for guest in ("first", "second", "third")]
    access_log.record(ask(anna), Action.ORDER_OPENED, order_ref="r", reference="B94TXY")  # opens a chain
    with django_assert_num_queries(1):
        access_log.record(ask(anna), Action.GUEST_ORDERS_SEEN, reference="B94TXY", subjects=subjects)
    seen = AccessRecord.objects.filter(what="guest_orders_seen").order_by("link")
    assert [row.subject for row in seen] == subjects
    assert {row.reference for row in seen} == {"B94TXY"}
    assert len({row.chain for row in seen}) == 1
    assert proving.prove().faults == []


def test_a_record_outlives_the_connection(anna: User) -> None:
    own = connect(anna)
    access_log.record(ask(anna), Action.CONTACTS_SEEN, connection=own, order_ref="r")
    own.drop()
    row = recorded_views().get()
    assert (row.user_name, row.connection_name) == ("anna", "main (eu)")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ZD-1234", "ZD-1234"),
        ("%2312/a_b.c", "#12/a_b.c"),
        ("%2312", "#12"),
        ("%2312:a_b.c", ""),
        ("x" * 64, "x" * 64),
        ("x" * 65, ""),
        ("", ""),
        ("INC/5", "INC/5"),
        ("ZD%201", ""),
        ("%20ZD-1%0A", "ZD-1"),
        ("St%C3%B6rung%207", ""),
        ("Mary%20Doyle", ""),
        ("%2B353861234567", ""),
        ("%3Cb%3E", ""),
        ("a%0Ab", ""),
        ("a%00b", ""),
        ("a%E2%80%AEb", ""),
        ("anna@example.com", ""),
    ],
)
def test_only_a_ticket_is_taken_for_one(given: str, kept: str, anna: User) -> None:
    access_log.record(ask(anna, f"/?ticket={given}"), Action.RAW_SEEN)
    assert recorded_views().get().ticket == kept


def test_odd_values_do_not_cost_the_record(anna: User) -> None:
    access_log.record(
        ask(anna),
        Action.ORDER_OPENED,
        order_ref="r" * 500,
        reference="a\x00b\ud800\nc" * 300,
        route="→" * 999,
        outcome=Outcome("o" * 99),
    )
    row = recorded_views().get()
    assert (len(row.order_ref), len(row.reference), len(row.route), len(row.outcome)) == (128, 200, 200, 60)
    assert row.reference.startswith("a b? ca")


def test_without_a_person_nothing_may_be_shown(db: None) -> None:
    with pytest.raises(access_log.AccessNotRecorded):
        access_log.record(ask(AnonymousUser()), Action.ORDER_OPENED)


def test_a_table_that_cannot_be_written_is_told(anna: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_accessrecord RENAME TO somewhere_else")
    with transaction.atomic(), pytest.raises(access_log.AccessNotRecorded) as caught, transaction.atomic():
        access_log.record(ask(anna), Action.ORDER_OPENED, reference="B94TXY")
    assert isinstance(caught.value.__cause__, DatabaseError)
    assert "B94TXY" not in str(caught.value)


def test_recent_holds_each_order_once_newest_first_and_at_most_twenty(anna: User, ben: User) -> None:
    for number in range(30):
        access_log.record(
            ask(anna), Action.ORDER_OPENED, order_ref=f"ref-{number}", reference=f"R{number}", route="DUB→LHR"
        )
    for _again in range(3):
        access_log.record(ask(anna), Action.ORDER_OPENED, order_ref="REF-3", reference="R3")
    access_log.record(ask(anna), Action.CONTACTS_SEEN, order_ref="other")
    access_log.record(ask(ben), Action.ORDER_OPENED, order_ref="his")
    recent = access_log.recent(anna)
    assert [look.reference for look in recent] == ["R3", *(f"R{number}" for number in range(29, 10, -1))]
    assert recent[1].route == "DUB→LHR"
    assert recent[1].ref == "ref-29"
    assert recent[1].at.tzinfo is not None


def test_a_hash_is_keyed_and_ignores_capitals_and_spaces(settings: object) -> None:
    digest = access_log.hashed("Mary@Example.com ")
    assert digest == access_log.hashed(" mary@example.COM")
    assert digest != access_log.hashed("mary@example.org")
    assert len(digest) == 64
    settings.SECRET_KEY = "another key altogether"  # type: ignore[attr-defined]
    assert access_log.hashed("mary@example.com") != digest


def test_a_panels_look_takes_reference_and_route_from_the_persons_own_last_opening(anna: User, ben: User) -> None:
    own = connect(anna)
    access_log.record(
        ask(ben), Action.ORDER_OPENED, connection=connect(ben), order_ref="r", reference="HIS", route="X–Y"
    )
    access_log.record(ask(anna), Action.CONTACTS_SEEN, connection=own, order_ref="r")
    access_log.record(ask(anna), Action.ORDER_OPENED, connection=own, order_ref="r", reference="OLD", route="A–B")
    access_log.record(
        ask(anna), Action.ORDER_OPENED, connection=own, order_ref="r", reference="B94TXY", route="DUB–LAS"
    )
    access_log.record(
        ask(anna), Action.ORDER_OPENED, connection=connect(anna, "other"), order_ref="r", reference="NOT THIS"
    )
    access_log.record(ask(anna), Action.CONTACTS_SEEN, connection=own, order_ref="r")
    seen = AccessRecord.objects.filter(what="contacts_seen").order_by("at").values_list("reference", "route")
    assert list(seen) == [("", ""), ("B94TXY", "DUB–LAS")]


@pytest.fixture
def row(anna: User) -> AccessRecord:
    access_log.record(ask(anna), Action.ORDER_OPENED, order_ref="kept")
    return recorded_views().get()


def test_the_orm_refuses_to_change_or_remove(row: AccessRecord) -> None:
    row.order_ref = "changed"
    records = AccessRecord.objects.all()
    for change in (
        row.save,
        row.delete,
        records.delete,
        lambda: records.update(order_ref="changed"),
        lambda: records.bulk_update([row], ["order_ref"]),
        lambda: records.filter(pk=row.pk).order_by().delete(),
        lambda: records._raw_delete("default"),
        lambda: AccessRecord.objects.update_or_create(pk=row.pk, defaults={"order_ref": "changed"}),
    ):
        with pytest.raises(AppendOnly):
            change()
    assert recorded_views().get().order_ref == "kept"


def test_the_orm_refuses_to_write_over_a_record(row: AccessRecord) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRecord(pk=row.pk, user_name="x", what="raw_seen").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRecord.objects.create(pk=row.pk, user_name="x", what="raw_seen")
    assert recorded_views().get().order_ref == "kept"


def test_the_orm_refuses_through_the_base_class(row: AccessRecord) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        models.QuerySet(AccessRecord).filter(pk=row.pk).update(order_ref="changed")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        models.QuerySet(AccessRecord).filter(pk=row.pk).delete()
    assert recorded_views().get().order_ref == "kept"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_accessrecord SET order_ref = 'changed'",
        "UPDATE orders_accessrecord SET at = '2020-01-01'",
        "DELETE FROM orders_accessrecord",
        "DELETE FROM orders_accessrecord WHERE id = (SELECT MIN(id) FROM orders_accessrecord)",
        WRITE_OVER[connection.vendor],
    ],
)
def test_the_database_itself_refuses(statement: str, row: AccessRecord) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert recorded_views().get().order_ref == "kept"


def aged(days: float, ref: str) -> None:
    AccessRecord.objects.create(
        at=datetime.now(UTC) - timedelta(days=days),
        user_name="anna",
        what="raw_seen",
        order_ref=ref,
        connection_id=uuid.uuid4(),
    )


def test_pruning_removes_what_is_old_enough_and_the_guard_is_back(db: None) -> None:
    for days, ref in ((401, "old"), (500, "older"), (399, "young"), (0, "new")):
        aged(days, ref)
    output = StringIO()
    call_command("prune_access_records", "--older-than", "400d", "--dry-run", stdout=output)
    assert output.getvalue().startswith("would be removed: 2 ")
    assert recorded_views().count() == 4
    output = StringIO()
    call_command("prune_access_records", "--older-than", "400d", stdout=output)
    assert output.getvalue().startswith("removed: 2 ")
    assert set(recorded_views().values_list("order_ref", flat=True)) == {"young", "new"}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_accessrecord")
    (event,) = events().filter(what="records_pruned")
    assert (event.user_name, event.outcome) == ("command", "removed: 2")


@pytest.mark.parametrize("age", ["1d", "89d", "12w"])
def test_pruning_refuses_what_must_still_be_kept(age: str, db: None) -> None:
    aged(89.5, "kept")
    with pytest.raises(CommandError, match="90 days at least"):
        call_command("prune_access_records", "--older-than", age, stdout=StringIO())
    assert recorded_views().count() == 1


def test_pruning_goes_on_batch_by_batch(db: None) -> None:
    for number in range(5):
        aged(100, str(number))
    limit = datetime.now(UTC) - timedelta(days=50)
    assert [append_only.delete_older_than(connection, limit, batch=2) for _turn in range(4)] == [2, 2, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_prune_that_breaks_off_leaves_the_guard_in_place() -> None:
    aged(100, "old")
    with pytest.raises(DatabaseError):
        append_only.delete_older_than(connection, datetime.now(UTC), batch="no number")  # type: ignore[arg-type]
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_accessrecord")
    assert recorded_views().count() == 1


@pytest.mark.parametrize("age", ["", "400", "0d", "-1d", "d", "1.5d", "400 d", "1y", "99999999d"])
def test_an_age_that_is_none_is_refused(age: str, db: None) -> None:
    aged(10_000, "old")
    with pytest.raises(CommandError):
        call_command("prune_access_records", f"--older-than={age}", stdout=StringIO())
    assert recorded_views().count() == 1


def test_another_kind_of_database_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    assert database_keeps_records(databases=["default"]) == []
    monkeypatch.setattr(connection, "vendor", "mysql")
    assert [message.id for message in database_keeps_records(databases=["default"])] == ["orders.E001"]
    with pytest.raises(append_only.Unsupported, match="mysql"):
        append_only.install(connection)


def test_migrate_puts_the_guard_back_when_it_is_missing(row: AccessRecord, caplog: pytest.LogCaptureFixture) -> None:
    append_only.remove(connection)
    with caplog.at_level(logging.ERROR):
        call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_accessrecord")
