"""Who may see whose views of orders, and in what form."""

from __future__ import annotations

import codecs
import csv
import html
import io
import itertools
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from accounts.models import Preferences
from orders.models import AccessRecord
from orders.privacy.record_kinds import OF_KIND, Kind
from orders.views.activity import COLUMNS, safe_cell
from tests.recorded import recorded_views


def viewed(user: User, ref: str = "ref-1", **columns: object) -> AccessRecord:
    return AccessRecord.objects.create(
        user_id=user.pk, user_name=user.username, what="order_opened", order_ref=ref, **columns
    )


def outcomes(page: str) -> list[str]:
    """The outcomes on the page, newest first."""
    return re.findall(r'class="connection-name">[^<]*</td>\s*<td data-label="[^"]+">([^<]*)</td>', page)


def export(client: Client, **query: str) -> list[dict[str, str]]:
    """The rows of the exported file; without a `kind` in the query, account events such as the exporter's sign-in are left out."""
    answer = client.get("/activity/export.csv", query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    body = answer.getvalue()
    assert body.startswith(codecs.BOM_UTF8)  # without it, Excel garbles names with accents
    text = body.decode("utf-8-sig")
    accounts = set() if query.get("kind") else {what.value for what in OF_KIND[Kind.ACCOUNT]}
    return [row for row in csv.DictReader(io.StringIO(text)) if row["what"] not in accounts]


@pytest.fixture
def as_auditor(auditor: User) -> Client:
    client = Client()
    client.force_login(auditor)
    return client


def test_one_sees_ones_own_looks_only(as_anna: Client, anna: User, ben: User) -> None:
    viewed(anna, "hers", reference="HERS42")
    viewed(ben, "his", reference="HIS42")
    for query in ({}, {"person": str(ben.pk)}, {"order": "his"}, {"person": "0"}):
        page = as_anna.get("/activity/", query).text
        assert "HIS42" not in page
        assert "ben" not in page
        assert "his" not in {row["order_ref"] for row in export(as_anna, **query)}
    assert "HERS42" in as_anna.get("/activity/").text


def test_being_staff_is_not_enough_to_see_everybody(as_ben: Client, anna: User, ben: User) -> None:
    ben.is_staff = True
    ben.save()
    viewed(anna, "hers", reference="HERS42")
    assert "HERS42" not in as_ben.get("/activity/").text
    assert as_ben.get("/admin/orders/accessrecord/").status_code == 403


def test_auditors_see_all_and_filter(as_auditor: Client, anna: User, ben: User) -> None:
    viewed(anna, "ref-a", reference="AAA111", ticket="ZD-1", at=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
    viewed(ben, "ref-b", reference="BBB222", ticket="ZD-2", at=datetime(2026, 3, 2, 0, 0, 0, tzinfo=UTC))

    def shown(**query: str) -> set[str]:
        refs = {row["reference"] for row in export(as_auditor, **query) if row["what"] != "activity_exported"}
        page = as_auditor.get("/activity/", query).text
        assert refs == {reference for reference in ("AAA111", "BBB222") if reference in page}
        return refs

    both = {"AAA111", "BBB222"}
    assert shown() == both
    assert shown(person=str(ben.pk)) == {"BBB222"}
    assert shown(order="aaa111") == {"AAA111"}
    assert shown(order=" ref-a ") == {"AAA111"}
    assert shown(for_ticket="ZD-2") == {"BBB222"}
    assert shown(ticket="ZD-2") == both
    assert shown(day="2026-03-01") == {"AAA111"}
    assert shown(day="2026-03-02") == {"BBB222"}
    assert shown(day="2026-03-01", person=str(ben.pk)) == set()


def test_the_people_to_choose_from_include_those_who_were_once_deleted(
    as_auditor: Client, anna: User, ben: User
) -> None:
    viewed(anna)
    gone = User(pk=ben.pk + 1000, username="carl")  # deleted before users were kept
    viewed(gone)
    viewed(gone)
    number = gone.pk
    page = as_auditor.get("/activity/", {"person": str(number)}).text
    assert f'<option value="{number}" selected>carl</option>' in page
    people = page[page.index('id="person"') : page.index('id="kind"')]
    assert re.findall(r">([^<]+)</option>", people) == ["everybody", "anna", "audrey", "ben", "carl"]


def test_outcomes_are_told_in_the_persons_language(as_anna: Client, anna: User) -> None:
    Preferences.objects.create(user=anna, language="de")
    viewed(anna, outcome="shown: 25 of 60")
    assert outcomes(as_anna.get("/activity/", {"kind": "orders"}).text) == ["gezeigt: 25 von 60"]
    # The file keeps what was stored.
    assert [row["outcome"] for row in export(as_anna)] == ["shown: 25 of 60"]


def test_an_outcome_nobody_knows_is_shown_as_it_was_stored(as_anna: Client, anna: User) -> None:
    viewed(anna, outcome="beamed up, perhaps more")
    assert outcomes(as_anna.get("/activity/", {"kind": "orders"}).text) == ["beamed up, perhaps more"]


def test_stamps_and_the_day_asked_for_are_in_the_persons_zone(as_anna: Client, anna: User) -> None:
    Preferences.objects.create(user=anna, time_zone="Europe/Berlin", clock="12")
    viewed(anna, reference="LATE42", at=datetime(2026, 7, 1, 22, 0, 5, tzinfo=UTC))
    viewed(anna, reference="EARLY1", at=datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC))
    page = as_anna.get("/activity/").text
    assert "2 Jul 2026 12:00:05 am CEST" in page
    assert "To (Europe/Berlin)" in page
    assert [row["reference"] for row in export(as_anna, day="2026-07-02")] == ["LATE42"]


def test_a_long_route_is_short_and_keeps_its_ends(as_anna: Client, anna: User) -> None:
    viewed(anna, route="–".join(f"A{number:02}" for number in range(40)))
    for path in ("/", "/activity/"):
        page = as_anna.get(path).text
        assert "A00–A01–A02–A03–A04–…–A37–A38–A39" in page
        assert "A05" not in page


@pytest.mark.parametrize(
    "query",
    [
        {"day": "yesterday"},
        {"day": "0001-01-01"},
        {"day": "2026-02-30"},
        {"person": "anna"},
        {"person": "9" * 30},
        {"person": "٣"},
        {"person": "-1"},
        {"kind": "order"},
        {"kind": "ORDERS"},
        {"kind": "chains"},
        {"kind": "\x00"},
        {"reveals": "yes"},
        {"reveals": "true", "kind": "orders"},
    ],
)
def test_a_filter_that_cannot_be_read_is_said(query: dict[str, str], as_auditor: Client, anna: User) -> None:
    viewed(anna)
    page = as_auditor.get("/activity/", query)
    assert page.status_code == 200
    assert "This part of the filter was ignored." in page.text
    # A file could not show this message, so none is exported.
    assert as_auditor.get("/activity/export.csv", query).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"order": "\x00"},
        {"order": "%"},
        {"order": "x" * 5000},
        {"for_ticket": "'"},
        {"before": "x"},
        {"before": "99999999T999999999999-1"},
        {"before": "00010101T000000000000-1"},
        {"after": "99991231T235959999999-999999999999999999"},
        {"after": "-9"},
        {"day": "9999-12-31"},
    ],
)
def test_odd_filters_are_no_error(query: dict[str, str], as_auditor: Client, anna: User) -> None:
    viewed(anna)
    assert as_auditor.get("/activity/", query).status_code == 200


def test_pages_of_fifty(as_anna: Client, anna: User) -> None:
    for number in range(120):
        viewed(anna, f"ref-{number}")
    page = as_anna.get("/activity/", {"kind": "orders"}).text
    assert page.count("<tr>") == 51
    assert beside(page, "prev") == ""

    second = as_anna.get("/activity/" + beside(page, "next")).text
    assert second.count("<tr>") == 51 and "kind=orders" in beside(page, "next")
    last = as_anna.get("/activity/" + beside(second, "next")).text
    assert last.count("<tr>") == 21
    assert "ref-0" in last and beside(last, "next") == ""
    shown = [reference for each in (page, second, last) for reference in re.findall(r">(ref-\d+)<", each)]
    assert shown == [f"ref-{number}" for number in reversed(range(120))]

    back = as_anna.get("/activity/" + beside(last, "prev")).text
    assert re.findall(r">(ref-\d+)<", back) == re.findall(r">(ref-\d+)<", second)
    assert as_anna.get("/activity/" + beside(back, "prev")).text.count("<tr>") == 51
    viewed(anna, "ref-new")
    first = as_anna.get("/activity/" + beside(back, "prev")).text
    assert "ref-new" in as_anna.get("/activity/" + beside(first, "prev")).text


@pytest.mark.parametrize("query", [{}, {"kind": "orders"}])
@pytest.mark.parametrize("left", [1, 60])
def test_a_page_whose_records_were_pruned_leads_back_to_the_newer_ones(
    left: int, query: dict[str, str], as_anna: Client, anna: User
) -> None:
    for number in range(left):
        viewed(anna, f"ref-{number}", at=datetime(2026, 3, 1, minute=number, tzinfo=UTC))
    gone = as_anna.get("/activity/", {**query, "before": "20260228T235900000000-1"}).text
    assert gone.count("<tr>") == 0 and beside(gone, "next") == ""
    assert "There is nothing older." in gone and "No activity yet" not in gone and "Nothing matches" not in gone
    back = as_anna.get("/activity/" + beside(gone, "prev")).text
    assert "ref-0" in back and ("ref-49" in back) is (left > 49)


def beside(page: str, rel: str) -> str:
    """The address of the previous or next page, or "" if there is none."""
    match = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return html.unescape(match[1]) if match else ""


def test_records_of_one_moment_are_shown_once_each(as_anna: Client, anna: User) -> None:
    for number in range(70):
        viewed(anna, f"ref-{number}", at=datetime(2026, 3, 1, tzinfo=UTC))
    first = as_anna.get("/activity/", {"kind": "orders"}).text
    second = as_anna.get("/activity/" + beside(first, "next")).text
    shown = [reference for each in (first, second) for reference in re.findall(r">(ref-\d+)<", each)]
    assert shown == [f"ref-{number}" for number in reversed(range(70))]


def test_the_file_holds_every_column_in_utc(as_anna: Client, anna: User) -> None:
    viewed(
        anna, at=datetime(2026, 3, 1, 12, 0, 0, 5000, tzinfo=UTC), route="DUB→LAS", ticket="ZD-1", request_id="abc-1234"
    )
    (row,) = export(as_anna)
    assert tuple(row) == COLUMNS
    assert row["at"] == "2026-03-01T12:00:00.005+00:00"
    assert (row["user_name"], row["route"], row["ticket"], row["request_id"]) == ("anna", "DUB→LAS", "ZD-1", "abc-1234")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_no_cell_starts_a_formula(start: str, as_anna: Client, anna: User) -> None:
    viewed(
        anna, f"{start}cmd|' /C calc'!A0", reference=f'{start}HYPERLINK("http://evil.example")', route="plain = text"
    )
    (row,) = export(as_anna)
    assert row["order_ref"].startswith("'" + start)
    assert row["reference"].startswith("'" + start)
    assert row["route"] == "plain = text"


def test_a_cell_that_is_empty_stays_empty() -> None:
    assert [safe_cell(value) for value in (None, "", 7)] == ["", "", "7"]


SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−⁼⁺⁻"
BEFORE = [
    "",
    " ",
    "  ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\x00",
    "\x07",
    "\x0b",
    "\xa0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u202e",
    '"',
    '""',
    "“",
    "`",
    ' "',
    "\x1c",
]
PARTED = ["", "x;", "x; ", "x\t", "x|", "x\n", "x\r\n", "x;;", "x;y\t", 'x";"', '";', "x,y;", "x\n\t"]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("parted", PARTED)
def test_no_reader_gets_a_formula_whatever_it_parts_cells_at(before: str, parted: str) -> None:
    ignored = "".join({*BEFORE, '"'})
    for sign in SIGNS:
        line = io.StringIO()
        csv.writer(line).writerow(
            [safe_cell(value) for value in ("2025", f"{parted}{before}{sign}cmd|' /C calc'!A0", "last")]
        )
        for delimiter, quotes in itertools.product(",;\t|", (True, False)):
            rows = csv.reader(
                line.getvalue().splitlines(keepends=True),
                delimiter=delimiter,
                quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
            )
            for cell in itertools.chain.from_iterable(rows):
                assert not cell.lstrip(ignored).startswith(tuple(SIGNS)), (sign, cell, delimiter)


@pytest.mark.parametrize(
    "text", ["B94TXY-1", "DUB–LHR", "a = b", "x; y", "a@b", "x;y-z", "1+1", "shown: 25 of 60", "“main”", "it's"]
)
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_a_reference_that_tries_to_be_html_or_a_path_is_harmless(as_anna: Client, anna: User) -> None:
    viewed(anna, "a/../b", reference="<img src=x onerror=alert(1)>")
    page = as_anna.get("/activity/")
    assert page.status_code == 200
    assert "<img src=x" not in page.text


def test_the_groups_may_what_their_names_say(db: None) -> None:
    def may(name: str) -> set[str]:
        return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))

    assert may("Agents") == set()
    assert may("Supervisors") == {"reveal_personal_data"}
    assert may("Auditors") == {"view_all_activity", "view_accessrecord"}


def test_the_admin_shows_records_to_read_and_no_connections(auditor: User, as_auditor: Client, anna: User) -> None:
    auditor.is_staff = True
    auditor.save()
    row = viewed(anna, reference="SEEN42")
    listed = as_auditor.get("/admin/orders/accessrecord/")
    assert (listed.status_code, "SEEN42" in listed.text) == (200, True)
    assert as_auditor.get(f"/admin/orders/accessrecord/{row.pk}/change/").status_code == 200
    for address in ("add/", f"{row.pk}/delete/"):
        assert as_auditor.get(f"/admin/orders/accessrecord/{address}").status_code == 403
    assert as_auditor.post(f"/admin/orders/accessrecord/{row.pk}/change/", {"order_ref": "x"}).status_code == 403
    removal = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    as_auditor.post("/admin/orders/accessrecord/", removal)
    assert recorded_views().get().reference == "SEEN42"
    assert as_auditor.get("/admin/orders/connection/").status_code == 404


def test_even_a_superuser_changes_nothing_in_the_admin(client: Client, anna: User) -> None:
    client.force_login(User.objects.create_superuser("root"))
    row = viewed(anna, reference="SEEN42")
    assert "Users and access log | cdpviewer" in client.get("/admin/").text
    for address in ("add/", f"{row.pk}/delete/"):
        assert client.post(f"/admin/orders/accessrecord/{address}", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/orders/accessrecord/{row.pk}/change/", {"reference": "x"}).status_code == 403
    assert recorded_views().get().reference == "SEEN42"
