"""Activity about one person, only reveals, between two days; and other viewers of an order, for people with the right to activity."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import AccessRecord
from sandbox.server import Sandbox
from tests.pages.conftest import SEED, connect
from tests.pages.reading import text_of

JANE = "2c2f2d64-0d51-4f0f-9a3e-5a7f3f0d1e01"
EMAIL, PHONE = "jane.doyle@example.com", "+353 1 555 0123"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def auditor(db: None) -> User:
    user = User.objects.create_user("audrey", password="a long enough password")
    user.groups.add(Group.objects.get(name="Auditors"))
    return user


@pytest.fixture
def audit(auditor: User) -> Client:
    return signed_in(auditor)


def about(audit: Client, whom: str, query: str = "") -> tuple[str, str]:
    """The address to which the posted person leads, and the words of its page."""
    answer = audit.post(f"/activity/person/{query}", {"whom": whom})
    assert answer.status_code == 302
    return answer["Location"], text_of(audit.get(answer["Location"]))


def rows(page: str) -> int:
    return len(re.findall(r"\d\d:\d\d:\d\d UTC", page))


@pytest.mark.parametrize(
    ("searched", "asked", "words"),
    [
        ({"q": EMAIL}, " <Jane.Doyle@Example.com>", "searched by e-mail"),
        ({"q": PHONE}, "tel:+35315550123", "searched by phone"),
        ({"first_name": "Jane", "last_name": "Doyle"}, "Doyle, Jane", "searched by name"),
        ({"first_name": "Jane", "last_name": "Doyle"}, "Jane Doyle", "searched by name"),
        ({}, JANE.upper(), "viewed a customer’s orders"),
    ],
)  # fmt: skip
def test_activity_by_person_viewed(
    desk: Client, audit: Client, searched: dict[str, str], asked: str, words: str
) -> None:
    if "q" in searched:
        desk.post("/orders", searched)
    elif searched:
        desk.post("/find-person/", searched)
    else:
        assert desk.get(f"/orders/{SEED}/guests/{JANE}/orders/").status_code == 200
    desk.post("/orders", {"q": "somebody.else@example.com"})
    address, page = about(audit, asked)
    assert rows(page) == 1 and words in page, page
    # The address has the keyed hash and no personal data.
    assert list(parse_qs(urlsplit(address).query)) == ["subject"]
    assert re.fullmatch(r"/activity/\?subject=[0-9a-f]{64}", address)
    assert asked.strip() not in page


def test_what_names_nobody_shows_everybody_and_says_so(desk: Client, audit: Client) -> None:
    desk.get(f"/orders/{SEED}/")
    for text in ("B94TXY", "a@example.com b@example.com", "{{ticket}}"):
        address, page = about(audit, text)
        assert address.rstrip("?") == "/activity/"
        assert "The list was not filtered by person." in page, text
        assert "opened order" in page
    page = text_of(audit.get("/activity/", {"subject": EMAIL}))
    assert "person or search term in the link is not valid" in page and EMAIL not in page


def test_the_other_filters_stay_when_a_person_is_chosen_and_the_person_with_them(audit: Client) -> None:
    address, _page = about(audit, EMAIL, "?kind=people&from=2026-01-02&reveals=1")
    assert set(parse_qs(urlsplit(address).query)) == {"kind", "from", "reveals", "subject"}
    page = audit.get(address).content.decode()
    assert f'<input type="hidden" name="subject" value="{parse_qs(urlsplit(address).query)["subject"][0]}">' in page
    assert "Remove this filter" in page


def test_reveals_alone_and_from_one_day_to_another(audit: Client, auditor: User) -> None:
    for day, what in ((1, "field_revealed"), (2, "order_opened"), (3, "reveal_refused"), (4, "field_revealed")):
        at = datetime(2026, 3, day, 23, 59, 59, tzinfo=UTC)
        AccessRecord.objects.create(user_id=9_000_007, user_name="ben", what=what, reference=f"DAY{day}XX", at=at)

    def shown(**query: str) -> set[str]:
        return set(re.findall(r"DAY\dXX", audit.get("/activity/", query).content.decode()))

    assert shown(reveals="1") == {"DAY1XX", "DAY3XX", "DAY4XX"}
    assert shown(**{"from": "2026-03-02", "to": "2026-03-03"}) == {"DAY2XX", "DAY3XX"}
    assert shown(**{"from": "2026-03-03"}) == {"DAY3XX", "DAY4XX"}
    assert shown(to="2026-03-01") == {"DAY1XX"}
    assert shown(**{"from": "2026-03-02", "to": "2026-03-04", "reveals": "1"}) == {"DAY3XX", "DAY4XX"}
    assert shown(day="2026-03-02") == {"DAY2XX"}


def test_an_auditor_starts_with_the_activity_and_others_with_the_search(
    audit: Client, auditor: User, desk: Client, cdp: Sandbox
) -> None:
    assert audit.get("/")["Location"] == "/activity/"
    assert "Find an order" in text_of(desk.get("/"))
    newcomer = User.objects.create_user("newcomer", password="a long enough password")
    assert "Find an order" in text_of(signed_in(newcomer).get("/"))
    admin = User.objects.create_user("admin", password="a long enough password")
    admin.groups.add(Group.objects.get(name="Administrators"))
    assert "Find an order" in text_of(signed_in(admin).get("/"))
    # A person who reads orders as well starts where orders are found.
    connect(auditor, cdp)
    assert "Find an order" in text_of(audit.get("/"))


def test_an_auditor_whose_right_was_taken_away_starts_with_the_search(audit: Client, auditor: User) -> None:
    assert audit.get("/")["Location"] == "/activity/"
    auditor.groups.clear()
    assert "Find an order" in text_of(audit.get("/"))


def test_who_else_viewed_an_order_is_for_those_who_may_see_activity(
    desk: Client, audit: Client, auditor: User, cdp: Sandbox, agent: User
) -> None:
    connect(auditor, cdp)
    desk.get(f"/orders/{SEED}/")
    for name, ago in (
        ("ben", timedelta(minutes=12, seconds=5)),
        ("ben", timedelta(hours=2)),
        ("old", timedelta(hours=25)),
    ):
        AccessRecord.objects.create(
            user_id=9_000_090, user_name=name, what="order_opened", order_ref=SEED, at=timezone.now() - ago
        )
    page = text_of(audit.get(f"/orders/{SEED}/"))
    assert "Also viewed by agent just now, ben 12 min ago" in page
    assert " old " not in page and "audrey just now" not in page
    assert "Also viewed" not in text_of(desk.get(f"/orders/{SEED}/"))
    # Nor by name anywhere else.
    assert "Also viewed" not in text_of(audit.get("/orders/FAM4OB/"))


def test_who_may_not_see_activity_pays_no_statement_for_it(
    desk: Client, audit: Client, auditor: User, cdp: Sandbox
) -> None:
    connect(auditor, cdp)

    def statements(client: Client) -> list[str]:
        client.get(f"/orders/{SEED}/")
        with CaptureQueriesContext(database) as queries:
            assert client.get(f"/orders/{SEED}/").status_code == 200
        return [query["sql"] for query in queries]

    assert not [sql for sql in statements(desk) if "auth_permission" in sql or 'FROM "orders_accessrecord"' in sql]
    assert [sql for sql in statements(audit) if 'FROM "orders_accessrecord"' in sql]


def test_a_right_that_was_taken_away_shows_nobody_any_more(
    audit: Client, auditor: User, desk: Client, cdp: Sandbox
) -> None:
    connect(auditor, cdp)
    desk.get(f"/orders/{SEED}/")
    assert "Also viewed by" in text_of(audit.get(f"/orders/{SEED}/"))
    auditor.groups.clear()
    assert "Also viewed by" not in text_of(audit.get(f"/orders/{SEED}/"))
