"""The chains of the access records: a forged, changed, moved or removed record is found, and the fault names a row."""

# ruff: noqa: S608  (the statements are put together from numbers of rows)
from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from orders.models import AccessRecord
from orders.privacy import append_only, chain, proving, record_rows
from orders.privacy.record_kinds import Action
from tests.live import PROJECT, database_url, environment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_records_yet(transactional_db: None) -> None:
    """Empty the table, which has records of the creation of the groups."""
    tamper("DELETE FROM orders_accessrecord")
    chain.CHAINS.renew()


def write(ref: str = "ref", at: datetime | None = None) -> None:
    columns = {"what": Action.ORDER_OPENED.value, "user_name": "anna", "order_ref": ref}
    append_only.add(connection, {**record_rows.empty_record(), **columns, **({"at": at} if at else {})})


def other_process() -> None:
    """From now on, let this process write as another one would."""
    chain.CHAINS.renew()


def tamper(*statements: str) -> None:
    """Change the table as only the owner of the database can."""
    append_only.remove(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    append_only.install(connection)


def faults(since: str = "") -> list[str]:
    return proving.prove(proving.Head.read(since) if since else None).faults


def number(ref: str) -> int:
    return AccessRecord.objects.get(order_ref=ref).pk


def test_records_as_they_were_written_prove_well() -> None:
    for ref in ("a", "b", "Störung 7", "x" * 128, "\u202eodd"):
        write(ref)
    other_process()
    write("elsewhere")
    output = StringIO()
    call_command("check_records", stdout=output)
    records = AccessRecord.objects.count()
    assert output.getvalue() == f"{records} records in 2 chains: 0 faults\n"
    links = AccessRecord.objects.exclude(order_ref="elsewhere").filter(what="order_opened").order_by("pk")
    assert list(links.values_list("link", flat=True)) == [1, 2, 3, 4, 5]
    assert links.values("chain").distinct().count() == 1


# Each is applied to row b, the middle one of a, b and c; {b} is its number.
FORGERIES = {
    "another person": "UPDATE orders_accessrecord SET user_name = 'ben' WHERE id = {b}",
    "another number of the person": "UPDATE orders_accessrecord SET user_id = 7 WHERE id = {b}",
    "another order": "UPDATE orders_accessrecord SET order_ref = 'd' WHERE id = {b}",
    "another event": "UPDATE orders_accessrecord SET what = 'raw_seen' WHERE id = {b}",
    "text moved to the next column": "UPDATE orders_accessrecord SET reference = order_ref, order_ref = '' WHERE id = {b}",
    "another minute": "UPDATE orders_accessrecord SET at = '2026-01-01 00:00:00' WHERE id = {b}",
    "no chain any more": "UPDATE orders_accessrecord SET chain = '', link = NULL, seal = '' WHERE id = {b}",
    "another seal": "UPDATE orders_accessrecord SET seal = '{zeros}' WHERE id = {b}",
    "a seal of another row": "UPDATE orders_accessrecord SET seal = (SELECT seal FROM orders_accessrecord WHERE id = {a}) WHERE id = {b}",
    "an empty column filled": "UPDATE orders_accessrecord SET ticket = 'ZD-1' WHERE id = {b}",
    "the person concerned": "UPDATE orders_accessrecord SET about_name = 'ben' WHERE id = {b}",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_row_is_named(how: str) -> None:
    for ref in "abc":
        write(ref)
    a, b = number("a"), number("b")
    tamper(FORGERIES[how].format(a=a, b=b, zeros="0" * 64))
    messages = faults()
    assert any(f"row {b} " in fault for fault in messages), messages
    assert not any(f"row {a} " in fault for fault in messages)


@pytest.mark.parametrize(("removed", "missing"), [("a", "link 1 "), ("b", "link 2 "), ("bc", "links 2 to 3 ")])
def test_a_removed_row_leaves_a_gap(removed: str, missing: str) -> None:
    for ref in "abcd":
        write(ref)
    after = number("d" if "c" in removed else chr(ord(removed) + 1))
    tamper(f"DELETE FROM orders_accessrecord WHERE id IN ({', '.join(str(number(ref)) for ref in removed)})")
    (fault,) = faults()
    assert fault.startswith(missing)
    assert f"row {after}" in fault


def test_rows_that_change_places_are_both_named() -> None:
    for ref in "abc":
        write(ref)
    a, b = number("a"), number("b")
    tamper(
        f"UPDATE orders_accessrecord SET link = 99 WHERE id = {a}",
        f"UPDATE orders_accessrecord SET link = 1 WHERE id = {b}",
        f"UPDATE orders_accessrecord SET link = 2 WHERE id = {a}",
    )
    report = " ".join(faults())
    assert f"row {a} " in report
    assert f"row {b} " in report


def test_a_row_moved_to_another_day_with_its_chain_is_named() -> None:
    write("a")
    tamper("UPDATE orders_accessrecord SET chain = '20200101-' || substr(chain, 10), at = '2020-01-01 10:00:00'")
    assert any(f"row {number('a')} " in fault for fault in faults())


@pytest.mark.parametrize(
    "forge",
    [
        lambda: AccessRecord.objects.create(user_name="x", what="raw_seen", order_ref="forged"),
        lambda: AccessRecord.objects.create(
            user_name="x", what="raw_seen", order_ref="forged", chain=AccessRecord.objects.latest("pk").chain, link=3
        ),
        lambda: AccessRecord.objects.create(
            user_name="x", what="raw_seen", order_ref="forged", chain="20261126-0123456789ab", link=1, seal="0" * 64
        ),
    ],
    ids=["no chain", "the next link without the key", "a chain of its own"],
)
def test_a_row_added_without_the_key_is_named(forge: Callable[[], AccessRecord]) -> None:
    write("a")
    write("b")
    forge()
    (fault,) = faults()
    assert f"row {number('forged')} " in fault


def test_a_chain_sealed_under_another_key_is_named(settings: Settings) -> None:
    write("a")
    own, settings.RECORD_KEYS = settings.RECORD_KEYS, ("somebody else's key, as long as ours",)
    other_process()
    write("forged")
    settings.RECORD_KEYS = own
    report = " ".join(faults())
    assert f"row {number('forged')} " in report
    assert f"row {number('a')} " not in report


def test_an_old_key_still_proves_and_the_new_one_seals(settings: Settings) -> None:
    write("old")
    settings.RECORD_KEYS = ("a new key of at least thirty-two characters", *settings.RECORD_KEYS)
    other_process()
    write("new")
    assert faults() == []
    settings.RECORD_KEYS = settings.RECORD_KEYS[:1]
    assert f"row {number('old')} " in " ".join(faults())


def test_the_end_of_a_chain_that_another_one_noted_cannot_be_cut_off() -> None:
    for ref in "abc":
        write(ref)
    cut = AccessRecord.objects.get(order_ref="c")
    other_process()
    write("elsewhere")
    noted = AccessRecord.objects.get(what="chain_seen")
    assert (noted.detail, noted.subject) == (f"{cut.chain}/3", cut.seal)
    tamper(f"DELETE FROM orders_accessrecord WHERE id = {cut.pk}")
    (fault,) = faults()
    assert f"row {noted.pk} saw its link 3" in fault
    tamper(f"DELETE FROM orders_accessrecord WHERE chain = '{cut.chain}'")
    assert "ends after link 0" in faults()[0]


@pytest.mark.parametrize("others", [("0" * 12,), ("f" * 12,), ("0" * 12, "f" * 12)], ids=["before", "after", "both"])
def test_every_note_of_a_head_is_compared_with_it(others: tuple[str, ...]) -> None:
    """The odd notes are found whether they are read before or after the one that agrees."""
    now = datetime.now(UTC)
    write("a")
    other_process()
    write("b")
    agreeing, odd = AccessRecord.objects.get(what="chain_seen"), set[int]()
    columns = {"what": Action.CHAIN_SEEN.value, "detail": agreeing.detail, "subject": "0" * 64}
    for name in others:
        other_process()
        chain.CHAINS.must_note_others(now)
        chain.CHAINS.give_back(chain.Chain(f"{now:%Y%m%d}-{name}", now.date(), now))
        append_only.add(connection, {**record_rows.empty_record(), **columns})
        odd.add(AccessRecord.objects.get(chain__endswith=name).pk)
    messages = faults()
    assert len(messages) == len(odd) and all("is not the one that row" in fault for fault in messages)
    assert {int(fault.split("row ")[1].split(" ")[0]) for fault in messages} == odd


def test_each_hour_and_not_more_often_the_others_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a")
    other_process()
    for _time in range(5):
        write("elsewhere")
    assert AccessRecord.objects.filter(what="chain_seen").count() == 1
    monkeypatch.setattr(chain, "NOTE_OTHERS_EVERY", timedelta(0))
    write("elsewhere")
    # Only the process's own chain has grown, so the same head of the other one is noted again.
    assert AccessRecord.objects.filter(what="chain_seen").count() == 2
    assert faults() == []


def test_a_kept_head_shows_that_an_old_copy_was_put_back() -> None:
    write("a")
    write("b")
    output = StringIO()
    call_command("check_records", "--head", stdout=output)
    head = output.getvalue()
    assert re.fullmatch(r"\d{8}-[0-9a-f]{12}/\d+/[0-9a-f]{64}\n", head)
    write("c")
    assert faults(since=head) == []
    # Everything after row a is gone, including the note of its chain: what is left is consistent.
    tamper(f"DELETE FROM orders_accessrecord WHERE id > {number('a')}")
    assert faults() == []
    (fault,) = faults(since=head)
    assert "is not there" in fault
    assert f"The newest record is of {AccessRecord.objects.get().at:%Y-%m-%d %H:%M:%S} UTC." in fault
    with pytest.raises(SystemExit):
        call_command("check_records", "--since", head, stdout=StringIO(), stderr=StringIO())


def test_a_kept_head_stands_for_all_chains_and_not_only_its_own() -> None:
    write("a")
    write("b")
    output = StringIO()
    call_command("check_records", "--head", stdout=output)
    tamper(f"DELETE FROM orders_accessrecord WHERE id = {number('b')}")
    assert any("its end was removed" in fault for fault in faults(since=output.getvalue()))


@pytest.mark.parametrize("text", ["x", "20261126-0123456789ab/0/" + "0" * 64, "20261126-0123456789ab/1/0", "' OR 1"])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="not a head"):
        call_command("check_records", "--since", text)


def test_a_record_of_a_transaction_that_fails_leaves_no_gap() -> None:
    write("a")
    with transaction.atomic():
        write("lost")
        transaction.set_rollback(True)
    write("b")
    with transaction.atomic():
        write("c")
    write("d")
    assert set(AccessRecord.objects.filter(what="order_opened").values_list("order_ref", flat=True)) == set("abcd")
    assert faults() == []


def test_time_never_goes_back_within_a_chain() -> None:
    now = datetime.now(UTC).replace(hour=12)
    write("a", at=now)
    write("b", at=now - timedelta(minutes=31))
    a, b = AccessRecord.objects.get(order_ref="a"), AccessRecord.objects.get(order_ref="b")
    assert (a.chain, b.chain) == (b.chain, a.chain)
    assert b.at == a.at
    assert faults() == []


def test_a_chain_lasts_for_one_day() -> None:
    write("a", at=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
    write("b", at=datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC))
    assert [
        name[:8]
        for name in AccessRecord.objects.filter(what="order_opened").order_by("at").values_list("chain", flat=True)
    ] == [
        "20260301",
        "20260302",
    ]
    assert faults() == []


def test_what_pruning_leaves_still_proves() -> None:
    now = datetime.now(UTC)
    for days in (500, 401, 401, 399, 100):
        write(f"{days}", at=now - timedelta(days=days))
        other_process()
    write("new")
    call_command("prune_access_records", "--older-than", "400d", stdout=StringIO())
    left = AccessRecord.objects.filter(what="order_opened").values_list("order_ref", flat=True)
    assert set(left) == {"399", "100", "new"}
    assert faults() == []
    # A record removed by hand after that is found.
    tamper(f"DELETE FROM orders_accessrecord WHERE id = {number('399')}")
    (fault,) = faults()
    assert fault.startswith("link 1 of chain")


def test_a_check_of_some_days_reads_no_older_chain_and_finds_what_is_wrong_within(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chain, "NOTE_OTHERS_EVERY", timedelta(0))
    now = datetime.now(UTC)
    for days in (9, 3, 2, 0):
        write(f"{days} days", at=now - timedelta(days=days))
        write(f"{days} days, more", at=now - timedelta(days=days))
        other_process()
    output = StringIO()
    call_command("check_records", "--days", "3", stdout=output)
    first = now.date() - timedelta(days=2)
    records = AccessRecord.objects.filter(at__date__gte=first).count()
    assert output.getvalue() == f"{records} records in 2 chains since {first}: 0 faults\n"
    # The noted end of an older chain and a record without a chain are left to the check of all days.
    end = AccessRecord.objects.get(order_ref="9 days, more")
    tamper(
        f"DELETE FROM orders_accessrecord WHERE chain = '{end.chain}' AND link >= {end.link}",
        f"UPDATE orders_accessrecord SET chain = '', link = NULL, seal = '' WHERE id = {number('3 days, more')}",
    )
    assert proving.prove(first=first).faults == []
    assert len(faults()) >= 2
    tamper(f"UPDATE orders_accessrecord SET user_name = 'ben' WHERE id = {number('2 days')}")
    assert any(f"row {number('2 days')} " in fault for fault in proving.prove(first=first).faults)
    with pytest.raises(SystemExit):
        call_command("check_records", "--days", "3", stdout=StringIO(), stderr=StringIO())
    call_command("check_records", "--days", "1", stdout=StringIO())


@pytest.mark.parametrize("days", ["0", "-1"])
def test_a_check_of_no_days_is_refused(days: str) -> None:
    with pytest.raises(CommandError, match="--days must be at least 1"):
        call_command("check_records", f"--days={days}")


def test_a_head_is_not_looked_for_in_the_chains_of_some_days() -> None:
    head = proving.Head("20260101-0123456789ab", 1, "0" * 64)
    with pytest.raises(ValueError, match="in all chains"):
        proving.prove(head, first=datetime.now(UTC).date())


def test_a_prune_that_was_interrupted_is_no_fault() -> None:
    day = datetime.now(UTC).replace(hour=12) - timedelta(days=500)
    for number in range(6):
        write(f"old {number}", at=day + timedelta(minutes=number))
    write("new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(append_only, "delete_older_than", lambda *_arguments: 0)
        call_command("prune_access_records", "--older-than", "450d", stdout=StringIO())
    append_only.delete_older_than(connection, datetime.now(UTC) - timedelta(days=450), batch=2)
    assert AccessRecord.objects.filter(order_ref__startswith="old").count() == 4
    assert faults() == []


def test_a_head_from_before_the_prune_says_that_it_is_too_old() -> None:
    write("old", at=datetime.now(UTC) - timedelta(days=500))
    row = AccessRecord.objects.get(order_ref="old")
    head = str(proving.Head(row.chain, row.link or 0, row.seal))
    write("new")
    call_command("prune_access_records", "--older-than", "400d", stdout=StringIO())
    (fault,) = faults(since=head)
    assert "keep a newer one" in fault


WRITER = """
import django; django.setup()
from django.db import connection
from orders.privacy import append_only, record_rows
for number in range(60):
    append_only.add(connection, {**record_rows.empty_record(), "what": "order_opened", "order_ref": str(number)})
"""


def test_processes_that_write_at_once_lose_nothing_and_fork_no_chain() -> None:
    env = environment(
        DJANGO_SETTINGS_MODULE="cdpviewer.settings",
        CDPVIEWER_HTTPS="off",
        DATABASE_URL=database_url(),
    )
    running = [subprocess.Popen([sys.executable, "-c", WRITER], env=env, cwd=PROJECT) for _writer in range(4)]
    for _number in range(20):
        write("here")
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert AccessRecord.objects.filter(what="order_opened").count() == 4 * 60 + 20
    assert AccessRecord.objects.filter(what="order_opened").values("chain").distinct().count() == 5
    assert faults() == []


def proof_in_chunks(monkeypatch: pytest.MonkeyPatch, size: int) -> proving.Proof:
    monkeypatch.setattr(proving, "CHUNK", size)
    proof = proving.prove()
    return proving.Proof(proof.chains, proof.records, proof.without_chain, sorted(proof.faults))


def test_the_proof_is_the_same_in_chunks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    for length in (1, 2, 3, 4, 6):
        for link in range(1, length + 1):
            write(f"{length}/{link}")
        other_process()
    whole = proof_in_chunks(monkeypatch, 10_000)
    assert whole.chains == 5 and whole.records > 16 and whole.faults == []
    for size in (1, 2, 3, 4, whole.records):
        assert proof_in_chunks(monkeypatch, size) == whole
    tamper(
        f"UPDATE orders_accessrecord SET link = NULL WHERE id = {number('2/2')}",
        f"UPDATE orders_accessrecord SET user_name = 'ben' WHERE id = {number('4/4')}",
        f"DELETE FROM orders_accessrecord WHERE id = {number('6/3')}",
    )
    faulty = proof_in_chunks(monkeypatch, 10_000)
    assert len(faulty.faults) >= 3
    for size in (1, 2, 3, 4, faulty.records):
        assert proof_in_chunks(monkeypatch, size) == faulty


def test_a_chain_that_grows_after_it_was_read_has_not_lost_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a")
    write("added meanwhile")
    other_process()
    append_only.take_head(connection)
    in_order = proving._in_order
    monkeypatch.setattr(
        proving, "_in_order", lambda rows: (row for row in in_order(rows) if row["order_ref"] != "added meanwhile")
    )
    noted = AccessRecord.objects.filter(what=Action.CHAIN_SEEN)
    assert [record.detail.partition("/")[2] for record in noted] == ["2"]
    assert faults() == []
