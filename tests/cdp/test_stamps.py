from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orders.cdp import stamps


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-08-15T16:00:55.554Z", datetime(2025, 8, 15, 16, 0, 55, 554000, UTC)),
        ("2024-01-01T16:17:16Z", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
        ("2025-08-23T16:17Z", datetime(2025, 8, 23, 16, 17, tzinfo=UTC)),
        ("1985-12-24T00:00Z", datetime(1985, 12, 24, tzinfo=UTC)),
        ("2025-08-23T16:17", datetime(2025, 8, 23, 16, 17, tzinfo=UTC)),
        ("2025-08-23 16:17:00", datetime(2025, 8, 23, 16, 17, tzinfo=UTC)),
        ("2025-08-23t16:17:00z", datetime(2025, 8, 23, 16, 17, tzinfo=UTC)),
        ("2025-08-23T16:17:00+02:00", datetime(2025, 8, 23, 14, 17, tzinfo=UTC)),
        ("2025-08-23T16:17:00-0930", datetime(2025, 8, 24, 1, 47, tzinfo=UTC)),
        ("2025-08-23T16:17:00+05", datetime(2025, 8, 23, 11, 17, tzinfo=UTC)),
        ("2025-08-23T16:17:00.123456789Z", datetime(2025, 8, 23, 16, 17, 0, 123456, UTC)),
        ("2025-08-23T16:17:00,5Z", datetime(2025, 8, 23, 16, 17, 0, 500000, UTC)),
        ("2025-12-31T24:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2025-08-23", datetime(2025, 8, 23, tzinfo=UTC)),
    ],
)
def test_every_spelling_that_occurs_is_read_as_utc(text: str, moment: datetime) -> None:
    assert stamps.utc(stamps.read(text)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "20250815",
        "2025-W33-5",
        "15.08.2025",
        "2025-08-15T",
        "2025-8-15",
        "２０２５-08-15",
        "1755273600000",
        "2025-08-15T16:00+01Z",
        "2025-08-15T16:00+010000Z",
        "2025-08-15T16:00:00.12ZZ",
        "2025-08-15T16:-0355.554Z",
        "2025-08-15T16:00.55Z",
        "2025-08-15T16:00:55:554Z",
    ],
)
def test_what_has_no_shape_of_a_date_is_none(text: str) -> None:
    with pytest.raises(stamps.NotADate):
        stamps.read(text)


@pytest.mark.parametrize(
    "text",
    ["2025-02-30T10:00:00Z", "2025-13-01", "2025-08-15T25:00Z", "2025-08-15T24:01Z", "2025-08-15T10:60Z", "0000-01-01",
     "9999-12-31T24:00Z", "2025-08-15T10:00:60Z", "2025-08-15T10:00+25:00"],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_out_of_range(text: str) -> None:
    with pytest.raises(stamps.OutOfRange):
        stamps.read(text)


def test_the_first_and_last_day_of_the_calendar_have_no_utc_moment() -> None:
    for text in ("0001-01-01T00:00+05:00", "9999-12-31T23:00-05:00"):
        with pytest.raises(stamps.OutOfRange):
            stamps.utc(stamps.read(text))


def test_a_day_is_never_shifted() -> None:
    assert stamps.day(stamps.read("1985-12-24T00:00:00.000+14:00")) == date(1985, 12, 24)


def test_the_false_z_gives_no_offset_worth_keeping() -> None:
    assert stamps.read("2025-08-15T16:00:00.000Z").offset == timedelta(0)
    assert stamps.read("2025-08-15T16:00:00.000+02:00").offset == timedelta(hours=2)
    assert stamps.read("2025-08-15T16:00").offset is None


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("20270318", "2027-03-18"),
        ("2027-3-8", "2027-03-08"),
        ("2027/03/18", "2027-03-18"),
        ("2027.03.18", "2027-03-18"),
        ("2027-03-18T", "2027-03-18"),
        ("18MAR2027", "2027-03-18"),
        ("8-Mar-2027", "2027-03-08"),
        ("18 March 2027", "2027-03-18"),
        ("20270318T0905", "2027-03-18T09:05:00"),
        ("20270318T090500Z", "2027-03-18T09:05:00Z"),
        ("2027-03-18T9:05", "2027-03-18T09:05:00"),
        ("2027/3/18 9:05", "2027-03-18T09:05:00"),
        ("2027-03-18T09:05:00.000Z", "2027-03-18T09:05:00.000Z"),
    ],
)
def test_a_day_in_other_spellings(text: str, usual: str) -> None:
    assert stamps.read_any(text) == stamps.read(usual)


@pytest.mark.parametrize(
    "text",
    [
        "18/03/2027",
        "03-18-2027",
        "2027-03",
        "202703",
        "1805878800000",
        "2027-3/8",
        "18MAR27",
        "18FOO2027",
        "20270318T9",
        "",
    ],
)
def test_a_day_that_can_be_mistaken_is_not_read(text: str) -> None:
    with pytest.raises(stamps.NotADate):
        stamps.read_any(text)


@pytest.mark.parametrize("text", ["20270230", "2027-13-1", "31FEB2027", "2027-3-8 25:00"])
def test_a_day_that_does_not_exist_in_other_spellings(text: str) -> None:
    with pytest.raises(stamps.OutOfRange):
        stamps.read_any(text)
