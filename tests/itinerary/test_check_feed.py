"""The command check_feed: the table that it writes, bad rows, and agreement with the page."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import re
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from calibration.fit import SEGMENTS
from orders.cdp.records import FlightSegment, OrderItem
from orders.display.notices import evidence_words
from orders.itinerary.codes import Reading
from orders.itinerary.journeys import plan

HEADER = "origin,destination,departure,arrival"


def run(table: str, tmp_path: Path) -> tuple[list[dict[str, str]], str]:
    path = tmp_path / "feed.csv"
    path.write_text(table, encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    call_command("check_feed", str(path), stdout=out, stderr=err)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()


def test_each_row_gets_verdict_minutes_and_reason(tmp_path: Path) -> None:
    rows, summary = run(
        f"{HEADER}\n"
        "DUB,LHR,2025-08-15T16:00:00.000Z,2025-08-15T17:20:00.000Z\n"
        "LHR,LAS,2025-08-15T20:00Z,2025-08-15T22:40Z\n"
        "LHR,LAS,2025-08-15T19:00:00Z,2025-08-16T05:35:00Z\n"
        "FRA,LAX,2025-08-15T16:00:00Z,2025-08-16T18:30:00Z\n"
        "LHR,XQZ,2025-08-15T16:00:00Z,2025-08-16T18:30:00Z\n",
        tmp_path,
    )
    assert [row["verdict"] for row in rows] == ["local", "local", "utc", "impossible", "unknown place"]
    assert [row["flight_minutes"] for row in rows] == ["80", "640", "635", "", ""]
    assert (
        rows[2]["reason"]
        == "if the times were sent as local times, this flight takes 18 h 35 min to cover 8,395 km; if in UTC, 10 h 35 min"
    )
    assert rows[0]["departure"] == "2025-08-15T16:00:00.000Z"
    assert summary == "5 rows judged: 2 local, 1 utc, 1 impossible, 1 unknown place; 0 bad rows\n"


def test_rows_of_one_order_are_judged_together_wherever_they_stand(tmp_path: Path) -> None:
    rows, _summary = run(
        f"order,{HEADER}\n"
        "a,MEL,ADL,2025-06-09T22:00Z,2025-06-09T23:15Z\n"
        "b,MEL,ADL,2025-06-09T22:00Z,2025-06-09T22:45Z\n"
        "a,ADL,MEL,2025-06-12T07:30Z,2025-06-12T08:45Z\n"
        ",MEL,ADL,2025-06-09T22:00Z,2025-06-09T23:15Z\n",
        tmp_path,
    )
    assert [row["verdict"] for row in rows] == ["utc", "local", "utc", rows[3]["verdict"]]
    assert rows[3]["verdict"] != "utc"


def test_a_bad_row_is_reported_by_its_line_and_the_rest_is_checked(tmp_path: Path) -> None:
    rows, summary = run(
        f"{HEADER},note\n"
        "DUB,LHR,2025-08-15T16:00Z,2025-08-15T17:20Z,first\n"
        "DUB,LHR,soon,2025-08-15T17:20Z,second\n"
        "DUB,LHR,2025-08-15T16:00Z\n"
        "\n"
        "DUB,LHR,2025-02-30T16:00Z,2025-08-15T17:20Z,\n"
        "DUB,LHR,2025-08-15,2025-08-15T17:20Z,\n"
        '"DUB","LHR",2025-08-15T16:00Z,2025-08-15T17:20Z,"two\nlines"\n',
        tmp_path,
    )
    assert [row["note"] for row in rows] == ["first", "two\nlines"]
    assert [line.split(":")[0] for line in summary.splitlines()[:-1]] == [
        "line 3",
        "line 4",
        "line 6",
        "line 7",
    ]
    assert "'soon'" in summary
    assert summary.endswith("2 rows judged: 2 local; 4 bad rows\n")


def test_spaces_case_byte_order_mark_and_extra_columns_are_accepted(tmp_path: Path) -> None:
    rows, _summary = run(
        "\ufeffCarrier, Origin ,DESTINATION,departure,arrival\nBX, dub ,lhr, 2025-08-15 16:00 ,2025-08-15T17:20\n",
        tmp_path,
    )
    assert rows[0]["verdict"] == "local"
    assert rows[0]["Carrier"] == "BX"


def test_explicit_offsets_are_believed(tmp_path: Path) -> None:
    rows, _summary = run(f"{HEADER}\nLHR,LAS,2025-08-15T20:00+01:00,2025-08-15T22:40-07:00\n", tmp_path)
    assert (rows[0]["verdict"], rows[0]["flight_minutes"]) == ("local", "640")


@pytest.mark.parametrize("table", ["", "origin,destination\n", "a;b;c\n"])
def test_a_table_without_the_columns_is_refused_with_their_names(tmp_path: Path, table: str) -> None:
    with pytest.raises(CommandError, match=r"the header lacks .*departure"):
        run(table, tmp_path)


ROWS = [
    ["order", "Origin", "destination", "departure", "arrival", "note"],
    ["a", "DUB", "LHR", "2025-08-15T16:00Z", "2025-08-15T17:20Z", "one; two, | three\ttabs"],
    ["b", "LHR", "LAS", "2025-08-15T20:00Z", "2025-08-15T22:40Z", "“Zürich”"],
]


def table(sign: str, end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign, lineterminator=end).writerows(ROWS)
    return out.getvalue()


def judged(data: bytes, tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "feed.csv"
    path.write_bytes(data)
    out, err = io.StringIO(), io.StringIO()
    call_command("check_feed", str(path), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("named", [False, True])
def test_tables_as_spreadsheets_save_them(sign: str, end: str, encoding: str, named: bool, tmp_path: Path) -> None:
    out, err = judged(((f"sep={sign}{end}" if named else "") + table(sign, end)).encode(encoding), tmp_path)
    rows = list(csv.reader(io.StringIO(out), delimiter=sign))
    assert [row[6] for row in rows] == ["verdict", "local", "local"]
    assert [row[:6] for row in rows] == ROWS
    assert err == "2 rows judged: 2 local; 0 bad rows\n"


@pytest.mark.parametrize("first", ["sep=^", '"sep=^"', "SEP=^", "sep=^;;;"])
def test_another_delimiter_is_used_if_the_first_line_names_it(first: str, tmp_path: Path) -> None:
    out, _err = judged(f"{first}\n{table('^')}".encode(), tmp_path)
    assert out.count("^local^") == 2


def test_line_numbers_include_the_line_that_names_the_delimiter(tmp_path: Path) -> None:
    _out, err = judged(f"sep=;\r\n{HEADER.replace(',', ';')}\r\nDUB;LHR;soon;2025-08-15T17:20Z\r\n".encode(), tmp_path)
    assert err.startswith("line 3: departure is not a time")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            f"sep=;\n{HEADER}\n".encode(),
            "is not a CSV table. It is a table whose first line names as the delimiter semicolons",
        ),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (gzip.compress(HEADER.encode(), mtime=0), "compressed with gzip: unpack it first"),
        (bz2.compress(HEADER.encode()), "compressed with bzip2"),
        (lzma.compress(HEADER.encode()), "compressed with xz"),
        (b"%PDF-1.7", "a PDF"),
        (b'[{"origin": "DUB"}]', "JSON"),
        (b'\xef\xbb\xbf {"orders": []}', "JSON"),
        (b"<?xml version='1.0'?>", "HTML or XML"),
        (b"\n<!DOCTYPE html>", "HTML or XML"),
        (HEADER.encode("utf-16-le"), "in UTF-16 without a byte order mark"),
        (HEADER.replace(",", ":").encode(), "The cells seem to be delimited by “:”"),
        (HEADER.replace(",", " ").encode(), "The cells seem to be delimited by spaces"),
        (HEADER.replace(",", "，").encode(), "The cells seem to be delimited by “，”"),
        (HEADER.replace(",", "\x01").encode(), "The cells seem to be delimited by the sign U+0001"),
        (b"from;to;date", "The cells seem to be delimited by semicolons"),
        (b"from\tto\tdate", "The cells seem to be delimited by tabs"),
        (b"from|to|date", "The cells seem to be delimited by vertical bars"),
        (b"origin,destination", "the header lacks departure, arrival. The first line names the columns"),
        (b"", "The first line names the columns"),
    ],
)
def test_a_file_that_is_no_csv_table_is_identified(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=re.escape(words)):
        judged(data, tmp_path)


def test_a_missing_file_is_reported() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_feed", "no-such-file.csv")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    feed = io.TextIOWrapper(io.BytesIO(f"{HEADER}\nDUB,LHR,2025-08-15T16:00Z,2025-08-15T17:20Z\n".encode()))
    monkeypatch.setattr("sys.stdin", feed)
    call_command("check_feed", "-", stdout=out, stderr=io.StringIO())
    assert ",local,80," in out.getvalue()


def test_the_command_and_the_page_agree(tmp_path: Path) -> None:
    """Every tenth of the published flights, in orders of two, half of them shifted as by a faulty feed."""
    with SEGMENTS.open(newline="") as lines:
        flights = list(csv.DictReader(lines))[::10]
    table, orders = io.StringIO(), []
    writer = csv.writer(table)
    writer.writerow(["order", *HEADER.split(",")])
    for at, (first, second) in enumerate(pairwise(flights)):
        order: list[FlightSegment] = []
        for row in (first, second):
            departs, arrives = (
                row["dep_local"],
                row["arr_local"] if at % 2 else row["dep_local"][:10] + row["arr_local"][10:],
            )
            writer.writerow([at, row["origin"], row["destination"], departs + ":00Z", arrives + ":00Z"])
            order.append(
                FlightSegment(
                    origin=row["origin"],
                    destination=row["destination"],
                    departure=datetime.fromisoformat(departs),
                    arrival=datetime.fromisoformat(arrives),
                    flight_number=str(len(order)),
                )
            )
        orders.append(OrderItem(flight_segments=tuple(order)))
    rows, _summary = run(table.getvalue(), tmp_path)
    assert len(rows) == 2 * len(orders) > 200
    for at, order_item in enumerate(orders):
        page = {flight.segment_indexes[0][1]: flight.evidence for flight in plan([order_item]).flights}
        for of in (0, 1):
            row = rows[2 * at + of]
            assert (row["verdict"], row["reason"]) == (page[of].verdict, evidence_words(page[of]))
            minutes = page[of].utc_minutes if page[of].verdict == "utc" else page[of].local_minutes
            assert row["flight_minutes"] == ("" if page[of].verdict == "impossible" else str(minutes))


def test_an_item_for_every_passenger_weighs_no_more_than_one(tmp_path: Path) -> None:
    row = "a,MEL,ADL,2025-06-09T22:00Z,2025-06-09T23:15Z\n"
    rows, _summary = run(f"order,{HEADER}\n" + row * 9, tmp_path)
    segment = FlightSegment(
        origin="MEL", destination="ADL", departure=datetime(2025, 6, 9, 22), arrival=datetime(2025, 6, 9, 23, 15)
    )
    page = plan([OrderItem(flight_segments=(segment,))] * 9)
    assert {row["verdict"] for row in rows} == {page.flights[0].evidence.verdict} != {"utc"}


def test_missing_values_are_judged_as_on_the_page(tmp_path: Path) -> None:
    rows, summary = run(f"{HEADER}\nDUB,LHR,2025-08-15T16:00Z,\n,LHR,2025-08-15T16:00Z,2025-08-15T17:20Z\n", tmp_path)
    leaves, lands = datetime(2025, 8, 15, 16), datetime(2025, 8, 15, 17, 20)
    sent = (
        FlightSegment(origin="DUB", destination="LHR", departure=leaves),
        FlightSegment(destination="LHR", departure=leaves, arrival=lands),
    )
    page = [plan([OrderItem(flight_segments=(segment,))]).flights[0].evidence for segment in sent]
    assert [(row["verdict"], row["reason"]) for row in rows] == [
        (evidence.verdict, evidence_words(evidence)) for evidence in page
    ]
    assert [row["verdict"] for row in rows] == ["unclear", "unknown place"]
    assert "0 bad rows" in summary


def test_a_feed_declared_utc_is_judged_like_a_connection_set_to_utc(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(
        f"{HEADER}\nDUB,LHR,2025-08-15T15:00Z,2025-08-15T16:20Z\nDUB,CDG,2025-06-01T10:00Z,2025-06-01T12:20Z\n"
    )
    by_clock = {}
    for clock in ("local", "utc"):
        out = io.StringIO()
        call_command("check_feed", str(path), "--clock", clock, stdout=out, stderr=io.StringIO())
        by_clock[clock] = [row["verdict"] for row in csv.DictReader(io.StringIO(out.getvalue()))]
    segments = [
        ("LHR", datetime(2025, 8, 15, 15), datetime(2025, 8, 15, 16, 20)),
        ("CDG", datetime(2025, 6, 1, 10), datetime(2025, 6, 1, 12, 20)),
    ]
    for clock, verdicts in by_clock.items():
        for (to, leaves, lands), verdict in zip(segments, verdicts, strict=True):
            segment = FlightSegment(origin="DUB", destination=to, departure=leaves, arrival=lands)
            assert (
                plan([OrderItem(flight_segments=(segment,))], reading=Reading(clock)).flights[0].evidence.verdict
                == verdict
            )
    assert by_clock["utc"][0] == "utc"


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(f"{HEADER}\n" + "DUB,LHR,2025-08-15T16:00Z,2025-08-15T17:20Z\n" * 5000)
    command = [sys.executable, "manage.py", "check_feed", str(path)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        output = process.stderr.read().decode()
        process.wait(60)
    assert "Traceback" not in output
    assert "BrokenPipe" not in output
    assert "5,000 rows judged" in output
