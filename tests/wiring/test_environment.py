"""Settings are read from the environment or a file, and no message reveals a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdpviewer import environment
from cdpviewer.databases import database, wait_like_pages
from cdpviewer.environment import Environment
from cdpviewer.remote import limits, regions, shown_fields, statuses
from orders.itinerary import statuses as known_statuses
from orders.itinerary.statuses import status

SECRET = "$sesame-7715"


def test_the_environment_beats_the_settings_file() -> None:
    env = Environment(
        {"CDPVIEWER_X": "from the environment"}, {"CDPVIEWER_X": "from the file", "CDPVIEWER_Y": "file only"}
    )
    assert env.text("CDPVIEWER_X") == "from the environment"
    assert env.text("CDPVIEWER_Y") == "file only"
    assert env.text("CDPVIEWER_Z", "standard") == "standard"


def test_a_secret_file_named_in_the_environment_beats_a_value_in_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    env = Environment({"CDPVIEWER_X_FILE": str(tmp_path / "secret")}, {"CDPVIEWER_X": "old"})
    assert env.text("CDPVIEWER_X") == SECRET


def test_the_settings_file_is_found_by_name_and_can_be_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CDPVIEWER_X=beside the project\n")
    (tmp_path / "other.env").write_text("CDPVIEWER_X=elsewhere\n")
    monkeypatch.delenv("CDPVIEWER_ENV_FILE")
    assert environment.find(tmp_path).text("CDPVIEWER_X") == "beside the project"
    monkeypatch.setenv("CDPVIEWER_ENV_FILE", str(tmp_path / "other.env"))
    assert environment.find(tmp_path).text("CDPVIEWER_X") == "elsewhere"
    monkeypatch.setenv("CDPVIEWER_ENV_FILE", "")
    assert environment.find(tmp_path).text("CDPVIEWER_X") == ""


def test_a_settings_file_is_read_without_expanding_anything(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"# a comment\n\nexport A='{SECRET}'\nB = two words \nC=\"$A\"\nD=\nE=a=b#c\n")
    assert environment.load(file) == {"A": SECRET, "B": "two words", "C": "$A", "D": "", "E": "a=b#c"}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=value", "value"),
        ("export A=value", "value"),
        ("export\t A = value", "value"),
        ("A=value # note", "value"),
        ("A=value\t# note", "value"),
        ("A=value #note # and more", "value"),
        ("A=value#no note", "value#no note"),
        ("A=#no note", "#no note"),
        ("A= # note alone", ""),
        ("A=", ""),
        ('A="kept # as it is"', "kept # as it is"),
        ("A='kept # as it is'", "kept # as it is"),
        ('A="value" # note', "value"),
        ('A="value"  # a "quoted" note', "value"),
        ('A="a"#b"', 'a"#b'),
        ("A='it''s'", "it''s"),
        ('A=""', ""),
        ('A=" blanks "', " blanks "),
        ("A=$B ${C} `d`", "$B ${C} `d`"),
        ("A=postgres://u:p#x@h/d?a=b", "postgres://u:p#x@h/d?a=b"),
        ("A=it's", "it's"),
        ("A=\u2028inside\u2028x", "inside\u2028x"),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\r"])
def test_lines_in_all_their_spellings(line: str, value: str, mark: bytes, ending: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(mark + f"{line}{ending or chr(10)}B=2{ending}".encode())
    assert environment.load(file) == {"A": value, "B": "2"}


@pytest.mark.parametrize(
    "line",
    [
        f'A="{SECRET}', f"A='{SECRET}", f'A="{SECRET}"x', f"A=“{SECRET}”", f"A=‘{SECRET}’", f"A=„{SECRET}“", f"{SECRET}=1",
        f"A B={SECRET}", f"\u200bA={SECRET}", f"\ufeffA={SECRET}", f"$env:A={SECRET}", f"set A={SECRET}", f"1A={SECRET}",
        f"É={SECRET}", f"A: {SECRET}", f"={SECRET}",
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_and_not_repeated(line: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"B=2\r\n# note\r\n{line}\r\n", newline="")
    with pytest.raises(ImproperlyConfigured, match="Line 3 ") as caught:
        environment.load(file)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f"A={SECRET}".encode("utf-16"), "it is in UTF-16"),
        (b"\xfe\xff" + f"A={SECRET}".encode("utf-16-be"), "it is in UTF-16"),
        (f"A={SECRET}".encode("utf-16-le"), "it is in UTF-16"),
        (f"A={SECRET}".encode("utf-32"), "it is in UTF-16"),
        (f"A={SECRET} ü".encode("latin-1"), "it is not in UTF-8"),
    ],
)
def test_another_encoding_is_said(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)
    for read in (
        lambda: environment.load(tmp_path / "file"),
        lambda: Environment({"CDPVIEWER_X_FILE": str(tmp_path / "file")}, {}).text("CDPVIEWER_X"),
    ):
        with pytest.raises(ImproperlyConfigured, match=words) as caught:
            read()
        assert "save it as UTF-8" in str(caught.value)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf%s\r\n", b"%s", b" %s \n\n"])
def test_a_secret_file_from_windows_is_read(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(data % SECRET.encode())
    assert Environment({"CDPVIEWER_X_FILE": str(tmp_path / "secret")}, {}).text("CDPVIEWER_X") == SECRET


def test_names_of_fields_for_everybody() -> None:
    assert shown_fields(Environment({"CDPVIEWER_SHOWN_FIELDS": "shopCode, crm_score"}, {})) == {
        ("shop", "code"),
        ("crm", "score"),
    }
    assert shown_fields(Environment({}, {})) == frozenset()
    for name in (SECRET, "passportNumber"):
        with pytest.raises(ImproperlyConfigured, match="CDPVIEWER_SHOWN_FIELDS: entry 2 ") as caught:
            shown_fields(Environment({"CDPVIEWER_SHOWN_FIELDS": f"shopCode,{name}"}, {}))
        assert name not in str(caught.value)


def test_an_operators_own_words_for_a_status() -> None:
    before = dict(known_statuses._BY_KEY)
    try:
        statuses(Environment({"CDPVIEWER_STATUSES": "Fest gebucht=CONFIRMED,Offen = payment_pending"}, {}))
        assert status("FEST_GEBUCHT") is status("CONFIRMED")
        assert status("offen").payment.said
        assert status("HK") is status("CONFIRMED")
        for wrong in ("GEBUCHT", "GEBUCHT=SOLD", "=CONFIRMED"):
            with pytest.raises(ImproperlyConfigured, match="CDPVIEWER_STATUSES: entry 2 ") as caught:
                statuses(Environment({"CDPVIEWER_STATUSES": f"Ok=CONFIRMED,{wrong}"}, {}))
            assert "GEBUCHT" not in str(caught.value)
    finally:
        known_statuses._BY_KEY.clear()
        known_statuses._BY_KEY.update(before)
        status.cache_clear()


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda env: env.switch("CDPVIEWER_X", default=True), "CDPVIEWER_X must be on or off."),
        (lambda env: env.number("CDPVIEWER_X", 3, least=1), "CDPVIEWER_X must be a whole number, 1 or more."),
        (
            lambda env: env.seconds("CDPVIEWER_X", 3),
            "CDPVIEWER_X must be a number of seconds, more than 0 and less than 3600.",
        ),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(read: Callable[[Environment], object], sentence: str) -> None:
    for local in ({}, {"CDPVIEWER_X": SECRET}):
        env = Environment({} if local else {"CDPVIEWER_X": SECRET}, local)
        with pytest.raises(ImproperlyConfigured) as caught:
            read(env)
        assert str(caught.value) == sentence


def test_two_sources_for_one_setting_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="Both CDPVIEWER_X and CDPVIEWER_X_FILE are set: remove one of them"):
        Environment({"CDPVIEWER_X": SECRET, "CDPVIEWER_X_FILE": "/nowhere"}, {}).text("CDPVIEWER_X")


def test_a_secret_file_that_is_missing_is_said_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Environment({"CDPVIEWER_X_FILE": str(tmp_path / SECRET)}, {}).text("CDPVIEWER_X")
    assert "CDPVIEWER_X_FILE" in str(caught.value)
    assert "check the path" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_line_of_the_settings_file_that_makes_no_sense_is_named_by_its_number(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A=1\n{SECRET}\n")
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.load(tmp_path / ".env")
    assert str(caught.value) == "The settings file .env: Line 2 is not NAME=value: correct or remove it."


@pytest.mark.parametrize(("text", "value"), [("on", True), ("OFF", False), ("1", True), ("no", False), ("", True)])
def test_switches(text: str, value: bool) -> None:
    assert Environment({"CDPVIEWER_X": text}, {}).switch("CDPVIEWER_X", default=True) is value


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("nonsense", "cannot be read"),
        *((scheme, "names neither SQLite nor PostgreSQL") for scheme in ("mysql", "oracle", "mssql", "redshift", "postgis", "spatialite")),
    ],
)  # fmt: skip
def test_a_database_that_is_not_supported_is_refused_and_its_address_not_repeated(
    scheme: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        database(f"{scheme}://someone:{SECRET}@host/name", tmp_path)
    assert f"DATABASE_URL {reason}" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "pgsql"])
def test_each_name_of_postgresql_is_taken(scheme: str, tmp_path: Path) -> None:
    assert database(f"{scheme}://someone:pass@host/name", tmp_path)["ENGINE"] == "cdpviewer.postgresql"


def test_sqlite_is_set_up_for_many_writers_and_postgres_by_its_address(tmp_path: Path) -> None:
    sqlite = database("", tmp_path)
    assert sqlite["NAME"] == tmp_path / "cdpviewer.sqlite3"
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE" and sqlite["OPTIONS"]["timeout"] <= 0.05
    postgres = database("postgres://someone:pass@db.example.com:5433/orders", tmp_path)
    assert (postgres["HOST"], postgres["PORT"], postgres["NAME"]) == ("db.example.com", 5433, "orders")
    assert postgres["OPTIONS"]["pool"]["max_size"] == 20 and postgres["DISABLE_SERVER_SIDE_CURSORS"] is False
    assert "options" not in postgres["OPTIONS"] and "patience" not in postgres["OPTIONS"], (
        "commands may take their time"
    )
    assert postgres["OPTIONS"]["pool"]["timeout"] == 5
    wait_like_pages(postgres)
    assert postgres["OPTIONS"]["pool"]["timeout"] == 0.7
    assert "-c lock_timeout=750ms" in postgres["OPTIONS"]["options"] and postgres["OPTIONS"]["patience"] < 3
    external = database("postgres://pooler/orders", tmp_path, pool="external")
    wait_like_pages(external)
    assert external["DISABLE_SERVER_SIDE_CURSORS"] is True and "options" not in external["OPTIONS"]
    assert "pool" not in database("postgres://db/orders", tmp_path, pool="none")["OPTIONS"]
    with pytest.raises(ImproperlyConfigured, match="psycopg, external, none"):
        database("postgres://db/orders", tmp_path, pool="pgbouncer")
    assert sqlite["CONN_MAX_AGE"] == postgres["CONN_MAX_AGE"] == 0
    assert sqlite["ATOMIC_REQUESTS"] is postgres["ATOMIC_REQUESTS"] is False


def test_how_many_pages_may_wait_can_be_set() -> None:
    assert limits(Environment({}, {})).waiting_pages == 1_000
    assert limits(Environment({"CDPVIEWER_WAITING_PAGES": "7"}, {})).waiting_pages == 7
    assert limits(Environment({"CDPVIEWER_CDP_PAGE_SECONDS": "4.5"}, {})).page == 4.5


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"CDPVIEWER_CDP_PAGE_SECONDS": "10.1"}, "CDPVIEWER_CDP_PAGE_SECONDS must be 10 or less"),
        ({"CDPVIEWER_CDP_PAGE_SECONDS": "3599"}, "CDPVIEWER_CDP_PAGE_SECONDS must be 10 or less"),
        ({"CDPVIEWER_CDP_CALL_SECONDS": "11"}, "CDPVIEWER_CDP_CALL_SECONDS must not be more"),
        ({"CDPVIEWER_CDP_PAGE_SECONDS": "4", "CDPVIEWER_CDP_CALL_SECONDS": "5"}, "CDPVIEWER_CDP_CALL_SECONDS must"),
    ],
)
def test_times_that_break_the_promise_of_twelve_seconds_stop_the_start(values: dict[str, str], named: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=named):
        limits(Environment(values, {}))


def test_a_shorter_page_has_shorter_calls() -> None:
    assert limits(Environment({"CDPVIEWER_CDP_PAGE_SECONDS": "4"}, {})).call == 4
    assert limits(Environment({}, {})).page == 10


def test_a_region_that_cannot_be_used_stops_the_start_with_the_setting_s_name() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^CDPVIEWER_EXTRA_REGIONS: .*https"):
        regions(Environment({"CDPVIEWER_EXTRA_REGIONS": "mine=http://cdp.example.com"}, {}))


def test_a_pattern_is_compiled_or_refused_without_being_repeated() -> None:
    assert Environment({"P": r"TK \d+"}, {}).pattern("P", "x").fullmatch("TK 12")
    assert Environment({}, {}).pattern("P", "x").fullmatch("x")
    for value in ("secret[(", "(?<secret", "(?P<secret>x)(?P<secret>y)", "(?P=secret)"):
        with pytest.raises(ImproperlyConfigured, match="P is not a regular expression") as caught:
            Environment({"P": value}, {}).pattern("P", "x")
        assert "secret" not in str(caught.value)


def test_every_setting_that_holds_a_secret_is_among_those_whose_files_are_watched() -> None:
    sources = [path.read_text() for path in Path(environment.__file__).parent.glob("*.py")]
    named = {name for source in sources for name in re.findall(r'"(CDPVIEWER_[A-Z_]+|DATABASE_URL)"', source)}
    secret = {
        name for name in named if re.search(r"(SECRET|PASSWORD|_KEYS?|CREDENTIALS|DSN|REDIS_URL|DATABASE_URL)$", name)
    }
    assert secret == set(environment.SECRETS)
